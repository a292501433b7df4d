//! The first AC scans of a progressive picture's bands (T.81 G.1.2.2).

use super::ac_scan::AcScan;
use super::bits::{Bits, extend};
use super::error::Damage;
use super::intervals::Units;
use super::passages::{Passages, ends_bands, run_of_ends};

impl Units for AcScan<'_, '_, false> {
    fn size(&self) -> (usize, usize) {
        self.store.blocks
    }

    fn restart(&mut self) {
        self.run_of_ends = 0;
    }

    fn decode(
        &mut self,
        bits: &mut Bits,
        threshold: usize,
        (x, y): (usize, usize),
        count: usize,
    ) -> (usize, Result<(), Damage>) {
        let size = self.store.n * self.store.n;
        let start = y * self.store.across + x;
        let histories = &mut self.store.histories[start..start + count];
        let coefficients = &mut self.store.coefficients[start * size..][..count * size];
        let band = Band {
            table: &self.table,
            slots: &self.store.slots,
            first: self.band.0,
            last_needed: self.band.1.min(63 - self.store.needed.leading_zeros()),
            last: self.band.1,
            low: self.low,
        };
        let mut local = *bits;
        let mut done = 0;
        let result = loop {
            let ended = (count - done).min(self.run_of_ends as usize);
            self.run_of_ends -= ended as u32;
            done += ended;
            if done == count || (ended > 0 && local.position() > threshold) {
                break Ok(());
            }
            let coefficients = &mut coefficients[done * size..][..size];
            match band.decode(&mut local, coefficients, &mut histories[done]) {
                Ok(run_of_ends) => self.run_of_ends = run_of_ends,
                Err(damage) => break Err(damage),
            }
            done += 1;
            if done == count || local.position() > threshold {
                break Ok(());
            }
        };
        *bits = local;
        (done, result)
    }

    fn erase(&mut self, _block: (usize, usize)) {}
}

/// What is the same for all blocks of a scan.
struct Band<'t> {
    table: &'t Passages<false>,
    /// Where the needed coefficients are, by place in zigzag order.
    slots: &'t [u8; 64],
    /// Ss.
    first: u32,
    /// The last place of the band whose coefficient is needed, if there is one.
    last_needed: u32,
    /// Se.
    last: u32,
    low: u8,
}

impl Band<'_> {
    /// Decodes a block; returns for how many more the band ends at once.
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
                return Ok(run_of_ends(bits, run));
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
        let ended = self
            .table
            .finish(bits, k, self.last, |new, _| passed |= new);
        *history = passed;
        ended
    }
}
