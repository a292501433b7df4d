//! Rows of pixels, from the top down -> planes, each sample the average of a box of pixels.
//!
//! A box's sums are kept in 16 bits a sample for as many rows as they hold, so that most of the work is one addition a
//! sample, which the compiler makes many of at once.

use super::error::Error;
use super::info::{Decoded, Info};
use super::limits::{check_memory, check_pixels};
use super::samples::{narrow_all, premultiply};
use crate::picture::jpeg::Limits;
use crate::picture::vectors::vectorised;

/// How many samples there are, at least, for one of the thumbnail. The box filter blurs what it keeps and lets some of
/// what it should suppress pass; how little of that is left in the thumbnail is a matter of this gap. Medians and worst
/// of 25 photographs of a shop, as PNG, at 128 pixels, against Lanczos-3 over all pixels in floating point: 2 gives
/// 50.3 and 46.9 dB, 3 gives 55.1 and 52.4, 4 gives 57.3 and 55.2, and no boxes at all 58.4 and 57.4.
const GAP: f64 = 3.0;

/// What is left of the gap when the memory would not do for more.
const SMALL_GAP: f64 = 2.0;

/// Rows whose sums fit 16 bits: 257 * 255 = 65535.
const ROWS_IN_16_BITS: u32 = 257;

/// A picture that comes row by row.
#[derive(Debug)]
pub(super) struct Rows {
    width: usize,
    height: usize,
    channels: usize,
    alpha: bool,
    /// Whether colours come multiplied by their alpha.
    pub(super) premultiplied: bool,
    /// The side of a box in pixels.
    step: usize,
    /// Boxes in a row.
    across: usize,
    planes: Vec<Vec<u8>>,
    /// For each sample of a row, its sum over the rows since the last fold.
    sums: Vec<u16>,
    rows_in_sums: u32,
    /// For each sample of a row of boxes, its sum over what was folded.
    totals: Vec<u64>,
    rows_in_totals: usize,
    rows: usize,
    opaque: bool,
    /// A row with its colours multiplied by alpha.
    multiplied: Vec<u8>,
    /// A row rounded to 8 bits.
    narrowed: Vec<u8>,
}

impl Rows {
    /// Ready for the rows of a picture; `scale` is how many samples are wanted for a pixel, at most.
    pub(super) fn new(info: &Info, scale: f64, limits: &Limits) -> Result<Self, Error> {
        check_pixels(info.size, limits)?;
        let channels = info.channels();
        let (width, height) = (info.size.0 as usize, info.size.1 as usize);
        let step = |gap: f64| ((1.0 / (scale * gap)).floor() as usize).max(1);
        let bytes = |step: usize| {
            let boxes = width.div_ceil(step) as u64 * height.div_ceil(step) as u64;
            let row = width * channels * if step > 1 { 3 } else { 0 };
            boxes * channels as u64 + row as u64
        };
        let step = [GAP, SMALL_GAP]
            .map(step)
            .into_iter()
            .find(|step| bytes(*step) <= limits.max_memory)
            .unwrap_or(step(SMALL_GAP));
        check_memory(bytes(step), limits)?;
        let (across, down) = (width.div_ceil(step), height.div_ceil(step));
        let (sums, totals) = if step > 1 {
            (vec![0; width * channels], vec![0; across * channels])
        } else {
            (Vec::new(), Vec::new())
        };
        Ok(Self {
            width,
            height,
            channels,
            alpha: info.alpha,
            premultiplied: false,
            step,
            across,
            // Not `vec![..; channels]`: clones of an empty vector have no room.
            planes: (0..channels)
                .map(|_| Vec::with_capacity(across * down))
                .collect(),
            sums,
            rows_in_sums: 0,
            totals,
            rows_in_totals: 0,
            rows: 0,
            opaque: true,
            multiplied: Vec::new(),
            narrowed: Vec::new(),
        })
    }

    /// Samples a row.
    pub(super) fn row_length(&self) -> usize {
        self.width * self.channels
    }

    /// Rows still to come.
    pub(super) fn missing(&self) -> usize {
        self.height - self.rows
    }

    pub(super) fn has_any(&self) -> bool {
        self.rows > 0
    }

    /// Takes the next row, one byte a sample. Rows beyond the last are passed over.
    pub(super) fn push(&mut self, row: &[u8]) {
        assert_eq!(row.len(), self.row_length(), "BUG: a row of another length");
        if self.rows == self.height {
            return;
        }
        let mut multiplied = std::mem::take(&mut self.multiplied);
        let is_opaque = !self.alpha || {
            vectorised(
                #[inline(always)]
                || match self.channels {
                    2 => is_opaque::<2>(row),
                    4 => is_opaque::<4>(row),
                    _ => unreachable!("BUG: alpha of inks"),
                },
            )
        };
        self.opaque &= is_opaque;
        if is_opaque || self.premultiplied {
            self.add(row);
        } else {
            vectorised(
                #[inline(always)]
                || match self.channels {
                    2 => premultiply::<2>(row, &mut multiplied),
                    _ => premultiply::<4>(row, &mut multiplied),
                },
            );
            self.add(&multiplied);
        }
        self.multiplied = multiplied;
    }

    /// Takes the next row, two bytes a sample, of which `of` makes its value.
    pub(super) fn push_wide(&mut self, row: &[u8], of: fn([u8; 2]) -> u16) {
        let mut narrowed = std::mem::take(&mut self.narrowed);
        narrow_all(row, of, &mut narrowed);
        self.push(&narrowed);
        self.narrowed = narrowed;
    }

    fn add(&mut self, row: &[u8]) {
        self.rows += 1;
        if self.step == 1 {
            return self.spread(row);
        }
        for (sum, sample) in self.sums.iter_mut().zip(row) {
            *sum += u16::from(*sample);
        }
        self.rows_in_sums += 1;
        let rows = self.rows_in_totals + self.rows_in_sums as usize;
        let is_last = rows == self.step || self.rows == self.height;
        if is_last || self.rows_in_sums == ROWS_IN_16_BITS {
            self.fold();
        }
        if is_last {
            self.average(rows);
        }
    }

    /// Boxes of one pixel.
    fn spread(&mut self, row: &[u8]) {
        for (channel, plane) in self.planes.iter_mut().enumerate() {
            plane.extend(row.iter().skip(channel).step_by(self.channels));
        }
    }

    /// Adds the sums up across each box.
    fn fold(&mut self) {
        match self.channels {
            1 => fold::<1>(&self.sums, self.step, &mut self.totals),
            2 => fold::<2>(&self.sums, self.step, &mut self.totals),
            3 => fold::<3>(&self.sums, self.step, &mut self.totals),
            _ => fold::<4>(&self.sums, self.step, &mut self.totals),
        }
        self.sums.fill(0);
        self.rows_in_totals += self.rows_in_sums as usize;
        self.rows_in_sums = 0;
    }

    /// Ends a row of boxes that are `rows` high.
    fn average(&mut self, rows: usize) {
        let last = self.width - (self.across - 1) * self.step;
        let part = |columns: usize| 1.0 / (columns as f64 * rows as f64);
        let (whole, last) = (part(self.step), part(last));
        for (channel, plane) in self.planes.iter_mut().enumerate() {
            let totals = self.totals.iter().skip(channel).step_by(self.channels);
            let start = plane.len();
            plane.extend(totals.map(|total| (*total as f64 * whole + 0.5) as u8));
            let total = self.totals[self.totals.len() - self.channels + channel];
            plane[start + self.across - 1] = (total as f64 * last + 0.5) as u8;
        }
        self.totals.fill(0);
        self.rows_in_totals = 0;
    }

    /// The planes. What is missing of a damaged picture is mid-grey, as in a damaged JPEG, or can be seen through.
    pub(super) fn finish(mut self, mut info: Info, damage: Option<Error>) -> Decoded {
        if self.missing() > 0 {
            self.opaque &= !self.alpha;
            let missing = vec![if self.alpha { 0 } else { 128 }; self.row_length()];
            while self.missing() > 0 {
                self.add(&missing);
            }
        }
        if self.alpha && self.opaque {
            self.planes.pop();
            info.alpha = false;
        }
        let part = |side: usize| side as f64 / self.step as f64;
        Decoded {
            info,
            planes: self.planes,
            size: (self.across, self.height.div_ceil(self.step)),
            extent: (part(self.width), part(self.height)),
            damage,
        }
    }
}

/// Whether nothing shows through a row, of which alpha is the last of the N samples of each pixel.
#[inline(always)]
fn is_opaque<const N: usize>(row: &[u8]) -> bool {
    let pixels = row.as_chunks::<N>().0.iter();
    pixels.fold(255, |all, pixel| all & pixel[N - 1]) == 255
}

fn fold<const N: usize>(sums: &[u16], step: usize, totals: &mut [u64]) {
    for (sums, totals) in sums.chunks(step * N).zip(totals.chunks_exact_mut(N)) {
        let mut total = [0_u64; N];
        for pixel in sums.chunks_exact(N) {
            for (total, sum) in total.iter_mut().zip(pixel) {
                *total += u64::from(*sum);
            }
        }
        for (to, total) in totals.iter_mut().zip(total) {
            *to += total;
        }
    }
}
