//! The inverse DCT at N/8: the top left NxN coefficients of a block become NxN samples.
//!
//! The NxN inverse with orthonormal bases, times N/8 since the forward transform was 8x8 (T.81 A.3.3); for N = 8 that
//! is T.81's own, for N = 1 the block's mean. Single precision gives more than enough digits and, unlike 32-bit integer
//! products, four lanes on every x86-64 and AArch64. The vectors are explicit: what the compiler makes of the same sums
//! in arrays takes 1.7 times as long at N = 8, most of it in turning columns into rows.

use fearless_simd::{Simd, f32x8, prelude::*, u32x8};

use crate::picture::vectors::transposed;

/// The coefficients of one block, column by column, eight places each whatever N is: the transform then begins with the
/// columns and ends with the rows, as they are drawn. The places from 64 on are for what N doesn't need, and are never
/// read.
pub(crate) type Block = [i16; 128];

/// Samples of one block, eight a row whatever N is.
pub(crate) type Samples = [[u8; 8]; 8];

/// The basis functions of N points, scaled so that two passes make an inverse at N/8; by frequency, then by place.
struct Basis<const N: usize>;

impl<const N: usize> Basis<N> {
    const TABLE: [[f32; N]; N] = {
        let mut table = [[0.0; N]; N];
        let mut u = 0;
        while u < N {
            let mut x = 0;
            while x < N {
                let norm = if u == 0 {
                    0.5 * std::f64::consts::FRAC_1_SQRT_2
                } else {
                    0.5
                };
                table[u][x] = (norm * cosine((2 * x + 1) * u, 2 * N)) as f32;
                x += 1;
            }
            u += 1;
        }
        table
    };
}

/// cos(pi * numerator / denominator), which the standard library doesn't offer for constants.
const fn cosine(numerator: usize, denominator: usize) -> f64 {
    // Reduced to half a turn, where twenty terms of the series exhaust double precision.
    let mut turn = numerator % (2 * denominator);
    if turn > denominator {
        turn = 2 * denominator - turn;
    }
    let x = std::f64::consts::PI * turn as f64 / denominator as f64;
    let (mut sum, mut term, mut i) = (1.0, 1.0, 1);
    while i <= 20 {
        term *= -x * x / ((2 * i - 1) * (2 * i)) as f64;
        sum += term;
        i += 1;
    }
    sum
}

/// Transforms a block at N/8 of which no more than the first `coded` coefficients, in zigzag order, aren't zero.
#[inline(always)]
pub(super) fn transformed<S: Simd, const N: usize>(
    simd: S,
    block: &Block,
    quantisers: &[[f32; 8]; 8],
    coded: usize,
) -> Samples {
    match N {
        2 => transform_to_two(block, quantisers),
        // The first ten are a triangle with sides of four.
        5.. if coded <= 10 => transform::<S, N, 4>(simd, block, quantisers),
        _ => transform::<S, N, N>(simd, block, quantisers),
    }
}

/// Transforms a block whose coefficients are zero but for the top left `SENT` x `SENT`: to add up the others would
/// change nothing. Lanes from N on hold what nobody reads.
#[inline(always)]
fn transform<S: Simd, const N: usize, const SENT: usize>(
    simd: S,
    block: &Block,
    quantisers: &[[f32; 8]; 8],
) -> Samples {
    let zero = f32x8::splat(simd, 0.0);
    let mut columns = [zero; SENT];
    for (u, column) in columns.iter_mut().enumerate() {
        *column = f32x8::from_slice(simd, &dequantised(block, quantisers, u));
    }
    let mut across = [zero; 8];
    across[..N].copy_from_slice(&pass::<S, N, SENT>(simd, &columns));
    let mut lines = [zero; SENT];
    let turned = transposed(simd, across.map(Bytes::bitcast)).map(Bytes::bitcast);
    lines.copy_from_slice(&turned[..SENT]);
    let mut rows = [u32x8::splat(simd, 0); 8];
    for (row, line) in rows.iter_mut().zip(pass::<S, N, SENT>(simd, &lines)) {
        *row = rounded(simd, line);
    }
    let mut samples = Samples::default();
    let fours = samples.as_chunks_mut::<4>().0.iter_mut();
    for (four, &[a, b, c, d]) in fours.zip(rows.as_chunks().0) {
        let words = [simd.narrow_u32x8(a, b), simd.narrow_u32x8(c, d)];
        let bytes: [u8; 32] = simd.narrow_u16x16(words[0], words[1]).into();
        four.as_flattened_mut().copy_from_slice(&bytes);
    }
    samples
}

/// The coefficients of one column, times their quantisers.
#[inline(always)]
fn dequantised(block: &Block, quantisers: &[[f32; 8]; 8], u: usize) -> [f32; 8] {
    let (coefficients, quantisers) = (&block.as_chunks::<8>().0[u], &quantisers[u]);
    std::array::from_fn(|v| f32::from(coefficients[v]) * quantisers[v])
}

#[inline(always)]
fn transform_to_two(block: &Block, quantisers: &[[f32; 8]; 8]) -> Samples {
    let [dc, down, ..] = dequantised(block, quantisers, 0);
    let [across, both, ..] = dequantised(block, quantisers, 1);
    square(two([dc, down, across, both]))
}

/// The transform at 2/8: all its basis functions have the same magnitude, so that each sample is an eighth of a sum.
#[inline(always)]
pub(super) fn two([dc, down, across, both]: [f32; 4]) -> [[u8; 2]; 2] {
    let (top, bottom): (f32, f32) = (dc + down, dc - down);
    let (lean_top, lean_bottom): (f32, f32) = (across + both, across - both);
    let sums = [
        top + lean_top,
        top - lean_top,
        bottom + lean_bottom,
        bottom - lean_bottom,
    ];
    let [a, b, c, d] = sums.map(|sum| round(sum / 8.0 + LEVEL));
    [[a, b], [c, d]]
}

/// Two by two samples as those of a block.
#[inline(always)]
pub(super) fn square(rows: [[u8; 2]; 2]) -> Samples {
    let mut samples = [[0; 8]; 8];
    for (place, row) in samples.iter_mut().zip(rows) {
        place[..2].copy_from_slice(&row);
    }
    samples
}

/// A one-dimensional inverse of the lowest `SENT` of N frequencies, in all lanes at once. Even basis functions are
/// symmetric and odd ones antisymmetric: one half gives the other.
#[inline(always)]
fn pass<S: Simd, const N: usize, const SENT: usize>(
    simd: S,
    input: &[f32x8<S>; SENT],
) -> [f32x8<S>; N] {
    let basis = &Basis::<N>::TABLE;
    let term = |u: usize, x: usize| input[u] * f32x8::splat(simd, basis[u][x]);
    let mut output = [f32x8::splat(simd, 0.0); N];
    for x in 0..N.div_ceil(2) {
        let (mut even, mut odd) = (term(0, x), term(1, x));
        for u in 2..SENT {
            let sum = if u % 2 == 0 { &mut even } else { &mut odd };
            *sum += term(u, x);
        }
        output[N - 1 - x] = even - odd;
        output[x] = even + odd;
    }
    output
}

/// The level shift of T.81 A.3.1, and enough more to make certain that halves are rounded up, as in [`mean`].
const LEVEL: f32 = 128.0 + 1.0 / 1024.0;

/// At 2^23 the unit in the last place is 1: a sum's low byte is the rounded value. A conversion to integers would add
/// tests for values that can't occur.
const WHOLE: f32 = 8_388_608.0;

/// The nearest whole number from 0 to 255.
#[inline(always)]
fn round(value: f32) -> u8 {
    // Not `clamp`, which takes several instructions because of NaN, where these take one each.
    let value = if value > 0.0 { value } else { 0.0 };
    let value = if value < 255.0 { value } else { 255.0 };
    (value + WHOLE).to_bits() as u8
}

/// Samples from their values without the level shift: the low byte of each lane.
#[inline(always)]
fn rounded<S: Simd>(simd: S, values: f32x8<S>) -> u32x8<S> {
    let values = values + f32x8::splat(simd, LEVEL);
    let values = values
        .max(f32x8::splat(simd, 0.0))
        .min(f32x8::splat(simd, 255.0));
    (values + f32x8::splat(simd, WHOLE)).bitcast()
}

/// The one sample value of a block that has only a DC coefficient, and that of any block at 1/8.
#[inline(always)]
pub(crate) fn mean(dc: i32) -> u8 {
    (((dc + 4) >> 3) + 128).clamp(0, 255) as u8
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};

    use super::*;
    use crate::picture::jpeg::samples::scale::at_constant;
    use crate::picture::jpeg::samples::zigzag::NATURAL;
    use std::f64::consts::PI;

    /// T.81 A.3.3 with N instead of 8, in double precision, plain and slow.
    fn oracle(n: usize, block: &Block, quantiser: u16, x: usize, y: usize) -> f64 {
        let norm = |u: usize| if u == 0 { 0.125f64.sqrt() } else { 0.5 };
        let wave =
            |x: usize, u: usize| norm(u) * (PI * ((2 * x + 1) * u) as f64 / (2 * n) as f64).cos();
        let mut sum = 128.0;
        for v in 0..n {
            for u in 0..n {
                sum += wave(x, u) * wave(y, v) * f64::from(block[8 * u + v]) * f64::from(quantiser);
            }
        }
        sum
    }

    /// How many coefficients there are up to the last one in zigzag order that isn't zero.
    fn coded(block: &Block) -> usize {
        let of = |k: usize| block[usize::from(NATURAL[k] % 8 * 8 + NATURAL[k] / 8)];
        (0..64).rev().find(|&k| of(k) != 0).map_or(0, |k| k + 1)
    }

    fn samples(n: usize, block: &Block, quantisers: &[[f32; 8]; 8], coded: usize) -> Samples {
        at_constant!(n, N => dispatch!(
            Level::new(),
            simd => transformed::<_, N>(simd, block, quantisers, coded)
        ))
    }

    fn check(n: usize, block: &Block, quantiser: u16) {
        let quantisers = [[f32::from(quantiser); 8]; 8];
        let samples = samples(n, block, &quantisers, coded(block));
        for (y, row) in samples.iter().enumerate().take(n) {
            for (x, &sample) in row.iter().enumerate().take(n) {
                let (wanted, got) = (oracle(n, block, quantiser, x, y), f64::from(sample));
                let wrong = (wanted.clamp(0.0, 255.0) - got).abs();
                assert!(wrong < 0.51, "n={n} ({x},{y}) {wanted} {got}");
            }
        }
    }

    #[test]
    fn agrees_with_the_definition_at_each_scale() {
        let mut random = 1u64;
        let mut next = |range: i64| {
            random = random
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            ((random >> 33) as i64 % (2 * range + 1) - range) as i16
        };
        for n in 2..=8 {
            for (count, range) in [(1, 1000), (3, 600), (64, 40), (64, 300), (64, 32767)] {
                for quantiser in [1, 3, 16] {
                    for _ in 0..20 {
                        let mut block = [0; 128];
                        for i in 0..count {
                            block[8 * (i / 8 % n) + i % n] = next(range);
                        }
                        check(n, &block, quantiser);
                    }
                }
            }
        }
    }

    #[test]
    fn coefficients_that_are_zero_are_left_out_without_a_trace() {
        let mut random = 1_u32;
        for count in 1..=64 {
            let mut block = [0; 128];
            for natural in &NATURAL[..count] {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                block[usize::from(natural % 8 * 8 + natural / 8)] = (random >> 23) as i16 - 256;
            }
            let quantisers = [[7.0; 8]; 8];
            for n in 2..=8 {
                let some = samples(n, &block, &quantisers, count);
                let all = samples(n, &block, &quantisers, 64);
                assert_eq!(some, all, "{count} at n={n}");
            }
        }
    }

    #[test]
    fn agrees_with_the_definition_at_extremes() {
        for n in 2..=8 {
            for at in 0..n * n {
                for value in [-32768, -1024, -1, 1, 1023, 32767] {
                    for quantiser in [1, 255, 65535] {
                        let mut block = [0; 128];
                        block[8 * (at / n) + at % n] = value;
                        check(n, &block, quantiser);
                        block[0] = 1023;
                        check(n, &block, quantiser);
                    }
                }
            }
            check(n, &[0; 128], 1);
        }
    }

    #[test]
    fn a_mean_is_an_eighth_of_the_dc_coefficient() {
        for dc in -40000..40000 {
            let wanted = (f64::from(dc) / 8.0 + 128.0).clamp(0.0, 255.0);
            assert!((wanted - f64::from(mean(dc))).abs() <= 0.5, "{dc}");
        }
        assert_eq!(
            [mean(i32::from(i16::MIN) * 65535), mean(32767 * 65535)],
            [0, 255]
        );
    }
}
