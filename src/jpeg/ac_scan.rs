//! The AC scans of a progressive picture, first (T.81 G.1.2.2) and refining (G.1.2.3).

use super::bits::{Bits, REFILLED, extend};
use super::coefficients::Store;
use super::error::Damage;
use super::huffman::SymbolTable;
use super::intervals::Units;
use std::sync::Arc;

/// An AC scan; always of one component.
pub(super) struct AcScan<'p, 's> {
    pub(super) store: &'p mut Store<'s>,
    pub(super) table: Arc<SymbolTable>,
    /// Ss and Se.
    pub(super) band: (u32, u32),
    /// Whether it refines what an earlier scan sent.
    pub(super) refines: bool,
    /// Al.
    pub(super) low: u8,
    /// How many more blocks have nothing new in the band (T.81 G.1.2.2).
    pub(super) run_of_ends: u32,
}

impl Units for AcScan<'_, '_> {
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
        let start = y * self.store.across + x;
        let mut local = *bits;
        let done = match self.refines {
            true => self.refine_row(&mut local, threshold, start, count),
            false => self.first_row(&mut local, threshold, start, count),
        };
        *bits = local;
        done
    }

    fn erase(&mut self, _block: (usize, usize)) {}
}

impl AcScan<'_, '_> {
    /// Blocks of a first scan (T.81 G.1.2.2).
    fn first_row(
        &mut self,
        bits: &mut Bits,
        threshold: usize,
        start: usize,
        count: usize,
    ) -> (usize, Result<(), Damage>) {
        let size = self.store.n * self.store.n;
        let histories = &mut self.store.histories[start..start + count];
        let coefficients = &mut self.store.coefficients[start * size..][..count * size];
        let first = First {
            table: &self.table,
            slots: &self.store.slots,
            band: self.band,
            low: self.low,
        };
        let mut done = 0;
        loop {
            let ended = (count - done).min(self.run_of_ends as usize);
            self.run_of_ends -= ended as u32;
            done += ended;
            if done == count || (ended > 0 && bits.position() > threshold) {
                return (done, Ok(()));
            }
            let block = &mut coefficients[done * size..][..size];
            match first.decode(bits, block, &mut histories[done]) {
                Ok(run_of_ends) => self.run_of_ends = run_of_ends,
                Err(damage) => return (done, Err(damage)),
            }
            done += 1;
            if done == count || bits.position() > threshold {
                return (done, Ok(()));
            }
        }
    }

    /// Blocks of a refining scan (T.81 G.1.2.3).
    fn refine_row(
        &mut self,
        bits: &mut Bits,
        threshold: usize,
        start: usize,
        count: usize,
    ) -> (usize, Result<(), Damage>) {
        let size = self.store.n * self.store.n;
        let histories = &mut self.store.histories[start..start + count];
        let coefficients = &mut self.store.coefficients[start * size..][..count * size];
        let refining = Refining {
            table: &self.table,
            slots: &self.store.slots,
            needed: self.store.needed,
            last: self.band.1,
            step: 1 << self.low,
        };
        let band = bits_below(self.band.1 + 1) & !bits_below(self.band.0);
        let mut done = 0;
        loop {
            // Blocks that have nothing new, and nothing that could be corrected.
            let ended = (count - done).min(self.run_of_ends as usize);
            let mut run = histories[done..done + ended].iter();
            let empty = run.position(|history| history & band != 0).unwrap_or(ended);
            self.run_of_ends -= empty as u32;
            done += empty;
            if done == count || (empty > 0 && bits.position() > threshold) {
                return (done, Ok(()));
            }
            let block = &mut coefficients[done * size..][..size];
            let history = &mut histories[done];
            if self.run_of_ends > 0 {
                self.run_of_ends -= 1;
                refining.correct_rest(bits, block, *history & band);
            } else {
                match refining.decode(bits, block, history, self.band.0) {
                    Ok(run_of_ends) => self.run_of_ends = run_of_ends,
                    Err(damage) => return (done, Err(damage)),
                }
            }
            done += 1;
            if done == count || bits.position() > threshold {
                return (done, Ok(()));
            }
        }
    }
}

/// What is the same for all blocks of a first scan.
struct First<'t> {
    table: &'t SymbolTable,
    /// Where the needed coefficients are, by place in zigzag order.
    slots: &'t [u8; 64],
    band: (u32, u32),
    low: u8,
}

impl First<'_> {
    /// Decodes a block; returns for how many more the band ends at once.
    #[inline(always)]
    fn decode(
        &self,
        bits: &mut Bits,
        coefficients: &mut [i16],
        kept_history: &mut u64,
    ) -> Result<u32, Damage> {
        let mut history = *kept_history;
        let mut k = self.band.0;
        let result = loop {
            bits.refill();
            let symbol = match self.table.decode(bits) {
                Ok(symbol) => symbol,
                Err(damage) => break Err(damage),
            };
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            if size == 0 && run < 15 {
                break Ok((1 << run) - 1 + bits.take(run));
            }
            k += run;
            let extra = bits.take(size);
            if k > self.band.1 {
                break Err(Damage::RunTooLong);
            }
            history |= u64::from(size > 0) << k;
            let slot = usize::from(self.slots[k as usize & 63]);
            if let Some(coefficient) = coefficients.get_mut(slot)
                && size > 0
            {
                *coefficient = (extend(extra, size) << self.low) as i16;
            }
            k += 1;
            if k > self.band.1 {
                break Ok(0);
            }
        };
        *kept_history = history;
        result
    }
}

/// What is the same for all blocks of a refining scan.
struct Refining<'t> {
    table: &'t SymbolTable,
    /// Where the needed coefficients are, by place in zigzag order.
    slots: &'t [u8; 64],
    /// A bit for each that is needed.
    needed: u64,
    /// Se.
    last: u32,
    /// The value of the bit that is refined.
    step: i16,
}

impl Refining<'_> {
    /// What a symbol of 16 bits and a sign leave of a filled window.
    const LEFT: u32 = REFILLED - 17;

    /// Decodes a block from `k` on; returns for how many more the band ends at once.
    #[inline(always)]
    fn decode(
        &self,
        bits: &mut Bits,
        coefficients: &mut [i16],
        history: &mut u64,
        mut k: u32,
    ) -> Result<u32, Damage> {
        // Those yet to be corrected.
        let mut old = *history & bits_below(self.last + 1) & !bits_below(k);
        let mut new = 0;
        while k <= self.last {
            bits.refill();
            let symbol = self.table.decode(bits)?;
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            if size == 0 && run < 15 {
                let run_of_ends = (1 << run) - 1 + bits.take(run);
                self.correct_rest(bits, coefficients, old);
                *history |= new;
                return Ok(run_of_ends);
            }
            // T.81 allows no size but 1 here; libjpeg takes others for it, with a warning.
            let sets = u32::from(size > 0);
            let sign = 2 * bits.take(sets) as i16 - 1;
            let passed = Passed::new(old, k, run);
            // A run of 16 zeros may lack its last: the band ends all the same.
            if passed.place + sets > self.last + 1 {
                return Err(Damage::RunTooLong);
            }
            if passed.count > Self::LEFT {
                self.correct_rest(bits, coefficients, passed.over);
            } else {
                self.correct(bits, coefficients, passed.over, passed.count);
            }
            old ^= passed.over;
            if sets > 0 {
                new |= 1 << passed.place;
                let slot = usize::from(self.slots[passed.place as usize & 63]);
                if let Some(coefficient) = coefficients.get_mut(slot) {
                    *coefficient = sign * self.step;
                }
            }
            k = passed.place + 1;
        }
        self.correct_rest(bits, coefficients, old);
        *history |= new;
        Ok(0)
    }

    /// Reads the correction bits of all of `corrected`, however many.
    #[inline(always)]
    fn correct_rest(&self, bits: &mut Bits, coefficients: &mut [i16], corrected: u64) {
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
        self.correct(bits, coefficients, part, count);
        if part != corrected {
            bits.refill();
            let rest = corrected ^ part;
            self.correct(bits, coefficients, rest, rest.count_ones());
        }
    }

    /// Reads the correction bits of the `count` coefficients of `corrected`: at once, so that those that aren't needed
    /// cost nothing. The window must hold them.
    #[inline(always)]
    fn correct(&self, bits: &mut Bits, coefficients: &mut [i16], mut corrected: u64, count: u32) {
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

/// What is passed over from a place on for a run of zeros (T.81 G.1.2.3).
#[derive(Debug, PartialEq, Eq)]
struct Passed {
    /// The coefficients that aren't zero.
    over: u64,
    /// How many these are.
    count: u32,
    /// The place of the zero after the run.
    place: u32,
}

impl Passed {
    /// Passes from `k` on over `run` zeros and what stands between them and before the next, where `old` are the
    /// coefficients from there on that aren't zero.
    #[inline(always)]
    fn new(old: u64, k: u32, run: u32) -> Self {
        // A turn for each that isn't zero, not for each that is: they are fewer, and mostly there is none.
        let (mut place, mut count, mut left) = (k + run, 0, old);
        while left != 0 && left.trailing_zeros() <= place {
            left &= left - 1;
            place += 1;
            count += 1;
        }
        Self {
            over: old ^ left,
            count,
            place,
        }
    }
}

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
        let passed = |over, count, place| Passed { over, count, place };
        assert_eq!(Passed::new(0, 5, 3), passed(0, 0, 8));
        assert_eq!(Passed::new(0b0100_1011, 0, 0), passed(0b0011, 2, 2));
        assert_eq!(Passed::new(0b0100_1011, 0, 2), passed(0b1011, 3, 5));
        assert_eq!(Passed::new(0b0100_1000, 2, 3), passed(0b0100_1000, 2, 7));
        assert_eq!(Passed::new(1 << 63, 62, 1), passed(1 << 63, 1, 64));
        assert_eq!(bits_below(0), 0);
        assert_eq!(bits_below(3), 0b111);
        assert_eq!(bits_below(64), u64::MAX);
    }
}
