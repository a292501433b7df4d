//! GIF (89a), the first frame: row by row, or if it is interlaced, whole as the bytes of its indices.

use ::gif::{ColorOutput, DecodeOptions, Decoder, MemoryLimit};

use super::error::Error;
use super::info::Info;
use super::limits::{buffer, check_memory, check_pixels};
use super::opened::{Input, Opened};
use super::rows::Rows;
use crate::picture::jpeg::{Colour, Limits};

/// Where the first frame is on the screen, and how its indices become colours.
struct Frame {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    interlaced: bool,
    /// 256 of them; indices beyond the file's palette can be seen through.
    colours: Vec<[u8; 4]>,
}

pub(super) fn open<'a>(input: &'a mut dyn Input, limits: &'a Limits) -> Result<Opened<'a>, Error> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.set_memory_limit(
        limits
            .max_memory
            .try_into()
            .map_or(MemoryLimit::Unlimited, MemoryLimit::Bytes),
    );
    let mut decoder = options.read_info(input)?;
    let frame = decoder.next_frame_info()?.ok_or(Error::Truncated)?.clone();
    // Some writers leave the screen's size zero.
    let (width, height) = (decoder.width(), decoder.height());
    let size = if width == 0 || height == 0 {
        let end = |start: u16, side: u16| u32::from(start) + u32::from(side);
        (end(frame.left, frame.width), end(frame.top, frame.height))
    } else {
        (u32::from(width), u32::from(height))
    };
    check_pixels(size, limits)?;
    check_memory(8 * u64::from(size.0), limits)?;

    let mut colours = vec![[0; 4]; 256];
    for (colour, [red, green, blue]) in colours.iter_mut().zip(decoder.palette()?.as_chunks().0) {
        *colour = [*red, *green, *blue, 255];
    }
    if let Some(transparent) = frame.transparent {
        colours[usize::from(transparent)] = [0; 4];
    }
    let frame = Frame {
        left: frame.left.into(),
        top: frame.top.into(),
        width: frame.width.into(),
        height: frame.height.into(),
        interlaced: frame.interlaced,
        colours,
    };
    let mut info = Info::new(size, Colour::Rgb, true);
    info.profile = decoder.icc_profile().map(<[u8]>::to_vec);
    let feed = move |rows: &mut Rows, info: &mut Info| frame.feed(decoder, limits, rows, info.size);
    Ok(Opened {
        info,
        feed: Box::new(feed),
    })
}

impl Frame {
    fn feed(
        &self,
        mut decoder: Decoder<&mut dyn Input>,
        limits: &Limits,
        rows: &mut Rows,
        screen: (u32, u32),
    ) -> Result<(), Error> {
        let width = screen.0 as usize;
        let nothing = vec![0; 4 * width];
        for _ in 0..self.top.min(screen.1 as usize) {
            rows.push(&nothing);
        }
        let mut row = nothing.clone();
        if self.interlaced {
            let size = self.width as u64 * self.height as u64;
            let mut indices = buffer(size, limits)?;
            if !decoder.fill_buffer(&mut indices)? {
                return Err(Error::damaged("the picture's data end early"));
            }
            for y in 0..self.height {
                let at = stored_row(y, self.height) * self.width;
                self.paint(&indices[at..][..self.width], &mut row);
                rows.push(&row);
            }
        } else {
            let mut indices = vec![0; self.width];
            for _ in 0..self.height {
                if rows.missing() == 0 {
                    break;
                }
                if !decoder.fill_buffer(&mut indices)? {
                    return Err(Error::damaged("the picture's data end early"));
                }
                self.paint(&indices, &mut row);
                rows.push(&row);
            }
        }
        while rows.missing() > 0 {
            rows.push(&nothing);
        }
        Ok(())
    }

    /// Puts the colours of `indices` into the row of the screen.
    fn paint(&self, indices: &[u8], row: &mut [u8]) {
        let pixels = row.as_chunks_mut::<4>().0;
        for (pixel, index) in pixels.iter_mut().skip(self.left).zip(indices) {
            *pixel = self.colours[usize::from(*index)];
        }
    }
}

/// Where row `y` of an interlaced frame is among its stored rows (GIF89a, appendix E): every 8th from 0, every 8th
/// from 4, every 4th from 2, every 2nd from 1.
fn stored_row(y: usize, height: usize) -> usize {
    let from = |start: usize, every: usize| height.saturating_sub(start).div_ceil(every);
    match y % 8 {
        0 => y / 8,
        4 => from(0, 8) + y / 8,
        2 | 6 => from(0, 8) + from(4, 8) + y / 4,
        _ => from(0, 8) + from(4, 8) + from(2, 4) + y / 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stored_row_has_its_place() {
        for height in 0..50 {
            let passes = [(0, 8), (4, 8), (2, 4), (1, 2)];
            let order = passes.map(|(start, every)| (start..height).step_by(every));
            for (stored, y) in order.into_iter().flatten().enumerate() {
                assert_eq!(stored_row(y, height), stored, "{y} of {height}");
            }
        }
    }
}
