//! Look-ups that pass over the AC coefficients that a scale doesn't need.

use super::bits::{Bits, REFILLED};
use super::huffman::{Canonical, Code, FromSpec, InvalidCode, first_symbols};
use crate::picture::jpeg::error::Damage;

/// Look-ups that pass the rest of a block, several symbols at once.
///
/// By the next [`WIDTH`](Self::WIDTH) bits, for as many symbols as have their whole code in them: how many bits they
/// take with all extra bits (the last symbol's may lie beyond the window), how many coefficients they pass, and
/// whether the block ends.
#[derive(Clone, Debug)]
pub(crate) struct SkipTable {
    /// The entries for windows of `w` bits, at `1 << w`: those for longer windows are made from those for shorter ones.
    lookup: [u32; 2 << Self::WIDTH],
    /// By the same bits: the first symbol in the upper byte, its code's length in the lower; 0 if the code is longer.
    single: [u16; 1 << Self::WIDTH],
    canonical: Canonical,
}

/// What a look-up passed, or several added up: the bits in the lower byte, above it the coefficients, and [`ENDED`]
/// more of these if the block ended.
///
/// Sums can't overflow. An entry has at most [`SkipTable::MOST_BITS`] bits, and no more than `PER_REFILL` entries are
/// added up before their bits are passed: less than 64 bits, which the byte has room for. A window has no more than 12
/// symbols, each of which passes at most 16 coefficients, and nothing is added to a sum of 64 or more: so the count
/// stays far below [`ENDED`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sum(u32);

/// Where the count of coefficients begins.
const PLACE: u32 = 8;

/// Added to the count where the block ends. More than any count, so that one comparison sees both.
pub(crate) const ENDED: u32 = 1 << 10;

impl Sum {
    /// The sum at a place in zigzag order with no bits to pass.
    pub(crate) fn at(k: u32) -> Self {
        Self(k << PLACE)
    }

    /// The sum of the first coefficient's place and an entry.
    pub(crate) fn first(entry: u32) -> Self {
        Self((1 << PLACE) + entry)
    }

    /// The sum as an entry.
    pub(crate) fn entry(self) -> u32 {
        self.0
    }

    pub(crate) fn bits(self) -> u32 {
        self.0 & 0xFF
    }

    pub(crate) fn place(self) -> u32 {
        self.0 >> PLACE
    }

    /// Whether the block is over, or the sum is that of an [`UNKNOWN`](SkipTable::UNKNOWN) entry.
    pub(crate) fn ended(self) -> bool {
        self.0 >= 64 << PLACE
    }

    /// Whether a block that has [`ended`](Self::ended) did so where it may: after its last coefficient, which no code
    /// follows, or by a code before that.
    pub(crate) fn ended_within(self) -> bool {
        self.place() == 64 || self.place().wrapping_sub(ENDED) < 64
    }
}

impl SkipTable {
    pub(crate) const WIDTH: u32 = 12;
    /// Look-ups after a refill.
    const PER_REFILL: u32 = 3;
    /// The most bits that one of them may take. Hardly any symbol has more.
    pub(crate) const MOST_BITS: u32 = REFILLED / Self::PER_REFILL;
    /// An entry that holds no symbol: its code is longer than the window, or there is no such code.
    pub(crate) const UNKNOWN: u32 = 1 << 20;

    /// Passes the coefficients from `k` in 1..=63 to the end of the block.
    #[inline(always)]
    pub(crate) fn finish_block(&self, bits: &mut Bits, k: u32) -> Result<(), Damage> {
        let mut sum = Sum::at(k);
        loop {
            bits.refill();
            if self.pass_some::<{ Self::PER_REFILL }>(bits, &mut sum)? {
                return Ok(());
            }
        }
    }

    /// As [`finish_block`](Self::finish_block), after a first look-up that is in the sum already, and that the window
    /// has passed but the position hasn't.
    #[inline(always)]
    pub(crate) fn finish_begun(&self, bits: &mut Bits, mut sum: Sum) -> Result<(), Damage> {
        if self.pass_some::<{ Self::PER_REFILL - 1 }>(bits, &mut sum)? {
            return Ok(());
        }
        self.finish_block(bits, sum.place())
    }

    /// Makes some look-ups; tells whether the block ended.
    #[inline(always)]
    fn pass_some<const LOOKUPS: u32>(
        &self,
        bits: &mut Bits,
        sum: &mut Sum,
    ) -> Result<bool, Damage> {
        for _ in 0..LOOKUPS {
            let entry = self.lookup[(1 << Self::WIDTH) | bits.peek(Self::WIDTH) as usize];
            let after = Sum(sum.0 + entry);
            if after.ended() {
                if after.ended_within() {
                    bits.shift(entry);
                    bits.advance(after.bits());
                    return Ok(true);
                }
                // The code is long, or some of these symbols are beyond this block's end.
                bits.advance(sum.bits());
                let k = self.step(bits, sum.place())?;
                *sum = Sum::at(k);
                return Ok(k == 64);
            }
            bits.shift(entry);
            *sum = after;
        }
        bits.advance(sum.bits());
        *sum = Sum::at(sum.place());
        Ok(false)
    }

    /// The entries for windows of `width` bits.
    pub(crate) fn entries(&self, width: u32) -> &[u32] {
        &self.lookup[1 << width..2 << width]
    }

    /// Passes one symbol. Returns the place after it, 64 if the block ends with it.
    #[inline(always)]
    pub(crate) fn step(&self, bits: &mut Bits, k: u32) -> Result<u32, Damage> {
        bits.refill();
        let code = self.find(bits.peek(16) as u32)?;
        bits.pass(code.length + code.size());
        match k + code.run() + 1 {
            _ if code.ends_block() => Ok(64),
            after if after > 64 => Err(Damage::RunTooLong),
            after => Ok(after),
        }
    }

    #[inline(never)]
    fn find(&self, window: u32) -> Result<Code, Damage> {
        match self.single[(window >> (16 - Self::WIDTH)) as usize] {
            0 => self.canonical.find(window, Self::WIDTH),
            entry => Ok(Code {
                bits: 0,
                length: u32::from(entry & 31),
                symbol: (entry >> 8) as u8,
            }),
        }
    }
}

impl FromSpec for SkipTable {
    fn from_spec(spec: &[u8]) -> Result<Self, InvalidCode> {
        let mut table = Self {
            lookup: [Self::UNKNOWN; 2 << Self::WIDTH],
            single: [0; 1 << Self::WIDTH],
            canonical: Canonical::EMPTY,
        };
        table.rebuild(spec)?;
        Ok(table)
    }

    fn rebuild(&mut self, spec: &[u8]) -> Result<(), InvalidCode> {
        let Self {
            lookup,
            single,
            canonical,
        } = self;
        *canonical = Canonical::from_spec(spec)?;
        lookup.fill(Self::UNKNOWN);
        for width in 1..=Self::WIDTH {
            let (shorter, here) = lookup.split_at_mut(1 << width);
            for code in canonical.codes().take_while(|code| code.length <= width) {
                let taken = code.length + code.size();
                let places = &mut here[code.places(width)];
                if code.ends_block() {
                    places.fill(ENDED << PLACE | code.length);
                } else if taken <= Self::MOST_BITS {
                    let entry = (code.run() + 1) << PLACE | taken;
                    // What is left of the window for further symbols: nothing, or a shorter window.
                    match width.checked_sub(taken) {
                        None | Some(0) => places.fill(entry),
                        Some(left) => {
                            let next = &shorter[1 << left..2 << left];
                            for part in places.chunks_exact_mut(1 << left) {
                                join(part, next, entry);
                            }
                        }
                    }
                }
            }
        }
        *single = first_symbols(canonical);
        Ok(())
    }
}

/// Writes `first` followed by each of the entries `next`, as far as one look-up may go.
fn join(part: &mut [u32], next: &[u32], first: u32) {
    for (place, &next) in part.iter_mut().zip(next) {
        let both = first + next;
        let unknown = next == SkipTable::UNKNOWN;
        *place = if unknown || Sum(both).bits() > SkipTable::MOST_BITS {
            first
        } else {
            both
        };
    }
}
