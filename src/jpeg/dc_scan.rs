//! The DC scans of a progressive picture (T.81 G.1.2.1), first and refining.

use super::bits::Bits;
use super::coefficients::Store;
use super::dc::DcTable;
use super::error::Damage;
use super::intervals::Units;
use super::scan::Layout;
use std::sync::Arc;

/// A DC scan, of one component or several.
pub(super) struct DcScan<'p, 's> {
    mcus: (usize, usize),
    stores: &'p mut [Store<'s>],
    lanes: Vec<DcLane>,
    /// For each component in the scan.
    predictions: [i16; 4],
    /// Al.
    low: u8,
}

/// A block of the MCU: what is the same for it in all MCUs.
struct DcLane {
    /// The component's place in the scan, and in the frame.
    component: (usize, usize),
    /// The block's column and row in the first MCU, and how many columns and rows further on it is in the next.
    first: (usize, usize),
    step: (usize, usize),
    /// None in a refinement, which has no codes.
    table: Option<Arc<DcTable>>,
    /// Where the block's coefficients are, in the MCU that is being decoded.
    at: usize,
}

impl<'p, 's> DcScan<'p, 's> {
    /// A scan whose components have these places in the frame, and these `tables` unless it refines.
    pub(super) fn new(
        layout: &Layout,
        stores: &'p mut [Store<'s>],
        of: &[usize],
        tables: &[Arc<DcTable>],
        low: u8,
    ) -> Self {
        let lanes = layout.blocks.iter().map(|block| DcLane {
            component: (block.component, of[block.component]),
            first: block.at,
            step: layout.steps[block.component],
            table: tables.get(block.component).map(Arc::clone),
            at: 0,
        });
        Self {
            mcus: layout.mcus,
            lanes: lanes.collect(),
            stores,
            predictions: [0; 4],
            low,
        }
    }

    fn go_to(&mut self, (x, y): (usize, usize)) {
        for lane in &mut self.lanes {
            let store = &self.stores[lane.component.1];
            let (column, row) = (
                lane.first.0 + x * lane.step.0,
                lane.first.1 + y * lane.step.1,
            );
            lane.at = (row * store.across + column) * store.n * store.n;
        }
    }

    /// Decodes the MCU that was gone to and goes to the next in its row.
    #[inline(always)]
    fn decode_mcu(&mut self, bits: &mut Bits) -> Result<(), Damage> {
        for lane in &mut self.lanes {
            let store = &mut self.stores[lane.component.1];
            let dc = &mut store.coefficients[lane.at];
            bits.refill();
            match &lane.table {
                Some(table) => {
                    let prediction = &mut self.predictions[lane.component.0];
                    *prediction = prediction.wrapping_add(table.decode(bits)? as i16);
                    *dc = *prediction << self.low;
                }
                None => *dc |= (bits.take(1) as i16) << self.low,
            }
            lane.at += lane.step.0 * store.n * store.n;
        }
        Ok(())
    }
}

impl Units for DcScan<'_, '_> {
    fn size(&self) -> (usize, usize) {
        self.mcus
    }

    fn restart(&mut self) {
        self.predictions = [0; 4];
    }

    fn decode(
        &mut self,
        bits: &mut Bits,
        threshold: usize,
        at: (usize, usize),
        count: usize,
    ) -> (usize, Result<(), Damage>) {
        self.go_to(at);
        let mut local = *bits;
        let mut done = 0;
        let result = loop {
            let result = self.decode_mcu(&mut local);
            done += usize::from(result.is_ok());
            if done == count || result.is_err() || local.position() > threshold {
                break result;
            }
        };
        *bits = local;
        (done, result)
    }

    /// What came of earlier scans is still right.
    fn erase(&mut self, _mcu: (usize, usize)) {}
}
