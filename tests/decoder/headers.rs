//! What stands around the scans: segments, junk, several pictures; and what a header says.

use crate::oracle::picture::{Coding, Picture};
use crate::oracle::samples::{Rng, noise};
use crate::oracle::writer::Recipe;
use crate::shown::{YCBCR_420, assert_recipe, assert_shows, picture};
use thumbgen::picture::jpeg::{Colour, Error, Header};

#[test]
fn junk_before_the_start_and_after_the_end() {
    let picture = picture(Coding::Baseline, YCBCR_420);
    let stream = Recipe::new(&picture).write(&picture);
    assert_shows(&[b"\0\n\xFFjunk".as_slice(), &stream].concat(), &picture);
    assert_shows(
        &[&stream, b"junk \xFF\xDA\xFF".as_slice()].concat(),
        &picture,
    );
}

#[test]
fn of_several_pictures_the_first_counts() {
    let first = picture(Coding::Baseline, YCBCR_420);
    let second = noise(&mut Rng(4), Coding::Progressive, (20, 20), &[(1, 1)]);
    let streams = [&first, &second].map(|picture| Recipe::new(picture).write(picture));
    assert_shows(&streams.concat(), &first);
    let streams = [&second, &first].map(|picture| Recipe::new(picture).write(picture));
    assert_shows(&streams.concat(), &second);
}

#[test]
fn metadata_segments_are_passed_even_if_broken() {
    let picture = picture(Coding::Baseline, YCBCR_420);
    for (marker, body) in [
        (0xE1, b"Exif\0\0MM".to_vec()),
        (0xE1, b"Exif".to_vec()),
        (0xE2, b"ICC_PROFILE\0".to_vec()),
        (0xE2, b"ICC_PROFILE\0\x01".to_vec()),
        (0xEE, b"Adobe".to_vec()),
        (0xE0, vec![]),
        (0xFE, vec![0xFF, 0xD9, 0xFF, 0xDA]),
        (0xEF, vec![0xFF; 65_533]),
    ] {
        assert_recipe(
            &picture,
            &Recipe {
                segments: vec![(marker, body)],
                ..Recipe::new(&picture)
            },
        );
    }
}

#[test]
fn fill_bytes_before_markers_are_passed() {
    for coding in [Coding::Baseline, Coding::Progressive] {
        let picture = picture(coding, YCBCR_420);
        assert_recipe(
            &picture,
            &Recipe {
                fill: 3,
                restart_interval: 4,
                ..Recipe::new(&picture)
            },
        );
    }
}

#[test]
fn lines_given_by_dnl() {
    for coding in [Coding::Baseline, Coding::Progressive] {
        let picture = picture(coding, YCBCR_420);
        let stream = Recipe {
            lines_by_dnl: true,
            restart_interval: 7,
            ..Recipe::new(&picture)
        }
        .write(&picture);
        assert_eq!(
            Header::parse(&stream).unwrap().height() as usize,
            picture.height
        );
        assert_shows(&stream, &picture);
    }
}

/// Component ids, JFIF and Adobe segments, and what they mean together: libjpeg's rules (jdapimin.c,
/// `default_decompress_parms`).
#[test]
fn colour_is_what_ids_and_segments_say() {
    let jfif = || vec![(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0".to_vec())];
    for (ids, jfif, adobe, colour) in [
        ([1, 2, 3].as_slice(), vec![], None, Colour::YCbCr),
        (&[1, 2, 3], jfif(), None, Colour::YCbCr),
        (&[0, 1, 2], vec![], None, Colour::YCbCr),
        (b"RGB", vec![], None, Colour::Rgb),
        (b"RGB", jfif(), None, Colour::YCbCr),
        (&[1, 2, 3], vec![], Some(0), Colour::Rgb),
        (&[1, 2, 3], vec![], Some(1), Colour::YCbCr),
        (b"RGB", vec![], Some(1), Colour::YCbCr),
        (&[1, 2, 3, 4], vec![], None, Colour::Cmyk),
        (&[1, 2, 3, 4], vec![], Some(0), Colour::Cmyk),
        (&[1, 2, 3, 4], vec![], Some(2), Colour::Ycck),
        (&[1], vec![], Some(0), Colour::Gray),
        (&[9], vec![], None, Colour::Gray),
    ] {
        let sampling: Vec<_> = ids.iter().map(|&id| (id, 1, 1)).collect();
        let picture = Picture {
            adobe,
            ..Picture::zero(Coding::Baseline, 8, 8, &sampling)
        };
        let stream = Recipe {
            segments: jfif,
            ..Recipe::new(&picture)
        }
        .write(&picture);
        assert_eq!(
            Header::parse(&stream).unwrap().colour(),
            colour,
            "{ids:?} {adobe:?}"
        );
        assert_shows(&stream, &picture);
    }
}

#[test]
fn other_codings_are_refused_by_name() {
    let picture = picture(Coding::Baseline, &[(1, 1)]);
    let stream = Recipe::new(&picture).write(&picture);
    let sof = stream
        .windows(2)
        .position(|pair| pair == [0xFF, 0xC0])
        .unwrap();
    for marker in [
        0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, 0xDE, 0xF7,
    ] {
        let mut stream = stream.clone();
        stream[sof + 1] = marker;
        assert!(
            matches!(Header::parse(&stream), Err(Error::Unsupported(_))),
            "{marker:02X}"
        );
    }
    let mut twelve_bits = stream;
    twelve_bits[sof + 4] = 12;
    assert!(matches!(
        Header::parse(&twelve_bits),
        Err(Error::Unsupported(_))
    ));
}
