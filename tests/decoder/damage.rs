//! Damage within a scan: what is right stays right, what is missing is mid-grey, and nobody calls the picture sound.

use crate::oracle::compare::{Plane, decode, decode_with};
use crate::oracle::picture::Coding;
use crate::oracle::samples::{Rng, noise};
use crate::oracle::writer::Recipe;
use thumbgen::picture::jpeg::{Header, Limits, Scratch};

const TOLERANT: Limits = Limits {
    max_pixels: 1 << 20,
    max_memory: 1 << 24,
    allow_damaged: true,
};

/// A grey picture of nine blocks a row, and where the last of them end.
fn grey(restart_interval: usize) -> (Vec<u8>, Vec<Plane>) {
    let picture = noise(&mut Rng(77), Coding::Baseline, (72, 40), &[(1, 1)]);
    let stream = Recipe {
        restart_interval,
        ..Recipe::new(&picture)
    }
    .write(&picture);
    let planes = decode(&stream, 8, &mut Scratch::default()).expect("the stream is sound");
    (stream, planes)
}

/// Blocks of a plane at full size, in order.
fn blocks(plane: &Plane) -> Vec<Vec<u8>> {
    let block = |x: usize, y: usize| {
        (0..8)
            .flat_map(move |row| plane.samples[(8 * y + row) * plane.width + 8 * x..][..8].to_vec())
            .collect()
    };
    (0..plane.height / 8)
        .flat_map(|y| (0..plane.width / 8).map(move |x| block(x, y)))
        .collect()
}

/// How many blocks at the start are right, and how many are mid-grey at the end.
fn right_and_grey(whole: &[Plane], found: &[Plane]) -> (usize, usize) {
    let (whole, found) = (blocks(&whole[0]), blocks(&found[0]));
    let right = whole
        .iter()
        .zip(&found)
        .take_while(|(whole, found)| whole == found)
        .count();
    let grey = found
        .iter()
        .rev()
        .take_while(|block| block.iter().all(|&sample| sample == 128))
        .count();
    (right, grey)
}

#[test]
fn blocks_before_a_cut_are_right_and_those_after_it_mid_grey() {
    let (stream, whole) = grey(0);
    let start = Header::parse(&stream)
        .map(|_| stream.windows(2).position(|p| p == [0xFF, 0xDA]).unwrap())
        .unwrap();
    let mut last = 0;
    for end in start + 10..stream.len() {
        let (planes, _) =
            decode_with(&stream[..end], 8, &TOLERANT, &mut Scratch::default()).unwrap();
        let (right, grey) = right_and_grey(&whole, &planes);
        // The block that was cut may show anything.
        assert!(
            right + grey + 1 >= 45,
            "cut at {end}: {right} right, {grey} grey"
        );
        assert!(
            right >= last,
            "cut at {end}: {right} right, a byte less gave {last}"
        );
        last = right;
    }
    assert_eq!(last, 45);
}

/// A marker out of turn within a scan hides the rest of its interval; the blocks before it stay right.
#[test]
fn blocks_before_a_stray_marker_are_right() {
    let (stream, whole) = grey(9);
    let restart = stream.windows(2).position(|p| p == [0xFF, 0xD1]).unwrap();
    let mut broken = stream.clone();
    broken[restart - 4..restart - 2].copy_from_slice(&[0xFF, 0xFE]);
    assert!(decode(&broken, 8, &mut Scratch::default()).is_err());
    let (planes, damage) = decode_with(&broken, 8, &TOLERANT, &mut Scratch::default()).unwrap();
    assert!(damage.is_some());
    assert!(right_and_grey(&whole, &planes).0 >= 9);
}

/// Wherever a restart marker is missing, strict decoding says so.
#[test]
fn a_missing_restart_marker_is_an_error() {
    let (stream, _) = grey(3);
    for at in 0..stream.len() - 1 {
        if stream[at] == 0xFF && (0xD0..=0xD7).contains(&stream[at + 1]) {
            let cut = [&stream[..at], &stream[at + 2..]].concat();
            assert!(
                decode(&cut, 1, &mut Scratch::default()).is_err(),
                "RST at {at}"
            );
        }
    }
}

/// Wherever a restart marker stands twice, or another one before it, nobody calls the picture sound.
#[test]
fn a_surplus_restart_marker_is_reported() {
    let (stream, _) = grey(3);
    for at in 0..stream.len() - 1 {
        if stream[at] != 0xFF || !(0xD0..=0xD7).contains(&stream[at + 1]) {
            continue;
        }
        for surplus in 0xD0..=0xD7 {
            let stream = [&stream[..at], &[0xFF, surplus], &stream[at..]].concat();
            let strict = decode(&stream, 1, &mut Scratch::default());
            assert!(strict.is_err(), "{surplus:02X} at {at}");
            let lenient = decode_with(&stream, 1, &TOLERANT, &mut Scratch::default());
            let (_, damage) = lenient.expect("damage is allowed");
            assert!(damage.is_some(), "{surplus:02X} at {at}");
        }
    }
}

/// Damage that ends at the restart marker in its turn leaves nothing behind in the other intervals.
#[test]
fn other_intervals_than_a_damaged_one_are_right() {
    let blocks_each = 3;
    let (stream, whole) = grey(blocks_each);
    let whole = blocks(&whole[0]);
    let is_marker = |pair: &[u8]| pair[0] == 0xFF && (0xD0..=0xD7).contains(&pair[1]);
    let scan = stream.windows(2).position(|p| p == [0xFF, 0xDA]).unwrap();
    let mut confined = 0;
    for at in scan + 10..stream.len() - 2 {
        let interval = stream[..at].windows(2).filter(|p| is_marker(p)).count();
        for bit in 0..8 {
            let mut broken = stream.clone();
            broken[at] ^= 1 << bit;
            let limits = Limits::default();
            let decoded = decode_with(&broken, 8, &limits, &mut Scratch::default());
            let Ok((planes, Some(_))) = decoded else {
                continue;
            };
            confined += 1;
            let damaged = interval * blocks_each..(interval + 1) * blocks_each;
            for (i, (found, whole)) in blocks(&planes[0]).iter().zip(&whole).enumerate() {
                assert!(
                    damaged.contains(&i) || found == whole,
                    "block {i} after bit {bit} of byte {at}"
                );
            }
        }
    }
    assert!(confined > 100, "{confined}");
}
