//! The first AC scans of a progressive picture's bands (T.81 G.1.2.2).

use super::ac_scan::Band;
use super::coefficients::CoefficientPlane;
use crate::picture::jpeg::entropy::band_skip::{BandSkipTable, ends_bands, eobrun};
use crate::picture::jpeg::entropy::bits::{Bits, extend};
use crate::picture::jpeg::error::Damage;
use crate::picture::jpeg::syntax::scan::Scan;

/// The band of a first scan.
#[derive(Clone, Copy)]
pub(crate) struct First<'t> {
    table: &'t BandSkipTable<false>,
    /// Where the needed coefficients are, by place in zigzag order.
    slots: [u8; 64],
    /// Ss.
    first: u32,
    /// The last place of the band whose coefficient is needed, if there is one.
    last_needed: u32,
    /// Se.
    last: u32,
    /// Al.
    low: u8,
}

impl<'t> First<'t> {
    pub(crate) fn new(
        scan: &Scan,
        plane: &CoefficientPlane,
        table: &'t BandSkipTable<false>,
    ) -> Self {
        let (first, last) = (u32::from(scan.band.0), u32::from(scan.band.1));
        Self {
            table,
            slots: plane.slots,
            first,
            last_needed: last.min(63 - plane.needed.leading_zeros()),
            last,
            low: scan.low,
        }
    }
}

impl Band for First<'_> {
    #[inline(always)]
    fn decode(
        &self,
        bits: &mut Bits,
        coefficients: &mut [i16],
        history: &mut u64,
    ) -> Result<u32, Damage> {
        let mut k = self.first;
        while k <= self.last_needed {
            bits.refill();
            let (run, size) = self.table.symbol(bits)?;
            if ends_bands(run, size) {
                return Ok(eobrun(bits, run));
            }
            k += run;
            let extra = bits.take(size);
            if k > self.last {
                return Err(Damage::RunTooLong);
            }
            *history |= u64::from(size > 0) << k;
            let slot = usize::from(self.slots[k as usize & 63]);
            if let Some(coefficient) = coefficients.get_mut(slot)
                && size > 0
            {
                *coefficient = (extend(extra, size) << self.low) as i16;
            }
            k += 1;
        }
        let mut passed = *history;
        let ended = self.table.finish(
            bits,
            k,
            self.last,
            #[inline(always)]
            |new, _| passed |= new,
        );
        *history = passed;
        ended
    }

    #[inline(always)]
    fn corrected(&self, _history: u64) -> u64 {
        0
    }

    fn correct(&self, _bits: &mut Bits, _coefficients: &mut [i16], _corrected: u64) {}
}
