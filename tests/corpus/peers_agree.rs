//! Real pictures, as other decoders see them.

use thumbgen::picture::jpeg::{Colour, Component, Header};

use crate::files::{DAMAGED, File, files};
use crate::other_decoders::{compare_with_jpeg_decoder, compare_with_zune};

/// Grey and 4:4:4 pictures.
fn streams() -> Vec<(String, Vec<u8>)> {
    let is_taken =
        |file: &File| file.verdict() == "picture" && file.name != DAMAGED && is_plain(&file.bytes);
    files(&["odd", "colour", "web", "web-progressive"])
        .into_iter()
        .filter(is_taken)
        .map(|file| (file.name, file.bytes))
        .collect()
}

/// One component or YCbCr, none subsampled.
fn is_plain(stream: &[u8]) -> bool {
    let header = Header::parse(stream).expect("a picture has a header");
    let factors = |c: &Component| (c.horizontal, c.vertical);
    let first = factors(&header.components()[0]);
    matches!(header.colour(), Colour::Gray | Colour::YCbCr)
        && header.components().iter().all(|c| factors(c) == first)
}

#[test]
fn full_size_is_within_a_level_of_zune_jpeg() {
    let streams = streams();
    assert!(compare_with_zune(&streams) > streams.len() / 2);
}

#[test]
fn an_eighth_a_quarter_and_a_half_are_within_two_levels_of_jpeg_decoder() {
    let streams = streams();
    assert!(compare_with_jpeg_decoder(&streams) > streams.len());
}
