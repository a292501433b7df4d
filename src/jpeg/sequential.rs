//! Sequential pictures (T.81 annex F.2): straight from the bits to the planes, MCU by MCU.

use super::bits::Bits;
use super::block::Block;
use super::error::{Damage, Error, Flaw};
use super::header::{Header, restart_interval_of};
use super::limits::Limits;
use super::markers::{self, DHT, DQT, DRI, EOI, SOS};
use super::planes::{self, Canvas, Judge, Planes};
use super::scale::Scales;
use super::scan::{Layout, Scan};
use super::scratch::{BuiltTables, Scratch};
use super::tables::Tables;
use super::unstuff::{Buffer, Feed};

/// Decodes a sequential picture.
pub(super) fn decode<'s>(
    header: &Header,
    scales: &Scales,
    limits: &Limits,
    scratch: &'s mut Scratch,
) -> Result<Planes<'s>, Error> {
    limits.check_memory(planes::bytes_of_planes(&header.frame, scales))?;
    let Scratch {
        samples,
        buffer,
        tables: built,
        ..
    } = scratch;
    let mut canvases = planes::canvases(&header.frame, scales, samples);
    let mut judge = Judge::new(limits);
    let mut picture = Picture {
        header,
        canvases: &mut canvases,
        buffer,
        built,
        judge: &mut judge,
    };
    if let Err(error) = picture.decode_scans() {
        judge.note(error)?;
    }
    Ok(planes::finish(canvases, judge.damage))
}

/// A picture that is being decoded.
struct Picture<'p, 'a, 's> {
    header: &'p Header<'a>,
    canvases: &'p mut Vec<Canvas<'s>>,
    buffer: &'p mut Buffer,
    built: &'p mut BuiltTables,
    judge: &'p mut Judge,
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
        let mut restart_interval = self.header.restart_interval;
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
                DHT => tables.define_huffman(&segment)?,
                DQT => tables.define_quantisation(&segment)?,
                DRI => restart_interval = restart_interval_of(&segment)?,
                SOS => {
                    let scan = Scan::parse(&segment, frame)?;
                    for component in &scan.components {
                        if std::mem::replace(&mut done[component.index], true) {
                            let id = frame.components[component.index].id;
                            return Err(Error::format(Flaw::ScanComponent { id }, segment.offset));
                        }
                    }
                    at = self.decode_scan(&scan, &tables, restart_interval, at)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Decodes the scan whose data start at `at`; returns where they end.
    fn decode_scan(
        &mut self,
        scan: &Scan,
        tables: &Tables<'a>,
        restart_interval: u16,
        at: usize,
    ) -> Result<usize, Error> {
        let layout = Layout::new(scan, &self.header.frame);
        let blocks = scan
            .components
            .iter()
            .map(|component| {
                let n = self.canvases[component.index].n();
                let table = usize::from(self.header.frame.components[component.index].table);
                let quantisation = tables.quantisation[table].as_ref();
                let missing = Flaw::NoQuantisationTable { table: table as u8 };
                let quantisation = quantisation.ok_or(Error::format(missing, at))?;
                let (dc, ac) = (tables.dc[component.dc], tables.ac[component.ac]);
                Block::new(n, quantisation, dc, ac, self.built, at)
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let feed = Feed::new(self.header.bytes, at, layout.blocks.len(), self.buffer);
        let canvases = scan
            .components
            .iter()
            .map(|component| component.index)
            .collect();
        let canvases = Drawing {
            canvases: self.canvases,
            of: canvases,
        };
        let mut entropy = EntropyScan {
            layout,
            blocks,
            canvases,
            feed,
        };
        entropy.decode(usize::from(restart_interval), self.judge)?;
        Ok(entropy.feed.end())
    }
}

/// The canvases of a scan's components.
struct Drawing<'p, 's> {
    canvases: &'p mut [Canvas<'s>],
    of: Vec<usize>,
}

/// A scan that is being decoded.
struct EntropyScan<'p, 'a, 's, 'b> {
    layout: Layout,
    blocks: Vec<Block>,
    canvases: Drawing<'p, 's>,
    feed: Feed<'a, 'b>,
}

impl EntropyScan<'_, '_, '_, '_> {
    fn decode(&mut self, restart_interval: usize, judge: &mut Judge) -> Result<(), Error> {
        let total = self.layout.mcus.0 * self.layout.mcus.1;
        let interval = if restart_interval == 0 {
            total
        } else {
            restart_interval
        };
        let (mut start, mut restarts) = (0, 0);
        loop {
            let end = total.min(start + interval);
            if let Err(error) = self.decode_interval(start, end) {
                judge.note(error)?;
            }
            start = end;
            if start == total {
                return Ok(());
            }
            let lost = self.feed.restart(restarts, judge.tolerant)?;
            if lost > 0 {
                let error = Error::damaged(Damage::Restart, self.feed.end());
                judge.note(error)?;
            }
            start += lost * interval;
            restarts += lost + 1;
            if start >= total {
                return Ok(());
            }
        }
    }

    /// Decodes the MCUs from `start` to `end`, before which stood a restart marker or the scan's start.
    fn decode_interval(&mut self, start: usize, end: usize) -> Result<(), Error> {
        for block in &mut self.blocks {
            block.restart();
        }
        let mut mcu = start;
        while mcu < end {
            let threshold = self.feed.threshold();
            let mut bits = self.feed.bits();
            let (x, y) = (mcu % self.layout.mcus.0, mcu / self.layout.mcus.0);
            let count = (end - mcu).min(self.layout.mcus.0 - x);
            let (next, result) = row(
                &self.layout,
                &mut self.blocks,
                &mut self.canvases,
                &mut bits,
                threshold,
                (x, y),
                count,
            );
            let position = bits.position();
            let result = match result {
                Ok(()) => self.feed.renew(position),
                Err(damage) => Err(self.feed.blame(damage, position)),
            };
            if let Err(error) = result {
                self.erase_mcu((next, y));
                return Err(error);
            }
            mcu += next + 1 - x;
        }
        Ok(())
    }

    /// Makes the MCU grey again in which damage was noticed: what was drawn of it isn't to be trusted.
    fn erase_mcu(&mut self, mcu: (usize, usize)) {
        for block in &self.layout.blocks {
            let steps = self.layout.steps[block.component];
            let place = (mcu.0 * steps.0 + block.at.0, mcu.1 * steps.1 + block.at.1);
            self.canvases.canvases[self.canvases.of[block.component]].erase(place);
        }
    }
}

/// Decodes MCUs of one row from the one at `x`, until `count` are done or the reader is beyond `threshold`. Returns
/// the column of the last one, and what is wrong with it.
fn row(
    layout: &Layout,
    blocks: &mut [Block],
    drawing: &mut Drawing,
    bits: &mut Bits,
    threshold: usize,
    (mut x, y): (usize, usize),
    count: usize,
) -> (usize, Result<(), Damage>) {
    let end = x + count;
    let mut local = *bits;
    loop {
        for block in &layout.blocks {
            let steps = layout.steps[block.component];
            let place = (x * steps.0 + block.at.0, y * steps.1 + block.at.1);
            let canvas = &mut drawing.canvases[drawing.of[block.component]];
            if let Err(damage) = blocks[block.component].decode(&mut local, canvas, place) {
                *bits = local;
                return (x, Err(damage));
            }
        }
        if x + 1 == end || local.next() > threshold {
            *bits = local;
            return (x, Ok(()));
        }
        x += 1;
    }
}
