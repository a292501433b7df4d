//! Look-ups that pass the AC coefficients of a progressive scan whose values nobody needs, several symbols at once.

use super::bits::Bits;
use super::huffman::{FromSpec, InvalidCode, SymbolTable};
use crate::picture::jpeg::error::Damage;

/// Look-ups by the next [`WIDTH`](Self::WIDTH) bits, for as many symbols as have all their bits in them.
///
/// A symbol is followed by a sign bit in a scan that `REFINES` (T.81 G.1.2.3), and by as many bits as its size says in
/// a first scan (G.1.2.2).
#[derive(Clone, Debug)]
pub(crate) struct BandSkipTable<const REFINES: bool> {
    /// The entries for windows of `w` bits, at `1 << w`: those for longer windows are made from those for shorter ones.
    lookup: [BandSkip; 2 << WIDTH],
    symbols: SymbolTable,
}

/// With 9 bits, or 11, web pictures take 2% longer.
const WIDTH: u32 = 10;

/// What several symbols do together.
///
/// From the lowest bit: 6 bits for the number of bits that they take; whether they end the band; from bit 8 on 7 bits
/// for the number of places that they pass, one more if they end the band; from bit 16 on a bit for each place, set
/// where a coefficient is new; from bit 40 on the same again, set where it is positive.
///
/// No shift leaves its field: a run has at most 15 zeros, so one symbol needs 16 of the 24 places; symbols are joined
/// only if all their places are among the 24; and where a skip is taken, the band has as many places left as it passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct BandSkip(u64);

impl BandSkip {
    /// The window holds no whole symbol, or one that has no room here. It asks for more places than any band has.
    const NONE: Self = Self(127 << 8);
    const ENDS: u64 = 1 << 6;
    /// How many places there is room for.
    const MOST: u32 = 24;

    /// An end of the band.
    fn end(bits: u32) -> Self {
        Self(u64::from(bits) | Self::ENDS | 1 << 8)
    }

    /// A run of zeros, followed by a coefficient that is positive or not, or by one more zero.
    fn symbol(bits: u32, run: u32, positive: Option<bool>) -> Self {
        let new = u64::from(positive.is_some()) << run;
        let positive = u64::from(positive == Some(true)) << run;
        Self(u64::from(bits) | u64::from(run + 1) << 8 | new << 16 | positive << 40)
    }

    /// This followed by `next`, or this alone if there is no room for both.
    fn then(self, next: Self) -> Self {
        let places = self.places();
        if places + next.places() > Self::MOST {
            return self;
        }
        let moved = next.found() << (16 + places) | next.positive() << (40 + places);
        Self((self.0 + (next.0 & 0xFFFF)) | moved)
    }

    #[inline(always)]
    fn bits(self) -> u32 {
        self.0 as u32 & 63
    }

    #[inline(always)]
    fn ends(self) -> bool {
        self.0 & Self::ENDS != 0
    }

    /// How many places must be left in the band.
    #[inline(always)]
    fn places(self) -> u32 {
        (self.0 >> 8) as u32 & 127
    }

    #[inline(always)]
    fn found(self) -> u64 {
        self.0 >> 16 & 0xFF_FFFF
    }

    #[inline(always)]
    fn positive(self) -> u64 {
        self.0 >> 40
    }
}

impl<const REFINES: bool> BandSkipTable<REFINES> {
    /// Passes the rest of a band, from `k` to `last`, in which no coefficient was sent before. Calls `found` with bits
    /// for the places of new coefficients, and bits for those of them that are positive. Returns how many more blocks'
    /// bands end with it.
    #[inline(always)]
    pub(crate) fn finish(
        &self,
        bits: &mut Bits,
        mut k: u32,
        last: u32,
        mut found: impl FnMut(u64, u64),
    ) -> Result<u32, Damage> {
        while k <= last {
            bits.refill();
            let skip = self.lookup[(1 << WIDTH) | bits.peek(WIDTH) as usize];
            if skip.places() <= last + 1 - k {
                bits.pass(skip.bits());
                found(skip.found() << k, skip.positive() << k);
                if skip.ends() {
                    return Ok(0);
                }
                k += skip.places();
                continue;
            }
            let (run, size) = self.symbols.decode(bits)?;
            if ends_bands(run, size) {
                return Ok(eobrun(bits, run));
            }
            let extra = extra::<REFINES>(size);
            let positive = u64::from(bits.take(extra) >> extra.saturating_sub(1));
            let new = u32::from(size > 0);
            k += run;
            // Where a scan refines, a run of 16 zeros may lack its last zero: the band ends all the same.
            let must_fit = if REFINES { new } else { 1 };
            if k + must_fit > last + 1 {
                return Err(Damage::RunTooLong);
            }
            // Where nothing is new, `k` may be 64.
            found(u64::from(new) << (k & 63), positive << (k & 63));
            k += 1;
        }
        Ok(0)
    }

    /// Reads the next symbol: a run of zeros, and the size of what follows it.
    #[inline(always)]
    pub(crate) fn symbol(&self, bits: &mut Bits) -> Result<(u32, u32), Damage> {
        self.symbols.decode(bits)
    }
}

/// Whether a symbol says that this band ends here, as do those of some more blocks (T.81 G.1.2.2).
#[inline(always)]
pub(crate) fn ends_bands(run: u32, size: u32) -> bool {
    size == 0 && run < 15
}

/// How many more blocks' bands end, after a symbol that says that this one does.
#[inline(always)]
pub(crate) fn eobrun(bits: &mut Bits, run: u32) -> u32 {
    (1 << run) - 1 + bits.take(run)
}

/// How many bits follow a symbol.
#[inline(always)]
const fn extra<const REFINES: bool>(size: u32) -> u32 {
    // T.81 allows no size but 1 where a scan refines; libjpeg takes other sizes as 1, with a warning.
    if REFINES && size > 1 { 1 } else { size }
}

impl<const REFINES: bool> FromSpec for BandSkipTable<REFINES> {
    fn from_spec(spec: &[u8]) -> Result<Self, InvalidCode> {
        let symbols = SymbolTable::from_spec(spec)?;
        let mut lookup = [BandSkip::NONE; 2 << WIDTH];
        for width in 1..=WIDTH {
            let (shorter, here) = lookup.split_at_mut(1 << width);
            for code in symbols.codes().take_while(|code| code.length <= width) {
                let (run, size) = (code.run(), code.size());
                let places = &mut here[code.places(width)];
                if ends_bands(run, size) {
                    // Symbols that end the bands of more than one block are rare.
                    if run == 0 {
                        places.fill(BandSkip::end(code.length));
                    }
                    continue;
                }
                let extra = extra::<REFINES>(size);
                let taken = code.length + extra;
                let Some(left) = width.checked_sub(taken) else {
                    continue;
                };
                let next = &shorter[1 << left..];
                for (value, part) in places.chunks_exact_mut(1 << left).enumerate() {
                    let positive = (size > 0).then(|| value >> (extra - 1) == 1);
                    let first = BandSkip::symbol(taken, run, positive);
                    if left == 0 {
                        part.fill(first);
                    } else {
                        for (place, next) in part.iter_mut().zip(next) {
                            *place = first.then(*next);
                        }
                    }
                }
            }
        }
        Ok(Self { lookup, symbols })
    }
}

#[cfg(test)]
mod tests {
    use super::super::bits::{CHUNK, WORD};
    use super::super::huffman::Canonical;
    use super::*;

    /// Codes of 2 to 7 bits, and two that no window holds.
    const SPEC: [u8; 28] = [
        0, 1, 2, 3, 2, 1, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, // how many of each length
        0x01, 0x11, 0x00, 0x21, 0x02, 0x10, 0xF0, 0x31, 0x71, 0x51, 0xE1, 0x2A,
    ];

    /// What finishing a band gives: new and positive places, and the run of ends or the damage.
    type Outcome = (u64, u64, Result<u32, Damage>);

    /// Symbol by symbol.
    fn plain(bits: &mut Bits, refines: bool, mut k: u32, last: u32) -> Outcome {
        let codes = Canonical::from_spec(&SPEC).unwrap();
        let (mut new, mut positive) = (0, 0);
        while k <= last {
            bits.refill();
            let code = match codes.find(bits.peek(16) as u32, 0) {
                Ok(code) => code,
                Err(damage) => return (new, positive, Err(damage)),
            };
            bits.pass(code.length);
            if code.ends_block() {
                let more = bits.take(code.run());
                return (new, positive, Ok((1 << code.run()) - 1 + more));
            }
            k += code.run();
            if code.size() > 0 {
                let first = bits.take(1);
                if !refines {
                    bits.pass(code.size() - 1);
                }
                if k > last {
                    return (new, positive, Err(Damage::RunTooLong));
                }
                new |= 1 << k;
                positive |= u64::from(first) << k;
            } else if k > last + u32::from(refines) {
                return (new, positive, Err(Damage::RunTooLong));
            }
            k += 1;
        }
        (new, positive, Ok(0))
    }

    fn passes_as_symbol_by_symbol<const REFINES: bool>() {
        let table = BandSkipTable::<REFINES>::from_spec(&SPEC).unwrap();
        let mut data = Box::new([0; CHUNK + WORD]);
        let mut random = 1_u32;
        for byte in data.iter_mut() {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (random >> 24) as u8;
        }
        let mut ends = 0;
        for start in 0..20_000 {
            let (k, last) = (1 + start as u32 % 62, 63 - start as u32 % 7);
            let (mut some, mut one) = (Bits::new(&data, start), Bits::new(&data, start));
            let (mut new, mut positive) = (0, 0);
            let result = table.finish(&mut some, k, last, |n, p| {
                new |= n;
                positive |= p;
            });
            let (wanted_new, wanted_positive, wanted) = plain(&mut one, REFINES, k, last);
            assert_eq!(result, wanted, "at bit {start}");
            if wanted.is_ok() {
                assert_eq!(
                    (new, positive),
                    (wanted_new, wanted_positive),
                    "at bit {start}"
                );
                assert_eq!(some.position(), one.position(), "at bit {start}");
                ends += 1;
            }
        }
        assert!(ends > 5_000, "{ends} of 20,000 bands are sound");
    }

    #[test]
    fn several_symbols_at_once_pass_what_they_pass_one_by_one() {
        passes_as_symbol_by_symbol::<false>();
        passes_as_symbol_by_symbol::<true>();
    }
}
