//! A thumbnail's pixels -> its bytes.
//!
//! AVIF is missing on purpose: at the sizes of thumbnails WebP is smaller for the same fidelity, and takes a fiftieth
//! of the time.

mod jpeg;
mod png;
#[cfg(feature = "webp")]
mod webp;

use thiserror::Error;

use crate::picture::variant::{Format, Variant};

pub(crate) use jpeg::halves_chroma;

/// Pixels to encode.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pixels<'a> {
    /// Y, Cb and Cr as planes; the size of Cb and Cr is what [`halves_chroma`] says. Only for JPEG.
    YCbCr([&'a [u8]; 3]),
    /// Samples pixel by pixel.
    Interleaved(Samples<'a>),
}

/// Samples, pixel by pixel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Samples<'a> {
    pub(crate) samples: &'a [u8],
    pub(crate) layout: Layout,
}

/// What the samples of a pixel are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// A grey level.
    Grey,
    /// A grey level and alpha.
    GreyAlpha,
    /// Red, green and blue.
    Rgb,
    /// Red, green, blue and alpha.
    Rgba,
}

impl Layout {
    /// The layout with colour or without, with alpha or without.
    pub(crate) fn new(colour: bool, alpha: bool) -> Self {
        match (colour, alpha) {
            (false, false) => Self::Grey,
            (false, true) => Self::GreyAlpha,
            (true, false) => Self::Rgb,
            (true, true) => Self::Rgba,
        }
    }

    /// Whether it has red, green and blue.
    pub(crate) fn has_colour(self) -> bool {
        matches!(self, Self::Rgb | Self::Rgba)
    }

    /// Whether it has alpha.
    pub(crate) fn has_alpha(self) -> bool {
        matches!(self, Self::GreyAlpha | Self::Rgba)
    }
}

/// Why pixels could not be encoded.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct EncodeError(#[from] Inner);

#[derive(Debug, Error)]
enum Inner {
    #[error(transparent)]
    Jpeg(#[from] mozjpeg_rs::Error),
    #[error(transparent)]
    Png(#[from] ::png::EncodingError),
    #[cfg(feature = "webp")]
    #[error(transparent)]
    WebP(#[from] webp::Error),
}

/// Encodes pixels, and keeps its buffers from one thumbnail to the next.
#[derive(Debug, Default)]
pub(crate) struct Encoder {
    jpeg: jpeg::Encoder,
}

impl Encoder {
    /// Encodes `width` x `height` pixels as `variant` says.
    pub(crate) fn encode(
        &mut self,
        pixels: Pixels,
        (width, height): (u32, u32),
        variant: &Variant,
    ) -> Result<Vec<u8>, EncodeError> {
        let quality = variant.quality().get();
        let encoded = match (variant.format, pixels) {
            (Format::Jpeg, pixels) if variant.progressive => {
                jpeg::encode_progressive(pixels, width, height, quality).map_err(Inner::from)?
            }
            (Format::Jpeg, pixels) => self.jpeg.encode(pixels, width, height, quality),
            (Format::Png, Pixels::Interleaved(samples)) => png::encode(samples, width, height)?,
            #[cfg(feature = "webp")]
            (Format::WebP, Pixels::Interleaved(samples)) => {
                webp::encode(samples, width, height, quality)?
            }
            (_, Pixels::YCbCr(_)) => unreachable!("BUG: planes are for JPEG alone"),
        };
        Ok(encoded)
    }
}
