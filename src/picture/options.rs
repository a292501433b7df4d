//! What holds for all thumbnails of a picture.

use crate::picture::jpeg::Limits;

/// How pictures are read: what holds for all thumbnails of one, and the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Whether the picture is turned the way its EXIF orientation says. Default: yes.
    pub rotate: bool,
    /// The most pixels that a picture may have. Default: 500 million.
    pub max_pixels: u64,
    /// The most bytes that decoding one picture may take, and making each thumbnail of it. Default: 256 million.
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
            rotate: true,
            max_pixels,
            max_memory,
            allow_damaged,
        }
    }
}

impl Options {
    /// The same options with pictures turned the way their EXIF orientation says, or left as they are stored.
    #[must_use]
    pub fn with_rotate(mut self, rotate: bool) -> Self {
        self.rotate = rotate;
        self
    }

    /// The same options with another limit on a picture's pixels.
    #[must_use]
    pub fn with_max_pixels(mut self, max_pixels: u64) -> Self {
        self.max_pixels = max_pixels;
        self
    }

    /// The same options with another limit on the memory that decoding a picture and making a thumbnail take.
    #[must_use]
    pub fn with_max_memory(mut self, max_memory: u64) -> Self {
        self.max_memory = max_memory;
        self
    }

    /// The same options with thumbnails made of what is there of damaged pictures, or not.
    #[must_use]
    pub fn with_allow_damaged(mut self, allow_damaged: bool) -> Self {
        self.allow_damaged = allow_damaged;
        self
    }

    /// The decoder's limits.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            max_pixels: self.max_pixels,
            max_memory: self.max_memory,
            allow_damaged: self.allow_damaged,
        }
    }
}
