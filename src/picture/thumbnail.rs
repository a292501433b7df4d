//! What there is to know about a thumbnail.

use std::fmt;

use crate::picture::colour::{ColourHandling, ProfileFault};
use crate::picture::error::DecodeError;
use crate::picture::sniff::FileKind;
use crate::picture::variant::Format;

/// A thumbnail and what there is to know about its making.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Thumbnail {
    /// The thumbnail, encoded.
    pub bytes: Vec<u8>,
    /// What it is encoded as.
    pub format: Format,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// What the picture is; none if it was given decoded.
    pub source_kind: Option<FileKind>,
    /// The picture's width as stored, before any turn.
    pub source_width: u32,
    /// The picture's height as stored, before any turn.
    pub source_height: u32,
    /// The N of the N/8 at which the picture's first component was decoded; 8 if it is no JPEG.
    pub scale: u8,
    /// The picture's EXIF orientation, 1 to 8; 1 if it has none.
    pub orientation: u8,
    /// How the picture's colours were brought to sRGB.
    pub colour: ColourHandling,
    /// What was wrong with the picture, but not so wrong that there is no thumbnail.
    pub warnings: Vec<Warning>,
    /// How the picture is damaged: [`Options::allow_damaged`] let it pass, or the damage is so small (within one
    /// restart interval) that viewers ignore it, too.
    ///
    /// [`Options::allow_damaged`]: crate::Options::allow_damaged
    pub damage: Option<DecodeError>,
}

/// Something wrong with a picture that has a thumbnail all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The colour profile was ignored.
    ProfileIgnored(ProfileFault),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ProfileIgnored(fault) => write!(f, "colour profile ignored: {fault}"),
        }
    }
}
