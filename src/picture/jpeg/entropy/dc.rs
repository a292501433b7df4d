//! Look-ups for DC coefficients.

use super::bits::{Bits, REFILLED, extend};
use super::huffman::{Canonical, FromSpec, InvalidCode};
use crate::picture::jpeg::error::Damage;

/// Look-ups for DC differences (T.81 F.2.2.1).
#[derive(Clone, Debug)]
pub(crate) struct DcTable {
    /// By the next [`WIDTH`](Self::WIDTH) bits: the difference in the upper half, the bits it takes in the lowest five.
    /// Where only the code fits, these are 0, and above them stand the code's length and the size of the difference, in
    /// five bits each; 0 where not even the code fits.
    lookup: [u32; 1 << Self::WIDTH],
    canonical: Canonical,
}

impl DcTable {
    const WIDTH: u32 = 10;
    /// How many differences can be read after a refill, for callers that keep count.
    pub(crate) const PER_REFILL: usize = (REFILLED / Self::WIDTH) as usize;

    /// Reads one difference; the window must hold 31 bits.
    #[inline(always)]
    pub(crate) fn decode(&self, bits: &mut Bits) -> Result<i32, Damage> {
        let entry = self.lookup[bits.peek(Self::WIDTH) as usize];
        match Self::pass_whole(bits, entry) {
            Some(difference) => Ok(difference),
            None => self.decode_long(bits, entry),
        }
    }

    /// How many bits a difference at the start of a window takes; 0 if the look-up doesn't know.
    #[inline(always)]
    pub(crate) fn length(&self, window: u64) -> u32 {
        self.lookup[(window >> (64 - Self::WIDTH)) as usize] & 31
    }

    /// As [`decode`](Self::decode), for callers that read [`PER_REFILL`](Self::PER_REFILL) differences after a refill:
    /// one that takes more than its share of the window refills it.
    #[inline(always)]
    pub(crate) fn decode_one_of_some(&self, bits: &mut Bits) -> Result<i32, Damage> {
        let entry = self.lookup[bits.peek(Self::WIDTH) as usize];
        if let Some(difference) = Self::pass_whole(bits, entry) {
            return Ok(difference);
        }
        bits.refill();
        let difference = self.decode_long(bits, entry);
        bits.refill();
        difference
    }

    /// The difference of an entry that holds one; its bits are passed.
    #[inline(always)]
    fn pass_whole(bits: &mut Bits, entry: u32) -> Option<i32> {
        let length = entry & 31;
        bits.pass(length);
        (length != 0).then_some(entry as i32 >> 16)
    }

    #[inline(always)]
    fn decode_long(&self, bits: &mut Bits, entry: u32) -> Result<i32, Damage> {
        // The code and extra bits of a large difference often take more than the window; the code alone seldom does.
        let (length, size) = match entry {
            0 => self
                .canonical
                .find(bits.peek(16) as u32, 0)
                .map(|code| (code.length, u32::from(code.symbol)))?,
            _ => (entry >> 5 & 31, entry >> 10),
        };
        bits.pass(length);
        Ok(extend(bits.take(size), size))
    }

    /// The differences that fit with their code in `width` bits: the bits, the difference, how many bits.
    pub(crate) fn differences(&self, width: u32) -> impl Iterator<Item = (u32, i32, u32)> {
        differences(&self.canonical, width)
    }
}

impl FromSpec for DcTable {
    fn from_spec(spec: &[u8]) -> Result<Self, InvalidCode> {
        let canonical = Canonical::from_spec(spec)?;
        // T.81 table F.1 goes to 11; 16-bit arithmetic is what bounds it here, as in libjpeg.
        if canonical.codes().any(|code| code.symbol > 15) {
            return Err(InvalidCode);
        }
        let mut lookup = [0; 1 << Self::WIDTH];
        for code in canonical.codes().filter(|code| code.length <= Self::WIDTH) {
            let left = Self::WIDTH - code.length;
            let entry = u32::from(code.symbol) << 10 | code.length << 5;
            lookup[(code.bits as usize) << left..][..1 << left].fill(entry);
        }
        for (bits, difference, length) in differences(&canonical, Self::WIDTH) {
            let left = Self::WIDTH - length;
            lookup[(bits as usize) << left..][..1 << left].fill((difference as u32) << 16 | length);
        }
        Ok(Self { lookup, canonical })
    }
}

fn differences(canonical: &Canonical, width: u32) -> impl Iterator<Item = (u32, i32, u32)> {
    canonical.codes().flat_map(move |code| {
        let size = u32::from(code.symbol);
        let length = code.length + size;
        let values = if length <= width { 1 << size } else { 0 };
        (0..values).map(move |extra| (code.bits << size | extra, extend(extra, size), length))
    })
}
