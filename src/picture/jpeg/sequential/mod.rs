//! Sequential pictures (T.81 annex F.2): straight from the bits to the planes, MCU by MCU.

mod block;
mod dc_lanes;
mod dc_only;
mod in_lanes;
#[cfg(test)]
mod lockstep;
mod mcus;
mod partial_lanes;

use crate::picture::jpeg::entropy::bits::Bits;
use crate::picture::jpeg::entropy::dc_only::DcOnlyDecoder;
use crate::picture::jpeg::entropy::intervals::{self, Ahead, Units};
use crate::picture::jpeg::entropy::unstuff::{Buffer, Feed};
use crate::picture::jpeg::error::{Damage, Error, Flaw};
use crate::picture::jpeg::lanes::Lanes;
use crate::picture::jpeg::limits::{DamagePolicy, Limits};
use crate::picture::jpeg::samples::planes::{self, Canvas, Planes};
use crate::picture::jpeg::samples::scale::Scales;
use crate::picture::jpeg::scratch::{BuiltTables, Scratch};
use crate::picture::jpeg::syntax::header::Header;
use crate::picture::jpeg::syntax::markers::{self, EOI, SOS};
use crate::picture::jpeg::syntax::scan::{Layout, McuBlock, Scan, ScanComponent};
use crate::picture::jpeg::syntax::tables::Tables;
use block::Decoder;
use dc_only::DcOnlyScan;
use mcus::McuCanvases;

/// Decodes a sequential picture.
pub(crate) fn decode<'s>(
    header: &Header,
    scales: &Scales,
    limits: &Limits,
    scratch: &'s mut Scratch,
) -> Result<Planes<'s>, Error> {
    check_room(header, limits)?;
    limits.check_memory(planes::bytes_of_planes(&header.frame, scales))?;
    let Scratch {
        samples,
        buffer,
        tables: built,
        lanes,
        ..
    } = scratch;
    let mut canvases = planes::canvases(&header.frame, scales, samples);
    let mut policy = DamagePolicy::new(limits);
    let mut picture = Picture {
        header,
        canvases: &mut canvases,
        buffer,
        built,
        lanes,
        policy: &mut policy,
    };
    if let Err(error) = picture.decode_scans() {
        policy.note(error)?;
    }
    Ok(planes::finish(canvases, policy.damage))
}

/// Refuses a picture that the bytes which follow can't hold: a block costs at least a DC code and an end of block.
fn check_room(header: &Header, limits: &Limits) -> Result<(), Error> {
    let room = 8 * (header.bytes.len() - header.first_scan) as u64;
    if room < 2 * header.frame.block_count() && !limits.allow_damaged {
        return Err(Error::truncated(header.bytes.len()));
    }
    Ok(())
}

/// A picture that is being decoded.
struct Picture<'p, 'a, 's> {
    header: &'p Header<'a>,
    canvases: &'p mut Vec<Canvas<'s>>,
    buffer: &'p mut Buffer,
    built: &'p mut BuiltTables,
    lanes: &'p mut Lanes,
    policy: &'p mut DamagePolicy,
}

impl<'a> Picture<'_, 'a, '_> {
    /// Decodes scans until each component has had its own: T.81 gives each exactly one.
    fn decode_scans(&mut self) -> Result<(), Error> {
        let Header {
            bytes,
            frame,
            first_scan,
            ..
        } = self.header;
        let mut tables = self.header.tables.clone();
        let mut done = [false; 4];
        // Back to the 0xFF before the marker's code.
        let mut at = first_scan - 1;
        while done[..frame.components.len()].contains(&false) {
            let segment = match markers::next_segment(bytes, at) {
                Ok(segment) if segment.marker == EOI => {
                    return Err(Error::damaged(Damage::MissingScan, segment.offset));
                }
                other => other?,
            };
            at = segment.end;
            match segment.marker {
                SOS => {
                    let scan = Scan::parse(&segment, frame)?;
                    for component in &scan.components {
                        if std::mem::replace(&mut done[component.index], true) {
                            let id = frame.components[component.index].id;
                            return Err(Error::format(Flaw::ScanComponent { id }, segment.offset));
                        }
                    }
                    at = self.decode_scan(&scan, &tables, at)?;
                }
                _ => tables.read(&segment)?,
            }
        }
        Ok(())
    }

    /// Decodes the scan whose data start at `at`; returns where they end.
    fn decode_scan(&mut self, scan: &Scan, tables: &Tables<'a>, at: usize) -> Result<usize, Error> {
        let (frame, restart_interval) = (&self.header.frame, tables.restart_interval);
        let layout = Layout::new(scan, frame);
        let of = scan.components.iter().map(|c| c.index).collect::<Vec<_>>();
        let decoders = scan
            .components
            .iter()
            .map(|component| self.decoder(component, tables, at))
            .collect::<Result<Vec<_>, Error>>()?;
        let dc_only = |decoder: &Decoder| match decoder {
            Decoder::DcOnly(decoder) => Some(decoder.clone()),
            Decoder::Partial(_) => None,
        };
        let all_dc_only = decoders.iter().map(dc_only).collect();
        let in_lanes = match all_dc_only {
            Some(_) => None,
            None => self.lane_decoders(scan, tables, &layout, at)?,
        };
        let mut feed = Feed::new(self.header.bytes, at, layout.blocks.len(), self.buffer);
        let mcus = McuCanvases {
            layout,
            canvases: self.canvases,
            of,
        };
        let policy = &mut *self.policy;
        if let Some(decoders) = all_dc_only {
            let mut units = DcOnlyScan::new(mcus, decoders, self.lanes);
            intervals::decode(&mut units, &mut feed, restart_interval, policy)?;
        } else {
            let mut units = Mcus {
                mcus,
                decoders,
                in_lanes,
                lanes: self.lanes,
                row: Vec::new(),
            };
            intervals::decode(&mut units, &mut feed, restart_interval, policy)?;
        }
        Ok(feed.end())
    }

    /// What lanes need to go through a scan, if that pays: at 1/8 and 2/8 they decode 1.3 to 1.7 times as many blocks
    /// as are decoded in sequence, at 3/8 and 4/8 as many or fewer, because there most of a block is needed anyway.
    fn lane_decoders(
        &mut self,
        scan: &Scan,
        tables: &Tables<'a>,
        layout: &Layout,
        offset: usize,
    ) -> Result<Option<Vec<DcOnlyDecoder>>, Error> {
        let at_most_two = |block: &&McuBlock| {
            let index = scan.components[block.component].index;
            self.canvases[index].n() <= 2
        };
        let mcus = layout.mcus.0 * layout.mcus.1;
        let blocks = layout.blocks.len();
        let most = 2 * layout.blocks.iter().filter(at_most_two).count() > blocks;
        if !most || !self.lanes.pay(mcus * blocks) {
            return Ok(None);
        }
        let decoders = scan.components.iter().map(|component| {
            let (dc, ac) = (tables.dc[component.dc], tables.ac[component.ac]);
            // Lanes draw nothing, and so don't dequantise.
            self.built.dc_only_decoder(dc, ac, 1, offset)
        });
        decoders.collect::<Result<_, _>>().map(Some)
    }

    /// The decoder of a component in a scan, with the tables in force.
    fn decoder(
        &mut self,
        component: &ScanComponent,
        tables: &Tables<'a>,
        offset: usize,
    ) -> Result<Decoder, Error> {
        let n = self.canvases[component.index].n();
        let table = self.header.frame.components[component.index].table;
        let quantisation = tables.quantisation[usize::from(table)].as_ref();
        let missing = Error::format(Flaw::NoQuantisationTable { table }, offset);
        let (dc, ac) = (tables.dc[component.dc], tables.ac[component.ac]);
        Decoder::new(n, quantisation.ok_or(missing)?, dc, ac, self.built, offset)
    }
}

/// The MCUs of a scan.
struct Mcus<'p, 's> {
    mcus: McuCanvases<'p, 's>,
    /// The decoders of the scan's components.
    decoders: Vec<Decoder>,
    /// What lanes go by, if they are used.
    in_lanes: Option<Vec<DcOnlyDecoder>>,
    lanes: &'p mut Lanes,
    /// Coefficients at 2/8, of blocks in a row.
    row: Vec<[i16; 4]>,
}

impl Mcus<'_, '_> {
    #[inline(always)]
    fn decode_mcu(&mut self, bits: &mut Bits, mcu: (usize, usize)) -> Result<(), Damage> {
        let McuCanvases {
            layout,
            canvases,
            of,
        } = &mut self.mcus;
        for block in &layout.blocks {
            let place = layout.place(block, mcu);
            let canvas = &mut canvases[of[block.component]];
            self.decoders[block.component].decode(bits, canvas, place)?;
        }
        Ok(())
    }
}

impl Units for Mcus<'_, '_> {
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
        intervals::decode_row(
            bits,
            threshold,
            count,
            #[inline(always)]
            |bits, done| self.decode_mcu(bits, (x + done, y)).map(|()| 1),
        )
    }

    fn decode_ahead(&mut self, feed: &mut Feed, from: usize, ahead: Ahead) -> usize {
        self.decode_in_lanes(feed, from, ahead)
    }

    fn erase(&mut self, mcu: (usize, usize)) {
        self.mcus.erase(mcu);
    }
}
