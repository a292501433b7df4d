//! The bit reader: a 64-bit window over unstuffed bytes.

/// Reads bits, most significant first (T.81 F.2.2.5), from bytes without stuffing or markers.
///
/// Past the end of the data it yields zeros; [`consumed`](Self::consumed) tells afterwards that this happened, which
/// is cheaper than asking at each symbol.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bits<'b> {
    data: &'b [u8],
    position: Position,
}

/// A reader's place, kept while the data below it change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    /// The next byte that isn't counted in `have`.
    next: usize,
    /// The bits to come, from the top; those below `have` are either zero or already right.
    window: u64,
    /// How many bits at the top of `window` count.
    have: u32,
}

/// After [`Bits::refill`] at least so many bits can be read.
pub(super) const REFILLED: u32 = 56;

impl<'b> Bits<'b> {
    pub(super) fn new(data: &'b [u8], position: Position) -> Self {
        Self { data, position }
    }

    pub(super) fn position(&self) -> Position {
        self.position
    }

    /// Fills the window to at least [`REFILLED`] bits with one unaligned load and no branch but the one at the end
    /// of the data (the fourth variant in F. Giesen, "Reading bits in far too many ways", 2018).
    #[inline(always)]
    pub(super) fn refill(&mut self) {
        let Position { next, window, have } = &mut self.position;
        if let Some(word) = self
            .data
            .get(*next..)
            .and_then(|rest| rest.first_chunk::<8>())
        {
            *window |= u64::from_be_bytes(*word) >> *have;
            *next += (63 - *have as usize) >> 3;
            *have |= 56;
        } else {
            // By value, here and elsewhere: a reader whose address goes out of sight can't live in registers.
            self.position = refilled_at_end(self.data, self.position);
        }
    }

    /// The next `count` bits, in 1..=56, without passing them.
    #[inline(always)]
    pub(super) fn peek(&self, count: u32) -> u64 {
        self.position.window >> (64 - count)
    }

    /// Passes `count` bits that the window holds.
    #[inline(always)]
    pub(super) fn pass(&mut self, count: u32) {
        debug_assert!(count <= self.position.have);
        self.position.window <<= count;
        // Wrapping, since a check would stand in the hottest loop; `count` never exceeds what a refill gave.
        self.position.have = self.position.have.wrapping_sub(count);
    }

    /// Reads `count` bits, in 0..=16, that the window holds.
    #[inline(always)]
    pub(super) fn take(&mut self, count: u32) -> u32 {
        // Two shifts, since one by 64 is not defined.
        let value = (self.position.window >> 1 >> (63 - count)) as u32;
        self.pass(count);
        value
    }

    /// How many bits the window holds.
    #[inline(always)]
    pub(super) fn available(&self) -> u32 {
        self.position.have
    }

    /// The first byte that the window doesn't count yet.
    #[inline(always)]
    pub(super) fn next(&self) -> usize {
        self.position.next
    }

    /// Bytes of which at least one bit was read.
    pub(super) fn consumed(&self) -> usize {
        self.position.consumed()
    }
}

impl Position {
    pub(super) fn consumed(&self) -> usize {
        self.next - (self.have / 8) as usize
    }

    pub(super) fn next(&self) -> usize {
        self.next
    }

    /// The same place after the first `count` bytes of the data were dropped.
    pub(super) fn slide(&mut self, count: usize) {
        self.next -= count;
    }
}

/// Refills byte by byte, and beyond the data with zeros.
#[cold]
#[inline(never)]
fn refilled_at_end(data: &[u8], mut position: Position) -> Position {
    let Position { next, window, have } = &mut position;
    while *have < REFILLED {
        let byte = data.get(*next).copied().unwrap_or(0);
        *window |= u64::from(byte) << (56 - *have);
        *next += 1;
        *have += 8;
    }
    position
}

/// The value of `bits` extra bits in a category of that size (T.81 F.2.2.1, figure F.12).
#[inline(always)]
pub(super) fn extend(bits: u32, size: u32) -> i32 {
    let bits = bits as i32;
    // Where the first bit is 0 the value is negative: less 2^size - 1.
    let negative = (bits >> size.saturating_sub(1)) ^ 1;
    bits - (negative * ((1 << size) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_same_bits_however_they_are_cut() {
        let data = (0..100u32).map(|i| (i * 151 + 7) as u8).collect::<Vec<_>>();
        let bit = |at: usize| u32::from(data.get(at / 8).copied().unwrap_or(0) >> (7 - at % 8) & 1);
        for seed in 1..50usize {
            let mut bits = Bits::new(&data, Position::default());
            let mut at = 0;
            let mut random = seed;
            while at < 8 * data.len() + 64 {
                random = random
                    .wrapping_mul(6364136223846793005)
                    .wrapping_add(1442695040888963407);
                let count = (random >> 33) % 17;
                let wanted = (at..at + count).fold(0, |sum, i| sum << 1 | bit(i));
                bits.refill();
                assert_eq!(bits.take(count as u32), wanted);
                at += count;
                assert_eq!(bits.consumed(), at.div_ceil(8));
            }
        }
    }

    #[test]
    fn extends_as_in_table_f1() {
        assert_eq!(extend(0, 0), 0);
        assert_eq!([extend(0, 1), extend(1, 1)], [-1, 1]);
        assert_eq!([0, 1, 2, 3].map(|v| extend(v, 2)), [-3, -2, 2, 3]);
        assert_eq!([extend(0, 11), extend(2047, 11)], [-2047, 2047]);
        assert_eq!([extend(0, 15), extend(32767, 15)], [-32767, 32767]);
    }
}
