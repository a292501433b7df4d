//! The blocks of one component, transformed and drawn.

use fearless_simd::{Level, dispatch};

use super::idct::{Block, square, transformed, two};
use super::planes::Canvas;
use super::scale::at_constant;
use super::zigzag::NATURAL;
use crate::picture::jpeg::syntax::tables::Quantisation;

/// Transforms the blocks of one component.
#[derive(Clone, Debug)]
pub(crate) struct Inverse {
    level: Level,
    n: usize,
    /// The quantisation table column by column.
    quantisers: [[f32; 8]; 8],
    /// What is added to coefficients that aren't zero, away from it: at 2/8 alone.
    halves: [[f32; 2]; 2],
}

impl Inverse {
    /// For a component at n/8, n in 2..=8: at 1/8 there is nothing to transform, a sample is a block's
    /// [`mean`](super::idct::mean).
    pub(crate) fn new(n: usize, quantisation: &Quantisation) -> Self {
        let mut quantisers = [[0.0; 8]; 8];
        for (&quantiser, natural) in quantisation.iter().zip(NATURAL) {
            quantisers[usize::from(natural % 8)][usize::from(natural / 8)] = f32::from(quantiser);
        }
        Self {
            level: Level::new(),
            n,
            quantisers,
            halves: [[0.0; 2]; 2],
        }
    }

    /// The same at 2/8, where these coefficients, a bit for each in zigzag order, lack their last bit: what isn't zero
    /// is taken to be in the middle of where it may be.
    pub(crate) fn with_cut_short(mut self, cut_short: u64) -> Self {
        for k in (0..64).filter(|k| cut_short >> k & 1 == 1) {
            let (column, row) = (usize::from(NATURAL[k] % 8), usize::from(NATURAL[k] / 8));
            self.halves[column][row] = self.quantisers[column][row] / 2.0;
        }
        self
    }

    /// Transforms a block, of which no more than the first `coded` coefficients in zigzag order aren't zero, and draws
    /// it.
    #[inline(always)]
    pub(crate) fn draw(
        &self,
        block: &Block,
        coded: usize,
        canvas: &mut Canvas,
        place: (usize, usize),
    ) {
        at_constant!(self.n, N => self.draw_at::<N>(block, coded, canvas, place));
    }

    /// Does so where it is known that the component is at N/8.
    #[inline(always)]
    pub(crate) fn draw_at<const N: usize>(
        &self,
        block: &Block,
        coded: usize,
        canvas: &mut Canvas,
        place: (usize, usize),
    ) {
        let samples = dispatch!(self.level, simd => transformed::<_, N>(simd, block, &self.quantisers, coded));
        canvas.draw::<N>(place, &samples);
    }

    /// Transforms and draws blocks at 2/8 of one row, from a place on; each column by column.
    #[inline(always)]
    pub(crate) fn draw_row_of_two(
        &self,
        row: &[[i16; 4]],
        canvas: &mut Canvas,
        (x, y): (usize, usize),
    ) {
        let [[dc, down, ..], [across, both, ..], ..] = self.quantisers;
        let [[_, half_down], [half_across, half_both]] = self.halves;
        let transform = |&[a, b, c, d]: &[i16; 4]| {
            two([
                f32::from(a) * dc,
                f32::from(b) * down + f32::from(b.signum()) * half_down,
                f32::from(c) * across + f32::from(c.signum()) * half_across,
                f32::from(d) * both + f32::from(d.signum()) * half_both,
            ])
        };
        let (top, bottom) = canvas.pairs((x, y));
        let whole = bottom.len();
        for ((block, top), bottom) in row.iter().zip(top).zip(bottom) {
            [*top, *bottom] = transform(block);
        }
        for (i, block) in row.iter().enumerate().skip(whole) {
            canvas.draw::<2>((x + i, y), &square(transform(block)));
        }
    }
}
