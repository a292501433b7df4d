//! Pictures of all formats, by the real program.

use std::collections::BTreeMap;
use std::fs;

use image::codecs::jpeg::JpegDecoder;
use image::{DynamicImage, ImageDecoder};

use crate::env::{Env, jpeg, size};

/// A picture or more of each format.
const FORMATS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/formats");

/// The sizes of their thumbnails, and what the report calls them.
const EXPECTED: [(&str, (u32, u32), &str); 14] = [
    ("chart palette.png.jpg", (128, 96), "PNG"),
    ("for print.tiff.jpg", (128, 96), "TIFF"),
    ("held upright.png.jpg", (96, 128), "PNG"),
    ("house.ppm.jpg", (96, 128), "PNM"),
    ("house.webp.jpg", (96, 128), "WebP"),
    ("icon.ico.jpg", (48, 48), "ICO"),
    ("label grey 16 bits.png.jpg", (96, 128), "PNG"),
    ("logo.png.jpg", (128, 128), "PNG"),
    ("mug.qoi.jpg", (128, 128), "QOI"),
    ("paint.bmp.jpg", (128, 96), "BMP"),
    ("render.tga.jpg", (96, 128), "TGA"),
    ("scan.tif.jpg", (96, 128), "TIFF"),
    ("sticker.webp.jpg", (128, 128), "WebP"),
    ("wink.gif.jpg", (128, 96), "GIF"),
];

fn file(name: &str) -> Vec<u8> {
    fs::read(format!("{FORMATS}/{}", name.strip_suffix(".jpg").unwrap())).unwrap()
}

/// All of them, under names that the walk takes.
fn with_formats() -> Env {
    let env = Env::new();
    for (name, ..) in EXPECTED {
        env.file(format!("images/{name}"), &file(name));
    }
    env
}

fn decoded(jpeg: &[u8]) -> DynamicImage {
    let decoder = JpegDecoder::new(std::io::Cursor::new(jpeg)).unwrap();
    assert!(decoder.total_bytes() > 0);
    DynamicImage::from_decoder(decoder).unwrap()
}

/// Mean difference of two pictures of one size.
fn difference(a: &[u8], b: &[u8]) -> f64 {
    let (a, b) = (decoded(a).to_rgb8(), decoded(b).to_rgb8());
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a
        .iter()
        .zip(b.iter())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / a.len() as f64
}

#[test]
fn every_format_has_thumbnails() {
    let env = with_formats();
    let run = env.make(["--report=report.jsonl", "-v"]);
    run.ends_with(0).counts(14, 0, 0);
    let names: Vec<_> = EXPECTED.iter().map(|(name, ..)| *name).collect();
    assert_eq!(env.names("thumbs"), names);
    let formats: BTreeMap<_, _> = env
        .records("report.jsonl")
        .into_iter()
        .filter(|record| record["record"] == "picture")
        .map(|record| {
            (
                record["destination"].to_string(),
                record["source_format"].to_string(),
            )
        })
        .collect();
    for (name, wanted, format) in EXPECTED {
        assert_eq!(size(&env.bytes(format!("thumbs/{name}"))), wanted, "{name}");
        assert_eq!(
            formats[&format!("\"thumbs/{name}\"")],
            format!("\"{format}\"")
        );
        run.says(&format!("made thumbs/{name} (missing): {format} "));
    }
    run.says("made from 1 BMP, 1 GIF, 1 ICO, 4 PNG, 1 PNM, 1 QOI, 1 TGA, 2 TIFF, 2 WebP\n");
    env.make([]).ends_with(0).counts(0, 14, 0);
}

#[test]
fn one_picture_looks_the_same_in_every_format() {
    let env = with_formats();
    env.make([]).ends_with(0);
    let thumbnail = |name: &str| env.bytes(format!("thumbs/{name}.jpg"));
    let house = thumbnail("house.ppm");
    for other in ["house.webp", "held upright.png", "render.tga"] {
        assert!(difference(&house, &thumbnail(other)) < 2.0, "{other}");
    }
    let mug = thumbnail("logo.png");
    for other in ["mug.qoi", "sticker.webp"] {
        assert_eq!(difference(&mug, &thumbnail(other)), 0.0, "{other}");
    }
    // Outside of the ellipse there is nothing: white.
    for place in [(0, 0), (127, 0), (3, 120)] {
        let pixel = decoded(&mug).to_rgb8()[place];
        assert!(
            pixel.0.iter().all(|level| *level > 250),
            "{place:?}: {pixel:?}"
        );
    }
    assert_eq!(
        decoded(&thumbnail("label grey 16 bits.png")).color(),
        image::ColorType::L8
    );
}

#[test]
fn contents_decide_and_names_do_not() {
    let env = Env::new();
    env.file("images/a.jpg", &file("logo.png.jpg"));
    env.file("images/b.png.jpg", &jpeg(300, 200, 1));
    env.make(["-v"])
        .ends_with(0)
        .says("made thumbs/a.jpg (missing): PNG 240x240 to 128x128, ")
        .says("made thumbs/b.png.jpg (missing): JPEG 300x200 to 128x85, ");
}

#[test]
fn what_is_not_whole_or_too_large_fails() {
    let env = Env::new();
    for (name, ..) in EXPECTED {
        let bytes = file(name);
        env.file(format!("images/{name}"), &bytes[..bytes.len() / 2]);
    }
    let run = env.make([]);
    run.ends_with(1).does_not_say("bug in thumbgen");
    assert!(env.tree_if_any("thumbs").is_empty(), "{run}");

    let env = Env::new();
    env.file("images/a.jpg", &file("logo.png.jpg"));
    env.make(["--max-pixels=1000"])
        .ends_with(1)
        .says("pixels of the picture: 57600 is more than the limit of 1000 (--max-pixels)");
}
