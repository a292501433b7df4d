//! What is known of a picture, and its pixels.

use super::error::Error;
use crate::picture::exif::Metadata;
use crate::picture::jpeg::{Colour, IccChunk, Plane};

/// What a picture's header says.
#[derive(Debug, Clone)]
pub(crate) struct Info {
    /// Width and height as stored.
    pub(crate) size: (u32, u32),
    /// What its samples mean: grey, RGB or CMYK.
    pub(crate) model: Colour,
    /// Whether there is alpha besides.
    pub(crate) alpha: bool,
    /// What EXIF or the like says.
    pub(crate) metadata: Metadata,
    /// Whether that may still come, behind the pixels.
    pub(crate) metadata_may_follow: bool,
    /// Its ICC profile.
    pub(crate) profile: Option<Vec<u8>>,
    /// Whether the format's own fields say what its colours are, so that EXIF, often a camera's, has no say in it.
    pub(super) says_colours: bool,
}

impl Info {
    pub(super) fn new(size: (u32, u32), model: Colour, alpha: bool) -> Self {
        Self {
            size,
            model,
            alpha,
            metadata: Metadata::NONE,
            metadata_may_follow: false,
            profile: None,
            says_colours: false,
        }
    }

    /// Samples a pixel.
    pub(super) fn channels(&self) -> usize {
        let colours = match self.model {
            Colour::Gray => 1,
            Colour::YCbCr | Colour::Rgb => 3,
            Colour::Cmyk | Colour::Ycck => 4,
        };
        colours + usize::from(self.alpha)
    }

    /// The profile as a JPEG would have it, in one part.
    pub(crate) fn profile(&self) -> Option<IccChunk<'_>> {
        self.profile.as_ref().map(|data| IccChunk {
            number: 1,
            count: 1,
            data,
        })
    }

    /// Heeds the TIFF structure of EXIF, which some writers put behind the name that it has in a JPEG.
    pub(super) fn heed_exif(&mut self, exif: &[u8]) {
        self.metadata = Metadata::read(exif.strip_prefix(b"Exif\0\0").unwrap_or(exif));
        self.metadata.adobe_rgb &= !self.says_colours;
    }
}

/// A picture's pixels, averaged in boxes.
#[derive(Debug)]
pub(crate) struct Decoded {
    /// What is known in the end. There is no alpha if all of it was opaque.
    pub(crate) info: Info,
    /// One for each sample of a pixel, colours multiplied by alpha, which is the last.
    pub(crate) planes: Vec<Vec<u8>>,
    /// Samples a row, and rows.
    pub(crate) size: (usize, usize),
    /// How much of that the picture covers, to the fraction of a sample.
    pub(crate) extent: (f64, f64),
    /// What is wrong with the picture, if the limits allow something to be.
    pub(crate) damage: Option<Error>,
}

impl Decoded {
    /// The planes as the JPEG decoder gives them.
    pub(crate) fn planes(&self) -> Vec<Plane<'_>> {
        let plane = |samples| Plane {
            samples,
            width: self.size.0,
            height: self.size.1,
            extent: self.extent,
        };
        self.planes.iter().map(|samples| plane(samples)).collect()
    }
}
