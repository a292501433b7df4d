//! What decides a thumbnail's pixels, and the limits.

use crate::picture::bounds::Bounds;
use crate::picture::framing::Fit;
use crate::picture::jpeg::Limits;

/// What decides a thumbnail's pixels: from the same picture, the same options make the same thumbnail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The box that the thumbnail, turned the right way up, has to fit. Default: 128x128.
    pub bounds: Bounds,
    /// What to do when picture and box have different shapes. Default: inside.
    pub fit: Fit,
    /// Whether a picture smaller than the box is enlarged. Default: no.
    pub enlarge: bool,
    /// The JPEG quality, 1 to 100; from 90 on, colour is kept at full resolution. Default: 80.
    pub quality: u8,
    /// Whether the picture is turned the way its EXIF orientation says. Default: yes.
    pub rotate: bool,
    /// The most pixels that a picture may have. Default: 500 million.
    pub max_pixels: u64,
    /// The most bytes that decoding one picture may take. Default: 256 million.
    pub max_memory: u64,
    /// Whether what is there of a damaged picture is good enough for a thumbnail. Default: no.
    pub allow_damaged: bool,
}

impl Default for Options {
    fn default() -> Self {
        let Limits {
            max_pixels,
            max_memory,
            allow_damaged,
        } = Limits::default();
        Self {
            bounds: Bounds::default(),
            fit: Fit::Inside,
            enlarge: false,
            quality: 80,
            rotate: true,
            max_pixels,
            max_memory,
            allow_damaged,
        }
    }
}

impl Options {
    /// What the decoder is to hold to.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            max_pixels: self.max_pixels,
            max_memory: self.max_memory,
            allow_damaged: self.allow_damaged,
        }
    }
}
