//! How much of a picture is read.

use serde_json::Value;
use thumbgen::batch::source::local::ReadBuffer;

use crate::env::Env;

/// A progressive picture of noise: most of it in scans that a small thumbnail doesn't need.
pub(crate) fn progressive(width: u16, height: u16) -> Vec<u8> {
    let mut state = 1_u32;
    let mut noise = || {
        // The constants of Numerical Recipes, "Quick and dirty generators".
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let grey: Vec<u8> = (0..usize::from(width) * usize::from(height))
        .map(|_| noise())
        .collect();
    let mut jpeg = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut jpeg, 80);
    encoder.set_progressive(true);
    encoder
        .encode(&grey, width, height, jpeg_encoder::ColorType::Luma)
        .unwrap();
    jpeg
}

/// The report's record of the only picture.
pub(crate) fn record(env: &Env) -> Value {
    let report = String::from_utf8(env.bytes("report.jsonl")).unwrap();
    serde_json::from_str(report.lines().next().unwrap()).unwrap()
}

#[test]
fn a_picture_that_has_become_a_pipe_is_not_waited_for() {
    let env = Env::new();
    let pipe = env.path("images/a.jpg");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let mut thumbnailer = thumbgen::Thumbnailer::new(thumbgen::Options::default());
    let mut reading = thumbnailer.reading(&[]);
    // As a worker reads what the walk has found.
    let read = ReadBuffer::default().read(&pipe, u64::MAX, &mut reading);
    assert_eq!(read.unwrap_err().to_string(), "refused: not a file");
}

#[test]
fn a_progressive_picture_is_read_only_as_far_as_its_thumbnail_needs() {
    let env = Env::new();
    let whole = progressive(1600, 1200);
    env.file("images/a.jpg", &whole);
    env.make(["--report", "report.jsonl"]).ends_with(0);
    let made = record(&env);
    assert_eq!(made["scale"], 1);
    assert_eq!(made["source_bytes"], whole.len());
    let read = made["bytes_read"].as_u64().unwrap();
    assert!(read < whole.len() as u64 / 2, "{made}");

    // A read of all of it, and one without a file, make the same thumbnail.
    let mut thumbnailer = thumbgen::Thumbnailer::new(thumbgen::Options::default());
    let expected = thumbnailer.thumbnail(&whole, &thumbgen::Variant::default());
    let expected = image::load_from_memory(&expected.unwrap().bytes).unwrap();
    let thumbnail = image::load_from_memory(&env.bytes("thumbs/a.jpg")).unwrap();
    assert_eq!(thumbnail, expected);

    // A larger thumbnail needs all of it.
    env.make(["--size", "1000", "--report", "report.jsonl"])
        .ends_with(0);
    let made = record(&env);
    assert_eq!(made["bytes_read"], whole.len());
}

#[test]
fn a_long_header_does_not_make_a_picture_be_read_whole() {
    let env = Env::new();
    let whole = progressive(1600, 1200);
    let filling = [&[0xFF, 0xE7, 0xFF, 0xFF][..], &[0; 0xFFFD]].concat();
    let bytes = [&whole[..2], &filling.repeat(8), &whole[2..]].concat();
    env.file("images/a.jpg", &bytes);
    env.make(["--report", "report.jsonl"]).ends_with(0);
    let read = record(&env)["bytes_read"].as_u64().unwrap();
    assert!(read > 500_000 && read < bytes.len() as u64, "{read}");
}

#[test]
fn a_picture_that_is_cut_where_its_thumbnail_needs_it_is_an_error_with_the_place() {
    let env = Env::new();
    let whole = progressive(6000, 4500);
    let end = 150_000;
    env.file("images/a.jpg", &whole[..end]);
    env.make([]).ends_with(1).says(&format!(
        "images/a.jpg: decode: the file ends before the picture does (at byte {end})"
    ));
    env.make(["--allow-damaged", "--report", "report.jsonl"])
        .ends_with(0);
    let made = record(&env);
    assert_eq!(
        (&made["damaged"], &made["bytes_read"]),
        (&true.into(), &end.into())
    );
}
