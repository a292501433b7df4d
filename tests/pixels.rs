//! Thumbnails of `testdata` keep their bytes, unless `PIXELS` in `src/batch/freshness.rs` is raised.
//!
//! A thumbgen that makes other thumbnails of the same pictures must not take those of its predecessor for fresh, unless
//! they are as good or better.
//! `tests/pixels.txt` holds the version and a checksum for each thumbnail, as they are in the last release.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::path::Path;

use thumbgen::batch::freshness::Fingerprint;
use thumbgen::{Options, Quality, Thumbnailer, Variant};

/// Set to 1, this test writes its file anew instead: after `PIXELS` was raised, or before the first release.
const UPDATE: &str = "UPDATE_PIXELS";

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn other_pixels_have_another_version() {
    let file = Path::new(ROOT).join("tests/pixels.txt");
    let now = listing();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&file, now).unwrap();
        return;
    }
    let released = std::fs::read_to_string(&file).unwrap_or_default();
    let differing: Vec<_> = now
        .lines()
        .filter(|line| !released.lines().any(|other| other == *line))
        .collect();
    let gone = released.lines().count() > now.lines().count();
    assert!(
        differing.is_empty() && !gone,
        "\nthese thumbnails are not as they were:\n{}\n\n\
         If that is meant: raise PIXELS in src/batch/freshness.rs if it has not been raised since the last release\n\
         (else users keep their old thumbnails beside the new), then: {UPDATE}=1 cargo test --test pixels\n",
        differing.join("\n")
    );
}

/// The version, and a line for each picture and each way of making thumbnails.
fn listing() -> String {
    let ways = [
        ("default", Variant::default()),
        (
            "50x80 cover q95 enlarge",
            Variant::new("50x80".parse().unwrap())
                .with_fit(thumbgen::Fit::Cover)
                .with_enlarge(true)
                .with_quality(Quality::new(95).unwrap()),
        ),
    ];
    let fingerprint = Fingerprint::of(&Options::default(), &Variant::default()).to_string();
    let mut text = format!("settings {fingerprint}\n");
    let mut thumbnailer = Thumbnailer::new(Options::default());
    for (way, variant) in ways {
        for path in pictures() {
            let jpeg = std::fs::read(&path).unwrap();
            let name = path.strip_prefix(ROOT).unwrap().display();
            let thumbnail = thumbnailer
                .thumbnail(&jpeg, &variant)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let (width, height) = (thumbnail.width, thumbnail.height);
            let sum = checksum(&thumbnail.bytes);
            writeln!(text, "{sum:016x} {width}x{height} {way}: {name}").unwrap();
        }
    }
    // At 2/8, where last bits are not read.
    let beach = std::fs::read(Path::new(ROOT).join("testdata/pictures/beach.jpg")).unwrap();
    let progressive = Variant::new("1000".parse().unwrap())
        .with_quality(Quality::new(90).unwrap())
        .with_progressive(true);
    let progressive = thumbnailer.thumbnail(&beach, &progressive).unwrap().bytes;
    let thumbnail = thumbnailer.thumbnail(&progressive, &Variant::default());
    let sum = checksum(&thumbnail.unwrap().bytes);
    writeln!(text, "{sum:016x} beach.jpg, progressive").unwrap();
    text
}

fn pictures() -> Vec<std::path::PathBuf> {
    let tree = walkdir::WalkDir::new(Path::new(ROOT).join("testdata/pictures")).sort_by_file_name();
    tree.into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

/// FNV-1a of 64 bits (draft-eastlake-fnv): enough to notice a change, and a few lines.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    })
}
