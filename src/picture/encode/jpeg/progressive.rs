//! Pixels -> a progressive JPEG (T.81 annex G), by mozjpeg-rs. It is a fraction of a percent smaller from 400 pixels
//! on, and can be shown as a whole once its first scan is there, but it takes three times the work.

use mozjpeg_rs::{Encoder, Preset, QuantTableIdx, Subsampling};

use super::chroma::halves_chroma;
use crate::picture::encode::pixels::{Layout, Pixels, Samples};

/// Encodes `width` x `height` pixels, grey or planes.
pub(in crate::picture::encode) fn encode(
    pixels: Pixels,
    width: u32,
    height: u32,
    quality: u8,
) -> Result<Vec<u8>, mozjpeg_rs::Error> {
    let subsampling = if halves_chroma(quality) {
        Subsampling::S420
    } else {
        Subsampling::S444
    };
    // Like a baseline JPEG but for the order of its scans, so that both show the same.
    let encoder = Encoder::new(Preset::BaselineFastest)
        .quality(quality)
        .quant_tables(QuantTableIdx::JpegAnnexK)
        .progressive(true)
        .optimize_huffman(true)
        .subsampling(subsampling);
    match pixels {
        Pixels::YCbCr([y, cb, cr]) => encoder.encode_ycbcr_planar(y, cb, cr, width, height),
        Pixels::Interleaved(Samples { samples, layout }) => {
            debug_assert_eq!(layout, Layout::Grey);
            encoder.encode_gray(samples, width, height)
        }
    }
}
