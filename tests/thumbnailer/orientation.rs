//! Eight ways to store a picture, one way to see it.

use jpeg_encoder::{ColorType, SamplingFactor};
use thumbgen::{Options, Quality, Thumbnailer, Variant};

use crate::pictures::{Picture, exif, planes};

/// Red to the right, green downwards, and a corner of its own.
fn colours(x: u16, y: u16) -> Vec<u8> {
    if x < 40 && y < 60 {
        vec![250, 250, 250]
    } else {
        vec![(x * 2 / 3) as u8, y as u8, 90]
    }
}

#[test]
fn all_orientations_give_one_picture() {
    for sampling in [
        SamplingFactor::F_1_1,
        SamplingFactor::F_2_2,
        SamplingFactor::F_2_1,
    ] {
        for quality in [80, 95] {
            let mut thumbnailer = Thumbnailer::new(Options::default());
            let variant = Variant::default().with_quality(Quality::new(quality).unwrap());
            let picture = |orientation| Picture {
                sampling,
                orientation,
                ..Picture::new(333, 235, ColorType::Rgb, colours)
            };
            let upright = thumbnailer.thumbnail(&picture(1).jpeg(), &variant).unwrap();
            assert_eq!((upright.width, upright.height), (128, 90));
            let upright = planes(&upright.bytes);
            for orientation in 2..=8 {
                let thumbnail = thumbnailer
                    .thumbnail(&picture(orientation).jpeg(), &variant)
                    .unwrap();
                assert_eq!((thumbnail.width, thumbnail.height), (128, 90));
                let stored = if orientation >= 5 {
                    (235, 333)
                } else {
                    (333, 235)
                };
                assert_eq!((thumbnail.source_width, thumbnail.source_height), stored);
                for (a, b) in upright.iter().zip(planes(&thumbnail.bytes)) {
                    let sum: u32 =
                        a.0.iter()
                            .zip(&b.0)
                            .map(|(a, b)| u32::from(a.abs_diff(*b)))
                            .sum();
                    let mean = f64::from(sum) / a.0.len() as f64;
                    assert!(
                        mean < 1.5,
                        "{orientation} {sampling:?} quality {quality}: {mean:.2} levels apart"
                    );
                }
            }
        }
    }
}

#[test]
fn the_tag_is_not_in_the_thumbnail() {
    let picture = Picture {
        orientation: 6,
        ..Picture::new(60, 40, ColorType::Rgb, colours)
    };
    let thumbnail = Thumbnailer::new(Options::default())
        .thumbnail(&picture.jpeg(), &Variant::default())
        .unwrap();
    assert!(!thumbnail.bytes.windows(4).any(|bytes| bytes == b"Exif"));
}

#[test]
fn the_box_is_for_the_picture_that_is_seen() {
    let picture = Picture {
        orientation: 6,
        ..Picture::new(200, 300, ColorType::Rgb, colours)
    };
    for (bounds, size) in [("100x50", (33, 50)), ("x60", (40, 60)), ("50x", (50, 75))] {
        let variant = Variant::new(bounds.parse().unwrap());
        let thumbnail = Thumbnailer::new(Options::default())
            .thumbnail(&picture.jpeg(), &variant)
            .unwrap();
        assert_eq!((thumbnail.width, thumbnail.height), size, "{bounds}");
    }
}

#[test]
fn without_rotate_the_picture_stays_as_stored() {
    let picture = Picture {
        orientation: 6,
        ..Picture::new(200, 300, ColorType::Rgb, colours)
    };
    let options = Options::default().with_rotate(false);
    let thumbnail = Thumbnailer::new(options)
        .thumbnail(&picture.jpeg(), &Variant::default())
        .unwrap();
    assert_eq!(
        (thumbnail.width, thumbnail.height, thumbnail.orientation),
        (128, 85, 6)
    );
}

#[test]
fn broken_exif_is_ignored() {
    let picture = Picture::new(60, 40, ColorType::Rgb, colours);
    let sound = exif(6);
    for length in 6..sound.len() {
        let jpeg = picture.jpeg_with(&[(1, sound[..length].to_vec())]);
        let thumbnail = Thumbnailer::new(Options::default())
            .thumbnail(&jpeg, &Variant::default())
            .unwrap();
        assert!(matches!(thumbnail.orientation, 1 | 6));
    }
    for number in [0, 9, 255] {
        let jpeg = picture.jpeg_with(&[(1, exif(number))]);
        assert_eq!(
            Thumbnailer::new(Options::default())
                .thumbnail(&jpeg, &Variant::default())
                .unwrap()
                .orientation,
            1
        );
    }
}
