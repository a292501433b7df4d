//! What variants are called, and what file names say of formats.

use std::ffi::OsStr;
use std::num::NonZeroU16;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::batch::source_type::with_extension;
use crate::picture::{Bounds, FileKind, Variant};

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
    pub(super) fn folder(&self) -> String {
        match self.format {
            "jpeg" => self.size.clone(),
            _ => format!("{}.{}", self.size, self.extension),
        }
    }

    /// Whether `name` is that of a folder of one variant among several.
    pub(crate) fn is_folder(name: &Path) -> bool {
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
    pub(super) fn keeps(&self, source_extension: Option<&[u8]>) -> bool {
        source_extension
            .and_then(|extension| with_extension(OsStr::from_bytes(extension)))
            .unwrap_or(FileKind::Jpeg)
            .extensions()[0]
            .eq(self.format)
    }
}

/// A file name's stem and extension, the latter without its dot.
pub(super) fn split(name: &[u8]) -> (&[u8], Option<&[u8]>) {
    match name.iter().rposition(|byte| *byte == b'.') {
        Some(at) if at > 0 => (&name[..at], Some(&name[at + 1..])),
        _ => (name, None),
    }
}
