//! Streams that end early: an error with its place, unless all that the scale needs is there.

use crate::oracle::compare::{Plane, decode, decode_with, judge};
use crate::oracle::decode::{Decoded, decode_stream};
use crate::oracle::kinds::{Kind, kinds};
use crate::oracle::picture::{Coding, Picture};
use crate::oracle::samples::Rng;
use crate::oracle::writer::Recipe;
use thumbgen::picture::jpeg::{Error, Header, Limits, Scratch};

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

/// The same for a scan that no reader holds as a whole, cut at some places.
#[test]
fn a_long_stream_cut_anywhere_is_an_error() {
    let mut rng = Rng(6);
    for coding in [Coding::Baseline, Coding::Progressive] {
        let mut picture = Picture::zero(coding, 200, 240, &[(1, 1, 1), (2, 1, 1), (3, 1, 1)]);
        for component in &mut picture.components {
            component
                .blocks
                .fill_with(|| std::array::from_fn(|_| rng.signed(6)));
        }
        let stream = Recipe::new(&picture).write(&picture);
        let whole = decode(&stream, 1, &mut Scratch::default()).unwrap();
        let mut scratch = Scratch::default();
        for _ in 0..100 {
            let end = rng.below(stream.len() - 2);
            let oracle = decode_stream(&stream[..end]);
            for n in [1, 8] {
                let result = decode(&stream[..end], n, &mut scratch);
                let suffices = suffices(&oracle, n);
                assert_eq!(result.is_ok(), suffices, "{coding:?} cut at {end}, {n}/8");
                if let Err(error) = result {
                    assert!(offset(&error).unwrap() <= end as u64, "{error}");
                }
            }
            if let Ok((planes, Some(_))) = decode_with(&stream[..end], 1, &TOLERANT, &mut scratch) {
                assert_starts_right(coding, &whole, &planes);
            }
        }
    }
}

/// A sequential picture at 1/8 is right up to some block and grey after it.
fn assert_starts_right(coding: Coding, whole: &[Plane], found: &[Plane]) {
    if coding == Coding::Progressive {
        return;
    }
    for (whole, found) in whole.iter().zip(found) {
        let pairs = || whole.samples.iter().zip(&found.samples);
        let right = pairs().take_while(|(whole, found)| whole == found).count();
        let grey = found
            .samples
            .iter()
            .rev()
            .take_while(|&&sample| sample == 128)
            .count();
        assert!(
            right + grey + 1 >= whole.samples.len(),
            "{right} right, {grey} grey"
        );
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
