//! Scans of which only block means are needed: all components at 1/8.
//!
//! This is the most common case of large pictures, and it is nothing but Huffman decoding. So the first look-up of a
//! block gives its DC difference and also passes the AC coefficients in the window. For a smooth block that is all.

use crate::picture::jpeg::entropy::ac_skip::{SkipTable, Sum};
use crate::picture::jpeg::entropy::bits::Bits;
use crate::picture::jpeg::entropy::dc::DcTable;
use crate::picture::jpeg::entropy::intervals::{self, Units};
use crate::picture::jpeg::entropy::unstuff::Feed;
use crate::picture::jpeg::error::Damage;
use crate::picture::jpeg::lanes::Lanes;
use crate::picture::jpeg::sequential::McuCanvases;
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

/// The MCUs of such a scan.
pub(crate) struct DcOnlyScan<'p, 's> {
    pub(super) mcus: McuCanvases<'p, 's>,
    pub(super) decoders: Vec<DcOnlyDecoder>,
    /// For each block of an MCU: its component, where its row starts in `row`, and its step there.
    pub(super) spots: Vec<Spot>,
    /// DC coefficients of a row of MCUs.
    pub(super) row: Vec<i16>,
    pub(super) lanes: &'p mut Lanes,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub(super) component: usize,
    start: usize,
    step: usize,
}

impl<'p, 's> DcOnlyScan<'p, 's> {
    pub(crate) fn new(
        mcus: McuCanvases<'p, 's>,
        decoders: Vec<DcOnlyDecoder>,
        lanes: &'p mut Lanes,
    ) -> Self {
        let layout = &mcus.layout;
        let mut spots = Vec::with_capacity(layout.blocks.len());
        let mut end = 0;
        for block in &layout.blocks {
            let step = layout.steps[block.component].0;
            spots.push(Spot {
                component: block.component,
                start: end + block.at.0,
                step,
            });
            if block.at.0 + 1 == step {
                end += step * layout.mcus.0;
            }
        }
        Self {
            mcus,
            decoders,
            spots,
            row: vec![0; end],
            lanes,
        }
    }

    #[inline(always)]
    fn decode_mcu(&mut self, bits: &mut Bits, x: usize) -> Result<(), Damage> {
        for spot in &self.spots {
            self.row[spot.start + x * spot.step] = self.decoders[spot.component].decode(bits)?;
        }
        Ok(())
    }

    /// Draws the MCUs from column `from` to `to` of row `y`.
    pub(super) fn draw(&mut self, from: usize, to: usize, y: usize) {
        let McuCanvases {
            layout,
            canvases,
            of,
        } = &mut self.mcus;
        for (spot, block) in self.spots.iter().zip(&layout.blocks) {
            if block.at.0 == 0 {
                let down = layout.steps[block.component].1;
                let place = (from * spot.step, y * down + block.at.1);
                let means = &self.row[spot.start + from * spot.step..spot.start + to * spot.step];
                let quantiser = self.decoders[block.component].quantiser;
                canvases[of[block.component]].dots(place, means, quantiser);
            }
        }
    }
}

impl Units for DcOnlyScan<'_, '_> {
    fn size(&self) -> (usize, usize) {
        self.mcus.layout.mcus
    }

    fn restart(&mut self) {
        for decoder in &mut self.decoders {
            decoder.restart();
        }
    }

    #[inline(always)]
    fn decode(
        &mut self,
        bits: &mut Bits,
        threshold: usize,
        (x, y): (usize, usize),
        count: usize,
    ) -> (usize, Result<(), Damage>) {
        let (done, result) = intervals::decode_row(bits, threshold, count, |bits, done| {
            self.decode_mcu(bits, x + done).map(|()| 1)
        });
        self.draw(x, x + done, y);
        (done, result)
    }

    fn decode_ahead(&mut self, feed: &mut Feed, from: usize, count: usize) -> usize {
        self.decode_in_lanes(feed, from, count)
    }

    fn erase(&mut self, mcu: (usize, usize)) {
        self.mcus.erase(mcu);
    }
}
