//! A plane of samples -> the same plane at the thumbnail's size.
//!
//! Lanczos-3 in fixed point, down and then across, rounded to samples between. Rows are summed up in vectors; to sum up
//! columns, the plane is transposed, which costs far less than sums within a vector.

mod convolve;
mod weights;

use std::ops::Range;

use fearless_simd::Level;

use crate::picture::framing::Area;
use convolve::{COLUMNS, Rows, convolve, transpose};
use weights::{Kept, Part};

/// Samples row by row, `width` per row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Samples<'a> {
    pub(crate) samples: &'a [u8],
    pub(crate) width: usize,
    pub(crate) height: usize,
}

/// Resizes planes with Lanczos-3. Keeps its buffers from one to the next, and weights for others of the same sizes.
#[derive(Debug)]
pub(crate) struct Resizer {
    level: Level,
    down: Kept,
    across: Kept,
    /// A band on its way: rows that are summed up, and columns.
    rows: Vec<u8>,
    columns: Vec<u8>,
}

impl Resizer {
    pub(crate) fn new() -> Self {
        Self {
            level: Level::new(),
            down: Kept::default(),
            across: Kept::default(),
            rows: Vec::new(),
            columns: Vec::new(),
        }
    }

    /// Resizes the part of `source` under `window` to `width` x `height` and puts the samples into `target`.
    ///
    /// The window is where the picture is, to the fraction of a sample. Where it reaches beyond the plane, the plane's
    /// edge is repeated.
    pub(crate) fn resize(
        &mut self,
        source: Samples,
        window: Area,
        (width, height): (usize, usize),
        target: &mut Vec<u8>,
    ) {
        target.resize(width * height, 0);
        let (across, left) = part(window.left, window.width, source.width, width);
        let (down, above) = part(window.top, window.height, source.height, height);
        let plane = Rows {
            samples: source.samples,
            stride: source.width,
            count: source.height,
        };
        if across.is_copied() && down.is_copied() {
            let start = across.start as usize;
            let own = own(&(start..start + width), left, source.width);
            for (y, line) in target.chunks_exact_mut(width).enumerate() {
                let row = plane.row(down.start as usize + y, above);
                let first = start + own.start - left;
                line[own.clone()].copy_from_slice(&row[first..][..own.len()]);
                repeat_edges(line, &own);
            }
            return;
        }
        let Self {
            level,
            down: kept_down,
            across: kept_across,
            rows,
            columns,
        } = self;
        let level = *level;
        let down = kept_down.get(level, down);
        let across = kept_across.get(level, across);
        let whole = |side: usize| side.next_multiple_of(COLUMNS);
        let reach = across.reach();
        let wide = whole(reach.len());
        let own = own(&reach, left, source.width);
        let first = (above, reach.start + own.start - left);
        for (band, lines) in target.chunks_mut(BAND * width).enumerate() {
            let high = whole(lines.len() / width);
            rows.resize(wide * high, 0);
            convolve(level, plane, first, wide, down, band * BAND, rows);
            if own != (0..reach.len()) {
                for line in rows.chunks_exact_mut(wide) {
                    line.copy_within(..own.len(), own.start);
                    repeat_edges(&mut line[..reach.len()], &own);
                }
            }
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

/// The part of a line of `side` samples that becomes `target` samples. Where it begins before the line or ends behind
/// it, the line is longer by so many samples; how many these are before it comes second.
fn part(start: f64, length: f64, side: usize, target: usize) -> (Part, usize) {
    let before = (-start).ceil().max(0.0) as usize;
    let beyond = start + length - side as f64;
    // Less than this is a rounding error, not a sample.
    let after = if beyond > 1e-6 {
        beyond.ceil() as usize
    } else {
        0
    };
    let side = before + side + after;
    let start = start + before as f64;
    let part = Part {
        side,
        start,
        length: shortened(start, length, side),
        target,
    };
    (part, before)
}

/// Which samples of those that `reach` names are a line's own: `side` of them, behind `before` that repeat its first.
fn own(reach: &Range<usize>, before: usize, side: usize) -> Range<usize> {
    let start = reach.start.max(before);
    let end = reach.end.min(before + side);
    start - reach.start..end - reach.start
}

/// Repeats the first and the last of a line's `own` samples before and behind them.
fn repeat_edges(line: &mut [u8], own: &Range<usize>) {
    let (first, last) = (line[own.start], line[own.end - 1]);
    line[..own.start].fill(first);
    line[own.end..].fill(last);
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

#[cfg(test)]
mod tests;
