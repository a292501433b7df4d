//! What kind of file a thumbnail is, its size, and what is refused.

use image::GenericImageView;
use jpeg_encoder::{ColorType, SamplingFactor};
use thumbgen::{
    Cause, DecodeError, Fit, FramingRule, Options, Quality, Step, Thumbnailer, Variant,
};

use crate::pictures::{Picture, planes};

fn grey(x: u16, y: u16) -> Vec<u8> {
    vec![(x ^ y) as u8]
}

fn colours(x: u16, y: u16) -> Vec<u8> {
    vec![(x / 2) as u8, (y / 2) as u8, 90]
}

/// The markers of a JPEG up to its scan, each with its segment.
fn segments(jpeg: &[u8]) -> Vec<(u8, &[u8])> {
    assert_eq!(jpeg[..2], [0xFF, 0xD8]);
    assert_eq!(jpeg[jpeg.len() - 2..], [0xFF, 0xD9]);
    let mut at = 2;
    let mut segments = Vec::new();
    loop {
        let length = usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        segments.push((jpeg[at + 1], &jpeg[at + 4..at + 2 + length]));
        if jpeg[at + 1] == 0xDA {
            return segments;
        }
        at += 2 + length;
    }
}

#[test]
fn thumbnails_are_plain_baseline_jpegs() {
    for (quality, colour, sampling) in [
        (1, ColorType::Rgb, 0x22),
        (89, ColorType::Rgb, 0x22),
        (90, ColorType::Rgb, 0x11),
        (100, ColorType::Rgb, 0x11),
        (80, ColorType::Luma, 0x11),
    ] {
        let samples = if colour == ColorType::Rgb {
            colours
        } else {
            grey
        };
        let picture = Picture::new(333, 231, colour, samples);
        let mut thumbnailer = Thumbnailer::new(Options::default());
        let variant = Variant::default().with_quality(Quality::new(quality).unwrap());
        let jpeg = thumbnailer.thumbnail(&picture.jpeg(), &variant);
        let jpeg = jpeg.unwrap().bytes;
        let segments = segments(&jpeg);
        assert_eq!(segments[0].0, 0xE0);
        assert!(segments[0].1.starts_with(b"JFIF\0"));
        assert_eq!(
            segments
                .iter()
                .filter(|(marker, _)| (0xE0..=0xFE).contains(marker))
                .count(),
            1
        );
        let frame = segments
            .iter()
            .find(|(marker, _)| (0xC0..0xC4).contains(marker))
            .unwrap();
        let components = if colour == ColorType::Rgb { 3 } else { 1 };
        assert_eq!(
            (frame.0, frame.1[5], frame.1[7]),
            (0xC0, components, sampling),
            "{quality}"
        );
        // One scan with all components, and tables of its own.
        let scan = segments.last().unwrap();
        assert_eq!(scan.1[0], components);
        let tables: usize = segments
            .iter()
            .filter(|(marker, _)| *marker == 0xC4)
            .map(|(_, data)| data.len())
            .sum();
        assert!(tables < 300, "the standard tables have 416 bytes");
        // Another decoder sees the same.
        let seen = image::load_from_memory(&jpeg).unwrap();
        assert_eq!(seen.dimensions(), (128, 89));
        let ours = thumbnailer
            .pixels(&picture.jpeg(), FramingRule::default())
            .unwrap();
        assert_eq!(ours.color().channel_count(), seen.color().channel_count());
        if quality == 100 {
            let differ = ours
                .as_bytes()
                .iter()
                .zip(seen.as_bytes())
                .filter(|(a, b)| a.abs_diff(**b) > 4)
                .count();
            assert!(differ < 128 * 89 * 3 / 100, "{differ} samples differ");
        }
    }
}

#[test]
fn every_small_size_is_made() {
    let mut thumbnailer = Thumbnailer::new(Options::default());
    let variant = Variant::new("9".parse().unwrap());
    for sampling in [
        SamplingFactor::F_1_1,
        SamplingFactor::F_2_2,
        SamplingFactor::F_4_1,
    ] {
        for (width, height) in (1..=20).flat_map(|w| [1, 2, 3, 9, 17].map(|h| (w, h))) {
            for orientation in [1, 6] {
                let picture = Picture {
                    sampling,
                    orientation,
                    ..Picture::new(width, height, ColorType::Rgb, colours)
                };
                let thumbnail = thumbnailer.thumbnail(&picture.jpeg(), &variant).unwrap();
                let planes = planes(&thumbnail.bytes);
                assert_eq!(
                    (planes[0].1 as u32, planes[0].2 as u32),
                    (thumbnail.width, thumbnail.height)
                );
                assert!(
                    thumbnail.width <= u32::from(width).min(9)
                        && thumbnail.height <= u32::from(height).min(9)
                );
            }
        }
    }
}

#[test]
fn sizes_are_as_asked_for() {
    let jpeg = Picture::new(400, 300, ColorType::Rgb, colours).jpeg();
    let small = Picture::new(100, 30, ColorType::Rgb, colours).jpeg();
    for (jpeg, bounds, fit, enlarge, size) in [
        (&jpeg, "128", Fit::Inside, false, (128, 96)),
        (&jpeg, "120x60", Fit::Inside, false, (80, 60)),
        (&jpeg, "128", Fit::Cover, false, (128, 128)),
        (&jpeg, "37x91", Fit::Cover, false, (37, 91)),
        (&jpeg, "x99", Fit::Cover, false, (132, 99)),
        (&small, "128", Fit::Inside, false, (100, 30)),
        (&small, "128", Fit::Inside, true, (128, 38)),
        (&small, "64", Fit::Cover, false, (64, 30)),
        (&small, "64", Fit::Cover, true, (64, 64)),
        (&jpeg, "128", Fit::Pad, false, (128, 128)),
        (&jpeg, "x99", Fit::Pad, false, (132, 99)),
        (&small, "128x40", Fit::Pad, false, (128, 40)),
        (&small, "200x40", Fit::Pad, true, (200, 40)),
    ] {
        let variant = Variant::new(bounds.parse().unwrap())
            .with_fit(fit)
            .with_enlarge(enlarge);
        let thumbnail = Thumbnailer::new(Options::default()).thumbnail(jpeg, &variant);
        let thumbnail = thumbnail.unwrap();
        assert_eq!(
            (thumbnail.width, thumbnail.height),
            size,
            "{bounds} {fit:?} {enlarge}"
        );
    }
}

#[test]
fn what_is_too_large_is_refused() {
    let narrow = Picture::new(2, 400, ColorType::Luma, grey).jpeg();
    let wide = Variant::new("1000x".parse().unwrap()).with_enlarge(true);
    let made = Thumbnailer::new(Options::default()).thumbnail(&narrow, &wide);
    let error = made.unwrap_err();
    assert_eq!(
        error.to_string(),
        "resize: the thumbnail would have 1000x200000 pixels, and the sides of a JPEG have at most 65535"
    );
    assert!(
        matches!((error.step, error.cause), (Step::Resize, Cause::TooLarge(size)) if size.height == 200_000)
    );

    let options = Options::default().with_max_memory(1 << 20);
    let large = Variant::new("60000".parse().unwrap()).with_enlarge(true);
    let made = Thumbnailer::new(options).thumbnail(&narrow, &large);
    let error = made.unwrap_err();
    assert!(matches!(
        error.cause,
        Cause::TooMuchMemory {
            limit: 0x10_0000,
            ..
        }
    ));

    let options = Options::default().with_max_pixels(799);
    let made = Thumbnailer::new(options).thumbnail(&narrow, &Variant::default());
    let error = made.unwrap_err();
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(error.to_string(), format!("decode: {source}"));
    assert!(matches!(
        (error.step, error.cause),
        (Step::Decode, Cause::Decode(DecodeError::Jpeg(_)))
    ));
}

#[test]
fn what_is_no_jpeg_fails_at_its_header() {
    for bytes in [&b""[..], b"GIF89a", &[0xFF, 0xD8]] {
        assert_eq!(
            Thumbnailer::new(Options::default())
                .thumbnail(bytes, &Variant::default())
                .unwrap_err()
                .step,
            Step::Header
        );
    }
}

#[test]
fn a_thumbnailer_forgets_the_pictures_before() {
    let pictures = [
        Picture::new(700, 500, ColorType::Rgb, colours).jpeg(),
        Picture {
            orientation: 7,
            ..Picture::new(35, 81, ColorType::Rgb, colours)
        }
        .jpeg(),
        Picture::new(90, 90, ColorType::Luma, grey).jpeg(),
    ];
    let mut used = Thumbnailer::new(Options::default());
    for jpeg in pictures.iter().chain(pictures.iter().rev()) {
        let fresh = Thumbnailer::new(Options::default())
            .thumbnail(jpeg, &Variant::default())
            .unwrap();
        let again = used.thumbnail(jpeg, &Variant::default()).unwrap();
        assert_eq!(again.bytes, fresh.bytes);
    }
}
