//! Last bits of progressive pictures that a thumbnail does without.

use crate::oracle::compare::{Plane, as_far_as, decode_at, judge, scales};
use crate::oracle::picture::{Coding, Picture};
use crate::oracle::progressive::Band;
use crate::oracle::samples::{Rng, noise};
use crate::oracle::script::{Scan, usual};
use crate::oracle::segments::marker::{DQT, SOS};
use crate::oracle::writer::Recipe;
use thumbgen::picture::jpeg::{Error, Limits, Scratch};

/// The largest quantiser of a coefficient whose last bit is not read.
const MOST: i32 = 6;

/// A picture of 4:2:0 whose luma has these quantisers, and its stream, in which luma's last bits come last, as
/// libjpeg sends them.
fn written(quantisers: impl Fn(usize) -> i32, coding: Coding) -> (Picture, Vec<u8>) {
    let sampling = &[(2, 2), (1, 1), (1, 1)];
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
        recipe.scans = as_libjpeg(&picture);
    }
    let stream = recipe.write(&picture);
    (picture, stream)
}

/// The usual scans, of which luma's last bits come last.
fn as_libjpeg(picture: &Picture) -> Vec<Scan> {
    let mut scans = usual(picture);
    let refines_luma = |scan: &Scan| scan.components == [0] && scan.band.high == 1;
    let last = scans.iter().position(refines_luma);
    scans[last.expect("a scan of luma's last bits")..].rotate_left(1);
    assert!(scans.last().is_some_and(refines_luma));
    scans
}

type Planes = Result<(Vec<Plane>, Option<Error>), Error>;

/// A stream at `n`/8 without those last bits, and exactly.
fn both(stream: &[u8], n: usize) -> [Planes; 2] {
    let mut scratch = Scratch::default();
    [scales(n).without_last_bits(), scales(n)]
        .map(|scales| decode_at(stream, &scales, &Limits::default(), &mut scratch))
}

/// A scan of luma.
fn scan((first, last): (usize, usize), (high, low): (u32, u32)) -> Scan {
    Scan {
        components: vec![0],
        band: Band {
            first,
            last,
            high,
            low,
        },
    }
}

/// The picture as it is shown: twice all coefficients at half the quantisers, so that there is a middle between two
/// of them, and luma's at 2/8 in the middle of what they may be where the last bit isn't known.
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

    let mut luma = picture.clone();
    luma.components.truncate(1);
    judge(&luma, &planes[..1], 2).expect_err("the last bit shows");
    judge(&in_the_middle(luma), &planes[..1], 2).unwrap();
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
    let assert_exact = |stream: &[u8], n: usize| {
        let [less, exact] = both(stream, n);
        assert_eq!(less, exact, "at {n}/8");
        assert!(exact.is_ok());
    };
    // Other scales, for which a block is wider or has no AC coefficients, and other pictures.
    let (_, stream) = written(|_| MOST, Coding::Progressive);
    for n in [1, 3, 4, 5, 6, 7, 8] {
        assert_exact(&stream, n);
    }
    assert_exact(&written(|_| MOST, Coding::Baseline).1, 2);
    // Red, green and blue: what is first is no luma.
    let mut rgb = written(|_| MOST, Coding::Progressive).0;
    rgb.adobe = Some(0);
    let mut recipe = Recipe::new(&rgb);
    recipe.scans = as_libjpeg(&rgb);
    assert_exact(&recipe.write(&rgb), 2);
    // A single quantiser that is too large: the scan has to be read, and then all of it counts.
    for place in [1, 8, 9] {
        let (_, stream) = written(|at| MOST + i32::from(at == place), Coding::Progressive);
        assert_exact(&stream, 2);
    }
}

#[test]
fn other_scripts_are_read_right() {
    let (picture, usual) = written(|_| MOST, Coding::Progressive);
    let stream = |scans: &[Scan]| {
        let mut recipe = Recipe::new(&picture);
        recipe.scans = scans.to_vec();
        recipe.write(&picture)
    };

    // The last bits in two scans, of which none is read.
    let mut scans = as_libjpeg(&picture);
    scans.pop();
    scans.extend([scan((1, 1), (1, 0)), scan((2, 63), (1, 0))]);
    assert_eq!(both(&stream(&scans), 2)[0], both(&usual, 2)[0]);

    // Out of turn: how a scan that counts is read depends on the last bits before it.
    scans.retain(|scan| scan.components != [0]);
    scans.extend([scan((1, 2), (0, 1)), scan((1, 2), (1, 0))]);
    scans.extend([scan((1, 2), (2, 1)), scan((3, 63), (0, 0))]);
    let limits = Limits {
        allow_damaged: true,
        ..Limits::default()
    };
    let decode = |scales| decode_at(&stream(&scans), &scales, &limits, &mut Scratch::default());
    assert_eq!(decode(scales(2).without_last_bits()), decode(scales(2)));
}

#[test]
fn a_quantisation_table_that_comes_late_counts() {
    let (picture, _) = written(|_| MOST, Coding::Progressive);
    let of = |component: usize, band: (usize, usize), bits: (u32, u32)| Scan {
        components: vec![component],
        ..scan(band, bits)
    };
    let mut recipe = Recipe::new(&picture);
    let dc = [1, 2, 0].map(|component| of(component, (0, 0), (0, 0)));
    let ac = [1, 2].map(|component| of(component, (1, 63), (0, 0)));
    recipe.scans = [
        &dc[..],
        &[scan((1, 63), (0, 1))],
        &ac,
        &[scan((1, 63), (1, 0))],
    ]
    .concat();
    let mut stream = recipe.write(&picture);
    assert_ne!(both(&stream, 2)[0], both(&stream, 2)[1]);

    let mut scans = (0..stream.len()).filter(|&at| stream[at..].starts_with(&[0xFF, SOS]));
    let first_of_luma = scans.nth(2).unwrap();
    let table = [MOST as u8 + 1; 64];
    let late = [&[0xFF, DQT, 0, 67, 0][..], &table].concat();
    stream.splice(first_of_luma..first_of_luma, late);
    let [less, exact] = both(&stream, 2);
    assert_eq!(less, exact);
    assert!(exact.is_ok());
}
