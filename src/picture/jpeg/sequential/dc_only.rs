//! Scans of which only block means are needed: all components at 1/8.

use super::mcus::McuCanvases;
use crate::picture::jpeg::entropy::bits::Bits;
use crate::picture::jpeg::entropy::dc_only::DcOnlyDecoder;
use crate::picture::jpeg::entropy::intervals::{self, Ahead, Units};
use crate::picture::jpeg::entropy::unstuff::Feed;
use crate::picture::jpeg::error::Damage;
use crate::picture::jpeg::lanes::Lanes;

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
    component: usize,
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
    #[inline(always)]
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
        let (done, result) = intervals::decode_row(
            bits,
            threshold,
            count,
            #[inline(always)]
            |bits, done| self.decode_mcu(bits, x + done).map(|()| 1),
        );
        self.draw(x, x + done, y);
        (done, result)
    }

    fn decode_ahead(&mut self, feed: &mut Feed, from: usize, ahead: Ahead) -> usize {
        self.decode_in_lanes(feed, from, ahead)
    }

    fn erase(&mut self, mcu: (usize, usize)) {
        self.mcus.erase(mcu);
    }
}
