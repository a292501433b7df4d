//! Coefficients at the ends of their range: nothing overflows, and what leaves 0 to 255 is clamped.

use crate::oracle::compare::{decode, judge};
use crate::oracle::picture::{Coding, Picture, ZIGZAG};
use crate::oracle::samples::Rng;
use crate::oracle::writer::Recipe;
use thumbgen::picture::jpeg::Scratch;

/// The largest coefficients that 8-bit pictures can code (T.81 tables F.1 and F.2): differences of DC have up to 11
/// bits, AC up to 10.
const DC_MAX: i32 = 2047;
const AC_MAX: i32 = 1023;

/// A grey picture of one row of these blocks, all coefficients multiplied by `quantiser`.
fn row(coding: Coding, quantiser: i32, blocks: &[[i32; 64]]) -> Picture {
    let mut picture = Picture::zero(coding, 8 * blocks.len(), 8, &[(1, 1, 1)]);
    picture.components[0].quantiser = [quantiser; 64];
    picture.components[0].blocks = blocks.to_vec();
    picture
}

fn assert_right(quantiser: i32, blocks: &[[i32; 64]]) {
    for coding in [Coding::Extended, Coding::Progressive] {
        let picture = row(coding, quantiser, blocks);
        let recipe = Recipe {
            wide_quantisers: quantiser > 255,
            ..Recipe::new(&picture)
        };
        let stream = recipe.write(&picture);
        for n in 1..=8 {
            let planes = decode(&stream, n, &mut Scratch::default()).expect("sound");
            judge(&picture, &planes, n)
                .unwrap_or_else(|error| panic!("{coding:?}, quantiser {quantiser}: {error}"));
        }
    }
}

/// 1 is the finest table, 255 the coarsest of 8 bits; the product of the last with 2047 has 20 bits.
const QUANTISERS: [i32; 5] = [1, 3, 16, 128, 255];

#[test]
fn flat_blocks_of_every_dc() {
    let dc = |dc| {
        let mut block = [0; 64];
        block[0] = dc;
        block
    };
    let all: Vec<_> = (-1023..=1023).map(dc).collect();
    for quantiser in QUANTISERS {
        assert_right(quantiser, &all);
        // From one end to the other and back: differences of 11 bits and sign.
        assert_right(
            quantiser,
            &[0, DC_MAX, 0, -DC_MAX, 0, 1023, -1023, 1024, -1023].map(dc),
        );
    }
}

#[test]
fn each_ac_alone_at_its_largest() {
    let blocks: Vec<_> = ZIGZAG[1..]
        .iter()
        .flat_map(|&place| {
            [AC_MAX, -AC_MAX, 1, -1].map(|value| {
                let mut block = [0; 64];
                block[place] = value;
                block
            })
        })
        .collect();
    for quantiser in QUANTISERS {
        assert_right(quantiser, &blocks);
    }
}

#[test]
fn all_coefficients_at_their_largest_with_any_signs() {
    let mut rng = Rng(5);
    let mut blocks = vec![[AC_MAX; 64], [-AC_MAX; 64]];
    // Signs that add up at a corner of the block, where every wave is at its positive end, and at the opposite one.
    blocks.push(std::array::from_fn(|i| {
        if (i % 8 + i / 8) % 2 == 0 {
            AC_MAX
        } else {
            -AC_MAX
        }
    }));
    for _ in 0..200 {
        blocks.push(std::array::from_fn(|_| {
            if rng.below(2) == 0 { AC_MAX } else { -AC_MAX }
        }));
    }
    for quantiser in QUANTISERS {
        assert_right(quantiser, &blocks);
    }
}

/// The waves of an N x N block at one of its samples, as signs: the sum there is as far out as coefficients can drive
/// it.
#[test]
fn coefficients_that_conspire_at_one_sample() {
    for n in 1..=8_usize {
        let sign = |u: usize, x: usize| {
            let angle = ((2 * x + 1) * u) as f64 * std::f64::consts::PI / (2 * n) as f64;
            if angle.cos() < 0.0 { -1 } else { 1 }
        };
        let mut blocks = Vec::new();
        for (x, y) in (0..n).flat_map(|y| (0..n).map(move |x| (x, y))) {
            let at = |i: usize| sign(i % 8, x) * sign(i / 8, y) * AC_MAX;
            blocks.push(std::array::from_fn(at));
            blocks.push(std::array::from_fn(|i| -at(i)));
        }
        for quantiser in [1, 16, 255] {
            assert_right(quantiser, &blocks);
        }
    }
}

#[test]
fn nothing_at_all_is_mid_grey() {
    for coding in [Coding::Baseline, Coding::Progressive] {
        let picture = Picture::zero(coding, 40, 24, &[(1, 2, 1), (2, 1, 1), (3, 1, 2)]);
        let stream = Recipe::new(&picture).write(&picture);
        for n in 1..=8 {
            let planes = decode(&stream, n, &mut Scratch::default()).unwrap();
            assert!(
                planes
                    .iter()
                    .all(|plane| plane.samples.iter().all(|&sample| sample == 128))
            );
        }
    }
}

/// Products of up to 27 bits mean nothing, but must not do harm: a panic in debug builds, a wrapped sign in others.
#[test]
fn quantisers_of_16_bits_saturate() {
    let mut blocks = Vec::new();
    for value in [1, -1, 2, -2, 100, -100, AC_MAX, -AC_MAX] {
        let mut dc = [0; 64];
        dc[0] = value;
        blocks.extend([dc, [value; 64]]);
    }
    for quantiser in [256, 1024, 0x7FFF, 0xFFFF] {
        assert_right(quantiser, &blocks);
    }
}
