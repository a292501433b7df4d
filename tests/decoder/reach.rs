//! Progressive pictures that are read only as far as a scale needs them.

use crate::oracle::compare::{as_far_as_needed, decode, is_progressive, scales};
use crate::oracle::kinds::{Kind, kinds};
use crate::oracle::picture::{self, Picture};
use crate::oracle::progressive::Band;
use crate::oracle::samples::{Rng, noise};
use crate::oracle::script::{Scan, usual};
use crate::oracle::segments::{body, marker::EOI, marker::SOS, next_marker};
use crate::oracle::writer::Recipe;
use thumbgen::picture::jpeg::{Header, Scratch};

/// For each scan, the bytes up to the marker behind it, that marker included.
fn ends_of_scans(stream: &[u8]) -> Vec<usize> {
    let (mut ends, mut at) = (Vec::new(), 2);
    while let Some((marker, after)) = next_marker(stream, at) {
        if marker == EOI {
            return ends;
        }
        at = after + 2 + body(stream, after).expect("segments are whole").len();
        if marker == SOS {
            let (_, end) = next_marker(stream, at).expect("an end of image");
            ends.push(end);
        }
    }
    panic!("no end of image");
}

/// A picture of 4:2:0, sent as `scans` say.
fn written(scans: impl Fn(&Picture) -> Vec<Scan>) -> (Vec<Scan>, Vec<u8>) {
    let sampling = &[(2, 2), (1, 1), (1, 1)];
    let picture = noise(
        &mut Rng(1),
        picture::Coding::Progressive,
        (100, 70),
        sampling,
    );
    let scans = scans(&picture);
    let mut recipe = Recipe::new(&picture);
    recipe.scans.clone_from(&scans);
    (scans, recipe.write(&picture))
}

/// The number of scans that are read at scale `n`/8.
fn scans_read(stream: &[u8], n: usize) -> usize {
    let read = as_far_as_needed(stream, n, 1).len();
    let ends = ends_of_scans(stream);
    1 + ends.iter().position(|&end| end == read).unwrap_or_else(|| {
        panic!("{read} bytes are read, scans end at {ends:?}");
    })
}

#[test]
fn a_picture_is_read_to_the_end_of_the_last_scan_that_counts() {
    // Successive approximation: all but 1/8 need the last bits.
    let (scans, stream) = written(usual);
    let refines_dc = |scan: &Scan| scan.band.last == 0 && scan.band.high == 1;
    let last_of_dc = 1 + scans.iter().position(refines_dc).unwrap();
    assert!(last_of_dc < scans.len());
    assert_eq!(scans_read(&stream, 1), last_of_dc);
    assert_eq!(scans_read(&stream, 2), scans.len());

    // Spectral selection alone: 2/8 needs the first band, 4/8 the second too.
    let (_, stream) = written(|picture| {
        let scan = |components: &[usize], first, last| Scan {
            components: components.to_vec(),
            band: Band {
                first,
                last,
                high: 0,
                low: 0,
            },
        };
        let mut scans = vec![scan(&[0, 1, 2], 0, 0)];
        for (first, last) in [(1, 9), (10, 30), (31, 63)] {
            scans.extend((0..picture.components.len()).map(|c| scan(&[c], first, last)));
        }
        scans
    });
    assert_eq!([1, 2, 4, 8].map(|n| scans_read(&stream, n)), [1, 4, 7, 10]);
}

#[test]
fn what_is_read_in_parts_gives_the_same_planes() {
    let mut scratch = Scratch::default();
    let mut shorter = 0;
    for Kind { name, stream, .. } in kinds() {
        for n in 1..=8 {
            let whole = decode(&stream, n, &mut scratch).unwrap();
            for part in [1, 7, 100, stream.len()] {
                let read = as_far_as_needed(&stream, n, part);
                assert!(is_progressive(&stream) || read.len() == stream.len());
                assert_eq!(
                    decode(read, n, &mut scratch).unwrap(),
                    whole,
                    "{name} at {n}/8"
                );
                shorter += usize::from(read.len() < stream.len());
            }
        }
    }
    assert!(shorter > 0);
}

#[test]
fn only_a_progressive_picture_has_a_reach() {
    for Kind { stream, .. } in kinds() {
        let reach = Header::parse(&stream).unwrap().reach(&scales(1));
        assert_eq!(reach.is_some(), is_progressive(&stream));
    }
}
