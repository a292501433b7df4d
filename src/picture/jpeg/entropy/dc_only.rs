//! Look-ups for blocks of which only the mean is needed: at 1/8.
//!
//! This is the most common case of large pictures, and it is nothing but Huffman decoding. So the first look-up of a
//! block gives its DC difference and also passes the AC coefficients in the window. For a smooth block that is all.

use super::ac_skip::{SkipTable, Sum};
use super::bits::Bits;
use super::dc::DcTable;
use crate::picture::jpeg::error::Damage;
use std::sync::Arc;

/// Look-ups for a block's first symbols, by the next [`SkipTable::WIDTH`] bits: the DC difference from bit
/// [`DIFFERENCE`](Self::DIFFERENCE) up; below it the bits and coefficients as in a [`SkipTable`], which stay within the
/// block. 0 if the window doesn't hold the whole difference.
#[derive(Clone, Debug)]
pub(crate) struct DcOnlyTable([u32; 1 << SkipTable::WIDTH]);

impl DcOnlyTable {
    const DIFFERENCE: u32 = 19;

    pub(crate) fn new(dc: &DcTable, skip: &SkipTable) -> Self {
        let mut lookup = [0; 1 << SkipTable::WIDTH];
        for (code, difference, taken) in dc.differences(SkipTable::WIDTH) {
            let entry = (difference as u32) << Self::DIFFERENCE | taken;
            let left = SkipTable::WIDTH - taken;
            let places = &mut lookup[(code as usize) << left..][..1 << left];
            if left == 0 {
                places[0] = entry;
                continue;
            }
            for (place, &next) in places.iter_mut().zip(skip.entries(left)) {
                let sum = Sum::first(next);
                let within = next != SkipTable::UNKNOWN && (!sum.ended() || sum.ended_within());
                let both =
                    within && sum.place() != 64 && taken + sum.bits() <= SkipTable::MOST_BITS;
                *place = entry + if both { next } else { 0 };
            }
        }
        Self(lookup)
    }

    /// By window, the difference and what is passed with it, as an entry of a [`SkipTable`]; `None` if the window
    /// doesn't hold the whole difference.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (i16, Option<u32>)> {
        self.0.iter().map(|&entry| {
            let passed = Sum::first(entry & ((1 << Self::DIFFERENCE) - 1)).entry();
            let difference = entry as i32 >> Self::DIFFERENCE;
            (difference as i16, (entry != 0).then_some(passed))
        })
    }
}

/// Decodes the blocks of one component at 1/8, one after another.
#[derive(Clone, Debug)]
pub(crate) struct DcOnlyDecoder {
    pub(crate) first: Arc<DcOnlyTable>,
    pub(crate) dc: Arc<DcTable>,
    pub(crate) skip: Arc<SkipTable>,
    /// The DC coefficient's quantiser.
    pub(crate) quantiser: u16,
    /// The DC coefficient of the block before (T.81 F.1.1.5.1), in 16 bits like all coefficients.
    pub(crate) prediction: i16,
}

impl DcOnlyDecoder {
    /// Starts anew after a restart marker.
    pub(crate) fn restart(&mut self) {
        self.prediction = 0;
    }

    /// Decodes one block; returns its DC coefficient.
    #[inline(always)]
    pub(crate) fn decode(&mut self, bits: &mut Bits) -> Result<i16, Damage> {
        bits.refill();
        let entry = self.first.0[bits.peek(SkipTable::WIDTH) as usize];
        if entry == 0 {
            let difference = self.dc.decode(bits)?;
            self.prediction = self.prediction.wrapping_add(difference as i16);
            self.skip.finish_block(bits, 1)?;
            return Ok(self.prediction);
        }
        let difference = entry as i32 >> DcOnlyTable::DIFFERENCE;
        self.prediction = self.prediction.wrapping_add(difference as i16);
        bits.shift(entry);
        let sum = Sum::first(entry & ((1 << DcOnlyTable::DIFFERENCE) - 1));
        if sum.ended() {
            bits.advance(sum.bits());
        } else {
            self.skip.finish_begun(bits, sum)?;
        }
        Ok(self.prediction)
    }
}
