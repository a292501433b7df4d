//! WebP (RFC 9649), whole; of an animation the first frame.

use std::io::SeekFrom;

use image_webp::WebPDecoder;

use super::error::Error;
use super::info::Info;
use super::limits::{buffer, check_memory, check_pixels};
use super::opened::{Input, Opened};
use super::rows::Rows;
use crate::picture::jpeg::{Colour, Limits};

/// What profile and EXIF may take.
const METADATA: usize = 16 << 20;

pub(super) fn open<'a>(input: &'a mut dyn Input, limits: &'a Limits) -> Result<Opened<'a>, Error> {
    let canvas = coded_size(input)?;
    input.seek(SeekFrom::Start(0))?;
    let mut decoder = WebPDecoder::new(input)?;
    decoder.set_memory_limit(METADATA);
    let size = decoder.dimensions();
    check_pixels(size, limits)?;
    // The decoder makes room for what the frame's own header says before it compares.
    if let Some((width, height)) = canvas
        && (width > size.0 || height > size.1)
    {
        return Err(Error::damaged("a frame larger than its picture"));
    }
    let alpha = decoder.has_alpha();
    let mut info = Info::new(size, Colour::Rgb, alpha);
    info.profile = decoder.icc_profile()?;
    if let Some(exif) = decoder.exif_metadata()? {
        info.heed_exif(&exif);
    }
    // The pixels, and what they are made from: Y, Cb and Cr at half the sides, and alpha; or ARGB; and for an
    // animation a frame beside the canvas.
    let pixel = match (decoder.is_animated(), decoder.is_lossy(), alpha) {
        (true, _, _) => 4 + 4 + 4,
        (false, true, true) => 4 + 2 + 5,
        (false, true, false) => 3 + 2,
        (false, false, true) => 4 + 4,
        (false, false, false) => 3 + 4,
    };
    let pixels = u64::from(size.0) * u64::from(size.1);
    check_memory(pixel * pixels, limits)?;

    let feed = move |rows: &mut Rows, _: &mut Info| {
        let row_length = rows.row_length();
        let mut pixels = buffer(row_length as u64 * u64::from(size.1), limits)?;
        decoder.read_image(&mut pixels)?;
        pixels
            .chunks_exact(row_length)
            .for_each(|row| rows.push(row));
        Ok(())
    };
    Ok(Opened {
        info,
        feed: Box::new(feed),
    })
}

/// The size that the first VP8 bitstream claims; none if there is none. VP8L's is compared before it is believed.
fn coded_size(input: &mut dyn Input) -> Result<Option<(u32, u32)>, Error> {
    /// Chunks that are looked at, for there is no end to them otherwise.
    const CHUNKS: usize = 64;
    let mut at = 12;
    for _ in 0..CHUNKS {
        input.seek(SeekFrom::Start(at))?;
        let mut head = [0; 18];
        let mut length = 0;
        while length < head.len() {
            match input.read(&mut head[length..])? {
                0 => break,
                count => length += count,
            }
        }
        if length < 8 {
            break;
        }
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        match &head[..4] {
            // Frame tag, start code, width and height of 14 bits each (RFC 6386, 9.1).
            b"VP8 " if length == head.len() => {
                let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high])) & 0x3FFF;
                return Ok(Some((side(head[14], head[15]), side(head[16], head[17]))));
            }
            // The first frame: its own header of 16 bytes, then chunks.
            b"ANMF" => at += 8 + 16,
            _ => at += 8 + u64::from(size).next_multiple_of(2),
        }
    }
    Ok(None)
}
