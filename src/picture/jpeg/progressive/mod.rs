//! Progressive pictures (T.81 annex G): what comes of the scans that count.

mod ac_first;
mod ac_refining;
mod ac_scan;
pub(super) mod coefficients;
mod dc_scan;
pub(super) mod script;

use crate::picture::jpeg::entropy::intervals;
use crate::picture::jpeg::entropy::unstuff::{Buffer, Feed};
use crate::picture::jpeg::error::Error;
use crate::picture::jpeg::limits::Limits;
use crate::picture::jpeg::samples::planes::{self, Judge, Planes};
use crate::picture::jpeg::samples::scale::Scales;
use crate::picture::jpeg::scratch::{BuiltTables, Scratch};
use crate::picture::jpeg::syntax::header::{Header, restart_interval_of};
use crate::picture::jpeg::syntax::markers::{self, DHT, DQT, DRI};
use crate::picture::jpeg::syntax::scan::Layout;
use crate::picture::jpeg::syntax::tables::Tables;
use ac_first::First;
use ac_refining::Refining;
use ac_scan::AcScan;
use coefficients::Store;
use dc_scan::DcScan;
use script::{PlannedScan, Script};

/// Decodes a progressive picture.
pub(crate) fn decode<'s>(
    header: &Header,
    scales: &Scales,
    limits: &Limits,
    scratch: &'s mut Scratch,
) -> Result<Planes<'s>, Error> {
    let mut judge = Judge::new(limits);
    let script = Script::of(header, scales)?;
    script.check_room(header, limits)?;
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
    if let Err(error) = picture.decode_scans(&script.scans) {
        judge.note(error)?;
    }
    if let Some(error) = script.missing {
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

/// A picture that is being decoded.
struct Picture<'p, 'a, 's> {
    header: &'p Header<'a>,
    stores: &'p mut Vec<Store<'s>>,
    buffer: &'p mut Buffer,
    built: &'p mut BuiltTables,
    judge: &'p mut Judge,
}

impl<'a> Picture<'_, 'a, '_> {
    fn decode_scans(&mut self, scans: &[PlannedScan]) -> Result<(), Error> {
        let bytes = self.header.bytes;
        let mut tables = self.header.tables.clone();
        let mut restart_interval = self.header.restart_interval;
        let mut at = self.header.first_scan - 1;
        for planned in scans {
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
        let spec = tables.ac[component.ac];
        let store = &mut self.stores[component.index];
        if refines {
            let table = self.built.refining_scans.get(spec, *start)?;
            let band = Refining::new(scan, store, &table);
            let mut units = AcScan::new(store, band);
            return intervals::decode(&mut units, &mut feed, restart_interval, self.judge);
        }
        let table = self.built.first_scans.get(spec, *start)?;
        let band = First::new(scan, store, &table);
        let mut units = AcScan::new(store, band);
        intervals::decode(&mut units, &mut feed, restart_interval, self.judge)
    }
}
