//! The scans of a progressive picture: DC (T.81 G.1.2.1) and AC (G.1.2.2, G.1.2.3), first and refining.

use super::bits::{Bits, REFILLED, extend};
use super::coefficients::Store;
use super::dc::DcTable;
use super::error::Damage;
use super::huffman::SymbolTable;
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

/// An AC scan; always of one component.
pub(super) struct AcScan<'p, 's> {
    pub(super) store: &'p mut Store<'s>,
    pub(super) table: Arc<SymbolTable>,
    /// Ss and Se.
    pub(super) band: (u32, u32),
    /// Whether it refines what an earlier scan sent.
    pub(super) refines: bool,
    /// Al.
    pub(super) low: u8,
    /// How many more blocks have nothing new in the band (T.81 G.1.2.2).
    pub(super) run_of_ends: u32,
}

impl Units for AcScan<'_, '_> {
    fn size(&self) -> (usize, usize) {
        self.store.blocks
    }

    fn restart(&mut self) {
        self.run_of_ends = 0;
    }

    fn decode(
        &mut self,
        bits: &mut Bits,
        threshold: usize,
        (x, y): (usize, usize),
        count: usize,
    ) -> (usize, Result<(), Damage>) {
        let mut local = *bits;
        let (mut done, mut result) = (0, Ok(()));
        let start = y * self.store.across + x;
        loop {
            if !self.refines && self.run_of_ends > 0 {
                let blocks = (count - done).min(self.run_of_ends as usize);
                self.run_of_ends -= blocks as u32;
                done += blocks;
            } else {
                result = match self.refines {
                    true => self.refine(&mut local, start + done),
                    false => self.first(&mut local, start + done),
                };
                done += usize::from(result.is_ok());
            }
            if done == count || result.is_err() || local.position() > threshold {
                break;
            }
        }
        *bits = local;
        (done, result)
    }

    fn erase(&mut self, _block: (usize, usize)) {}
}

impl AcScan<'_, '_> {
    /// A block of a first scan (T.81 G.1.2.2).
    #[inline(always)]
    fn first(&mut self, bits: &mut Bits, block: usize) -> Result<(), Damage> {
        let size = self.store.n * self.store.n;
        let coefficients = &mut self.store.coefficients[block * size..][..size];
        let history = &mut self.store.histories[block];
        let mut k = self.band.0;
        while k <= self.band.1 {
            bits.refill();
            let symbol = self.table.decode(bits)?;
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            if size == 0 && run < 15 {
                self.run_of_ends = (1 << run) - 1 + bits.take(run);
                break;
            }
            k += run;
            let value = extend(bits.take(size), size) << self.low;
            if k > self.band.1 {
                return Err(Damage::RunTooLong);
            }
            if size > 0 {
                *history |= 1 << k;
                if let Some(place) =
                    coefficients.get_mut(usize::from(self.store.slots[k as usize & 63]))
                {
                    *place = value as i16;
                }
            }
            k += 1;
        }
        Ok(())
    }

    /// A block of a refining scan (T.81 G.1.2.3).
    #[inline(always)]
    fn refine(&mut self, bits: &mut Bits, block: usize) -> Result<(), Damage> {
        let size = self.store.n * self.store.n;
        let mut refined = Refined {
            coefficients: &mut self.store.coefficients[block * size..][..size],
            slots: &self.store.slots,
            needed: self.store.needed,
            history: self.store.histories[block],
            step: 1 << self.low,
        };
        let (mut k, last) = self.band;
        if self.run_of_ends == 0 {
            while k <= last {
                bits.refill();
                let symbol = self.table.decode(bits)?;
                let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
                if size == 0 && run < 15 {
                    self.run_of_ends = (1 << run) + bits.take(run);
                    break;
                }
                // T.81 allows no size but 1 here; libjpeg takes others for it, with a warning.
                let sign = if size == 0 {
                    0
                } else {
                    2 * bits.take(1) as i16 - 1
                };
                let zeros = !refined.history & bits_below(last + 1) & !bits_below(k);
                let place = nth_bit(zeros, run);
                if place > last && (sign != 0 || zeros.count_ones() < run) {
                    return Err(Damage::RunTooLong);
                }
                refined.correct(bits, k, place.min(last + 1));
                if sign != 0 {
                    refined.set(place, sign);
                }
                k = place + 1;
            }
        }
        if self.run_of_ends > 0 {
            refined.correct(bits, k, last + 1);
            self.run_of_ends -= 1;
        }
        self.store.histories[block] = refined.history;
        Ok(())
    }
}

/// A block that is being refined.
struct Refined<'b> {
    /// Its coefficients, those that are needed.
    coefficients: &'b mut [i16],
    /// Where they are, by place in zigzag order.
    slots: &'b [u8; 64],
    /// A bit for each that is needed.
    needed: u64,
    /// A bit for each that isn't zero.
    history: u64,
    /// The value of the bit that is refined.
    step: i16,
}

impl Refined<'_> {
    /// Sets a coefficient that was zero.
    #[inline(always)]
    fn set(&mut self, k: u32, sign: i16) {
        self.history |= 1 << k;
        let slot = usize::from(self.slots[k as usize & 63]);
        if let Some(coefficient) = self.coefficients.get_mut(slot) {
            *coefficient = sign * self.step;
        }
    }

    /// Reads the correction bits of the coefficients from `k` up to `end` that aren't zero.
    #[inline(always)]
    fn correct(&mut self, bits: &mut Bits, k: u32, end: u32) {
        let mut corrected = self.history & bits_below(end) & !bits_below(k);
        while corrected != 0 {
            // All at once, if they aren't more than the window holds: those that aren't needed cost nothing then.
            let mut part = corrected;
            let mut count = part.count_ones();
            while count > REFILLED {
                part &= !(1 << (63 - part.leading_zeros()));
                count -= 1;
            }
            bits.refill();
            let corrections = bits.peek(count);
            bits.pass(count);
            let mut left = part & self.needed;
            while left != 0 {
                let k = left.trailing_zeros();
                left &= left - 1;
                let index = (part & bits_below(k)).count_ones();
                if corrections >> (count - 1 - index) & 1 != 0 {
                    self.grow(k);
                }
            }
            corrected ^= part;
        }
    }

    /// Adds a bit to the magnitude of a coefficient.
    #[inline(always)]
    fn grow(&mut self, k: u32) {
        let slot = usize::from(self.slots[k as usize & 63]);
        if let Some(coefficient) = self.coefficients.get_mut(slot) {
            // A bit that is set already was sent by a scan out of turn; libjpeg leaves it too.
            if *coefficient & self.step == 0 {
                *coefficient = coefficient.wrapping_add(self.step * coefficient.signum());
            }
        }
    }
}

/// The bits of all places below `k`.
#[inline(always)]
fn bits_below(k: u32) -> u64 {
    if k >= 64 { u64::MAX } else { (1 << k) - 1 }
}

/// The place of the set bit that has `n` set bits below it; 64 if there is none.
#[inline(always)]
fn nth_bit(mut bits: u64, n: u32) -> u32 {
    for _ in 0..n {
        bits &= bits.wrapping_sub(1);
    }
    bits.trailing_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_places_in_a_history() {
        assert_eq!(nth_bit(0b1011_0100, 0), 2);
        assert_eq!(nth_bit(0b1011_0100, 3), 7);
        assert_eq!(nth_bit(0b1011_0100, 4), 64);
        assert_eq!(bits_below(0), 0);
        assert_eq!(bits_below(3), 0b111);
        assert_eq!(bits_below(64), u64::MAX);
    }
}
