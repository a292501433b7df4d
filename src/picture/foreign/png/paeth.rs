//! Undoes the Paeth filter (PNG, 9.4) of two rows at a time.
//!
//! A pixel needs the one before it, which takes a chain of seven steps, so that most of the time is waiting. The second
//! row therefore follows two pixels behind the first: when its pixel's turn comes, the one above it is done, and both
//! are worked out in one vector, four samples of either.

use fearless_simd::{Simd, dispatch, i16x8, mask16x8, prelude::*, u8x16, u32x4, u64x2};

use crate::picture::vectors::up_to_avx2;

/// Pixels by which the second row follows.
const BEHIND: usize = 2;

/// Undoes the filter of the rows in `filtered`, which follow each other below `above`, into `to`. All have the same
/// number of pixels, of `N` bytes.
pub(super) fn unfilter<const N: usize>(
    filtered: [&[[u8; N]]; 2],
    above: &[[u8; N]],
    to: [&mut [[u8; N]]; 2],
) {
    dispatch!(up_to_avx2(), simd => both(simd, filtered, above, to));
}

#[inline(always)]
fn both<S: Simd, const N: usize>(
    simd: S,
    [first, second]: [&[[u8; N]]; 2],
    above: &[[u8; N]],
    [to_first, to_second]: [&mut [[u8; N]]; 2],
) {
    let width = above.len();
    let alone = BEHIND.min(width);
    let none = [0; N];
    let mut pair = Pair::new(simd);
    for x in 0..alone {
        to_first[x] = pair.next(&first[x], &none, &above[x])[0];
    }
    for _ in alone..BEHIND {
        pair.next(&none, &none, &none);
    }
    let ahead = first[alone..].iter().zip(&above[alone..]);
    let rows = ahead.zip(second).zip(&mut to_first[alone..]);
    for ((((first, above), second), to_first), to_second) in rows.zip(&mut *to_second) {
        [*to_first, *to_second] = pair.next(first, second, above);
    }
    for x in width - alone..width {
        to_second[x] = pair.next(&none, &second[x], &none)[1];
    }
}

/// Two rows on their way. Each vector has four samples of the first and four of the second, in 16 bits.
struct Pair<S: Simd> {
    simd: S,
    /// The last pixels.
    left: i16x8<S>,
    /// Those before them.
    left_of_left: i16x8<S>,
    /// The pixels above the last ones.
    above_left: i16x8<S>,
}

impl<S: Simd> Pair<S> {
    #[inline(always)]
    fn new(simd: S) -> Self {
        let zero = i16x8::splat(simd, 0);
        Self {
            simd,
            left: zero,
            left_of_left: zero,
            above_left: zero,
        }
    }

    /// The next pixel of either row; `above` is that above the first's.
    #[inline(always)]
    fn next<const N: usize>(
        &mut self,
        first: &[u8; N],
        second: &[u8; N],
        above: &[u8; N],
    ) -> [[u8; N]; 2] {
        let filtered = self.words(word(first), word(second));
        // What is above the second's pixel is the first's, two pixels ago.
        let above = low_halves(self.words(word(above), 0), self.left_of_left);
        let predicted = self.predict(self.left, above, self.above_left);
        // As bytes, so that they wrap and what is above them stays zero.
        let sum: u8x16<S> = predicted.bitcast::<u8x16<S>>() + filtered.bitcast::<u8x16<S>>();
        self.left_of_left = self.left;
        self.left = sum.bitcast();
        self.above_left = above;
        let words: u32x4<S> = sum.unzip_low(sum).bitcast();
        [0, 1].map(|row| {
            let bytes = words[row].to_le_bytes();
            std::array::from_fn(|byte| bytes[byte])
        })
    }

    /// Whichever of a, b and c is nearest to a + b - c, in this order where two are as near.
    ///
    /// That is the lower of a and b where 3c - (a + b) is at least the higher of them, the higher where it is at most
    /// the lower, and else c: the way of stb_image (`stbi__paeth`), but with nothing that waits for a choice.
    #[inline(always)]
    fn predict(&self, a: i16x8<S>, b: i16x8<S>, c: i16x8<S>) -> i16x8<S> {
        let bits = |mask: mask16x8<S>| {
            mask.select(i16x8::splat(self.simd, -1), i16x8::splat(self.simd, 0))
        };
        let threshold = c + c + c - (a + b);
        let (low, high) = (a.min(b), a.max(b));
        let not_low = bits(high.simd_gt(threshold));
        let not_high = bits(threshold.simd_gt(low));
        // Where both are so, they are the same.
        (!not_low & low) | (!not_high & high) | (not_low & not_high & c)
    }

    /// The bytes of two words, each in 16 bits.
    #[inline(always)]
    fn words(&self, low: u32, high: u32) -> i16x8<S> {
        let both = u64x2::splat(self.simd, u64::from(low) | u64::from(high) << 32);
        let bytes: u8x16<S> = both.bitcast();
        bytes.zip_low(u8x16::splat(self.simd, 0)).bitcast()
    }
}

#[inline(always)]
fn word<const N: usize>(pixel: &[u8; N]) -> u32 {
    let mut bytes = [0; 4];
    bytes[..N].copy_from_slice(pixel);
    u32::from_le_bytes(bytes)
}

/// The lower half of `low`, and that of `high` above it.
#[inline(always)]
fn low_halves<S: Simd>(low: i16x8<S>, high: i16x8<S>) -> i16x8<S> {
    let (low, high): (u64x2<S>, u64x2<S>) = (low.bitcast(), high.bitcast());
    low.zip_low(high).bitcast()
}
