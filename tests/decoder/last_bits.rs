//! Last bits of progressive pictures that a thumbnail does without.

use crate::oracle::compare::{as_far_as, decode_at, judge, scales};
use crate::oracle::picture::{Coding, Picture};
use crate::oracle::samples::{Rng, noise};
use crate::oracle::script::{Scan, usual};
use crate::oracle::writer::Recipe;
use thumbgen::picture::jpeg::{Limits, Scratch};

/// The largest quantiser of a coefficient whose last bit is not read.
const MOST: i32 = 6;

/// A picture of 4:2:0 whose luma has these quantisers, and its stream, in which luma's last bits come last, as
/// libjpeg sends them.
fn written(quantisers: impl Fn(usize) -> i32, coding: Coding) -> (Picture, Vec<u8>) {
    let sampling = &[(2, 2), (1, 1), (1, 1)];
    // A seed whose luma has many coefficients.
    let mut picture = noise(&mut Rng(1), coding, (100, 70), sampling);
    for (place, quantiser) in picture.components[0].quantiser.iter_mut().enumerate() {
        *quantiser = quantisers(place);
    }
    let mut rng = Rng(2);
    for block in &mut picture.components[0].blocks {
        for place in [1, 8, 9, 2, 27] {
            block[place] = rng.signed(4);
        }
    }
    let mut recipe = Recipe::new(&picture);
    if coding == Coding::Progressive {
        recipe.scans = usual(&picture);
        let refines_luma = |scan: &Scan| scan.components == [0] && scan.band.high == 1;
        let last = recipe.scans.iter().position(refines_luma);
        let last = last.expect("a scan of luma's last bits");
        recipe.scans[last..].rotate_left(1);
        assert!(recipe.scans.last().is_some_and(refines_luma));
    }
    let stream = recipe.write(&picture);
    (picture, stream)
}

/// The picture as it is shown: twice all coefficients at half the quantisers, so that there is a middle between two
/// of them, and luma's at 2/8 in the middle of what is left when their last bit is.
fn in_the_middle(mut picture: Picture) -> Picture {
    for component in &mut picture.components {
        for quantiser in &mut component.quantiser {
            assert_eq!(*quantiser % 2, 0, "the test's own");
            *quantiser /= 2;
        }
        for value in component.blocks.iter_mut().flatten() {
            *value *= 2;
        }
    }
    for block in &mut picture.components[0].blocks {
        for place in [1, 8, 9] {
            let cut_short = block[place] / 4 * 4;
            block[place] = cut_short + cut_short.signum();
        }
    }
    picture
}

#[test]
fn at_two_eighths_luma_is_read_without_its_last_bit_and_shown_in_the_middle() {
    let (picture, stream) = written(|_| MOST, Coding::Progressive);
    let mut scratch = Scratch::default();
    let less = scales(2).without_last_bits();
    let decode = |bytes: &[u8], scratch: &mut Scratch| {
        decode_at(bytes, &less, &Limits::default(), scratch).unwrap()
    };
    let (planes, damage) = decode(&stream, &mut scratch);
    assert_eq!(damage, None);

    let luma = |mut picture: Picture| {
        picture.components.truncate(1);
        picture
    };
    judge(&in_the_middle(luma(picture.clone())), &planes[..1], 2).unwrap();
    judge(&luma(picture.clone()), &planes[..1], 2).expect_err("the last bit shows");
    let exact = decode_at(&stream, &scales(2), &Limits::default(), &mut scratch).unwrap();
    judge(&picture, &exact.0, 2).unwrap();
    assert_eq!(planes[1..], exact.0[1..], "chroma is whole");

    for part in [1, 100] {
        let read = as_far_as(&stream, &less, part);
        assert!(read.len() < as_far_as(&stream, &scales(2), part).len());
        assert_eq!(decode(read, &mut scratch).0, planes);
    }
}

#[test]
fn what_shows_is_read() {
    let mut scratch = Scratch::default();
    let mut assert_exact = |stream: &[u8], n: usize| {
        let less = scales(n).without_last_bits();
        let [less, exact] =
            [less, scales(n)].map(|it| decode_at(stream, &it, &Limits::default(), &mut scratch));
        assert_eq!(less, exact, "at {n}/8");
    };
    // Other scales, for which a block is wider or has no AC coefficients, and other pictures.
    let (_, stream) = written(|_| MOST, Coding::Progressive);
    for n in [1, 3, 4, 5, 6, 7, 8] {
        assert_exact(&stream, n);
    }
    assert_exact(&written(|_| MOST, Coding::Baseline).1, 2);
    // A single quantiser that is too large: the scan has to be read, and then all of it counts.
    for place in [1, 8, 9] {
        let (_, stream) = written(|at| MOST + i32::from(at == place), Coding::Progressive);
        assert_exact(&stream, 2);
    }
}
