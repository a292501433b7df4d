//! Streams that end early, lie, or ask for too much.

mod oracle;

use oracle::compare::{Plane, decode, decode_with, judge};
use oracle::decode::{Decoded, decode_stream};
use oracle::kinds::{Kind, kinds};
use oracle::picture::{Coding, Picture};
use oracle::samples::{Rng, noise};
use oracle::writer::Recipe;
use std::time::{Duration, Instant};
use thumbgen::jpeg::{Error, Header, Limits, Scratch};

const TOLERANT: Limits = Limits {
    max_pixels: 1 << 20,
    max_memory: 1 << 24,
    allow_damaged: true,
};

/// The byte that an error points at.
fn offset(error: &Error) -> Option<u64> {
    match error {
        Error::Format { offset, .. }
        | Error::Truncated { offset }
        | Error::Damaged { offset, .. } => Some(*offset),
        _ => None,
    }
}

/// Whether a stream without its end still has all that scale `n`/8 needs.
fn suffices(cut: &Result<Decoded, String>, n: usize) -> bool {
    cut.as_ref().is_ok_and(|decoded| decoded.suffices(n))
}

#[test]
fn a_stream_cut_anywhere_is_an_error_unless_all_blocks_are_there() {
    for Kind {
        name,
        picture,
        stream,
    } in kinds()
    {
        for end in 0..stream.len() {
            let cut = &stream[..end];
            let oracle = decode_stream(cut);
            for n in [1, 2, 5, 8] {
                match decode(cut, n, &mut Scratch::default()) {
                    Ok(planes) => {
                        assert!(
                            suffices(&oracle, n),
                            "{name} cut at {end} of {}: accepted at {n}/8",
                            stream.len()
                        );
                        judge(&picture, &planes, n)
                            .unwrap_or_else(|error| panic!("{name} cut at {end}: {error}"));
                    }
                    Err(error) => {
                        assert!(
                            !suffices(&oracle, n),
                            "{name} cut at {end} of {}, {n}/8: {error}",
                            stream.len()
                        );
                        let offset = offset(&error)
                            .unwrap_or_else(|| panic!("{name} cut at {end}: {error}"));
                        assert!(offset <= end as u64, "{name} cut at {end}: {error}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_missing_eoi_is_accepted() {
    for Kind {
        name,
        picture,
        stream,
    } in kinds()
    {
        let cut = &stream[..stream.len() - 2];
        for n in 1..=8 {
            let planes = decode(cut, n, &mut Scratch::default())
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            judge(&picture, &planes, n).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}

/// With `allow_damaged` each cut gives planes of the right size as soon as there is a header, and says so.
#[test]
fn damage_that_is_allowed_is_reported() {
    for Kind { name, stream, .. } in kinds() {
        for end in 0..stream.len() {
            let cut = &stream[..end];
            let mut scratch = Scratch::default();
            let strict = decode(cut, 2, &mut scratch);
            match decode_with(cut, 2, &TOLERANT, &mut scratch) {
                Ok((_, damage)) => {
                    assert_eq!(
                        damage.is_none(),
                        strict.is_ok(),
                        "{name} cut at {end}: {damage:?}"
                    );
                }
                Err(error) => assert!(Header::parse(cut).is_err(), "{name} cut at {end}: {error}"),
            }
        }
    }
}

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
        // The block that was cut may show what came of it.
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

/// A frame header of this size with a few bytes of data.
fn huge(coding: Coding, width: u16, height: u16) -> Vec<u8> {
    let picture = Picture::zero(coding, 8, 8, &[(1, 2, 2), (2, 1, 1), (3, 1, 1)]);
    let mut stream = Recipe::new(&picture).write(&picture);
    let sof = stream
        .windows(2)
        .position(|p| p[0] == 0xFF && (0xC0..=0xC2).contains(&p[1]))
        .expect("a frame header");
    stream[sof + 5..sof + 7].copy_from_slice(&height.to_be_bytes());
    stream[sof + 7..sof + 9].copy_from_slice(&width.to_be_bytes());
    stream
}

#[test]
fn a_header_of_more_pixels_than_allowed_names_size_and_limit() {
    for coding in [Coding::Baseline, Coding::Progressive] {
        let stream = huge(coding, 65_535, 65_535);
        let error = decode(&stream, 1, &mut Scratch::default()).unwrap_err();
        assert!(
            matches!(
                error,
                Error::Limit {
                    size: 4_294_836_225,
                    limit: 500_000_000,
                    ..
                }
            ),
            "{error:?}"
        );
        let message = error.to_string();
        assert!(
            message.contains("4294836225") && message.contains("500000000"),
            "{message}"
        );
    }
}

#[test]
fn a_header_of_more_blocks_than_the_data_can_hold_is_refused_at_once() {
    let start = Instant::now();
    for coding in [Coding::Baseline, Coding::Extended, Coding::Progressive] {
        for (width, height) in [
            (65_535, 65_535),
            (65_535, 7_000),
            (20_000, 20_000),
            (3000, 2000),
        ] {
            let limits = Limits {
                max_pixels: u64::MAX,
                max_memory: u64::MAX,
                ..Limits::default()
            };
            let stream = huge(coding, width, height);
            for n in [1, 8] {
                let error = decode_with(&stream, n, &limits, &mut Scratch::default()).unwrap_err();
                assert!(
                    matches!(error, Error::Truncated { .. } | Error::Damaged { .. }),
                    "{error:?}"
                );
            }
        }
    }
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn memory_beyond_the_limit_is_refused_before_it_is_taken() {
    let limits = Limits {
        max_pixels: u64::MAX,
        max_memory: 1 << 20,
        allow_damaged: true,
    };
    let start = Instant::now();
    for coding in [Coding::Baseline, Coding::Progressive] {
        let error = decode_with(
            &huge(coding, 65_535, 65_535),
            1,
            &limits,
            &mut Scratch::default(),
        )
        .unwrap_err();
        let Error::Limit { size, limit, .. } = error else {
            panic!("{error:?}")
        };
        // A sample for each of 8192 x 8192 blocks, and half as many again for 4:2:0.
        assert!(
            size >= 8192 * 8192 * 3 / 2 && limit == 1 << 20,
            "{size} {limit}"
        );
        let message = error.to_string();
        assert!(
            message.contains(&size.to_string()) && message.contains("1048576"),
            "{message}"
        );
    }
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "{:?}",
        start.elapsed()
    );
}
