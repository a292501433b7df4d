//! MCUs decoded in lanes, batch by batch.

use crate::picture::jpeg::entropy::dc_only::DcOnlyDecoder;
use crate::picture::jpeg::entropy::unstuff::Feed;
use crate::picture::jpeg::lanes::{self, Batch, Lanes, Place};
use crate::picture::jpeg::syntax::markers::EOI;
use crate::picture::jpeg::syntax::scan::Layout;

/// What is decoded in lanes.
pub(super) struct InLanes<'s> {
    pub(super) layout: &'s Layout,
    /// By component of the scan.
    pub(super) decoders: Vec<DcOnlyDecoder>,
}

impl InLanes<'_> {
    /// Decodes up to `count` MCUs from the start of an interval, as far as lanes get. Returns how many: never all,
    /// because the end of an interval is left to the sequential decoder. Each batch goes to `draw` with the number of
    /// MCUs before it.
    pub(super) fn decode(
        mut self,
        lanes: &mut Lanes,
        feed: &mut Feed,
        count: usize,
        mut draw: impl FnMut(&Batch, usize),
    ) -> usize {
        let (source, start) = feed.source();
        let blocks = self.layout.blocks.iter().map(|block| block.component as u8);
        let blocks = blocks.collect::<Vec<_>>();
        let mut scan = lanes::Scan {
            source,
            // This follows the last MCU in most files.
            end: source.strip_suffix(&[0xFF, EOI]).unwrap_or(source).len(),
            blocks: &blocks,
            decoders: &mut self.decoders,
        };
        let Some(work) = lanes.set_up(start, &scan) else {
            return 0;
        };
        let mut place = Place { at: start, bit: 0 };
        let mut done = 0;
        while let Some(batch) = work.batch(&mut scan, place) {
            let mcus = batch.blocks() / blocks.len();
            if done + mcus >= count {
                break;
            }
            draw(&batch, done);
            done += mcus;
            place = batch.end;
        }
        if done > 0 {
            feed.resume(place.at, place.bit);
        }
        done
    }
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

    /// The share of a picture's MCUs that is decoded in lanes at n/8.
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
        let mut lanes = Lanes::from_size(0);
        let mut feed = Feed::new(bytes, segment.end, blocks, &mut buffer);
        let mcu_canvases = McuCanvases {
            layout,
            canvases: &mut canvases,
            of: scan.components.iter().map(|c| c.index).collect(),
        };
        let done = if n == 1 {
            DcOnlyScan::new(mcu_canvases, dc_only, &mut lanes).decode_ahead(&mut feed, 0, mcus)
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
            units.decode_ahead(&mut feed, 0, mcus)
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
}
