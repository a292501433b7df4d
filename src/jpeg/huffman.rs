//! Huffman codes (T.81 annex C) and the tables that make decoding them fast.

use super::bits::{Bits, extend};
use super::error::Damage;

/// A table's counts and symbols make no prefix code, or a symbol is impossible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InvalidCode;

/// A table that can be built from the 16 counts and the symbols of a DHT segment.
pub(super) trait FromSpec: Sized {
    fn from_spec(spec: &[u8]) -> Result<Self, InvalidCode>;
}

/// One code of a table.
#[derive(Clone, Copy, Debug)]
struct Code {
    bits: u32,
    length: u32,
    symbol: u8,
}

impl Code {
    /// The places of a table over windows of `width` bits that begin with this code.
    fn places(&self, width: u32) -> std::ops::Range<usize> {
        let shift = width - self.length;
        let start = (self.bits as usize) << shift;
        start..start + (1 << shift)
    }

    fn run(&self) -> u32 {
        u32::from(self.symbol >> 4)
    }

    fn size(&self) -> u32 {
        u32::from(self.symbol & 15)
    }

    /// Whether this AC symbol ends a block of a sequential scan. Size 0 with a run of 1 to 14 isn't in T.81
    /// table F.2; it is taken for an end of block, as libjpeg does.
    fn ends_block(&self) -> bool {
        self.size() == 0 && self.run() != 15
    }
}

/// The plain way to decode a symbol, for codes that no look-up holds.
#[derive(Clone, Debug)]
pub(super) struct Canonical {
    /// For each length: the first 16-bit window that no code of that length or shorter begins.
    limits: [u32; 16],
    /// For each length: what to add to the code to have its place in `symbols`.
    offsets: [i32; 16],
    symbols: [u8; 256],
}

impl FromSpec for Canonical {
    fn from_spec(spec: &[u8]) -> Result<Self, InvalidCode> {
        let (counts, values) = spec.split_first_chunk::<16>().ok_or(InvalidCode)?;
        let mut table = Self {
            limits: [0; 16],
            offsets: [0; 16],
            symbols: [0; 256],
        };
        table
            .symbols
            .get_mut(..values.len())
            .ok_or(InvalidCode)?
            .copy_from_slice(values);
        let (mut code, mut place) = (0u32, 0u32);
        for (i, &count) in counts.iter().enumerate() {
            let length = i as u32 + 1;
            table.offsets[i] = place as i32 - code as i32;
            place += u32::from(count);
            code += u32::from(count);
            // T.81 C.2 keeps the code of ones alone free; encoders that use it do no harm.
            if code > 1 << length {
                return Err(InvalidCode);
            }
            table.limits[i] = code << (16 - length);
            code <<= 1;
        }
        if place as usize != values.len() {
            return Err(InvalidCode);
        }
        Ok(table)
    }
}

impl Canonical {
    /// The codes, shortest first.
    fn codes(&self) -> impl Iterator<Item = Code> {
        let mut place = 0;
        (1..=16u32).flat_map(move |length| {
            let i = length as usize - 1;
            let end = ((self.limits[i] >> (16 - length)) as i32 + self.offsets[i]) as usize;
            let offset = self.offsets[i];
            let first = place;
            place = end.max(first);
            (first..place).map(move |at| Code {
                bits: (at as i32 - offset) as u32,
                length,
                symbol: self.symbols[at],
            })
        })
    }

    /// The code that a window of 16 bits begins with, if it has more than `longer` bits.
    #[inline(always)]
    fn find(&self, window: u32, longer: u32) -> Result<Code, Damage> {
        for i in longer as usize..16 {
            if window < self.limits[i] {
                let bits = window >> (15 - i);
                let place = bits as i32 + self.offsets[i];
                let symbol = self.symbols[place as usize & 255];
                return Ok(Code {
                    bits,
                    length: i as u32 + 1,
                    symbol,
                });
            }
        }
        Err(Damage::NoSuchCode)
    }
}

/// Look-ups for DC differences (T.81 F.2.2.1).
#[derive(Clone, Debug)]
pub(super) struct DcTable {
    /// By the next [`WIDTH`](Self::WIDTH) bits: the difference in the upper half, the bits it takes in the lower;
    /// 0 where code and extra bits don't fit.
    lookup: [u32; 1 << Self::WIDTH],
    canonical: Canonical,
}

impl DcTable {
    const WIDTH: u32 = 10;

    /// Reads one difference; the window must hold 31 bits.
    #[inline(always)]
    pub(super) fn decode(&self, bits: &mut Bits) -> Result<i32, Damage> {
        let entry = self.lookup[bits.peek(Self::WIDTH) as usize];
        if entry != 0 {
            bits.pass(entry & 31);
            return Ok(entry as i32 >> 16);
        }
        let code = self.find(bits.peek(16) as u32)?;
        bits.pass(code.length);
        Ok(extend(
            bits.take(u32::from(code.symbol)),
            u32::from(code.symbol),
        ))
    }

    #[cold]
    #[inline(never)]
    fn find(&self, window: u32) -> Result<Code, Damage> {
        self.canonical.find(window, 0)
    }
}

impl FromSpec for DcTable {
    fn from_spec(spec: &[u8]) -> Result<Self, InvalidCode> {
        let canonical = Canonical::from_spec(spec)?;
        let mut lookup = [0; 1 << Self::WIDTH];
        for code in canonical.codes() {
            let size = u32::from(code.symbol);
            // T.81 table F.1 goes to 11; 16-bit arithmetic is what bounds it here, as in libjpeg.
            if size > 15 {
                return Err(InvalidCode);
            }
            let length = code.length + size;
            if length <= Self::WIDTH {
                let places = &mut lookup[code.places(Self::WIDTH)];
                for (extra, part) in places
                    .chunks_exact_mut(1 << (Self::WIDTH - length))
                    .enumerate()
                {
                    part.fill((extend(extra as u32, size) as u32) << 16 | length);
                }
            }
        }
        Ok(Self { lookup, canonical })
    }
}

/// Look-ups for the AC coefficients of a sequential scan (T.81 F.2.2.2).
#[derive(Clone, Debug)]
pub(super) struct AcTable {
    lookup: [AcEntry; 1 << Self::WIDTH],
    canonical: Canonical,
}

/// What one AC symbol does.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AcEntry {
    /// The coefficient's value.
    pub(super) value: i16,
    /// The coefficients to pass before it; [`END`](Self::END) for the end of the block.
    pub(super) run: u8,
    /// The bits of code and value; 0 where the look-up doesn't say.
    length: u8,
}

impl AcEntry {
    /// So long a run ends the block: no other sum of runs in a block comes so far.
    pub(super) const END: u8 = 128;
}

impl AcTable {
    const WIDTH: u32 = 11;

    /// Reads one symbol and its value; the window must hold 31 bits.
    #[inline(always)]
    pub(super) fn decode(&self, bits: &mut Bits) -> Result<AcEntry, Damage> {
        let entry = self.lookup[bits.peek(Self::WIDTH) as usize];
        if entry.length != 0 {
            bits.pass(u32::from(entry.length));
            return Ok(entry);
        }
        let code = self.find(bits.peek(16) as u32)?;
        bits.pass(code.length);
        let value = extend(bits.take(code.size()), code.size()) as i16;
        let run = if code.ends_block() {
            AcEntry::END
        } else {
            code.symbol >> 4
        };
        Ok(AcEntry {
            value,
            run,
            length: 0,
        })
    }

    #[inline(never)]
    fn find(&self, window: u32) -> Result<Code, Damage> {
        self.canonical.find(window, 0)
    }
}

impl FromSpec for AcTable {
    fn from_spec(spec: &[u8]) -> Result<Self, InvalidCode> {
        let canonical = Canonical::from_spec(spec)?;
        let mut lookup = [AcEntry::default(); 1 << Self::WIDTH];
        for code in canonical.codes() {
            let size = code.size();
            let length = code.length + size;
            if length > Self::WIDTH {
                continue;
            }
            let run = if code.ends_block() {
                AcEntry::END
            } else {
                code.symbol >> 4
            };
            let places = &mut lookup[code.places(Self::WIDTH)];
            for (extra, part) in places
                .chunks_exact_mut(1 << (Self::WIDTH - length))
                .enumerate()
            {
                let value = extend(extra as u32, size) as i16;
                part.fill(AcEntry {
                    value,
                    run,
                    length: length as u8,
                });
            }
        }
        Ok(Self { lookup, canonical })
    }
}

/// Look-ups that pass the rest of a block, several symbols at once.
///
/// By the next [`WIDTH`](Self::WIDTH) bits, for as many symbols as have their whole code in them: how many bits they
/// take with all extra bits (the last symbol's may lie beyond the window), how many coefficients they pass, and
/// whether the block ends.
#[derive(Clone, Debug)]
pub(super) struct SkipTable {
    /// The entries for windows of `w` bits, at `1 << w`: the shorter windows are what the longer are made from.
    lookup: [u32; 2 << Self::WIDTH],
    /// By the same bits: the first symbol in the upper byte, its code's length in the lower; 0 if the code is longer.
    single: [u16; 1 << Self::WIDTH],
    canonical: Canonical,
}

impl SkipTable {
    const WIDTH: u32 = 12;
    /// Look-ups after a refill.
    const PER_REFILL: u32 = 3;
    /// What one of them may take. Hardly any symbol has more bits.
    const MOST_BITS: u32 = super::bits::REFILLED / Self::PER_REFILL;
    /// Where an entry's count of coefficients begins; below it are the bits.
    const PASSED: u32 = 8;
    /// Added to the count where the block ends. More than any count, so that one comparison sees both.
    const ENDED: u32 = 1 << 10;
    /// The count of an entry that holds no symbol: its code is longer than the window, or none.
    const UNKNOWN: u32 = 1 << 12;

    /// Passes the coefficients from `k` in 1..=63 to the end of the block.
    #[inline(always)]
    pub(super) fn finish_block(&self, bits: &mut Bits, mut k: u32) -> Result<(), Damage> {
        loop {
            bits.refill();
            for _ in 0..Self::PER_REFILL {
                let entry = self.lookup[(1 << Self::WIDTH) | bits.peek(Self::WIDTH) as usize];
                let after = k + (entry >> Self::PASSED);
                if after >= 64 {
                    // A block ends at its last coefficient, with no code for it, or by a code before that.
                    if after == 64 || after.wrapping_sub(Self::ENDED) < 64 {
                        bits.pass(entry & 63);
                        return Ok(());
                    }
                    // The code is long, or some of these symbols are beyond this block's end.
                    bits.refill();
                    match self.step(bits, k)? {
                        0 => return Ok(()),
                        after => k = after,
                    }
                    break;
                }
                bits.pass(entry & 63);
                k = after;
            }
        }
    }

    /// Passes one symbol; the window must hold 31 bits. Returns the place after it, 0 if the block ends with it.
    #[inline(always)]
    fn step(&self, bits: &mut Bits, k: u32) -> Result<u32, Damage> {
        let code = self.find(bits.peek(16) as u32)?;
        bits.pass(code.length + code.size());
        match k + code.run() + 1 {
            _ if code.ends_block() => Ok(0),
            64 => Ok(0),
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
        let canonical = Canonical::from_spec(spec)?;
        let mut lookup = [Self::UNKNOWN << Self::PASSED; 2 << Self::WIDTH];
        for width in 1..=Self::WIDTH {
            let (shorter, here) = lookup.split_at_mut(1 << width);
            for code in canonical.codes().take_while(|code| code.length <= width) {
                let taken = code.length + code.size();
                let places = &mut here[code.places(width)];
                if code.ends_block() {
                    places.fill(Self::ENDED << Self::PASSED | code.length);
                } else if taken <= Self::MOST_BITS {
                    let entry = (code.run() + 1) << Self::PASSED | taken;
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
        let single = first_symbols(&canonical);
        Ok(Self {
            lookup,
            single,
            canonical,
        })
    }
}

/// Writes `first` followed by each of the entries `next`, as far as one look-up may go.
fn join(part: &mut [u32], next: &[u32], first: u32) {
    for (place, &next) in part.iter_mut().zip(next) {
        let both = first + next;
        let unknown = next >> SkipTable::PASSED == SkipTable::UNKNOWN;
        *place = if unknown || both & 63 > SkipTable::MOST_BITS {
            first
        } else {
            both
        };
    }
}

/// By windows of `1 << SIZE` bits: the first symbol in the upper byte, its code's length in the lower; 0 where the
/// code is longer than the window.
fn first_symbols<const SIZE: usize>(canonical: &Canonical) -> [u16; SIZE] {
    let width = SIZE.ilog2();
    let mut lookup = [0; SIZE];
    for code in canonical.codes().take_while(|code| code.length <= width) {
        lookup[code.places(width)].fill(u16::from(code.symbol) << 8 | code.length as u16);
    }
    lookup
}

/// Look-ups for plain symbols: those of progressive AC scans.
#[derive(Clone, Debug)]
pub(super) struct SymbolTable {
    lookup: [u16; 1 << Self::WIDTH],
    canonical: Canonical,
}

impl SymbolTable {
    const WIDTH: u32 = 10;

    /// Reads one symbol; the window must hold 16 bits.
    #[inline(always)]
    pub(super) fn decode(&self, bits: &mut Bits) -> Result<u8, Damage> {
        let entry = self.lookup[bits.peek(Self::WIDTH) as usize];
        if entry != 0 {
            bits.pass(u32::from(entry & 31));
            return Ok((entry >> 8) as u8);
        }
        let code = self.find(bits.peek(16) as u32)?;
        bits.pass(code.length);
        Ok(code.symbol)
    }

    #[inline(never)]
    fn find(&self, window: u32) -> Result<Code, Damage> {
        self.canonical.find(window, Self::WIDTH)
    }
}

impl FromSpec for SymbolTable {
    fn from_spec(spec: &[u8]) -> Result<Self, InvalidCode> {
        let canonical = Canonical::from_spec(spec)?;
        Ok(Self {
            lookup: first_symbols(&canonical),
            canonical,
        })
    }
}
