//! Pixels -> the thumbnail's JPEG: baseline, JFIF header first, 4:2:0 below quality 90 and 4:4:4 from there, optimised
//! Huffman tables, grey as one component, no metadata. The only file that names the encoder.
//!
//! # Which encoder
//!
//! The kept-up encoders in Rust, at quality 80, 4:2:0, over the 250 thumbnails of a collection of photographs, one
//! core of a 2-core cloud machine, November 2026 (PSNR and SSIM against the pixels that were encoded, medians):
//!
//! | encoder | time | bytes | PSNR | SSIM |
//! |---|---|---|---|---|
//! | mozjpeg-rs 0.9.2, baseline, no trellis, Annex K tables, from planes | 107 µs | 3736 | 31.4 | 0.964 |
//! | the same from RGB | 119 µs | 3736 | 31.4 | 0.964 |
//! | the same with its own tables (Robidoux) | 119 µs | 3580 | 31.4 | 0.958 |
//! | the same with trellis quantisation | 772 µs | 3358 | 30.6 | 0.960 |
//! | jpeg-encoder 0.7.1, from planes | 178 µs | 3721 | 31.4 | 0.964 |
//! | jpeg-encoder 0.7.1, from RGB, with or without its feature `simd` | 205 µs | 3721 | 31.4 | 0.964 |
//! | jpeg-encoder 0.7.1, from planes, standard Huffman tables | 89 µs | 4092 | 31.4 | 0.964 |
//! | image 0.25.10 (4:4:4, standard Huffman tables: it has no other) | 268 µs | 4798 | 32.8 | 0.964 |
//!
//! mozjpeg-rs takes planes as they are, forbids unsafe code, and writes one interleaved scan. jpeg-encoder writes a scan
//! a component when it optimises its tables, which zune-jpeg 0.5.15 (so the image crate) shows in wrong colours.
//! Annex K's tables are what quality means to everyone else, and at equal bytes they have the higher SSIM.

use mozjpeg_rs::{Encoder, Preset, QuantTableIdx, Subsampling};
use thiserror::Error;

/// Pixels to encode.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pixels<'a> {
    /// One sample a pixel.
    Grey(&'a [u8]),
    /// Y, Cb and Cr, of which Cb and Cr are as large as [`halves_chroma`] says.
    YCbCr([&'a [u8]; 3]),
    /// Red, green and blue for each pixel.
    Rgb(&'a [u8]),
}

/// Why pixels could not be encoded.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct EncodeError(#[from] mozjpeg_rs::Error);

/// Whether a thumbnail of this quality has one sample of Cb and of Cr for each 2x2 pixels, sides rounded up.
pub(crate) fn halves_chroma(quality: u8) -> bool {
    quality < 90
}

/// Encodes `width` x `height` pixels.
pub(crate) fn encode(
    pixels: Pixels,
    width: u32,
    height: u32,
    quality: u8,
) -> Result<Vec<u8>, EncodeError> {
    let subsampling = if halves_chroma(quality) {
        Subsampling::S420
    } else {
        Subsampling::S444
    };
    let encoder = Encoder::new(Preset::BaselineFastest)
        .quality(quality)
        .quant_tables(QuantTableIdx::JpegAnnexK)
        .optimize_huffman(true)
        .subsampling(subsampling);
    Ok(match pixels {
        Pixels::Grey(samples) => encoder.encode_gray(samples, width, height),
        Pixels::YCbCr([y, cb, cr]) => encoder.encode_ycbcr_planar(y, cb, cr, width, height),
        Pixels::Rgb(samples) => encoder.encode_rgb(samples, width, height),
    }?)
}

/// Where a segment can be put into a thumbnail: after SOI (2 bytes) and the JFIF APP0 (18 bytes), which has to come first.
const AFTER_JFIF: usize = 20;

/// What a comment segment takes besides its text: marker and length (T.81, B.2.4.5).
pub const COMMENT_OVERHEAD: usize = 4;

/// The longest text that a comment segment can hold.
pub const MAX_COMMENT: usize = 65_533;

/// Puts a comment segment (COM) right behind the JFIF header of a thumbnail that [`crate::Thumbnailer`] made.
///
/// # Panics
///
/// If `text` is longer than [`MAX_COMMENT`] bytes.
pub fn insert_comment(thumbnail: &mut Vec<u8>, text: &[u8]) {
    assert!(
        text.len() <= MAX_COMMENT,
        "a comment segment holds at most {MAX_COMMENT} bytes"
    );
    let length = (text.len() as u16 + 2).to_be_bytes();
    let segment = [0xFF, 0xFE]
        .into_iter()
        .chain(length)
        .chain(text.iter().copied());
    thumbnail.splice(AFTER_JFIF..AFTER_JFIF, segment);
}
