//! Progressive pictures (T.81 annex G): decodes the scans that count.

mod ac_first;
mod ac_refining;
mod ac_scan;
pub(super) mod coefficients;
mod dc_scan;
mod last_bits;
pub(super) mod script;

use crate::picture::jpeg::entropy::intervals;
use crate::picture::jpeg::entropy::unstuff::{Buffer, Feed};
use crate::picture::jpeg::error::Error;
use crate::picture::jpeg::limits::{DamagePolicy, Limits};
use crate::picture::jpeg::samples::planes::{self, Planes};
use crate::picture::jpeg::samples::scale::Scales;
use crate::picture::jpeg::scratch::{BuiltTables, Scratch};
use crate::picture::jpeg::syntax::header::Header;
use crate::picture::jpeg::syntax::markers;
use crate::picture::jpeg::syntax::scan::Layout;
use crate::picture::jpeg::syntax::tables::Tables;
use ac_first::First;
use ac_refining::Refining;
use ac_scan::AcScan;
use coefficients::CoefficientPlane;
use dc_scan::DcScan;
use script::{PlannedScan, Script};

/// Decodes a progressive picture.
pub(crate) fn decode<'s>(
    header: &Header,
    scales: &Scales,
    limits: &Limits,
    scratch: &'s mut Scratch,
) -> Result<Planes<'s>, Error> {
    let mut policy = DamagePolicy::new(limits);
    let script = Script::of(header, scales)?;
    script.check_room(header, limits)?;
    let Scratch {
        samples,
        coefficients,
        histories,
        buffer,
        tables: built,
        ..
    } = scratch;
    let mut coefficient_planes =
        coefficients::coefficient_planes(&header.frame, scales, limits, coefficients, histories)?;
    let mut picture = Picture {
        header,
        coefficient_planes: &mut coefficient_planes,
        buffer,
        built,
        policy: &mut policy,
    };
    if let Err(error) = picture.decode_scans(&script.scans) {
        policy.note(error)?;
    }
    if let Some(error) = script.missing {
        policy.note(error)?;
    }
    let mut canvases = planes::canvases(&header.frame, scales, samples);
    let planes = coefficient_planes.iter().zip(script.cut_short);
    for ((plane, cut_short), canvas) in planes.zip(&mut canvases) {
        if let Err(error) = plane.draw(cut_short, canvas, header.first_scan) {
            policy.note(error)?;
        }
    }
    Ok(planes::finish(canvases, policy.damage))
}

/// A picture that is being decoded.
struct Picture<'p, 'a, 's> {
    header: &'p Header<'a>,
    coefficient_planes: &'p mut Vec<CoefficientPlane<'s>>,
    buffer: &'p mut Buffer,
    built: &'p mut BuiltTables,
    policy: &'p mut DamagePolicy,
}

impl<'a> Picture<'_, 'a, '_> {
    fn decode_scans(&mut self, scans: &[PlannedScan]) -> Result<(), Error> {
        let bytes = self.header.bytes;
        let mut tables = self.header.tables.clone();
        let mut at = self.header.first_scan - 1;
        for planned in scans {
            while at < planned.start {
                let segment = markers::next_segment(bytes, at)?;
                at = segment.end;
                tables.read(&segment)?;
            }
            for component in &planned.scan.components {
                self.coefficient_planes[component.index].latch(&tables);
            }
            if planned.counts
                && let Err(error) = self.decode_scan(planned, &tables)
            {
                self.policy.note(error)?;
            }
            at = planned.end;
        }
        Ok(())
    }

    fn decode_scan(
        &mut self,
        PlannedScan { scan, start, .. }: &PlannedScan,
        tables: &Tables<'a>,
    ) -> Result<(), Error> {
        let restart_interval = tables.restart_interval;
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
            let mut units = DcScan::new(&layout, self.coefficient_planes, &of, &built, low);
            return intervals::decode(&mut units, &mut feed, restart_interval, self.policy);
        }
        let component = scan.components[0];
        let spec = tables.ac[component.ac];
        let plane = &mut self.coefficient_planes[component.index];
        if refines {
            let table = self.built.refining_scans.get(spec, *start)?;
            let band = Refining::new(scan, plane, &table);
            let mut units = AcScan::new(plane, band);
            return intervals::decode(&mut units, &mut feed, restart_interval, self.policy);
        }
        let table = self.built.first_scans.get(spec, *start)?;
        let band = First::new(scan, plane, &table);
        let mut units = AcScan::new(plane, band);
        intervals::decode(&mut units, &mut feed, restart_interval, self.policy)
    }
}
