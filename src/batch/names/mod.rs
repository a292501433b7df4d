//! Where thumbnails belong: from a picture's path below SOURCE to its thumbnails' paths below DEST, and back.
//!
//! | variants | `a/b c.JPEG` as JPEG | as WebP | `logo.png` as JPEG |
//! |---|---|---|---|
//! | one | `a/b c.JPEG` | `a/b c.JPEG.webp` | `logo.png.jpg` |
//! | several | `400x300/a/b c.JPEG` | `400x300.webp/a/b c.JPEG.webp` | `400x300/logo.png.jpg` |
//!
//! An extension that is not the thumbnail's is kept, and the thumbnail's appended: so `logo.jpg` and `logo.png` never
//! meet, and a thumbnail's name tells its picture's, which pruning needs. A [`Template`] says otherwise.

mod meeting;
mod template;

use std::ffi::{OsStr, OsString};
use std::num::NonZeroU16;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::picture::{Bounds, Variant};

pub use template::{ParseTemplateError, Template};

/// What a variant is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Its size as it was asked for: `128x128`, `400x`, `128x128@2x`.
    pub size: String,
    /// The width of its box in pixels.
    pub width: Option<u32>,
    /// The height of its box in pixels.
    pub height: Option<u32>,
    /// Its format: `jpeg`, `webp` or `png`.
    pub format: &'static str,
    /// The format's usual extension: `jpg`, `webp` or `png`.
    pub extension: &'static str,
}

impl Label {
    /// What `variant` is called.
    pub fn of(variant: &Variant) -> Self {
        let Variant {
            framing, format, ..
        } = variant;
        let side = |side: Option<NonZeroU16>| side.map(|side| side.get().into());
        Self {
            size: framing.bounds.to_string(),
            width: side(framing.bounds.width()),
            height: side(framing.bounds.height()),
            format: format.name(),
            extension: format.extension(),
        }
    }

    /// The folder of the variant where there are several.
    fn folder(&self) -> String {
        match self.format {
            "jpeg" => self.size.clone(),
            _ => format!("{}.{}", self.size, self.extension),
        }
    }

    /// Whether `name` is that of a folder of one variant among several.
    pub(super) fn is_folder(name: &Path) -> bool {
        let Some(name) = name.to_str() else {
            return false;
        };
        let (size, extension) = name.split_once('.').unwrap_or((name, ""));
        // A build without WebP knows what one with it makes.
        matches!(extension, "" | "webp" | "png")
            && size
                .parse()
                .is_ok_and(|bounds: Bounds| bounds.to_string() == size)
    }

    /// Whether a thumbnail keeps the extension that its picture has. JPEGs also keep one that names no format.
    fn keeps(&self, source_extension: Option<&[u8]>) -> bool {
        source_extension
            .and_then(format_of)
            .unwrap_or("jpeg")
            .eq(self.format)
    }

    /// A thumbnail's file name, made of its picture's.
    fn file_name(&self, source: &OsStr) -> OsString {
        let mut name = source.to_owned();
        if !self.keeps(split(source.as_bytes()).1) {
            name.push(".");
            name.push(self.extension);
        }
        name
    }
}

/// Extensions of pictures and the format that each says, in any case.
const FORMATS: [(&str, &[&str]); 9] = [
    ("jpeg", &["jpg", "jpeg", "jpe", "jfif"]),
    ("png", &["png", "apng"]),
    ("webp", &["webp"]),
    ("gif", &["gif"]),
    ("tiff", &["tif", "tiff"]),
    ("bmp", &["bmp", "dib"]),
    ("ico", &["ico"]),
    ("pnm", &["pnm", "pbm", "pgm", "ppm", "pam"]),
    ("other", &["qoi", "tga"]),
];

/// The format that an extension says.
fn format_of(extension: &[u8]) -> Option<&'static str> {
    let says = |known: &&str| extension.eq_ignore_ascii_case(known.as_bytes());
    FORMATS
        .iter()
        .find(|(_, extensions)| extensions.iter().any(says))
        .map(|(format, _)| *format)
}

/// A file name's stem and extension, the latter without its dot.
fn split(name: &[u8]) -> (&[u8], Option<&[u8]>) {
    match name.iter().rposition(|byte| *byte == b'.') {
        Some(at) if at > 0 => (&name[..at], Some(&name[at + 1..])),
        _ => (name, None),
    }
}

/// The names of all thumbnails of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    labels: Vec<Label>,
    template: Option<Template>,
}

/// Why thumbnails can't be named that way.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NamesError {
    /// Two thumbnails would be one file.
    #[error("{first} and {second} would both be {name}")]
    Meet {
        /// One of them: the picture and its variant.
        first: String,
        /// The other one.
        second: String,
        /// The name that both would have.
        name: String,
    },
    /// A template asks for a side that a box does not have.
    #[error("--name has {{{field}}}, and the size {size} has none")]
    NoSide {
        /// `width` or `height`.
        field: &'static str,
        /// The size.
        size: String,
    },
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

/// A path of those `parts` that are not empty.
fn path_of(parts: impl IntoIterator<Item = Vec<u8>>) -> PathBuf {
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(OsString::from_vec)
        .collect()
}

#[cfg(test)]
mod tests;
