//! Samples -> quantised coefficients: the forward DCT (T.81 A.3.3) and quantisation (A.3.4).
//!
//! The DCT of C. Loeffler, A. Ligtenberg and G. Moschytz, "Practical fast 1-D DCT algorithms with 11 multiplications"
//! (ICASSP 1989), with the constants and roundings of libjpeg's jfdctint.c, so that thumbnails keep the bytes they have
//! always had. The products are added in pairs: with integers the result is the same, and one instruction does it for
//! many of them. Two blocks go through together: each value of the first stands beside that of the second.

use super::blocks::Samples;
use crate::picture::vectors::transposed;
use fearless_simd::{Simd, SimdBase, i16x16, i32x8, prelude::*};
use std::array::from_fn;

/// Eight rows of eight coefficients.
pub(super) type Block = [[i16; 8]; 8];

/// Divides coefficients by the entries of a quantisation table.
#[derive(Clone, Debug)]
pub(super) struct Quantiser {
    /// Half of each entry, in eighths.
    halves: Block,
    /// For each entry its reciprocal in fixed point, rounded up so that the quotients below are exact.
    reciprocals: [[i32; 8]; 8],
}

/// Bits of the reciprocals' fraction: more than those of a dividend (11) and a divisor (8) together.
const RECIPROCAL: u32 = 20;

/// The largest AC coefficient that T.81 F.1.2.2 allows. libjpeg clamps DC coefficients to it as well.
const LARGEST: i16 = 1023;

impl Quantiser {
    pub(super) fn new(table: &[u8; 64]) -> Self {
        let (mut halves, mut reciprocals) = (Block::default(), [[0; 8]; 8]);
        for (place, &entry) in table.iter().enumerate() {
            halves[place / 8][place % 8] = 4 * i16::from(entry);
            reciprocals[place / 8][place % 8] = (1 << RECIPROCAL) / i32::from(entry) + 1;
        }
        Self {
            halves,
            reciprocals,
        }
    }

    /// The quantised coefficients of two blocks.
    #[inline(always)]
    pub(super) fn quantised<S: Simd>(&self, simd: S, samples: [&Samples; 2]) -> [Block; 2] {
        let mut blocks = [Block::default(); 2];
        for (v, row) in transform(simd, samples).into_iter().enumerate() {
            // The transform leaves eight times the coefficient; floor(floor(x / 8) / q) is floor(x / 8q).
            let halves: [i16; 16] = from_fn(|i| self.halves[v][i / 2]);
            let sums = simd.abs_i16x16(row) + i16x16::from_slice(simd, &halves);
            let dividends: [i16; 16] = (sums >> 3).into();
            let mut quotients = [0; 16];
            for i in 0..16 {
                let product = i32::from(dividends[i]) * self.reciprocals[v][i / 2];
                quotients[i] = (product >> RECIPROCAL) as i16;
            }
            let quotients = i16x16::from_slice(simd, &quotients);
            let quotients = simd.min_i16x16(quotients, i16x16::splat(simd, LARGEST));
            let sign = row >> 15;
            let coefficients: [i16; 16] = ((quotients ^ sign) - sign).into();
            for (i, block) in blocks.iter_mut().enumerate() {
                block[v] = from_fn(|u| coefficients[2 * u + i]);
            }
        }
        blocks
    }
}

/// Eight times the coefficients of two blocks.
#[inline(always)]
fn transform<S: Simd>(simd: S, [first, second]: [&Samples; 2]) -> [i16x16<S>; 8] {
    let rows = from_fn(|y| {
        // The level shift of T.81 A.3.1.
        let mut shifted = [0; 16];
        for x in 0..8 {
            shifted[2 * x] = i16::from(first[y][x]) - 128;
            shifted[2 * x + 1] = i16::from(second[y][x]) - 128;
        }
        i16x16::from_slice(simd, &shifted)
    });
    // Rows first: with the rounding between the passes, the order matters.
    let across = pass::<S, true>(simd, turned(simd, rows));
    pass::<S, false>(simd, turned(simd, across))
}

/// Turns the rows of both blocks into columns.
#[inline(always)]
fn turned<S: Simd>(simd: S, rows: [i16x16<S>; 8]) -> [i16x16<S>; 8] {
    transposed(simd, rows.map(Bytes::bitcast)).map(Bytes::bitcast)
}

/// Bits of the constants' fraction.
const FRACTION: u32 = 13;
/// Bits of the fraction that is kept between the passes.
const BETWEEN: u32 = 2;

/// A constant in fixed point.
const fn fixed(value: f64) -> i16 {
    (value * (1 << FRACTION) as f64 + 0.5) as i16
}

/// Named by their values, as in jfdctint.c, which explains them as sums of cosines.
const C0_298: i16 = fixed(0.298_631_336);
const C0_390: i16 = fixed(0.390_180_644);
const C0_541: i16 = fixed(0.541_196_100);
const C0_765: i16 = fixed(0.765_366_865);
const C0_899: i16 = fixed(0.899_976_223);
const C1_175: i16 = fixed(1.175_875_602);
const C1_501: i16 = fixed(1.501_321_110);
const C1_847: i16 = fixed(1.847_759_065);
const C1_961: i16 = fixed(1.961_570_560);
const C2_053: i16 = fixed(2.053_119_869);
const C2_562: i16 = fixed(2.562_915_447);
const C3_072: i16 = fixed(3.072_711_026);

/// The first or the second one-dimensional transform, in all lanes at once.
#[inline(always)]
fn pass<S: Simd, const FIRST: bool>(simd: S, d: [i16x16<S>; 8]) -> [i16x16<S>; 8] {
    let bits = if FIRST {
        FRACTION - BETWEEN
    } else {
        FRACTION + BETWEEN
    };
    let half = i32x8::splat(simd, 1 << (bits - 1));
    let rounded = |(low, high): (i32x8<S>, i32x8<S>)| {
        simd.saturating_narrow_i32x8((low + half) >> bits, (high + half) >> bits)
    };
    // The sum of two interleaved vectors, each times its factor.
    let sum = |(low, high): (i16x16<S>, i16x16<S>), a: i16, b: i16| {
        let factors: [i16; 16] = from_fn(|i| if i % 2 == 0 { a } else { b });
        let factors = i16x16::from_slice(simd, &factors);
        (
            simd.pairwise_dot_product_i16x16(low, factors),
            simd.pairwise_dot_product_i16x16(high, factors),
        )
    };
    let plus = |(a, b): (i32x8<S>, i32x8<S>), (c, d): (i32x8<S>, i32x8<S>)| (a + c, b + d);
    // Terms without a constant lack its fraction bits.
    let plain = |x: i16x16<S>| match FIRST {
        true => x << BETWEEN,
        false => (x + i16x16::splat(simd, 1 << (BETWEEN - 1))) >> BETWEEN,
    };

    let (s0, s1, s2, s3) = (d[0] + d[7], d[1] + d[6], d[2] + d[5], d[3] + d[4]);
    let (t7, t6, t5, t4) = (d[0] - d[7], d[1] - d[6], d[2] - d[5], d[3] - d[4]);
    let even = simd.interleave_i16x16(s0 - s3, s1 - s2);
    let odd = simd.interleave_i16x16(t4 + t6, t5 + t7);
    let z3 = sum(odd, C1_175 - C1_961, C1_175);
    let z4 = sum(odd, C1_175, C1_175 - C0_390);
    let (outer, inner) = (
        simd.interleave_i16x16(t4, t7),
        simd.interleave_i16x16(t5, t6),
    );
    [
        plain(s0 + s3 + (s1 + s2)),
        rounded(plus(sum(outer, -C0_899, C1_501 - C0_899), z4)),
        rounded(sum(even, C0_541 + C0_765, C0_541)),
        rounded(plus(sum(inner, -C2_562, C3_072 - C2_562), z3)),
        plain(s0 + s3 - (s1 + s2)),
        rounded(plus(sum(inner, C2_053 - C2_562, -C2_562), z4)),
        rounded(sum(even, C0_541, C0_541 - C1_847)),
        rounded(plus(sum(outer, C0_298 - C0_899, -C0_899), z3)),
    ]
}
