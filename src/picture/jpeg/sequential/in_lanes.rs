//! MCUs decoded in lanes, batch by batch.

use crate::picture::jpeg::entropy::dc_only::DcOnlyDecoder;
use crate::picture::jpeg::entropy::intervals::Ahead;
use crate::picture::jpeg::entropy::unstuff::Feed;
use crate::picture::jpeg::lanes::{self, Batch, Intervals, Lanes, Place};
use crate::picture::jpeg::syntax::markers::EOI;
use crate::picture::jpeg::syntax::scan::Layout;

/// What is decoded in lanes.
pub(super) struct InLanes<'s> {
    pub(super) layout: &'s Layout,
    /// By component of the scan.
    pub(super) decoders: Vec<DcOnlyDecoder>,
}

impl InLanes<'_> {
    /// Decodes MCUs from the start of an interval, or whole intervals, as far as lanes get. Returns how many: never
    /// all, because the end of what there is to do is left to the sequential decoder. Each batch goes to `draw` with
    /// the number of MCUs before it.
    pub(super) fn decode(
        mut self,
        lanes: &mut Lanes,
        feed: &mut Feed,
        ahead: Ahead,
        draw: impl FnMut(&Batch, usize),
    ) -> usize {
        let (source, start) = feed.source();
        let blocks = self.layout.blocks.iter().map(|block| block.component as u8);
        let blocks = blocks.collect::<Vec<_>>();
        let scan = lanes::Scan {
            source,
            // This follows the last MCU in most files.
            end: source.strip_suffix(&[0xFF, EOI]).unwrap_or(source).len(),
            blocks: &blocks,
            decoders: &mut self.decoders,
        };
        let Some(work) = lanes.set_up(start, &scan) else {
            return 0;
        };
        let all = self.layout.mcus.0 * self.layout.mcus.1;
        let (done, place) = match ahead {
            Ahead::Within(count) => within(work, scan, start, count, draw),
            Ahead::Intervals(mcus) => intervals(work, &scan, start, mcus, all, draw),
        };
        if done > 0 {
            feed.resume(place.at, place.bit);
        }
        done
    }
}

/// How many blocks there are to decode ahead, at most.
pub(super) fn blocks_of(ahead: Ahead, layout: &Layout) -> usize {
    let mcus = match ahead {
        Ahead::Within(count) => count,
        Ahead::Intervals(_) => layout.mcus.0 * layout.mcus.1,
    };
    mcus * layout.blocks.len()
}

/// Decodes up to `count` MCUs of an interval. Returns how many, and the place behind them.
fn within(
    work: &mut lanes::Work,
    mut scan: lanes::Scan,
    start: usize,
    count: usize,
    mut draw: impl FnMut(&Batch, usize),
) -> (usize, Place) {
    let mut place = Place { at: start, bit: 0 };
    let mut done = 0;
    while let Some(batch) = work.batch(&mut scan, place) {
        let mcus = batch.blocks() / scan.blocks.len();
        if done + mcus >= count {
            break;
        }
        draw(&batch, done);
        done += mcus;
        place = batch.end;
    }
    (done, place)
}

/// Decodes intervals of so many `mcus`, but not the last of `all`. Returns how many MCUs they had, and the place behind
/// them.
fn intervals(
    work: &mut lanes::Work,
    scan: &lanes::Scan,
    start: usize,
    mcus: usize,
    all: usize,
    mut draw: impl FnMut(&Batch, usize),
) -> (usize, Place) {
    let mut place = Place { at: start, bit: 0 };
    let mut wanted = Intervals {
        first: 0,
        most: (all - 1) / mcus,
        mcus,
    };
    while let Some(batch) = work.intervals(scan, place.at, wanted) {
        draw(&batch, wanted.first * mcus);
        let count = batch.blocks() / scan.blocks.len() / mcus;
        wanted.first += count;
        wanted.most -= count;
        place = batch.end;
    }
    (wanted.first * mcus, place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::jpeg::entropy::intervals::Units;
    use crate::picture::jpeg::entropy::unstuff::Buffer;
    use crate::picture::jpeg::samples::planes;
    use crate::picture::jpeg::samples::scale::{Scale, Scales};
    use crate::picture::jpeg::scratch::BuiltTables;
    use crate::picture::jpeg::sequential::Mcus;
    use crate::picture::jpeg::sequential::block::Decoder;
    use crate::picture::jpeg::sequential::dc_only::DcOnlyScan;
    use crate::picture::jpeg::sequential::mcus::McuCanvases;
    use crate::picture::jpeg::syntax::header::Header;
    use crate::picture::jpeg::syntax::markers;
    use crate::picture::jpeg::syntax::scan::Scan;

    /// The share of a picture's MCUs that is decoded in lanes at n/8, before the sequential decoder does anything.
    fn share_in_lanes(bytes: &[u8], n: u8) -> f64 {
        let header = Header::parse(bytes).unwrap();
        let segment = markers::next_segment(bytes, header.first_scan - 1).unwrap();
        let scan = Scan::parse(&segment, &header.frame).unwrap();
        let (mut built, mut samples) = (BuiltTables::default(), Default::default());
        let scales = Scales::uniform(Scale::new(n).unwrap());
        let mut canvases = planes::canvases(&header.frame, &scales, &mut samples);
        let tables = scan
            .components
            .iter()
            .map(|c| (header.tables.dc[c.dc], header.tables.ac[c.ac]));
        let dc_only = tables
            .clone()
            .map(|(dc, ac)| built.dc_only_decoder(dc, ac, 1, 0).unwrap());
        let dc_only = dc_only.collect::<Vec<_>>();
        let layout = Layout::new(&scan, &header.frame);
        let mcus = layout.mcus.0 * layout.mcus.1;
        let (mut buffer, blocks) = (Buffer::default(), layout.blocks.len());
        let ahead = match header.tables.restart_interval {
            0 => Ahead::Within(mcus),
            interval => Ahead::Intervals(interval.into()),
        };
        let mut lanes = Lanes::from_size(0);
        let mut feed = Feed::new(bytes, segment.end, blocks, &mut buffer);
        let mcu_canvases = McuCanvases {
            layout,
            canvases: &mut canvases,
            of: scan.components.iter().map(|c| c.index).collect(),
        };
        let done = if n == 1 {
            DcOnlyScan::new(mcu_canvases, dc_only, &mut lanes).decode_ahead(&mut feed, 0, ahead)
        } else {
            let decoder =
                |(dc, ac)| Decoder::new(n.into(), &[1; 64], dc, ac, &mut built, 0).unwrap();
            let mut units = Mcus {
                mcus: mcu_canvases,
                decoders: tables.map(decoder).collect(),
                in_lanes: Some(dc_only),
                lanes: &mut lanes,
                row: Vec::new(),
            };
            units.decode_ahead(&mut feed, 0, ahead)
        };
        done as f64 / mcus as f64
    }

    #[test]
    fn lanes_decode_nearly_all_of_a_picture() {
        let beach = include_bytes!("../../../../testdata/pictures/beach.jpg");
        for n in [1, 2, 4] {
            let share = share_in_lanes(beach, n);
            assert!(share > 0.9 && share < 1.0, "{share} at {n}/8");
        }
    }

    #[test]
    fn lanes_decode_nearly_all_restart_intervals_of_a_picture() {
        let stripes: Vec<u8> = (0..3 * 256 * 256u64).map(|i| (i * i / 97) as u8).collect();
        for interval in [1, 3, 16, 100] {
            let mut bytes = Vec::new();
            let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
            encoder.set_restart_interval(interval);
            let colours = jpeg_encoder::ColorType::Rgb;
            encoder.encode(&stripes, 256, 256, colours).unwrap();
            for n in [1, 2, 4] {
                let share = share_in_lanes(&bytes, n);
                assert!(
                    share > 0.8 && share < 1.0,
                    "{share} at {n}/8 of intervals of {interval}"
                );
            }
        }
    }
}
