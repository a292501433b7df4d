//! Look-ups for the AC coefficients of a sequential scan (T.81 F.2.2.2), two at a time.

use super::bits::{Bits, REFILLED, extend};
use super::huffman::{Canonical, Code, FromSpec, InvalidCode};
use crate::picture::jpeg::error::Damage;
use crate::picture::jpeg::samples::zigzag::{self, NATURAL};

/// Where coefficients go: by place in zigzag order, with room for the runs that lead beyond a block, and for look-ups
/// after its end.
pub(crate) type Places = [u8; 512];

/// A place that nobody reads.
const NOWHERE: u8 = 64;

/// The places of the top left NxN coefficients.
pub(crate) fn places(n: usize) -> Places {
    let mut places = [NOWHERE; 512];
    for k in (0..64).filter(|&k| zigzag::needed(k, n)) {
        // Blocks are kept column by column.
        places[k] = NATURAL[k] % 8 * 8 + NATURAL[k] / 8;
    }
    places
}

/// The places of the four coefficients at 2/8, column by column. All others go where the DC coefficient will be.
pub(crate) static PLACES_AT_TWO: Places = {
    let mut places = [0; 512];
    let mut k = 1;
    while k < 64 {
        if zigzag::needed(k, 2) {
            places[k] = NATURAL[k] % 8 * 2 + NATURAL[k] / 8;
        }
        k += 1;
    }
    places
};

/// Look-ups by the next [`WIDTH`](Self::WIDTH) bits.
#[derive(Clone, Debug)]
pub(crate) struct AcTable {
    lookup: [Entry; 1 << Self::WIDTH],
    canonical: Canonical,
}

/// One symbol with its value, or two, if they are whole in the window.
///
/// If not even one is, `length` is 0, and what is left says how much of it is: see [`Entry::code`].
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    values: [i16; 2],
    /// How far from the current place the first value goes.
    first: u8,
    /// How far the second goes; [`END`] or more if there is none.
    second: u8,
    /// How far the place advances; [`END`] or more if the block ends.
    advance: u8,
    /// How many bits all that takes.
    length: u8,
}

/// Marks the end of a block; no sum of runs reaches it.
pub(crate) const END: u32 = 128;

/// How many coefficients of a block, in zigzag order, may be other than zero, by the place where
/// [`decode`](AcTable::decode) ended: all unless a code ended the block.
#[inline(always)]
pub(crate) fn coded(place: u32) -> usize {
    if place >= END {
        (place - END) as usize
    } else {
        64
    }
}

impl AcTable {
    const WIDTH: u32 = 12;
    /// Look-ups after a refill.
    const PER_REFILL: u32 = REFILLED / Self::WIDTH;

    /// Decodes coefficients into `block`, from the first on until all up to `last` are known; those that aren't coded
    /// stay as they are. Returns the place in zigzag order of the next coefficient, which is 64 after the block's last
    /// one, and [`END`] more than the place if a code ended the block there.
    #[inline(always)]
    pub(crate) fn decode<const SIZE: usize>(
        &self,
        bits: &mut Bits,
        places: &Places,
        last: u32,
        block: &mut [i16; SIZE],
    ) -> Result<u32, Damage> {
        let mut k = 1;
        loop {
            bits.refill();
            for _ in 0..Self::PER_REFILL {
                let entry = self.lookup[bits.peek(Self::WIDTH) as usize];
                if entry.length == 0 {
                    bits.refill();
                    k += self.decode_long(bits, entry, places, k, block)?;
                    if k > last {
                        return if k > 64 && k < END {
                            Err(Damage::RunTooLong)
                        } else {
                            Ok(k)
                        };
                    }
                    break;
                }
                let [first, second] = entry.values;
                block[target::<SIZE>(places, k + u32::from(entry.first))] = first;
                block[target::<SIZE>(places, k + u32::from(entry.second))] = second;
                bits.pass(u32::from(entry.length));
                k += u32::from(entry.advance);
                if k > last {
                    if k > 64 && !(END..END + 64).contains(&k) {
                        return self.give_back(bits, entry, k);
                    }
                    return Ok(k);
                }
            }
        }
    }

    /// Decodes the AC coefficients at 2/8 from a window that begins with a block's AC codes. It makes two look-ups,
    /// whatever these hold, so that no branch depends on how many are needed. In photographs five blocks in six need no
    /// more; with a third look-up for all, decoding takes 3% longer. Returns whether that was enough; if not, `block`
    /// holds nothing of use.
    #[inline(always)]
    pub(crate) fn decode_at_two(&self, mut window: u64, block: &mut [i16; 4]) -> bool {
        let last = u32::from(zigzag::LAST[2]);
        *block = [0; 4];
        let (mut k, mut known) = (1, true);
        for _ in 0..2 {
            let entry = self.lookup[(window >> (64 - Self::WIDTH)) as usize];
            known &= entry.length != 0 || k > last;
            let [first, second] = entry.values;
            block[target::<4>(&PLACES_AT_TWO, k + u32::from(entry.first))] = first;
            block[target::<4>(&PLACES_AT_TWO, k + u32::from(entry.second))] = second;
            window = window.wrapping_shl(u32::from(entry.length));
            k += u32::from(entry.advance);
        }
        known && k > last
    }

    /// Decodes a symbol that the look-up doesn't hold together with its value. Returns how far the place advances.
    #[inline(always)]
    fn decode_long<const SIZE: usize>(
        &self,
        bits: &mut Bits,
        entry: Entry,
        places: &Places,
        k: u32,
        block: &mut [i16; SIZE],
    ) -> Result<u32, Damage> {
        let code = match entry.code() {
            Some(code) => code,
            None => self.canonical.find(bits.peek(16) as u32, 0)?,
        };
        bits.pass(code.length);
        if code.ends_block() {
            return Ok(END);
        }
        let value = extend(bits.take(code.size()), code.size());
        block[target::<SIZE>(places, k + code.run())] = value as i16;
        Ok(code.run() + 1)
    }

    /// Two symbols were decoded, up to `k`, that don't both belong to this block: if the first set the last
    /// coefficient, the second is the next block's.
    #[cold]
    #[inline(never)]
    fn give_back(&self, bits: &mut Bits, entry: Entry, k: u32) -> Result<u32, Damage> {
        *bits = bits.before(u32::from(entry.length));
        let code = self.canonical.find(bits.peek(16) as u32, 0)?;
        bits.pass(code.length + code.size());
        match k - u32::from(entry.advance) + code.run() + 1 {
            64 => Ok(64),
            _ => Err(Damage::RunTooLong),
        }
    }
}

#[inline(always)]
fn target<const SIZE: usize>(places: &Places, k: u32) -> usize {
    usize::from(places[k as usize % places.len()]) % SIZE
}

impl FromSpec for AcTable {
    fn from_spec(spec: &[u8]) -> Result<Self, InvalidCode> {
        let mut table = Self {
            lookup: [Entry::default(); 1 << Self::WIDTH],
            canonical: Canonical::EMPTY,
        };
        table.rebuild(spec)?;
        Ok(table)
    }

    fn rebuild(&mut self, spec: &[u8]) -> Result<(), InvalidCode> {
        let Self { lookup, canonical } = self;
        *canonical = Canonical::from_spec(spec)?;
        lookup.fill(Entry::default());
        for code in canonical
            .codes()
            .take_while(|code| code.length <= Self::WIDTH)
        {
            let places = &mut lookup[code.places(Self::WIDTH)];
            let length = code.length + code.size();
            if code.ends_block() {
                places.fill(Entry::one(0, END as u8, END as u8, length));
            } else if length > Self::WIDTH {
                places.fill(Entry::code_alone(code));
            } else {
                let parts = places.chunks_exact_mut(1 << (Self::WIDTH - length));
                for (extra, part) in parts.enumerate() {
                    let value = extend(extra as u32, code.size()) as i16;
                    let run = code.run() as u8;
                    part.fill(Entry::one(value, run, run + 1, length));
                }
            }
        }
        let single = *lookup;
        for (window, entry) in lookup.iter_mut().enumerate() {
            if entry.length != 0 && u32::from(entry.advance) < END {
                let next = &single[(window << entry.length) % single.len()];
                if next.length != 0 && u32::from(entry.length + next.length) <= Self::WIDTH {
                    entry.append(next);
                }
            }
        }
        Ok(())
    }
}

impl Entry {
    fn one(value: i16, run: u8, advance: u8, length: u32) -> Self {
        Self {
            values: [value, 0],
            first: run,
            second: END as u8,
            advance,
            length: length as u8,
        }
    }

    /// An entry for a code that is whole in the window, although its value isn't. It decodes nothing, so its fields
    /// hold the code: the run in `first`, the size in `second`, the length in `advance`.
    fn code_alone(code: Code) -> Self {
        Self {
            values: [0; 2],
            first: code.run() as u8,
            second: code.size() as u8,
            advance: code.length as u8,
            length: 0,
        }
    }

    /// The code of an entry that holds no whole symbol; `None` if not even the code is whole.
    fn code(self) -> Option<Code> {
        (self.advance != 0).then(|| Code {
            bits: 0,
            length: self.advance.into(),
            symbol: self.first << 4 | self.second,
        })
    }

    /// Adds a second symbol to an entry of one.
    fn append(&mut self, next: &Self) {
        self.values[1] = next.values[0];
        self.second = self.advance + next.first;
        self.advance += next.advance;
        self.length += next.length;
    }
}
