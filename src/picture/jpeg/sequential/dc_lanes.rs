//! Block means decoded in lanes.

use super::dc_only::DcOnlyScan;
use super::in_lanes::{InLanes, blocks_of};
use crate::picture::jpeg::entropy::intervals::{Ahead, Units};
use crate::picture::jpeg::entropy::unstuff::Feed;
use crate::picture::jpeg::lanes::{self, Batch};
use crate::picture::vectors::vectorised;

impl DcOnlyScan<'_, '_> {
    /// Decodes MCUs in lanes from the start of an interval, or whole intervals, as far as lanes get. Returns how many.
    pub(super) fn decode_in_lanes(&mut self, feed: &mut Feed, from: usize, ahead: Ahead) -> usize {
        if !self.lanes.pay(blocks_of(ahead, &self.mcus.layout)) {
            return 0;
        }
        let mut lanes = std::mem::take(self.lanes);
        let layout = self.mcus.layout.clone();
        let in_lanes = InLanes {
            layout: &layout,
            decoders: self.decoders.clone(),
        };
        let done = in_lanes.decode(&mut lanes, feed, ahead, |batch, done| {
            self.draw_batch(batch, from + done);
        });
        *self.lanes = lanes;
        done
    }

    /// Draws what was decoded in lanes, from an MCU on.
    fn draw_batch(&mut self, batch: &Batch, mcu: usize) {
        let (across, blocks) = (self.mcus.layout.mcus.0, self.spots.len());
        // A row is drawn at once, however short its parts are.
        let mut begun = mcu % across;
        batch.each_row(blocks, across, mcu, |mcus, (x, y)| {
            if mcus.restarts {
                self.restart();
            }
            self.sum_up(mcus.entries(), x);
            if x + mcus.blocks() / blocks == across {
                self.draw_vectorised(begun, across, y);
                begun = 0;
            }
        });
        let end = mcu + batch.blocks() / blocks;
        if end % across > begun {
            self.draw_vectorised(begun, end % across, end / across);
        }
    }

    fn draw_vectorised(&mut self, from: usize, to: usize, y: usize) {
        vectorised(
            #[inline(always)]
            || self.draw(from, to, y),
        );
    }

    /// Sums up the differences of MCUs from column `x` on, into the row.
    fn sum_up(&mut self, mcus: &[u64], x: usize) {
        let (mut first, mut row) = (0, 0);
        for (lane, &steps) in self.decoders.iter_mut().zip(&self.mcus.layout.steps) {
            let lines = &mut self.row[row..];
            let prediction = &mut lane.prediction;
            let blocks = self.spots.len();
            let entries = mcus.chunks_exact(blocks).map(|mcu| &mcu[first..]);
            let across = self.mcus.layout.mcus.0;
            match steps {
                (1, 1) => sum_up_component::<1, 1>(entries, lines, across, x, prediction),
                (2, 1) => sum_up_component::<2, 1>(entries, lines, across, x, prediction),
                (1, 2) => sum_up_component::<1, 2>(entries, lines, across, x, prediction),
                (2, 2) => sum_up_component::<2, 2>(entries, lines, across, x, prediction),
                _ => {
                    for (i, mcu) in entries.enumerate() {
                        for (block, &entry) in mcu[..steps.0 * steps.1].iter().enumerate() {
                            let (right, down) = (block % steps.0, block / steps.0);
                            *prediction = prediction.wrapping_add(lanes::difference(entry));
                            lines[(down * across + x + i) * steps.0 + right] = *prediction;
                        }
                    }
                }
            }
            first += steps.0 * steps.1;
            row += steps.0 * steps.1 * across;
        }
    }
}

/// Sums up the differences of one component, which has `ACROSS` x `DOWN` blocks in an MCU. Unrolled, this takes a third
/// of the time.
#[inline(always)]
fn sum_up_component<'e, const ACROSS: usize, const DOWN: usize>(
    mcus: impl Iterator<Item = &'e [u64]>,
    lines: &mut [i16],
    across: usize,
    x: usize,
    prediction: &mut i16,
) {
    let mut lines = lines.chunks_exact_mut(ACROSS * across);
    let mut lines: [_; DOWN] = std::array::from_fn(|_| {
        let line = lines.next().unwrap_or_default();
        line[ACROSS * x..].as_chunks_mut::<ACROSS>().0.iter_mut()
    });
    let mut sum = *prediction;
    for mcu in mcus {
        let (entries, _) = mcu.as_chunks::<ACROSS>();
        for (entries, line) in entries.iter().zip(&mut lines) {
            if let Some(places) = line.next() {
                for (place, &entry) in places.iter_mut().zip(entries) {
                    sum = sum.wrapping_add(lanes::difference(entry));
                    *place = sum;
                }
            }
        }
    }
    *prediction = sum;
}
