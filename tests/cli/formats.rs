//! Pictures of all formats, by the real program.

use std::collections::BTreeMap;
use std::fs;

use image::codecs::jpeg::JpegDecoder;
use image::{DynamicImage, ImageDecoder};

use crate::env::{Env, jpeg, size};

/// A tree with a picture or more of each format.
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
    let env = Env::new();
    let run = env.run([FORMATS, "thumbs", "--report=report.jsonl", "-v"]);
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
    env.run([FORMATS, "thumbs"]).ends_with(0).counts(0, 14, 0);
}

#[test]
fn one_picture_looks_the_same_in_every_format() {
    let env = Env::new();
    env.run([FORMATS, "thumbs"]).ends_with(0);
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
fn types_are_a_choice() {
    let env = Env::new();
    env.file("images/a.jpg", &jpeg(40, 30, 1));
    for name in ["logo.png", "house.webp", "wink.gif"] {
        let bytes = fs::read(format!("{FORMATS}/{name}")).unwrap();
        env.file(format!("images/{name}"), &bytes);
    }
    env.make(["--types=jpeg"]).ends_with(0).counts(1, 0, 0);
    assert_eq!(env.names("thumbs"), ["a.jpg"]);
    env.make(["--types", "png,gif", "--debug"])
        .ends_with(0)
        .counts(2, 0, 0)
        .says("skipped images/house.webp: not named like a picture of --types\n");
    env.make([]).ends_with(0).counts(1, 3, 0);
    let run = env.make(["--types=heic"]);
    run.ends_with(2).says("jpeg, png, webp");
    // The help names the same.
    let (_, told) = run.stderr.split_once("these are: ").unwrap();
    let told = told.lines().next().unwrap();
    let help = env.run(["--help"]).stdout;
    let help: Vec<_> = help.split_whitespace().collect();
    assert!(help.join(" ").contains(told), "{told}");
}

#[test]
fn contents_decide_and_names_do_not() {
    let env = Env::new();
    let png = fs::read(format!("{FORMATS}/logo.png")).unwrap();
    env.file("images/a.jpg", &png);
    env.file("images/b.png", &jpeg(300, 200, 1));
    env.make(["-v"])
        .ends_with(0)
        .says("made thumbs/a.jpg (missing): PNG 240x240 to 128x128, ")
        .says("made thumbs/b.png.jpg (missing): JPEG 300x200 to 128x85, ");
}

#[test]
fn two_pictures_never_share_a_thumbnail() {
    let env = Env::new();
    let png = fs::read(format!("{FORMATS}/logo.png")).unwrap();
    env.file("images/a.png", &png);
    env.file("images/a.png.jpg", &jpeg(40, 30, 1));
    env.file("images/a.jpg", &jpeg(40, 30, 2));
    env.make([])
        .ends_with(1)
        .counts(2, 0, 1)
        .says("images/a.png: ")
        .says("its thumbnail would be that of images/a.png.jpg as well");
    assert_eq!(env.names("thumbs"), ["a.jpg", "a.png.jpg"]);
    assert_eq!(size(&env.bytes("thumbs/a.png.jpg")), (40, 30));
    fs::remove_file(env.path("images/a.png.jpg")).unwrap();
    env.make([]).ends_with(0).counts(1, 1, 0);
    assert_eq!(size(&env.bytes("thumbs/a.png.jpg")), (128, 128));
}

#[test]
fn prune_knows_a_thumbnails_picture_by_its_name() {
    let env = Env::new();
    let png = fs::read(format!("{FORMATS}/logo.png")).unwrap();
    for name in ["a.png", "b.png", "deep/c.png"] {
        env.file(format!("images/{name}"), &png);
    }
    env.picture("images/d.png.jpg");
    env.make([]).ends_with(0).counts(4, 0, 0);
    fs::remove_file(env.path("images/b.png")).unwrap();
    fs::remove_dir_all(env.path("images/deep")).unwrap();
    env.make(["--prune"])
        .ends_with(0)
        .says("0 made, 2 fresh, 0 failed, 2 pruned");
    assert_eq!(env.names("thumbs"), ["a.png.jpg", "d.png.jpg"]);
    fs::remove_file(env.path("images/d.png.jpg")).unwrap();
    env.make(["--prune", "--types=jpeg,png"])
        .ends_with(0)
        .says("1 pruned");
    assert_eq!(env.names("thumbs"), ["a.png.jpg"]);
}

#[test]
fn what_is_not_whole_or_too_large_fails() {
    let env = Env::new();
    for (name, ..) in EXPECTED {
        let name = name.strip_suffix(".jpg").unwrap();
        let bytes = fs::read(format!("{FORMATS}/{name}")).unwrap();
        env.file(format!("images/{name}"), &bytes[..bytes.len() / 2]);
    }
    let run = env.make([]);
    run.ends_with(1).does_not_say("bug in thumbgen");
    assert!(env.tree_if_any("thumbs").is_empty(), "{run}");

    let env = Env::new();
    let png = fs::read(format!("{FORMATS}/logo.png")).unwrap();
    env.file("images/a.png", &png);
    env.make(["--max-pixels=1000"])
        .ends_with(1)
        .says("pixels of the picture: 57600 is more than the limit of 1000 (--max-pixels)");
}

#[test]
fn one_picture_has_a_thumbnail_of_its_name_or_of_the_users() {
    let env = Env::new();
    let png = fs::read(format!("{FORMATS}/logo.png")).unwrap();
    env.file("logo.png", &png);
    env.run(["logo.png", "thumbs"]).ends_with(0);
    env.run(["logo.png", "small.jpg"]).ends_with(0);
    assert_eq!(env.names("thumbs"), ["logo.png.jpg"]);
    assert_eq!(size(&env.bytes("small.jpg")), (128, 128));
}

#[test]
fn strategies_are_compared_on_all_formats() {
    let env = Env::new();
    let run = env.run([FORMATS, "--compare", "--rounds=2"]);
    assert!(run.exits(0).stdout.starts_with("14 pictures, "), "{run}");
}
