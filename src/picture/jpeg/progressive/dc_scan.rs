//! The DC scans of a progressive picture (T.81 G.1.2.1), first and refining.

use super::coefficients::CoefficientPlane;
use crate::picture::jpeg::entropy::bits::{Bits, REFILLED};
use crate::picture::jpeg::entropy::dc::DcTable;
use crate::picture::jpeg::entropy::intervals::{self, Units};
use crate::picture::jpeg::error::Damage;
use crate::picture::jpeg::syntax::scan::{Layout, McuBlock};
use std::sync::Arc;

/// A DC scan, of one component or several.
pub(crate) struct DcScan<'p, 's> {
    mcus: (usize, usize),
    coefficient_planes: &'p mut [CoefficientPlane<'s>],
    cursors: Vec<McuBlockCursor>,
    /// For each cursor; none in a refinement, which has no codes.
    tables: Vec<Arc<DcTable>>,
    /// For each component in the scan.
    predictions: [i16; 4],
    /// Al.
    low: u8,
}

/// A block of the MCU: what is the same for it in all MCUs.
struct McuBlockCursor {
    /// The component's place in the scan, and in the frame.
    component: (usize, usize),
    /// The block's column and row in the first MCU, and how many columns and rows further on it is in the next.
    first: (usize, usize),
    step: (usize, usize),
    /// Where the block's coefficients are, in the MCU that is being decoded.
    at: usize,
}

impl<'p, 's> DcScan<'p, 's> {
    /// A scan whose components have these places in the frame, and these `tables` unless it refines.
    pub(crate) fn new(
        layout: &Layout,
        coefficient_planes: &'p mut [CoefficientPlane<'s>],
        of: &[usize],
        tables: &[Arc<DcTable>],
        low: u8,
    ) -> Self {
        let cursors = layout.blocks.iter().map(|block| McuBlockCursor {
            component: (block.component, of[block.component]),
            first: block.at,
            step: layout.steps[block.component],
            at: 0,
        });
        let table = |block: &McuBlock| tables.get(block.component).map(Arc::clone);
        Self {
            mcus: layout.mcus,
            cursors: cursors.collect(),
            tables: layout.blocks.iter().filter_map(table).collect(),
            coefficient_planes,
            predictions: [0; 4],
            low,
        }
    }

    fn go_to(&mut self, (x, y): (usize, usize)) {
        for cursor in &mut self.cursors {
            let plane = &self.coefficient_planes[cursor.component.1];
            let (column, row) = (
                cursor.first.0 + x * cursor.step.0,
                cursor.first.1 + y * cursor.step.1,
            );
            cursor.at = (row * plane.across + column) * plane.n * plane.n;
        }
    }

    /// Decodes the current MCU, and goes to the next one in its row.
    #[inline(always)]
    fn decode_mcu(&mut self, bits: &mut Bits) -> Result<(), Damage> {
        for (number, (cursor, table)) in self.cursors.iter_mut().zip(&self.tables).enumerate() {
            let plane = &mut self.coefficient_planes[cursor.component.1];
            let prediction = &mut self.predictions[cursor.component.0];
            if number % DcTable::PER_REFILL == 0 {
                bits.refill();
            }
            *prediction = prediction.wrapping_add(table.decode_one_of_some(bits)? as i16);
            plane.coefficients[cursor.at] = *prediction << self.low;
            cursor.at += cursor.step.0 * plane.n * plane.n;
        }
        Ok(())
    }

    /// Refines up to `most` MCUs, at least one, and goes to the next one. A block has one bit and no code: as many MCUs
    /// as have all their bits in the window are refined at once, cursor by cursor.
    #[inline(always)]
    fn refine_mcus(&mut self, bits: &mut Bits, threshold: usize, most: usize) -> usize {
        let blocks = self.cursors.len();
        let mut count = most.min(REFILLED as usize / blocks);
        if bits.position() + count * blocks > threshold {
            count = 1;
        }
        let count = count.max(1);
        // T.81 B.2.3 allows no more than 10 blocks in an MCU, but some decoders take more.
        for cursors in self.cursors.chunks_mut(REFILLED as usize) {
            bits.refill();
            let window = bits.peek(REFILLED);
            let blocks = cursors.len();
            for (first, cursor) in cursors.iter_mut().enumerate() {
                let plane = &mut self.coefficient_planes[cursor.component.1];
                let step = cursor.step.0 * plane.n * plane.n;
                let dcs = plane.coefficients[cursor.at..].iter_mut().step_by(step);
                for (mcu, dc) in dcs.take(count).enumerate() {
                    let place = first + mcu * blocks;
                    let bit = window >> (REFILLED as usize - 1 - place) & 1;
                    *dc |= (bit as i16) << self.low;
                }
                cursor.at += count * step;
            }
            bits.pass((count * blocks) as u32);
        }
        count
    }
}

impl Units for DcScan<'_, '_> {
    fn size(&self) -> (usize, usize) {
        self.mcus
    }

    fn restart(&mut self) {
        self.predictions = [0; 4];
    }

    #[inline(always)]
    fn decode(
        &mut self,
        bits: &mut Bits,
        threshold: usize,
        at: (usize, usize),
        count: usize,
    ) -> (usize, Result<(), Damage>) {
        self.go_to(at);
        intervals::decode_row(
            bits,
            threshold,
            count,
            #[inline(always)]
            |bits, done| {
                if self.tables.is_empty() {
                    return Ok(self.refine_mcus(bits, threshold, count - done));
                }
                self.decode_mcu(bits).map(|()| 1)
            },
        )
    }

    /// What came of earlier scans is still right.
    fn erase(&mut self, _mcu: (usize, usize)) {}
}
