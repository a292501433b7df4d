//! QOI ("The Quite OK Image Format", version 1.0), row by row. The crate for it has only whole pictures.

use std::io::Read;

use super::error::Error;
use super::info::Info;
use super::limits::{check_memory, check_pixels};
use super::opened::{Input, Opened};
use super::rows::Rows;
use crate::picture::jpeg::{Colour, Limits};

type Pixel = [u8; 4];

pub(super) fn open<'a>(input: &'a mut dyn Input, limits: &'a Limits) -> Result<Opened<'a>, Error> {
    let mut head = [0; 14];
    input.read_exact(&mut head)?;
    let side = |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let (size, channels) = ((side(4), side(8)), head[12]);
    if !head.starts_with(b"qoif") || !matches!(channels, 3 | 4) {
        return Err(Error::damaged("the header contradicts QOI"));
    }
    check_pixels(size, limits)?;
    check_memory(8 * u64::from(size.0), limits)?;
    // The header's colour space says "sRGB with linear alpha" or "all linear", but must not change how it is read.
    let info = Info::new(size, Colour::Rgb, channels == 4);
    let feed = move |rows: &mut Rows, info: &mut Info| {
        let mut decoder = Decoder::new(input);
        let mut row = vec![0; rows.row_length()];
        for _ in 0..info.size.1 {
            if info.alpha {
                for pixel in row.as_chunks_mut::<4>().0 {
                    *pixel = decoder.next_pixel()?;
                }
            } else {
                for pixel in row.as_chunks_mut::<3>().0 {
                    let [red, green, blue, _] = decoder.next_pixel()?;
                    *pixel = [red, green, blue];
                }
            }
            rows.push(&row);
        }
        Ok(())
    };
    Ok(Opened {
        info,
        feed: Box::new(feed),
    })
}

struct Decoder<'a> {
    input: &'a mut dyn Input,
    /// What has been read and not yet been looked at.
    buffer: Vec<u8>,
    at: usize,
    seen: [Pixel; 64],
    pixel: Pixel,
    /// How often the pixel is to be repeated.
    run: u8,
}

impl<'a> Decoder<'a> {
    fn new(input: &'a mut dyn Input) -> Self {
        Self {
            input,
            buffer: Vec::with_capacity(BUFFER),
            at: 0,
            seen: [[0; 4]; 64],
            pixel: [0, 0, 0, 255],
            run: 0,
        }
    }

    #[inline]
    fn byte(&mut self) -> Result<u8, Error> {
        if self.at == self.buffer.len() {
            self.fill()?;
        }
        self.at += 1;
        Ok(self.buffer[self.at - 1])
    }

    #[cold]
    fn fill(&mut self) -> Result<(), Error> {
        self.buffer.clear();
        self.at = 0;
        (&mut *self.input)
            .take(BUFFER as u64)
            .read_to_end(&mut self.buffer)?;
        if self.buffer.is_empty() {
            return Err(Error::Truncated);
        }
        Ok(())
    }

    #[inline]
    fn next_pixel(&mut self) -> Result<Pixel, Error> {
        if self.run > 0 {
            self.run -= 1;
            return Ok(self.pixel);
        }
        let [red, green, blue, alpha] = self.pixel;
        let first = self.byte()?;
        self.pixel = match first {
            // QOI_OP_RGB, QOI_OP_RGBA
            0xFE => [self.byte()?, self.byte()?, self.byte()?, alpha],
            0xFF => [self.byte()?, self.byte()?, self.byte()?, self.byte()?],
            // QOI_OP_INDEX
            0x00..=0x3F => self.seen[usize::from(first)],
            // QOI_OP_DIFF: three differences of 2 bits, each 2 more than it stands for.
            0x40..=0x7F => {
                let difference = |shift: u32| ((first >> shift) & 3).wrapping_sub(2);
                [
                    red.wrapping_add(difference(4)),
                    green.wrapping_add(difference(2)),
                    blue.wrapping_add(difference(0)),
                    alpha,
                ]
            }
            // QOI_OP_LUMA: that of green, 32 more, and how those of red and blue differ from it, 8 more.
            0x80..=0xBF => {
                let second = self.byte()?;
                let difference = (first & 0x3F).wrapping_sub(32);
                let red_more = (second >> 4).wrapping_sub(8);
                let blue_more = (second & 0x0F).wrapping_sub(8);
                [
                    red.wrapping_add(difference).wrapping_add(red_more),
                    green.wrapping_add(difference),
                    blue.wrapping_add(difference).wrapping_add(blue_more),
                    alpha,
                ]
            }
            // QOI_OP_RUN: one less than the run's length.
            0xC0..=0xFD => {
                self.run = first & 0x3F;
                self.pixel
            }
        };
        let [red, green, blue, alpha] = self.pixel.map(usize::from);
        self.seen[(red * 3 + green * 5 + blue * 7 + alpha * 11) % 64] = self.pixel;
        Ok(self.pixel)
    }
}

/// What is read at once.
const BUFFER: usize = 16 << 10;
