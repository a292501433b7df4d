//! The coefficients of a progressive picture that its scales need, gathered scan by scan.

use crate::picture::jpeg::error::{Error, Flaw};
use crate::picture::jpeg::limits::Limits;
use crate::picture::jpeg::samples::inverse::Inverse;
use crate::picture::jpeg::samples::planes::{self, Canvas};
use crate::picture::jpeg::samples::scale::{Scales, at_constant};
use crate::picture::jpeg::samples::zigzag::{self, NATURAL};
use crate::picture::jpeg::syntax::frame::{Component, Frame};
use crate::picture::jpeg::syntax::tables::{Quantisation, Tables};
use crate::picture::vectors::vectorised;

/// One component's coefficients.
#[derive(Debug)]
pub(crate) struct CoefficientPlane<'s> {
    /// The N of the scale; a block has N * N coefficients here, column by column.
    pub(crate) n: usize,
    /// Blocks that hold samples of the picture.
    pub(crate) blocks: (usize, usize),
    /// Blocks per row, with the padding to whole MCUs.
    pub(crate) across: usize,
    pub(crate) coefficients: &'s mut [i16],
    /// For each block a bit for each coefficient in zigzag order that isn't zero, needed or not: a refinement scan
    /// has a bit for each of them (T.81 G.1.2.3). Empty at 1/8, where no such scan counts.
    pub(crate) histories: &'s mut [u64],
    /// By place in zigzag order: the place among a block's N * N; beyond these for what isn't needed.
    pub(crate) slots: [u8; 64],
    /// A bit for each place in zigzag order that is needed.
    pub(crate) needed: u64,
    quantisation: Option<Quantisation>,
    table: u8,
}

/// The slot of a coefficient that the scale doesn't need.
const UNNEEDED: u8 = 255;

/// Room for all components' coefficients, all zero, if they and the planes are within the limit.
pub(crate) fn coefficient_planes<'s>(
    frame: &Frame,
    scales: &Scales,
    limits: &Limits,
    coefficients: &'s mut [Vec<i16>; 4],
    histories: &'s mut [Vec<u64>; 4],
) -> Result<Vec<CoefficientPlane<'s>>, Error> {
    let bytes = |(i, c): (usize, &Component)| {
        let n = scales.get(i).n();
        (c.padded.0 * c.padded.1) as u64 * (2 * n * n + if n > 1 { 8 } else { 0 }) as u64
    };
    let all = frame.components.iter().enumerate().map(bytes).sum::<u64>();
    limits.check_memory(all + planes::bytes_of_planes(frame, scales))?;
    let room = coefficients.iter_mut().zip(histories);
    let components = frame.components.iter().enumerate().zip(room);
    Ok(components
        .map(|((i, component), (coefficients, histories))| {
            let n = scales.get(i).n();
            let blocks = component.padded.0 * component.padded.1;
            coefficients.clear();
            coefficients.resize(blocks * n * n, 0);
            histories.clear();
            histories.resize(if n > 1 { blocks } else { 0 }, 0);
            let (mut slots, mut needed) = ([UNNEEDED; 64], 0);
            for k in (0..64).filter(|&k| zigzag::needed(k, n)) {
                slots[k] = NATURAL[k] % 8 * n as u8 + NATURAL[k] / 8;
                needed |= 1 << k;
            }
            CoefficientPlane {
                n,
                blocks: component.blocks,
                across: component.padded.0,
                coefficients,
                histories,
                slots,
                needed,
                quantisation: None,
                table: component.table,
            }
        })
        .collect())
}

impl CoefficientPlane<'_> {
    /// Takes the quantisation table in force where the component's first scan begins (T.81 B.2.4.1: it may be redefined
    /// for other components afterwards).
    pub(crate) fn latch(&mut self, tables: &Tables) {
        if self.quantisation.is_none() {
            self.quantisation = tables.quantisation[usize::from(self.table)];
        }
    }

    /// Transforms and draws all blocks. The coefficients `cut_short` lack their last bit; `offset` is where a missing
    /// table is reported.
    pub(crate) fn draw(
        &self,
        cut_short: u64,
        canvas: &mut Canvas,
        offset: usize,
    ) -> Result<(), Error> {
        let table = self.table;
        let missing = Error::format(Flaw::NoQuantisationTable { table }, offset);
        let quantisation = self.quantisation.as_ref().ok_or(missing)?;
        vectorised(
            #[inline(always)]
            || self.draw_all(quantisation, cut_short, canvas),
        );
        Ok(())
    }

    #[inline(always)]
    fn draw_all(&self, quantisation: &Quantisation, cut_short: u64, canvas: &mut Canvas) {
        match self.n {
            1 => {
                for (y, row) in self.coefficients.chunks_exact(self.across).enumerate() {
                    canvas.dots((0, y), row, quantisation[0]);
                }
            }
            2 => {
                let inverse = Inverse::new(2, quantisation).with_cut_short(cut_short);
                let rows = self.coefficients.chunks_exact(4 * self.across);
                for (y, row) in rows.enumerate().take(self.blocks.1) {
                    inverse.draw_row_of_two(row.as_chunks().0, canvas, (0, y));
                }
            }
            n => at_constant!(n, N => self.draw_blocks::<N>(quantisation, canvas)),
        }
    }

    /// Transforms and draws all blocks of N * N coefficients: gathering so few costs little more than the transform,
    /// but only if their number is known when compiling.
    #[inline(always)]
    fn draw_blocks<const N: usize>(&self, quantisation: &Quantisation, canvas: &mut Canvas) {
        let inverse = Inverse::new(N, quantisation);
        let mut block = [0; 128];
        let rows = self.coefficients.chunks_exact(self.across * N * N);
        for (y, row) in rows.take(self.blocks.1).enumerate() {
            let columns = row.as_chunks::<N>().0.chunks_exact(N);
            for (x, columns) in columns.take(self.blocks.0).enumerate() {
                for (place, column) in block.as_chunks_mut::<8>().0.iter_mut().zip(columns) {
                    place[..N].copy_from_slice(column);
                }
                // All may have been sent: in damaged blocks, more of them than the histories tell of.
                inverse.draw_at::<N>(&block, 64, canvas, (x, y));
            }
        }
    }
}
