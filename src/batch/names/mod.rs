//! Where thumbnails belong: from a picture's path below SOURCE to its thumbnails' paths below DEST, and back.
//!
//! | variants | `a/b c.JPEG` as JPEG | as WebP | `logo.png` as JPEG |
//! |---|---|---|---|
//! | one | `a/b c.JPEG` | `a/b c.JPEG.webp` | `logo.png.jpg` |
//! | several | `400x300/a/b c.JPEG` | `400x300.webp/a/b c.JPEG.webp` | `400x300/logo.png.jpg` |
//!
//! An extension that is not the thumbnail's is kept, and the thumbnail's appended: so `logo.jpg` and `logo.png` never
//! meet, and a thumbnail's name tells its picture's, which pruning needs. A [`Template`] says otherwise.
//!
//! ```text
//! label     what a variant is called        template  --name, and how it is read backwards
//! meeting   whether two thumbnails meet     error     why thumbnails can't be named in some way
//! ```

mod error;
mod label;
mod meeting;
mod template;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

pub use error::NamesError;
pub use label::Label;
use label::split;
pub use template::{ParseTemplateError, Template};

/// The names of all thumbnails of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    labels: Vec<Label>,
    template: Option<Template>,
}

impl Names {
    /// The names for the variants that `labels` describe, made by `template` if there is one.
    ///
    /// # Errors
    ///
    /// When two thumbnails would be one file, or the template asks for what a variant does not have.
    pub fn new(labels: Vec<Label>, template: Option<Template>) -> Result<Self, NamesError> {
        if let Some(template) = &template {
            for label in &labels {
                template.check(label)?;
            }
        }
        let names = Self { labels, template };
        for second in 1..names.labels.len() {
            for first in 0..second {
                names.check_apart(first, second)?;
            }
        }
        Ok(names)
    }

    /// Whether thumbnails have the places of their pictures, without a folder for their variant.
    pub(super) fn is_mirror(&self) -> bool {
        self.template.is_none() && self.labels.len() == 1
    }

    /// The folder of the thumbnails in variant number `variant`, below which they are in the order of their pictures; empty
    /// for DEST itself, and nothing if they are in no such order.
    #[cfg(feature = "object-store")]
    pub(super) fn folder(&self, variant: usize) -> Option<String> {
        match (&self.template, self.is_mirror()) {
            (Some(_), _) => None,
            (None, true) => Some(String::new()),
            (None, false) => Some(self.labels[variant].folder()),
        }
    }

    /// How many thumbnails a picture has.
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    /// What the variants are called.
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// The path below DEST of the thumbnail in variant number `variant` of the picture at `source` below SOURCE.
    pub fn thumbnail(&self, variant: usize, source: &Path) -> PathBuf {
        let label = &self.labels[variant];
        if let Some(template) = &self.template {
            return template.name(label, source);
        }
        let mirrored =
            source.with_file_name(label.file_name(source.file_name().unwrap_or_default()));
        if self.is_mirror() {
            mirrored
        } else {
            Path::new(&label.folder()).join(mirrored)
        }
    }

    /// Whether `thumbnail`, one of these names, leads elsewhere than it says: of a picture called `...jpg`, a template may
    /// make `..`.
    pub(super) fn is_misnamed(&self, thumbnail: &Path) -> bool {
        let mut parts = thumbnail.as_os_str().as_bytes().split(|byte| *byte == b'/');
        self.template.is_some() && parts.any(|part| matches!(part, b"" | b"." | b".."))
    }

    /// The pictures, by their paths below SOURCE, one of which the file at `thumbnail` below DEST may be a thumbnail of;
    /// none if no variant has such names.
    pub fn sources(&self, thumbnail: &Path) -> Vec<PathBuf> {
        let mut sources = Vec::new();
        for (variant, label) in self.labels.iter().enumerate() {
            let candidates = match &self.template {
                Some(template) => template.sources(label, thumbnail),
                None => self.mirrored_sources(label, thumbnail),
            };
            // If its thumbnail would have another name, it is not the picture.
            let named = |source: &PathBuf| self.thumbnail(variant, source) == thumbnail;
            sources.extend(candidates.into_iter().filter(named));
        }
        sources
    }

    /// The path below SOURCE of the picture, if it should be there, whose thumbnail in variant number `variant` would be
    /// that of the one at `source` as well. It is the one that keeps its extension: beside `a.png`, whose thumbnail is
    /// `a.png.jpg`, a JPEG of that name.
    pub fn rival(&self, variant: usize, source: &Path) -> Option<PathBuf> {
        let name = source.file_name().unwrap_or_default();
        if self.labels[variant].keeps(split(name.as_bytes()).1) {
            return None;
        }
        let sources = self.sources(&self.thumbnail(variant, source));
        sources.into_iter().find(|other| other != source)
    }

    fn mirrored_sources(&self, label: &Label, thumbnail: &Path) -> Vec<PathBuf> {
        let mirrored = if self.is_mirror() {
            Ok(thumbnail)
        } else {
            thumbnail.strip_prefix(label.folder())
        };
        let Ok(mirrored) = mirrored else {
            return Vec::new();
        };
        let suffix = [b".", label.extension.as_bytes()].concat();
        let name = mirrored.file_name().unwrap_or_default().as_bytes();
        let stripped = name.strip_suffix(suffix.as_slice());
        let stripped = stripped.map(|name| mirrored.with_file_name(OsStr::from_bytes(name)));
        [Some(mirrored.to_owned()), stripped]
            .into_iter()
            .flatten()
            .collect()
    }
}

#[cfg(test)]
mod tests;
