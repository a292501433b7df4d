//! Huffman codes (T.81 annex C) and the tables that make decoding them fast.

use super::bits::Bits;
use crate::picture::jpeg::error::Damage;

/// A table's counts and symbols make no prefix code, or a symbol is impossible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidCode;

/// A table that can be built from the 16 counts and the symbols of a DHT segment.
pub(crate) trait FromSpec: Sized {
    fn from_spec(spec: &[u8]) -> Result<Self, InvalidCode>;

    /// Builds the table in place of another one. After an error, a table may only be rebuilt.
    fn rebuild(&mut self, spec: &[u8]) -> Result<(), InvalidCode> {
        *self = Self::from_spec(spec)?;
        Ok(())
    }
}

/// One code of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Code {
    pub(crate) bits: u32,
    pub(crate) length: u32,
    pub(crate) symbol: u8,
}

impl Code {
    /// The places of a table over windows of `width` bits that begin with this code.
    pub(crate) fn places(&self, width: u32) -> std::ops::Range<usize> {
        let shift = width - self.length;
        let start = (self.bits as usize) << shift;
        start..start + (1 << shift)
    }

    pub(crate) fn run(&self) -> u32 {
        u32::from(self.symbol >> 4)
    }

    pub(crate) fn size(&self) -> u32 {
        u32::from(self.symbol & 15)
    }

    /// Whether this AC symbol ends a block of a sequential scan. Size 0 with a run of 1 to 14 isn't in T.81 table F.2;
    /// it is taken for an end of block, as in libjpeg.
    pub(crate) fn ends_block(&self) -> bool {
        self.size() == 0 && self.run() != 15
    }
}

/// The plain way to decode a symbol, for codes that no look-up holds.
#[derive(Clone, Debug)]
pub(crate) struct Canonical {
    /// For each length: the first 16-bit window that begins with no code of that length or a shorter one.
    limits: [u32; 16],
    /// For each length: what to add to a code to get its place in `symbols`.
    offsets: [i32; 16],
    symbols: [u8; 256],
}

impl FromSpec for Canonical {
    fn from_spec(spec: &[u8]) -> Result<Self, InvalidCode> {
        let (counts, values) = spec.split_first_chunk::<16>().ok_or(InvalidCode)?;
        let mut table = Self::EMPTY;
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
            // T.81 C.2 keeps the code of all ones free; encoders that use it do no harm.
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
    /// No code at all.
    pub(crate) const EMPTY: Self = Self {
        limits: [0; 16],
        offsets: [0; 16],
        symbols: [0; 256],
    };

    /// The codes, shortest first.
    pub(crate) fn codes(&self) -> impl Iterator<Item = Code> {
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

    /// The code that a window of 16 bits begins with, if it has more than `longer` bits. Never inlined, so that the
    /// loops of look-ups stay short: they seldom lack a code.
    #[inline(never)]
    pub(crate) fn find(&self, window: u32, longer: u32) -> Result<Code, Damage> {
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

/// By windows of `1 << SIZE` bits: the first symbol in the upper byte, its code's length in the lower; 0 where the
/// code is longer than the window.
pub(crate) fn first_symbols<const SIZE: usize>(canonical: &Canonical) -> [u16; SIZE] {
    let width = SIZE.ilog2();
    let mut lookup = [0; SIZE];
    for code in canonical.codes().take_while(|code| code.length <= width) {
        lookup[code.places(width)].fill(u16::from(code.symbol) << 8 | code.length as u16);
    }
    lookup
}

/// Look-ups for plain symbols: those of progressive AC scans.
#[derive(Clone, Debug)]
pub(crate) struct SymbolTable {
    lookup: [u16; 1 << Self::WIDTH],
    canonical: Canonical,
}

impl SymbolTable {
    const WIDTH: u32 = 10;

    /// Reads one symbol, a run and a size; the window must hold 16 bits.
    #[inline(always)]
    pub(crate) fn decode(&self, bits: &mut Bits) -> Result<(u32, u32), Damage> {
        let entry = u32::from(self.lookup[bits.peek(Self::WIDTH) as usize]);
        if entry != 0 {
            bits.pass(entry & 31);
            return Ok((entry >> 12, entry >> 8 & 15));
        }
        let code = self.canonical.find(bits.peek(16) as u32, Self::WIDTH)?;
        bits.pass(code.length);
        Ok((code.run(), code.size()))
    }

    pub(crate) fn codes(&self) -> impl Iterator<Item = Code> {
        self.canonical.codes()
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
