//! The blocks of one component, transformed and drawn.

use super::idct::{Block, square, transformed, two};
use super::planes::Canvas;
use super::scale::at_constant;
use super::zigzag::NATURAL;
use crate::picture::jpeg::syntax::tables::Quantisation;

/// Transforms the blocks of one component.
#[derive(Clone, Debug)]
pub(crate) struct Inverse {
    n: usize,
    /// The quantisation table column by column.
    quantisers: [[f32; 8]; 8],
}

impl Inverse {
    /// For a component at n/8, n in 2..=8: at 1/8 there is nothing to transform, a sample is a block's
    /// [`mean`](super::idct::mean).
    pub(crate) fn new(n: usize, quantisation: &Quantisation) -> Self {
        let mut quantisers = [[0.0; 8]; 8];
        for (&quantiser, natural) in quantisation.iter().zip(NATURAL) {
            quantisers[usize::from(natural % 8)][usize::from(natural / 8)] = f32::from(quantiser);
        }
        Self { n, quantisers }
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
        canvas.draw::<N>(place, &transformed::<N>(block, &self.quantisers, coded));
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
        let transform = |&[a, b, c, d]: &[i16; 4]| {
            two([
                f32::from(a) * dc,
                f32::from(b) * down,
                f32::from(c) * across,
                f32::from(d) * both,
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
