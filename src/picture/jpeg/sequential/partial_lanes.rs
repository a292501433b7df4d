//! Blocks at 2/8 to 8/8 decoded with the help of lanes.
//!
//! Lanes find out where each block starts, and its DC difference. So nothing of a block needs to be passed any more,
//! and one need not end before the next is begun: a processor decodes several at once.

use super::Mcus;
use super::block::{Decoder, Partial};
use super::in_lanes::{InLanes, blocks_of};
use super::mcus::McuCanvases;
use crate::picture::jpeg::entropy::ac::{self, PLACES_AT_TWO};
use crate::picture::jpeg::entropy::bits::{self, Bits, Chunk};
use crate::picture::jpeg::entropy::intervals::{Ahead, Units};
use crate::picture::jpeg::entropy::unstuff::Feed;
use crate::picture::jpeg::lanes::{Batch, Found, Part};
use crate::picture::jpeg::samples::planes::Canvas;
use crate::picture::vectors::vectorised;

impl Mcus<'_, '_> {
    /// Decodes MCUs in lanes from the start of an interval, or whole intervals, as far as lanes get. Returns how many.
    pub(super) fn decode_in_lanes(&mut self, feed: &mut Feed, from: usize, ahead: Ahead) -> usize {
        if !self.lanes.pay(blocks_of(ahead, &self.mcus.layout)) {
            return 0;
        }
        let Some(decoders) = self.in_lanes.clone() else {
            return 0;
        };
        let mut lanes = std::mem::take(self.lanes);
        let layout = self.mcus.layout.clone();
        let in_lanes = InLanes {
            layout: &layout,
            decoders,
        };
        let done = in_lanes.decode(&mut lanes, feed, ahead, |batch, done| {
            vectorised(
                #[inline(always)]
                || self.draw_batch(batch, from + done),
            );
        });
        *self.lanes = lanes;
        done
    }

    /// Decodes and draws what lanes have found, from an MCU on.
    #[inline(always)]
    fn draw_batch(&mut self, batch: &Batch, mcu: usize) {
        let (across, blocks) = (self.mcus.layout.mcus.0, self.mcus.layout.blocks.len());
        batch.each_row(
            blocks,
            across,
            mcu,
            #[inline(always)]
            |mcus, at| {
                if mcus.restarts {
                    self.restart();
                }
                self.draw_mcus(&mcus, at);
            },
        );
    }

    /// Decodes and draws MCUs of one row, component by component.
    #[inline(always)]
    fn draw_mcus(&mut self, mcus: &Part, at: (usize, usize)) {
        let McuCanvases {
            layout,
            canvases,
            of,
        } = &mut self.mcus;
        let mut blocks = Blocks {
            mcus,
            of: layout.blocks.len(),
            first: 0,
            steps: (0, 0),
        };
        let components = layout.steps.iter().zip(&mut self.decoders);
        for ((&steps, decoder), &of) in components.zip(of.iter()) {
            blocks.steps = steps;
            let canvas = &mut canvases[of];
            let place = (at.0 * steps.0, at.1 * steps.1);
            match decoder {
                Decoder::DcOnly(decoder) => blocks.each(
                    #[inline(always)]
                    |column, row, found| {
                        decoder.prediction = decoder.prediction.wrapping_add(found.difference);
                        let place = (place.0 + column, place.1 + row);
                        canvas.dots(place, &[decoder.prediction], decoder.quantiser);
                    },
                ),
                Decoder::Partial(partial) if canvas.n() == 2 => {
                    partial.draw_at_two(&blocks, &mut self.row, canvas, place);
                }
                Decoder::Partial(partial) => blocks.each(
                    #[inline(always)]
                    |column, row, found| {
                        let coded = partial.read_found(mcus.data, found);
                        partial.draw(coded, canvas, (place.0 + column, place.1 + row));
                    },
                ),
            }
            blocks.first += steps.0 * steps.1;
        }
    }
}

/// The blocks of one component in some MCUs of a row.
struct Blocks<'p> {
    mcus: &'p Part<'p>,
    /// How many blocks an MCU has, with those of all components.
    of: usize,
    /// The first block of the component.
    first: usize,
    /// Its blocks in an MCU, across and down.
    steps: (usize, usize),
}

impl Blocks<'_> {
    /// Blocks side by side.
    fn width(&self) -> usize {
        self.mcus.blocks() / self.of * self.steps.0
    }

    /// Goes through all blocks in the scan's order, with the column and row of each.
    #[inline(always)]
    fn each(&self, mut work: impl FnMut(usize, usize, Found)) {
        let (across, down) = self.steps;
        for (mcu, mut blocks) in self.mcus.mcus(self.of, self.first).enumerate() {
            for row in 0..down {
                for (column, found) in blocks.by_ref().take(across).enumerate() {
                    work(mcu * across + column, row, found);
                }
            }
        }
    }
}

// Lanes have gone through these blocks, and left alone what is damaged.
impl Partial {
    /// Decodes and draws blocks at 2/8, from a place on.
    #[inline(always)]
    fn draw_at_two(
        &mut self,
        blocks: &Blocks,
        decoded: &mut Vec<[i16; 4]>,
        canvas: &mut Canvas,
        (x, y): (usize, usize),
    ) {
        let width = blocks.width();
        decoded.resize(width * blocks.steps.1, [0; 4]);
        blocks.each(
            #[inline(always)]
            |column, row, found| {
                let block = &mut decoded[row * width + column];
                self.read_at_two(blocks.mcus.data, found.start, block);
                self.prediction = self.prediction.wrapping_add(found.difference);
                block[0] = self.prediction;
            },
        );
        for (i, row) in decoded.chunks_exact(width).enumerate() {
            self.inverse.draw_row_of_two(row, canvas, (x, y + i));
        }
    }

    /// Reads the AC coefficients at 2/8, column by column.
    #[inline(always)]
    fn read_at_two(&self, data: &Chunk, start: usize, block: &mut [i16; 4]) {
        let window = bits::window(data, start);
        let length = self.dc.length(window);
        if !self.ac.decode_at_two(window << length, block) || length == 0 {
            self.read_long_at_two(data, start, block);
        }
    }

    #[inline(never)]
    fn read_long_at_two(&self, data: &Chunk, start: usize, block: &mut [i16; 4]) {
        *block = [0; 4];
        let mut bits = Bits::new(data, start);
        let _ = self.dc.decode(&mut bits);
        let _ = self.ac.decode(&mut bits, &PLACES_AT_TWO, self.last, block);
    }

    /// Reads a block, as [`read`](Self::read) does.
    #[inline(always)]
    fn read_found(&mut self, data: &Chunk, found: Found) -> usize {
        self.prediction = self.prediction.wrapping_add(found.difference);
        let mut bits = Bits::new(data, found.start);
        let _ = self.dc.decode(&mut bits);
        let k = self
            .ac
            .decode(&mut bits, &self.places, self.last, &mut self.block);
        k.map_or(64, ac::coded)
    }
}
