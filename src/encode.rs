//! Pixels -> the thumbnail's JPEG: baseline, JFIF header first, 4:2:0 below quality 90 and 4:4:4 from there, optimised
//! Huffman tables, grey as one component, no metadata. The only file that names the encoder.

use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, EncodingError};

/// Where a segment can be put into a thumbnail: after SOI (2 bytes) and the JFIF APP0 (18 bytes) that has to come first.
const AFTER_JFIF: usize = 20;

/// What a comment segment takes besides its text: marker and length (T.81, B.2.4.5).
pub(crate) const COMMENT_OVERHEAD: usize = 4;

/// The longest text that a comment segment can hold.
pub(crate) const MAX_COMMENT: usize = 65_533;

/// Puts a comment segment right behind the JFIF header of a thumbnail that [`crate::Thumbnailer`] made.
///
/// # Panics
///
/// If `text` is longer than [`MAX_COMMENT`] bytes.
pub(crate) fn insert_comment(thumbnail: &mut Vec<u8>, text: &[u8]) {
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

/// Encodes interleaved `samples`, 1 or 3 (RGB) a pixel.
pub(crate) fn encode(
    samples: &[u8],
    width: u16,
    height: u16,
    quality: u8,
) -> Result<Vec<u8>, EncodingError> {
    let colour = if samples.len() == usize::from(width) * usize::from(height) {
        ColorType::Luma
    } else {
        ColorType::Rgb
    };
    let mut jpeg = Vec::with_capacity(8 << 10);
    let mut encoder = Encoder::new(&mut jpeg, quality);
    encoder.set_optimized_huffman_tables(true);
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    encoder.encode(samples, width, height, colour)?;
    Ok(jpeg)
}
