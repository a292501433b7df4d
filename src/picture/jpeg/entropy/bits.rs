//! The bit reader: a 64-bit window over unstuffed bytes.

/// Bytes in memory at a time: a power of two, so that a place in them needs a mask and no check.
pub(crate) const CHUNK: usize = 32 << 10;

/// The most bytes that one load takes.
pub(crate) const WORD: usize = 8;

/// Unstuffed bytes, and room to read the last of them as a word.
pub(crate) type Chunk = [u8; CHUNK + WORD];

/// Reads bits, most significant first (T.81 F.2.2.5), from bytes without stuffing or markers.
///
/// It doesn't know where the data end. Its users ask for its [`position`](Self::position) from time to time, which is
/// cheaper than asking at each symbol. Until they do, it may read beyond the end, and that is harmless: zeros follow
/// the data for as long as a unit can be ([`Feed`](super::unstuff::Feed)), places wrap around the chunk rather than
/// leave it, and whatever such bits gave is thrown away once the position shows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bits<'b> {
    data: &'b Chunk,
    /// The next byte that `have` doesn't count.
    next: usize,
    /// The bits to come, from the top; those below the first `have` are either zero or already right.
    window: u64,
    /// How many bits at the top of the window are valid.
    have: usize,
}

/// After [`Bits::refill`] at least this many bits can be read.
pub(crate) const REFILLED: u32 = 56;

impl<'b> Bits<'b> {
    /// A reader at a place in bits; it must be refilled before it is read from.
    pub(crate) fn new(data: &'b Chunk, position: usize) -> Self {
        let mut bits = Self {
            data,
            next: position / 8,
            window: 0,
            have: 0,
        };
        bits.refill();
        bits.pass((position % 8) as u32);
        bits
    }

    /// The number of bits passed, counted from the start of the chunk.
    #[inline(always)]
    pub(crate) fn position(&self) -> usize {
        8 * self.next - self.have
    }

    /// Fills the window to at least [`REFILLED`] bits with one unaligned load and no branch: the fourth variant in F.
    /// Giesen, "Reading bits in far too many ways" (2018). A reader that keeps only its position takes fewer
    /// instructions, but it has to load between any two look-ups, which cost a third of the speed.
    #[inline(always)]
    pub(crate) fn refill(&mut self) {
        let at = self.next % CHUNK;
        let mut word = [0; WORD];
        word.copy_from_slice(&self.data[at..at + WORD]);
        self.window |= u64::from_be_bytes(word) >> self.have;
        self.next += (63 - self.have) >> 3;
        self.have |= 56;
    }

    /// The next `count` bits, in 1..=56, without passing them.
    #[inline(always)]
    pub(crate) fn peek(&self, count: u32) -> u64 {
        self.window >> (64 - count)
    }

    /// Passes `count` bits, in 0..=56.
    #[inline(always)]
    pub(crate) fn pass(&mut self, count: u32) {
        self.shift(count);
        self.advance(count);
    }

    /// One half of passing bits, for callers that sum them up first: the window. Only the low six bits of `count`
    /// matter, so that the rest of a table's entry needn't be masked off.
    #[inline(always)]
    pub(crate) fn shift(&mut self, count: u32) {
        self.window = self.window.wrapping_shl(count);
    }

    /// The other half: the position.
    #[inline(always)]
    pub(crate) fn advance(&mut self, count: u32) {
        debug_assert!(count as usize <= self.have);
        self.have = self.have.wrapping_sub(count as usize);
    }

    /// The reader as it was `count` bits ago.
    pub(crate) fn before(&self, count: u32) -> Self {
        Self::new(self.data, self.position() - count as usize)
    }

    /// Reads `count` bits, in 0..=16.
    #[inline(always)]
    pub(crate) fn take(&mut self, count: u32) -> u32 {
        // Two shifts, because a shift by 64 is not defined.
        let value = (self.window >> 1 >> (63 - count)) as u32;
        self.pass(count);
        value
    }
}

/// The bits to come at a position of the data, at least [`REFILLED`] and one more. The data's size is a power of two
/// and a [`WORD`], as that of a [`Chunk`] is.
#[inline(always)]
pub(crate) fn window<const SIZE: usize>(data: &[u8; SIZE], position: usize) -> u64 {
    let at = position / 8 % (SIZE - WORD);
    let mut word = [0; WORD];
    word.copy_from_slice(&data[at..at + WORD]);
    u64::from_be_bytes(word) << (position % 8)
}

/// The value of `bits` extra bits in a category of that size (T.81 F.2.2.1, figure F.12).
#[inline(always)]
pub(crate) fn extend(bits: u32, size: u32) -> i32 {
    let bits = bits as i32;
    // If the first bit is 0 the value is negative: 2^size - 1 less.
    let negative = (bits >> size.saturating_sub(1)) ^ 1;
    bits - (negative * ((1 << size) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_same_bits_however_they_are_cut() {
        let mut data = Box::new([0; CHUNK + WORD]);
        for (i, byte) in data.iter_mut().enumerate() {
            *byte = (i * 151 + i / 256 + 7) as u8;
        }
        let bit = |at: usize| u32::from(data[at / 8] >> (7 - at % 8) & 1);
        for seed in 1..9usize {
            let mut bits = Bits::new(&data, seed);
            let mut at = seed;
            let mut random = seed;
            while at < 8 * (CHUNK - WORD) {
                random = random
                    .wrapping_mul(6364136223846793005)
                    .wrapping_add(1442695040888963407);
                let count = (random >> 33) % 17;
                let wanted = (at..at + count).fold(0, |sum, i| sum << 1 | bit(i));
                bits.refill();
                assert_eq!(bits.take(count as u32), wanted);
                at += count;
                assert_eq!(bits.position(), at);
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
