//! Headers that ask for too much are refused before anything is allocated.

use crate::oracle::compare::{decode, decode_with};
use crate::oracle::picture::{Coding, Picture};
use crate::oracle::writer::Recipe;
use thumbgen::picture::jpeg::{Error, Limits, Scratch};

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
fn a_header_of_more_blocks_than_the_data_can_hold_is_refused() {
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
}

#[test]
fn memory_beyond_the_limit_is_refused_before_it_is_taken() {
    let limits = Limits {
        max_pixels: u64::MAX,
        max_memory: 1 << 20,
        allow_damaged: true,
    };
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
}
