//! WebP (RFC 9649), whole; of an animation the first frame.

use std::io::Cursor;

use image_webp::WebPDecoder;

use super::error::Error;
use super::info::Info;
use super::limits::{buffer, check_memory, check_pixels};
use super::opened::{Input, Opened};
use super::read_all;
use super::rows::Rows;
use crate::picture::jpeg::{Colour, Limits};
use crate::picture::vectors::vectorised;

/// What profile and EXIF may take.
const METADATA: usize = 16 << 20;

pub(super) fn open<'a>(input: &'a mut dyn Input, limits: &'a Limits) -> Result<Opened<'a>, Error> {
    // The decoder takes a few bytes at a time: from memory, that costs 4% less than through a reader.
    let mut file = read_all(input, limits)?;
    let (coded, length) = (Coded::of(&file), file.len() as u64);
    let mut decoder = WebPDecoder::new(Cursor::new(&file[..]))?;
    decoder.set_memory_limit(METADATA);
    let size = decoder.dimensions();
    check_pixels(size, limits)?;
    // The decoder makes room for what the frame's own header says before it compares.
    if let Some(Coded {
        size: (width, height),
        frame,
    }) = coded
    {
        if width > size.0 || height > size.1 {
            return Err(Error::damaged("a frame larger than its picture"));
        }
        // It would panic over alpha of another size.
        if frame.is_some_and(|frame| frame != (width, height)) {
            return Err(Error::damaged("a frame of another size than it says"));
        }
    }
    let alpha = decoder.has_alpha();
    let mut info = Info::new(size, Colour::Rgb, alpha);
    info.profile = decoder.icc_profile()?;
    if let Some(exif) = decoder.exif_metadata()? {
        info.heed_exif(&exif);
    }
    // Beside the file the pixels, and what they are made from: Y, Cb and Cr at half the sides, and alpha; what lossless
    // ones have a transform and a code for, of 4x4 pixels each; and for an animation a frame beside the canvas.
    let (is_animated, is_lossy) = (decoder.is_animated(), decoder.is_lossy());
    let pixel = match (is_animated, is_lossy, alpha) {
        (true, _, _) => 4 + 4 + 4,
        (false, true, true) => 4 + 2 + 5,
        (false, true, false) => 3 + 2,
        (false, false, _) => 4 + 1,
    };
    let pixels = u64::from(size.0) * u64::from(size.1);
    check_memory(length + pixel * pixels, limits)?;
    let is_opaque = !is_animated && !is_lossy && !alpha;
    if is_opaque {
        claim_alpha(&mut file);
        info.alpha = true;
    }

    let feed = move |rows: &mut Rows, _: &mut Info| {
        let mut decoder = WebPDecoder::new(Cursor::new(&file[..]))?;
        let row_length = rows.row_length();
        let mut pixels = buffer(row_length as u64 * u64::from(size.1), limits)?;
        decoder.read_image(&mut pixels)?;
        for row in pixels.chunks_exact_mut(row_length) {
            if is_opaque {
                make_opaque(row);
            }
            rows.push(row);
        }
        Ok(())
    };
    Ok(Opened {
        info,
        feed: Box::new(feed),
    })
}

/// Has the header of a lossless picture say that there is alpha. What is decoded is the same (RFC 9649, 3.4), but the
/// decoder gives it as it is, and not a copy without alpha: 0.91 of the time, and 4 bytes a pixel instead of 7.
fn claim_alpha(file: &mut [u8]) {
    // Behind `RIFF`, the length and `WEBP`: in VP8X a bit of the first byte; in VP8L, behind name, length and
    // signature, the fourth highest bit of four bytes.
    let byte = if file[12..].starts_with(b"VP8X") {
        20
    } else {
        24
    };
    file[byte] |= 0b1_0000;
}

/// Whatever alpha a row's pixels have, it does not count.
fn make_opaque(row: &mut [u8]) {
    vectorised(
        #[inline(always)]
        || {
            for pixel in row.as_chunks_mut::<4>().0 {
                pixel[3] = 255;
            }
        },
    );
}

/// What the first VP8 bitstream claims.
struct Coded {
    size: (u32, u32),
    /// The size of the frame that it is in, if it is one of an animation.
    frame: Option<(u32, u32)>,
}

impl Coded {
    /// None if the first bitstream is VP8L, whose size is compared before it is believed, or there is none.
    fn of(file: &[u8]) -> Option<Self> {
        let mut frame = None;
        // Behind `RIFF`, the length and `WEBP`.
        let mut chunks = file.get(12..)?;
        loop {
            let (&[a, b, c, d, ref length @ ..], data) = chunks.split_first_chunk::<8>()?;
            chunks = match &[a, b, c, d] {
                // Frame tag, start code, width and height of 14 bits each (RFC 6386, 9.1).
                b"VP8 " => {
                    let &[w0, w1, h0, h1] = data.get(6..)?.first_chunk()?;
                    let side = |bytes| u32::from(u16::from_le_bytes(bytes)) & 0x3FFF;
                    let size = (side([w0, w1]), side([h0, h1]));
                    return Some(Self { size, frame });
                }
                b"VP8L" => return None,
                // The first frame: its own header of 16 bytes, with sides of 24 bits less 1 behind its place (RFC
                // 9649, 2.7.1.1), then chunks.
                b"ANMF" => {
                    let (&[.., w0, w1, w2, h0, h1, h2], _) = data.split_first_chunk::<12>()?;
                    let side = |low, middle, high| 1 + u32::from_le_bytes([low, middle, high, 0]);
                    frame = Some((side(w0, w1, w2), side(h0, h1, h2)));
                    data.get(16..)?
                }
                // Chunks are padded to even lengths (RFC 9649, 2.3).
                _ => {
                    data.get((u32::from_le_bytes(*length) as usize).checked_next_multiple_of(2)?..)?
                }
            }
        }
    }
}
