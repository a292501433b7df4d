//! What a picture's thumbnails have in common.

use crate::picture::colour::{ColourHandling, ProfileFault};
use crate::picture::decode_plan::Facts;
use crate::picture::error::DecodeError;
use crate::picture::orient::Orientation;
use crate::picture::sniff::FileKind;
use crate::picture::thumbnail::{Thumbnail, Warning};
use crate::picture::variant::Format;

/// What the thumbnails of one picture have in common.
pub(super) struct About {
    kind: Option<FileKind>,
    source: (u32, u32),
    pub(super) scale: u8,
    orientation: Orientation,
    colour: ColourHandling,
    warnings: Vec<Warning>,
    pub(super) damage: Option<DecodeError>,
}

impl About {
    pub(super) fn new(kind: Option<FileKind>, facts: &Facts, fault: Option<ProfileFault>) -> Self {
        Self {
            kind,
            source: facts.source,
            scale: 8,
            orientation: facts.orientation,
            colour: facts.conversion.handling,
            warnings: fault.map(Warning::ProfileIgnored).into_iter().collect(),
            damage: None,
        }
    }

    pub(super) fn thumbnail(&self, bytes: Vec<u8>, size: (u32, u32), format: Format) -> Thumbnail {
        Thumbnail {
            bytes,
            format,
            width: size.0,
            height: size.1,
            source_kind: self.kind,
            source_width: self.source.0,
            source_height: self.source.1,
            scale: self.scale,
            orientation: self.orientation.exif(),
            colour: self.colour,
            warnings: self.warnings.clone(),
            damage: self.damage.clone(),
        }
    }
}
