//! The AC scans of a progressive picture that refine what was sent before (T.81 G.1.2.3).

use super::ac_scan::Band;
use super::coefficients::CoefficientPlane;
use crate::picture::jpeg::entropy::band_skip::{BandSkipTable, ends_bands, eobrun};
use crate::picture::jpeg::entropy::bits::{Bits, REFILLED};
use crate::picture::jpeg::error::Damage;
use crate::picture::jpeg::syntax::scan::Scan;

/// The band of a refining scan.
#[derive(Clone, Copy)]
pub(crate) struct Refining<'t> {
    table: &'t BandSkipTable<true>,
    /// Where the needed coefficients are, by place in zigzag order.
    slots: [u8; 64],
    /// A bit for each that is needed.
    needed: u64,
    /// A bit for each of the band.
    band: u64,
    /// Ss.
    first: u32,
    /// Se.
    last: u32,
    /// The value of the bit that is refined.
    step: i16,
}

impl<'t> Refining<'t> {
    pub(crate) fn new(
        scan: &Scan,
        plane: &CoefficientPlane,
        table: &'t BandSkipTable<true>,
    ) -> Self {
        Self {
            table,
            slots: plane.slots,
            needed: plane.needed,
            band: scan.band_bits(),
            first: u32::from(scan.band.0),
            last: u32::from(scan.band.1),
            step: 1 << scan.low,
        }
    }
}

impl Band for Refining<'_> {
    #[inline(always)]
    fn decode(
        &self,
        bits: &mut Bits,
        coefficients: &mut [i16],
        history: &mut u64,
    ) -> Result<u32, Damage> {
        let mut old = self.corrected(*history);
        let mut k = self.first;
        let mut all_new = 0;
        let result = loop {
            if old == 0 {
                // No corrections from here on.
                break self.table.finish(
                    bits,
                    k,
                    self.last,
                    #[inline(always)]
                    |new, positive| {
                        all_new |= new;
                        self.set(coefficients, new, positive);
                    },
                );
            }
            bits.refill();
            let (run, size) = self.table.symbol(bits)?;
            if ends_bands(run, size) {
                let eobrun = eobrun(bits, run);
                self.correct(bits, coefficients, old);
                break Ok(eobrun);
            }
            // T.81 allows no size but 1 here; libjpeg takes other sizes as 1, with a warning.
            let new = u32::from(size > 0);
            let positive = bits.take(new);
            let run = Run::new(old, k, run);
            // A run of 16 zeros may lack its last zero: the band ends all the same.
            if run.end + new > self.last + 1 {
                return Err(Damage::RunTooLong);
            }
            if run.count > Self::LEFT {
                self.correct(bits, coefficients, run.over);
            } else {
                self.correct_some(bits, coefficients, run.over, run.count);
            }
            old ^= run.over;
            let place = run.end & 63;
            all_new |= u64::from(new) << place;
            self.set(
                coefficients,
                u64::from(new) << place,
                u64::from(positive) << place,
            );
            k = run.end + 1;
        };
        *history |= all_new;
        result
    }

    #[inline(always)]
    fn corrected(&self, history: u64) -> u64 {
        history & self.band
    }

    /// Reads the correction bits of any number of coefficients.
    #[inline(always)]
    fn correct(&self, bits: &mut Bits, coefficients: &mut [i16], corrected: u64) {
        if corrected == 0 {
            return;
        }
        bits.refill();
        let mut count = corrected.count_ones();
        let mut part = corrected;
        while count > REFILLED {
            part &= !(1 << (63 - part.leading_zeros()));
            count -= 1;
        }
        self.correct_some(bits, coefficients, part, count);
        if part != corrected {
            bits.refill();
            let rest = corrected ^ part;
            self.correct_some(bits, coefficients, rest, rest.count_ones());
        }
    }
}

impl Refining<'_> {
    /// What a symbol of 16 bits and a sign leave of a filled window.
    const LEFT: u32 = REFILLED - 17;

    /// Sets the new coefficients, if they are needed.
    #[inline(always)]
    fn set(&self, coefficients: &mut [i16], new: u64, positive: u64) {
        let mut needed = new & self.needed;
        while needed != 0 {
            let k = needed.trailing_zeros() & 63;
            if let Some(coefficient) = coefficients.get_mut(usize::from(self.slots[k as usize])) {
                *coefficient = (2 * (positive >> k & 1) as i16 - 1) * self.step;
            }
            needed &= needed - 1;
        }
    }

    /// Reads the correction bits of the `count` coefficients of `corrected`, all at once, so that those that aren't
    /// needed cost nothing. The window must hold them.
    #[inline(always)]
    fn correct_some(
        &self,
        bits: &mut Bits,
        coefficients: &mut [i16],
        mut corrected: u64,
        count: u32,
    ) {
        let mut corrections = *bits;
        bits.pass(count);
        while corrected & self.needed != 0 {
            let slot = usize::from(self.slots[corrected.trailing_zeros() as usize & 63]);
            let grows = corrections.take(1) as i16;
            if let Some(coefficient) = coefficients.get_mut(slot) {
                // A bit that is set already was sent by a scan out of turn; libjpeg leaves it too.
                let grown = coefficient.wrapping_add(grows * self.step * coefficient.signum());
                if *coefficient & self.step == 0 {
                    *coefficient = grown;
                }
            }
            corrected &= corrected - 1;
        }
    }
}

/// A run of zeros (T.81 G.1.2.3), with the coefficients between them.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    /// The coefficients that aren't zero, up to the zero after the run.
    over: u64,
    /// How many of these there are.
    count: u32,
    /// The place of the zero after the run, 64 or more if there is none.
    end: u32,
}

impl Run {
    /// The run of `length` zeros from `k` on, where `old` are the coefficients from there on that aren't zero.
    #[inline(always)]
    fn new(old: u64, k: u32, length: u32) -> Self {
        let mut zeros = !(old >> k);
        let place = PLACES[usize::from(zeros as u8)][length as usize & 7];
        let end = if length < 8 && place < 8 {
            k + u32::from(place)
        } else {
            for _ in 0..length {
                zeros &= zeros.wrapping_sub(1);
            }
            k + zeros.trailing_zeros()
        };
        Self {
            over: old & bits_below(end),
            count: end - k - length,
            end,
        }
    }
}

/// By the next eight places, with a bit set for each that is zero, and the length of a run: the place of the zero after
/// it, 8 if it is farther away.
static PLACES: [[u8; 8]; 256] = {
    let mut places = [[8; 8]; 256];
    let mut zeros = 0;
    while zeros < 256 {
        let (mut length, mut place) = (0, 0);
        while place < 8 {
            if zeros >> place & 1 == 1 {
                places[zeros][length] = place as u8;
                length += 1;
            }
            place += 1;
        }
        zeros += 1;
    }
    places
};

/// The bits of all places below `k`.
#[inline(always)]
fn bits_below(k: u32) -> u64 {
    if k >= 64 { u64::MAX } else { (1 << k) - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_over_runs_of_zeros() {
        let run = |over, count, end| Run { over, count, end };
        assert_eq!(Run::new(0, 5, 3), run(0, 0, 8));
        assert_eq!(Run::new(0b0100_1011, 0, 0), run(0b0011, 2, 2));
        assert_eq!(Run::new(0b0100_1011, 0, 2), run(0b1011, 3, 5));
        assert_eq!(Run::new(0b0100_1000, 2, 3), run(0b0100_1000, 2, 7));
        assert_eq!(Run::new(1 << 63, 62, 1), run(1 << 63, 1, 64));
        assert_eq!(bits_below(0), 0);
        assert_eq!(bits_below(3), 0b111);
        assert_eq!(bits_below(64), u64::MAX);
    }
}
