//! A plane of samples -> the same plane at the thumbnail's size.
//!
//! Lanczos-3 in fixed point, down and then across, rounded to samples between. Rows are summed up in vectors; to sum up
//! columns, the plane is transposed, which costs far less than sums within a vector.

mod convolve;
mod weights;

use fearless_simd::Level;

use crate::picture::framing::Area;
use convolve::{COLUMNS, Rows, convolve, transpose};
use weights::{Part, Weights};

/// Samples row by row, `width` per row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Samples<'a> {
    pub(crate) samples: &'a [u8],
    pub(crate) width: usize,
    pub(crate) height: usize,
}

/// Resizes planes with Lanczos-3. Keeps its buffers from one to the next, and weights for another one of the same size.
#[derive(Debug)]
pub(crate) struct Resizer {
    passes: Passes,
    /// A plane with its edges repeated outwards.
    padded: Vec<u8>,
}

#[derive(Debug)]
struct Passes {
    level: Level,
    down: Weights,
    across: Weights,
    /// The plane on its way: rows that are summed up, and columns.
    rows: Vec<u8>,
    columns: Vec<u8>,
}

impl Resizer {
    pub(crate) fn new() -> Self {
        Self {
            passes: Passes {
                level: Level::new(),
                down: Weights::default(),
                across: Weights::default(),
                rows: Vec::new(),
                columns: Vec::new(),
            },
            padded: Vec::new(),
        }
    }

    /// Resizes the part of `source` under `window` to `width` x `height` and puts the samples into `target`.
    ///
    /// The window is where the picture is, to the fraction of a sample. Where it reaches beyond the plane, the plane's
    /// edge is repeated; it never reaches far, so the copy that this takes is of a plane not much larger than the
    /// thumbnail.
    pub(crate) fn resize(
        &mut self,
        source: Samples,
        window: Area,
        (width, height): (usize, usize),
        target: &mut Vec<u8>,
    ) {
        target.resize(width * height, 0);
        let beyond = |start: f64, length: f64, side: usize| {
            let before = (-start).ceil().max(0.0) as usize;
            let after = (start + length - side as f64).ceil().max(0.0) as usize;
            // Less than this is a rounding error, not a sample.
            let after = if start + length - side as f64 > 1e-6 {
                after
            } else {
                0
            };
            (before, after)
        };
        let horizontal = beyond(window.left, window.width, source.width);
        let vertical = beyond(window.top, window.height, source.height);
        if horizontal == (0, 0) && vertical == (0, 0) {
            return self.passes.resize(source, window, (width, height), target);
        }
        let source = pad(source, horizontal, vertical, &mut self.padded);
        let window = Area {
            left: window.left + horizontal.0 as f64,
            top: window.top + vertical.0 as f64,
            ..window
        };
        self.passes.resize(source, window, (width, height), target);
    }
}

impl Passes {
    /// The same for a window within the plane.
    fn resize(
        &mut self,
        source: Samples,
        window: Area,
        (width, height): (usize, usize),
        target: &mut [u8],
    ) {
        let across = Part {
            side: source.width,
            start: window.left,
            length: shortened(window.left, window.width, source.width),
            target: width,
        };
        let down = Part {
            side: source.height,
            start: window.top,
            length: shortened(window.top, window.height, source.height),
            target: height,
        };
        if across.is_copied() && down.is_copied() {
            let rows = source.samples.chunks_exact(source.width);
            let rows = rows.skip(down.start as usize);
            for (row, line) in rows.zip(target.chunks_exact_mut(width)) {
                line.copy_from_slice(&row[across.start as usize..][..width]);
            }
            return;
        }
        self.down.make(self.level, down);
        self.across.make(self.level, across);

        let Self {
            level,
            down,
            across,
            rows,
            columns,
        } = self;
        let level = *level;
        let whole = |side: usize| side.next_multiple_of(COLUMNS);
        let reach = across.reach();
        let wide = whole(reach.len());
        for (band, lines) in target.chunks_mut(BAND * width).enumerate() {
            let high = whole(lines.len() / width);
            let plane = Rows::new(source.samples, source.width);
            rows.resize(wide * high, 0);
            convolve(
                level,
                plane,
                (0, reach.start),
                wide,
                down,
                band * BAND,
                rows,
            );
            columns.resize(wide * high, 0);
            transpose(level, Rows::new(rows, wide), columns);
            let turned = Rows::new(columns, high);
            rows.resize(whole(width) * high, 0);
            convolve(level, turned, (reach.start, 0), high, across, 0, rows);
            columns.resize(whole(width) * high, 0);
            transpose(level, Rows::new(rows, high), columns);
            let made = columns.chunks_exact(whole(width));
            for (row, line) in made.zip(lines.chunks_exact_mut(width)) {
                line.copy_from_slice(&row[..width]);
            }
        }
    }
}

/// Rows of the thumbnail that are made together: few enough for what they are made from to stay in a core's cache.
const BAND: usize = 64;

/// `length`, shortened just enough for `start + length` not to exceed `side`, even after rounding.
fn shortened(start: f64, length: f64, side: usize) -> f64 {
    let side = side as f64;
    let mut length = length.min(side - start);
    while start + length > side {
        length = length.next_down();
    }
    length
}

/// A copy of a plane with its edges repeated outwards: so many samples before and after, across and down.
fn pad<'p>(
    source: Samples,
    across: (usize, usize),
    down: (usize, usize),
    padded: &'p mut Vec<u8>,
) -> Samples<'p> {
    let Samples {
        samples,
        width,
        height,
    } = source;
    let padded_width = across.0 + width + across.1;
    let padded_height = down.0 + height + down.1;
    padded.clear();
    padded.reserve(padded_width * padded_height);
    for row in samples.chunks_exact(width).take(height) {
        padded.extend(std::iter::repeat_n(row[0], across.0));
        padded.extend_from_slice(row);
        padded.extend(std::iter::repeat_n(row[width - 1], across.1));
        if padded.len() == padded_width {
            // This is the first row so far: the rows above it are copies of it.
            for _ in 0..down.0 {
                padded.extend_from_within(..padded_width);
            }
        }
    }
    for _ in 0..down.1 {
        padded.extend_from_within(padded.len() - padded_width..);
    }
    Samples {
        samples: padded,
        width: padded_width,
        height: padded_height,
    }
}

#[cfg(test)]
mod tests;
