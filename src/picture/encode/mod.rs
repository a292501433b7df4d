//! A thumbnail's pixels -> its bytes.
//!
//! AVIF is missing on purpose: at the sizes of thumbnails WebP is smaller for the same fidelity, and takes a fiftieth
//! of the time.

mod jpeg;
mod pixels;
mod png;
#[cfg(feature = "webp")]
mod webp;

use thiserror::Error;

use crate::picture::variant::{Format, Variant};

pub(crate) use jpeg::{halve_chroma, halves_chroma};
pub(crate) use pixels::{Layout, Pixels, Samples};

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
            (Format::Png, Pixels::Interleaved(samples)) => {
                png::encode(samples, width, height).map_err(Inner::from)?
            }
            #[cfg(feature = "webp")]
            (Format::WebP, Pixels::Interleaved(samples)) => {
                webp::encode(samples, width, height, quality).map_err(Inner::from)?
            }
            (_, Pixels::YCbCr(_)) => unreachable!("BUG: planes are for JPEG alone"),
        };
        Ok(encoded)
    }
}
