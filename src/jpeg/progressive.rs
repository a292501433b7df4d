//! Progressive pictures (T.81 annex G): which scans count, and what comes of them.

use super::ac_scan::AcScan;
use super::coefficients::{self, Store};
use super::dc_scan::DcScan;
use super::error::{Bound, Damage, Error, Flaw};
use super::header::{Header, restart_interval_of};
use super::intervals;
use super::limits::{self, Limits};
use super::markers::{self, DHT, DQT, DRI, EOI, SOS};
use super::planes::{self, Judge, Planes};
use super::scale::Scales;
use super::scan::{Layout, Scan};
use super::scratch::{BuiltTables, Scratch};
use super::tables::Tables;
use super::unstuff::{Buffer, Feed};
use super::zigzag;

/// Decodes a progressive picture.
pub(super) fn decode<'s>(
    header: &Header,
    scales: &Scales,
    limits: &Limits,
    scratch: &'s mut Scratch,
) -> Result<Planes<'s>, Error> {
    let mut judge = Judge::new(limits);
    let plan = Plan::new(header, scales)?;
    let Scratch {
        samples,
        coefficients,
        histories,
        buffer,
        tables: built,
    } = scratch;
    let mut stores = coefficients::stores(&header.frame, scales, limits, coefficients, histories)?;
    let mut picture = Picture {
        header,
        stores: &mut stores,
        buffer,
        built,
        judge: &mut judge,
    };
    if let Err(error) = picture.decode_scans(&plan) {
        judge.note(error)?;
    }
    if let Some(error) = plan.missing {
        judge.note(error)?;
    }
    let mut canvases = planes::canvases(&header.frame, scales, samples);
    for (store, canvas) in stores.iter().zip(&mut canvases) {
        if let Err(error) = store.draw(canvas, header.first_scan) {
            judge.note(error)?;
        }
    }
    Ok(planes::finish(canvases, judge.damage))
}

/// More scans than any encoder makes. Each costs time for all its blocks, however few bytes it has.
const MOST_SCANS: usize = 256;

/// All that is worth reading of a picture.
#[derive(Debug)]
struct Plan {
    scans: Vec<PlannedScan>,
    /// What makes the picture incomplete.
    missing: Option<Error>,
}

/// A scan and where it stands.
#[derive(Debug)]
struct PlannedScan {
    scan: Scan,
    /// Where its data start.
    start: usize,
    /// Where they end: the next marker's 0xFF.
    end: usize,
    counts: bool,
}

impl Plan {
    /// Looks through the scan headers until the last coefficient that the scales need was sent to its last bit, and
    /// no further; then marks the scans that count.
    fn new(header: &Header, scales: &Scales) -> Result<Self, Error> {
        let components = &header.frame.components;
        let mut needed = [0u64; 4];
        for (i, needed) in needed.iter_mut().enumerate().take(components.len()) {
            let n = scales.get(i).n();
            *needed = (0..64)
                .filter(|&k| zigzag::needed(k, n))
                .fold(0, |sum, k| sum | 1 << k);
        }
        let mut plan = Self {
            scans: Vec::new(),
            missing: None,
        };
        plan.look(header, needed)?;
        plan.mark(needed);
        Ok(plan)
    }

    fn look(&mut self, header: &Header, needed: [u64; 4]) -> Result<(), Error> {
        let bytes = header.bytes;
        let (mut left, mut unseen) = (needed, needed);
        let mut at = header.first_scan - 1;
        while left != [0; 4] {
            let segment = match markers::next_segment(bytes, at) {
                Ok(segment) => segment,
                Err(error) => {
                    self.missing = Some(error);
                    return Ok(());
                }
            };
            at = segment.end;
            match segment.marker {
                EOI => {
                    // T.81 doesn't ask for all bits of all coefficients; a picture needs its DC coefficients.
                    let dc = unseen.iter().any(|bits| bits & 1 != 0);
                    self.missing = dc.then(|| Error::damaged(Damage::MissingScan, segment.offset));
                    return Ok(());
                }
                SOS => {
                    let scan = Scan::parse(&segment, &header.frame)?;
                    check(&scan, segment.offset)?;
                    for component in &scan.components {
                        unseen[component.index] &= !scan.band_bits();
                        if scan.low == 0 {
                            left[component.index] &= !scan.band_bits();
                        }
                    }
                    let end = markers::end_of_scan(bytes, at);
                    let end = end.map_or(bytes.len(), |(_, offset)| offset - 1);
                    self.scans.push(PlannedScan {
                        scan,
                        start: at,
                        end,
                        counts: false,
                    });
                    limits::check(Bound::Scans, self.scans.len() as u64, MOST_SCANS as u64)?;
                    at = end;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A scan counts if it has a needed coefficient. A refining scan can be read only by who knows which coefficients
    /// of its whole band are zero, so that those are needed of all scans before it.
    fn mark(&mut self, mut needed: [u64; 4]) {
        for planned in self.scans.iter_mut().rev() {
            let band = planned.scan.band_bits();
            for component in &planned.scan.components {
                let needed = &mut needed[component.index];
                if *needed & band != 0 {
                    planned.counts = true;
                    if planned.scan.high != 0 {
                        *needed |= band;
                    }
                }
            }
        }
    }
}

/// T.81 G.1.1.1: what a progressive scan may hold.
fn check(scan: &Scan, offset: usize) -> Result<(), Error> {
    let (first, last) = scan.band;
    let band = match first {
        0 => last == 0,
        _ => first <= last && last < 64 && scan.components.len() == 1,
    };
    let approximation = scan.low <= 13 && (scan.high == 0 || scan.low + 1 == scan.high);
    if band && approximation {
        Ok(())
    } else {
        Err(Error::format(Flaw::ScanParameters, offset))
    }
}

/// A picture that is being decoded.
struct Picture<'p, 'a, 's> {
    header: &'p Header<'a>,
    stores: &'p mut Vec<Store<'s>>,
    buffer: &'p mut Buffer,
    built: &'p mut BuiltTables,
    judge: &'p mut Judge,
}

impl<'a> Picture<'_, 'a, '_> {
    fn decode_scans(&mut self, plan: &Plan) -> Result<(), Error> {
        let bytes = self.header.bytes;
        let mut tables = self.header.tables.clone();
        let mut restart_interval = self.header.restart_interval;
        let mut at = self.header.first_scan - 1;
        for planned in &plan.scans {
            while at < planned.start {
                let segment = markers::next_segment(bytes, at)?;
                at = segment.end;
                match segment.marker {
                    DHT => tables.define_huffman(&segment)?,
                    DQT => tables.define_quantisation(&segment)?,
                    DRI => restart_interval = restart_interval_of(&segment)?,
                    _ => {}
                }
            }
            for component in &planned.scan.components {
                self.stores[component.index].latch(&tables);
            }
            if planned.counts
                && let Err(error) = self.decode_scan(planned, &tables, restart_interval)
            {
                self.judge.note(error)?;
            }
            at = planned.end;
        }
        Ok(())
    }

    fn decode_scan(
        &mut self,
        PlannedScan { scan, start, .. }: &PlannedScan,
        tables: &Tables<'a>,
        restart_interval: u16,
    ) -> Result<(), Error> {
        let layout = Layout::new(scan, &self.header.frame);
        let mut feed = Feed::new(self.header.bytes, *start, layout.blocks.len(), self.buffer);
        let (refines, low) = (scan.high != 0, scan.low);
        if scan.band.0 == 0 {
            let mut built = Vec::new();
            if !refines {
                for component in &scan.components {
                    built.push(self.built.dc.get(tables.dc[component.dc], *start)?);
                }
            }
            let of: Vec<_> = scan
                .components
                .iter()
                .map(|component| component.index)
                .collect();
            let mut units = DcScan::new(&layout, self.stores, &of, &built, low);
            return intervals::decode(&mut units, &mut feed, restart_interval, self.judge);
        }
        let component = scan.components[0];
        let table = self.built.symbols.get(tables.ac[component.ac], *start)?;
        let store = &mut self.stores[component.index];
        let band = (u32::from(scan.band.0), u32::from(scan.band.1));
        let mut units = AcScan {
            store,
            table,
            band,
            refines,
            low,
            run_of_ends: 0,
        };
        intervals::decode(&mut units, &mut feed, restart_interval, self.judge)
    }
}
