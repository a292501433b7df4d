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

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

pub use error::NamesError;
pub use label::Label;
use label::split;
use template::Piece;
pub use template::{ParseTemplateError, Template};

/// The names of all thumbnails of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    variants: Vec<Named>,
    has_template: bool,
}

/// The names of all thumbnails in one variant.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    label: Label,
    /// The folder of the thumbnails; empty for DEST itself, and with a template.
    folder: String,
    /// What a template says of this variant: the parts of a path, with fields that the picture fills.
    parts: Vec<Vec<Piece>>,
}

impl Names {
    /// The names for the variants that `labels` describe, made by `template` if there is one.
    ///
    /// # Errors
    ///
    /// When two thumbnails would be one file, or the template asks for what a variant does not have.
    #[expect(clippy::needless_pass_by_value, reason = "it is what a batch has")]
    pub fn new(labels: Vec<Label>, template: Option<Template>) -> Result<Self, NamesError> {
        let is_mirror = template.is_none() && labels.len() == 1;
        let mut variants = Vec::new();
        for label in labels {
            let (mut folder, mut parts) = (String::new(), Vec::new());
            if let Some(template) = &template {
                template.check(&label)?;
                parts = template.parts_for(&label);
            } else if !is_mirror {
                folder = label.folder();
            }
            variants.push(Named {
                label,
                folder,
                parts,
            });
        }
        let names = Self {
            variants,
            has_template: template.is_some(),
        };
        for second in 1..names.variants.len() {
            for first in 0..second {
                names.check_apart(first, second)?;
            }
        }
        Ok(names)
    }

    /// Whether thumbnails have the places of their pictures, without a folder for their variant.
    pub(super) fn is_mirror(&self) -> bool {
        !self.has_template && self.variants.len() == 1
    }

    /// The folder of the thumbnails in variant number `variant`, below which they are in the order of their pictures;
    /// empty for DEST itself, and nothing if they are in no such order.
    #[cfg(feature = "object-store")]
    pub(super) fn folder(&self, variant: usize) -> Option<String> {
        (!self.has_template).then(|| self.variants[variant].folder.clone())
    }

    /// How many thumbnails a picture has.
    pub fn count(&self) -> usize {
        self.variants.len()
    }

    /// The path below DEST of the thumbnail in variant number `variant` of the picture at `source` below SOURCE.
    pub fn thumbnail(&self, variant: usize, source: &Path) -> PathBuf {
        let Named {
            label,
            folder,
            parts,
        } = &self.variants[variant];
        if self.has_template {
            return template::name(parts, label, source);
        }
        let mut name = OsString::new();
        if !folder.is_empty() {
            name.push(folder);
            name.push("/");
        }
        name.push(source);
        if !label.keeps(extension(source)) {
            name.push(".");
            name.push(label.extension);
        }
        name.into()
    }

    /// Whether `thumbnail`, one of these names, leads elsewhere than it says: of a picture called `...jpg`, a template
    /// may make `..`.
    pub(super) fn is_misnamed(&self, thumbnail: &Path) -> bool {
        let mut parts = thumbnail.as_os_str().as_bytes().split(|byte| *byte == b'/');
        self.has_template && parts.any(|part| matches!(part, b"" | b"." | b".."))
    }

    /// The pictures, by their paths below SOURCE, one of which the file at `thumbnail` below DEST may be a thumbnail
    /// of; none if no variant has such names.
    pub fn sources(&self, thumbnail: &Path) -> Vec<PathBuf> {
        let mut sources = Vec::new();
        for (variant, named) in self.variants.iter().enumerate() {
            let candidates = match self.has_template {
                true => template::sources(&named.parts, &named.label, thumbnail),
                false => named.mirrored_sources(thumbnail),
            };
            // If its thumbnail would have another name, it is not the picture.
            let is_named = |source: &PathBuf| self.thumbnail(variant, source) == thumbnail;
            sources.extend(candidates.into_iter().filter(is_named));
        }
        sources
    }

    /// The path below SOURCE of the picture, if it should be there, whose thumbnail in variant number `variant` would
    /// be that of the one at `source` as well. It is the one that keeps its extension: beside `a.png`, whose thumbnail
    /// is `a.png.jpg`, a JPEG of that name.
    pub fn rival(&self, variant: usize, source: &Path) -> Option<PathBuf> {
        let label = &self.variants[variant].label;
        let own = extension(source);
        // Without a template, a picture without an extension has a thumbnail without one.
        if label.keeps(own) && (own.is_some() || !self.has_template) {
            return None;
        }
        let mut rival = source.as_os_str().to_owned();
        rival.push(".");
        rival.push(label.extension);
        let rival = PathBuf::from(rival);
        (self.thumbnail(variant, &rival) == self.thumbnail(variant, source)).then_some(rival)
    }
}

/// The extension of the file at `path`.
fn extension(path: &Path) -> Option<&[u8]> {
    split(path.file_name().unwrap_or_default().as_bytes()).1
}

impl Named {
    fn mirrored_sources(&self, thumbnail: &Path) -> Vec<PathBuf> {
        let Ok(mirrored) = thumbnail.strip_prefix(&self.folder) else {
            return Vec::new();
        };
        let suffix = [b".", self.label.extension.as_bytes()].concat();
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
