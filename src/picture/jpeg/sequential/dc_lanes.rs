//! Block means decoded in lanes.

use super::dc_only::DcOnlyScan;
use crate::picture::jpeg::entropy::unstuff::Feed;
use crate::picture::jpeg::lanes::{self, Batch, Place};
use crate::picture::jpeg::syntax::markers::EOI;

impl DcOnlyScan<'_, '_> {
    /// Decodes MCUs in lanes from the start of an interval, as far as lanes get. Returns how many: never all, because
    /// the end of an interval is left to the sequential decoder.
    pub(super) fn decode_in_lanes(&mut self, feed: &mut Feed, from: usize, count: usize) -> usize {
        if !self.lanes.pay(count * self.spots.len()) {
            return 0;
        }
        let (source, start) = feed.source();
        let blocks = self.spots.iter().map(|spot| spot.component as u8);
        let blocks = blocks.collect::<Vec<_>>();
        // This follows the last MCU in most files.
        let end = source.strip_suffix(&[0xFF, EOI]).unwrap_or(source).len();
        let mut decoders = self.decoders.clone();
        let mut scan = lanes::Scan {
            source,
            end,
            blocks: &blocks,
            decoders: &mut decoders,
        };
        let mut in_lanes = std::mem::take(self.lanes);
        let mut place = Place { at: start, bit: 0 };
        let mut done = 0;
        if let Some(work) = in_lanes.set_up(start, &scan) {
            while let Some(batch) = work.batch(&mut scan, place) {
                let mcus = batch.blocks() / blocks.len();
                if done + mcus >= count {
                    break;
                }
                self.draw_batch(&batch, from + done);
                done += mcus;
                place = batch.end;
            }
        }
        *self.lanes = in_lanes;
        if done > 0 {
            feed.resume(place.at, place.bit);
        }
        done
    }

    /// Draws what was decoded in lanes, from an MCU on.
    fn draw_batch(&mut self, batch: &Batch, mcu: usize) {
        let (across, blocks) = (self.mcus.layout.mcus.0, self.spots.len());
        let (mut x, mut y) = (mcu % across, mcu / across);
        for mut part in batch.parts() {
            while !part.is_empty() {
                let count = (across - x).min(part.len() / blocks);
                let (mcus, rest) = part.split_at(count * blocks);
                self.sum_up(mcus, x);
                self.draw(x, x + count, y);
                x += count;
                if x == across {
                    (x, y) = (0, y + 1);
                }
                part = rest;
            }
        }
    }

    /// Sums up the differences of MCUs from column `x` on, into the row.
    fn sum_up(&mut self, mcus: &[u32], x: usize) {
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

/// Sums up the differences of one component, which has `ACROSS` x `DOWN` blocks in an MCU. Unrolled, this takes a third of
/// the time.
#[inline(always)]
fn sum_up_component<'e, const ACROSS: usize, const DOWN: usize>(
    mcus: impl Iterator<Item = &'e [u32]>,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::jpeg::entropy::unstuff::Buffer;
    use crate::picture::jpeg::lanes::Lanes;
    use crate::picture::jpeg::samples::planes;
    use crate::picture::jpeg::samples::scale::{Scale, Scales};
    use crate::picture::jpeg::scratch::BuiltTables;
    use crate::picture::jpeg::sequential::mcus::McuCanvases;
    use crate::picture::jpeg::syntax::header::Header;
    use crate::picture::jpeg::syntax::markers;
    use crate::picture::jpeg::syntax::scan::{Layout, Scan};

    /// The share of a picture's MCUs that is decoded in lanes.
    fn share_in_lanes(bytes: &[u8]) -> f64 {
        let header = Header::parse(bytes).unwrap();
        let segment = markers::next_segment(bytes, header.first_scan - 1).unwrap();
        let scan = Scan::parse(&segment, &header.frame).unwrap();
        let (mut built, mut samples) = (BuiltTables::default(), Default::default());
        let scales = Scales::uniform(Scale::new(1).unwrap());
        let mut canvases = planes::canvases(&header.frame, &scales, &mut samples);
        let lane = |c: &crate::picture::jpeg::syntax::scan::ScanComponent| {
            let (dc, ac) = (header.tables.dc[c.dc], header.tables.ac[c.ac]);
            built.dc_only_decoder(dc, ac, 1, 0).unwrap()
        };
        let lanes = scan.components.iter().map(lane).collect();
        let of = scan.components.iter().map(|c| c.index).collect();
        let layout = Layout::new(&scan, &header.frame);
        let mcus = layout.mcus.0 * layout.mcus.1;
        let (mut buffer, blocks) = (Buffer::default(), layout.blocks.len());
        let mut in_lanes = Lanes::from_size(0);
        let mut feed = Feed::new(bytes, segment.end, blocks, &mut buffer);
        let mcus_drawn = McuCanvases {
            layout,
            canvases: &mut canvases,
            of,
        };
        let mut means = DcOnlyScan::new(mcus_drawn, lanes, &mut in_lanes);
        means.decode_in_lanes(&mut feed, 0, mcus) as f64 / mcus as f64
    }

    #[test]
    fn lanes_decode_nearly_all_of_a_picture() {
        let beach = include_bytes!("../../../../testdata/pictures/beach.jpg");
        let share = share_in_lanes(beach);
        assert!(share > 0.9 && share < 1.0, "{share}");
    }
}
