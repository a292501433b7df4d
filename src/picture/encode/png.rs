//! Pixels -> a PNG: 8 bits, grey as grey, filters chosen row by row, no metadata.

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Filter};

use super::pixels::{Layout, Samples};

/// Encodes `width` x `height` pixels.
pub(super) fn encode(
    Samples { samples, layout }: Samples,
    width: u32,
    height: u32,
) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::with_capacity(samples.len() / 2);
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(match layout {
        Layout::Grey => ColorType::Grayscale,
        Layout::GreyAlpha => ColorType::GrayscaleAlpha,
        Layout::Rgb => ColorType::Rgb,
        Layout::Rgba => ColorType::Rgba,
    });
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    encoder.set_filter(Filter::Adaptive);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(samples)?;
    writer.finish()?;
    Ok(bytes)
}
