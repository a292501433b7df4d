//! Small streams of every kind, broken in every way at random: never a panic, never a plane of a wrong size.
//!
//! The breaks are the same in each run. What `cargo fuzz` finds beyond them is kept in `testdata/regressions`.

use crate::oracle::compare::{Plane, as_far_as_needed, decode_with, judge};
use crate::oracle::decode::decode_stream;
use crate::oracle::kinds::kinds;
use crate::oracle::samples::Rng;
use thumbgen::picture::jpeg::{Error, Header, Limits, Scratch};

/// Broken streams made of each kind. More of them: `MUTATION_ROUNDS=100000 cargo test --test decoder_mutations`.
const ROUNDS: usize = 15_000;

/// Sizes that a broken header asks for stay small, or the test would spend its time on grey.
const LIMITS: Limits = Limits {
    max_pixels: 100_000,
    max_memory: 1 << 20,
    allow_damaged: false,
};

/// Where the segments before the first scan's data stand, SOI left out.
fn segments(stream: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut segments = Vec::new();
    let mut at = 2;
    while at + 4 <= stream.len() && stream[at] == 0xFF {
        let end = at + 2 + usize::from(u16::from_be_bytes([stream[at + 2], stream[at + 3]]));
        if end > stream.len() {
            break;
        }
        segments.push(at..end);
        if stream[at + 1] == 0xDA {
            break;
        }
        at = end;
    }
    segments
}

/// Breaks the stream in one way.
fn mutate(stream: &mut Vec<u8>, rng: &mut Rng) {
    if stream.is_empty() {
        return;
    }
    let at = rng.below(stream.len());
    match rng.below(9) {
        0 => stream[at] ^= 1 << rng.below(8),
        1 => stream[at] = rng.next() as u8,
        2 => stream[at] = rng.pick(&[0, 1, 0x7F, 0x80, 0xFE, 0xFF]),
        3 => stream.truncate(at),
        4 => drop(stream.drain(at..(at + rng.below(20)).min(stream.len()))),
        5 => {
            let marker = rng.pick(&[
                0xC0, 0xC2, 0xC4, 0xD0, 0xD3, 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xFF, 0x00,
            ]);
            stream.splice(at..at, [0xFF, marker]);
        }
        6 => {
            let copy = stream[at..(at + rng.below(60)).min(stream.len())].to_vec();
            let to = rng.below(stream.len());
            stream.splice(to..to, copy);
        }
        _ => mutate_segment(stream, rng),
    }
}

/// Doubles or swaps header segments, or changes a length field or a byte within one.
fn mutate_segment(stream: &mut Vec<u8>, rng: &mut Rng) {
    let segments = segments(stream);
    if segments.is_empty() {
        return;
    }
    let (one, other) = (rng.pick(&segments), rng.pick(&segments));
    match rng.below(5) {
        0 => {
            let copy = stream[one].to_vec();
            stream.splice(other.start..other.start, copy);
        }
        1 if one.end <= other.start => {
            let swapped = [
                &stream[other.clone()],
                &stream[one.end..other.start],
                &stream[one.clone()],
            ]
            .concat();
            stream.splice(one.start..other.end, swapped);
        }
        2 => {
            stream[one.start + 3] = stream[one.start + 3].wrapping_add(rng.pick(&[1, 2, 254, 255]));
        }
        3 => drop(stream.drain(one)),
        _ => {
            let at = one.start + rng.below(one.len());
            stream[at] = rng.next() as u8;
        }
    }
}

/// Planes have the sizes that the header and the scale give them.
fn assert_sizes(stream: &[u8], planes: &[Plane], n: usize) {
    let header = Header::parse(stream).expect("what was decoded has a header");
    assert_eq!(planes.len(), header.components().len());
    for (plane, component) in planes.iter().zip(header.components()) {
        let (width, height) = component.size;
        assert_eq!(plane.samples.len(), plane.width * plane.height);
        for (samples, size, extent) in [
            (plane.width, width, plane.extent.0),
            (plane.height, height, plane.extent.1),
        ] {
            let exact = size * n as f64 / 8.0;
            assert!(
                (extent - exact).abs() < 1e-9
                    && (samples as f64 - exact) < 1.0
                    && samples as f64 > exact - 1e-9
            );
        }
    }
}

/// Decodes a broken stream in all ways; what is accepted must be what the oracle sees, if it sees anything.
fn check(stream: &[u8], n: usize, part: usize, [scratch, in_lanes]: &mut [Scratch; 2]) -> bool {
    let tolerance = Limits {
        allow_damaged: true,
        ..LIMITS
    };
    let strict = decode_with(stream, n, &LIMITS, scratch);
    let tolerant = decode_with(stream, n, &tolerance, scratch);
    assert_eq!(decode_with(stream, n, &LIMITS, in_lanes), strict);
    assert_eq!(decode_with(stream, n, &tolerance, in_lanes), tolerant);
    let read = as_far_as_needed(stream, n, part);
    if read.len() < stream.len() {
        assert_eq!(decode_with(read, n, &LIMITS, scratch), strict);
        assert_eq!(decode_with(read, n, &tolerance, scratch), tolerant);
    }
    match (strict, tolerant) {
        (Ok((planes, damage)), Ok((same, same_damage))) => {
            // Damage that restart markers confine is not an error, but it is reported in either case.
            assert!(
                damage == same_damage && planes == same,
                "leniency changes a picture that needs none"
            );
            assert_sizes(stream, &planes, n);
            if let Ok(decoded) = decode_stream(stream)
                && decoded.suffices(n)
                && damage.is_none()
            {
                judge(&decoded.picture, &planes, n).unwrap_or_else(|error| panic!("{error}"));
            }
            damage.is_none()
        }
        (Ok(_), Err(error)) => panic!("sound only where damage is not allowed: {error}"),
        (Err(error), Ok((planes, damage))) => {
            assert!(damage.is_some(), "{error}");
            assert_sizes(stream, &planes, n);
            false
        }
        (Err(error), Err(_)) => {
            if let Error::Format { offset, .. }
            | Error::Truncated { offset }
            | Error::Damaged { offset, .. } = error
            {
                assert!(offset <= stream.len() as u64, "{error}");
            }
            false
        }
    }
}

#[test]
fn broken_streams_give_an_error_or_planes_of_the_right_size() {
    let mut scratch = [usize::MAX, 0].map(Scratch::with_lanes_from);
    let (mut whole, mut all) = (0, 0);
    let rounds = std::env::var("MUTATION_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    for kind in kinds() {
        let mut rng = Rng(kind.stream.len() as u64);
        for round in 0..rounds {
            let mut stream = kind.stream.clone();
            for _ in 0..1 + rng.below(3) {
                mutate(&mut stream, &mut rng);
            }
            let n = 1 + rng.below(8);
            let part = 1 + rng.below(stream.len() + 1);
            let context = Context {
                name: kind.name,
                round,
                n,
                part,
                stream: &stream,
            };
            whole += usize::from(check(&stream, n, part, &mut scratch));
            all += 1;
            drop(context);
        }
    }
    // Otherwise the breaks are too coarse, or too fine, to say anything.
    assert!(
        (all / 20..all / 2).contains(&whole),
        "{whole} of {all} were accepted"
    );
}

/// Names the broken stream if checking it panics.
struct Context<'a> {
    name: &'a str,
    round: usize,
    n: usize,
    part: usize,
    stream: &'a [u8],
}

impl Drop for Context<'_> {
    #[expect(
        clippy::print_stdout,
        reason = "the test harness shows it with the panic"
    )]
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!(
                "{}, round {}, at {}/8, read by {}, {} bytes: {:02X?}",
                self.name,
                self.round,
                self.n,
                self.part,
                self.stream.len(),
                self.stream
            );
        }
    }
}
