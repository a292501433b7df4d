//! Every file of `testdata`, and what makes it different from the others.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::canvas::Canvas;
use super::scenes;

/// A file: its path below `testdata`, and its bytes.
pub(crate) type File = (&'static str, Vec<u8>);

/// All files, sound and broken.
pub(crate) fn all() -> Vec<File> {
    let mut files = sound();
    files.extend(broken());
    files
}

/// A small tree as people have them. A thumbnail can be made of every one.
fn sound() -> Vec<File> {
    let mut beach = scenes::sea(1600, 1067);
    beach.grain(2);
    let mut harbour = scenes::sea(1280, 853);
    harbour.grain(1);
    let house = scenes::house(720, 960);
    let chart = scenes::chart(400, 300);
    vec![
        ("pictures/beach.jpg", jpeg(&beach, 80, |_| ())),
        (
            "pictures/travel/harbour at dusk.jpeg",
            jpeg(&harbour, 78, |encoder| encoder.set_progressive(true)),
        ),
        (
            "pictures/travel/panorama.jpg",
            jpeg(&scenes::sea(2600, 240), 80, |_| ()),
        ),
        (
            "pictures/travel/tower.jpg",
            jpeg(&scenes::tower(120, 1500), 80, |_| ()),
        ),
        (
            "pictures/travel/held upright.jpg",
            jpeg(&house.on_its_side(), 80, |encoder| {
                encoder.set_sampling_factor(SamplingFactor::R_4_2_2);
                segment(encoder, 1, orientation(6));
            }),
        ),
        (
            "pictures/Shop/MUG-RED.JPG",
            jpeg(&scenes::mug(900, [196, 52, 44]), 90, full_colour),
        ),
        (
            "pictures/Shop/mug blue.jpg",
            jpeg(&scenes::mug(640, [44, 96, 180]), 85, |encoder| {
                encoder.set_restart_interval(20);
            }),
        ),
        (
            "pictures/Shop/mug grey.jpe",
            grey(&scenes::mug(640, [90, 90, 90]), 85, |_| ()),
        ),
        (
            "pictures/Shop/label.jpg",
            jpeg(&scenes::label(660, 880), 75, full_colour),
        ),
        (
            "pictures/Shop/for print/chart.jpg",
            four(&chart, ColorType::Cmyk),
        ),
        (
            "pictures/Shop/for print/chart ycck.jpg",
            four(&chart, ColorType::CmykAsYcck),
        ),
        (
            "pictures/small/chart.jfif",
            jpeg(&scenes::chart(321, 243), 80, |encoder| {
                encoder.set_sampling_factor(SamplingFactor::R_4_4_0);
            }),
        ),
        (
            "pictures/small/icon.jpg",
            jpeg(&scenes::mug(48, [40, 140, 90]), 90, full_colour),
        ),
        (
            "pictures/small/stripe grey progressive.jpg",
            grey(&scenes::chart(500, 7), 80, |encoder| {
                encoder.set_progressive(true);
            }),
        ),
        (
            "pictures/small/one pixel.jpg",
            jpeg(&Canvas::new(1, 1, |_, _| [200, 120, 40]), 80, |_| ()),
        ),
    ]
}

/// Files with a picture's name and no whole picture inside.
fn broken() -> Vec<File> {
    let mut truncated = jpeg(&scenes::house(480, 640), 80, |_| ());
    truncated.truncate(truncated.len() / 2);
    vec![
        ("broken/cut off.jpg", truncated),
        ("broken/empty.jpg", Vec::new()),
        ("broken/text.jpg", b"This is no picture.\n".to_vec()),
        (
            "broken/sound.jpg",
            jpeg(&scenes::mug(200, [120, 80, 160]), 80, |_| ()),
        ),
    ]
}

type Settings<'a> = Encoder<&'a mut Vec<u8>>;

fn jpeg(picture: &Canvas, quality: u8, set: impl FnOnce(&mut Settings<'_>)) -> Vec<u8> {
    encoded(
        picture,
        &picture.rgb(),
        ColorType::Rgb,
        quality,
        |encoder| {
            encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
            set(encoder);
        },
    )
}

fn grey(picture: &Canvas, quality: u8, set: impl FnOnce(&mut Settings<'_>)) -> Vec<u8> {
    encoded(picture, &picture.grey(), ColorType::Luma, quality, set)
}

fn four(picture: &Canvas, colour: ColorType) -> Vec<u8> {
    encoded(picture, &picture.cmyk(), colour, 85, |_| ())
}

fn encoded(
    picture: &Canvas,
    samples: &[u8],
    colour: ColorType,
    quality: u8,
    set: impl FnOnce(&mut Settings<'_>),
) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, quality);
    encoder.set_optimized_huffman_tables(true);
    set(&mut encoder);
    encoder
        .encode(samples, picture.width as u16, picture.height as u16, colour)
        .expect("BUG: a picture that can't be encoded");
    jpeg
}

fn full_colour(encoder: &mut Settings<'_>) {
    encoder.set_sampling_factor(SamplingFactor::R_4_4_4);
}

fn segment(encoder: &mut Settings<'_>, number: u8, data: Vec<u8>) {
    encoder
        .add_app_segment(number, data)
        .expect("BUG: a segment that is too long");
}

/// An EXIF segment that holds nothing but the orientation (TIFF 6.0, section 2; EXIF 2.3, 4.6.4).
fn orientation(value: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08".to_vec();
    // One entry: tag 0x0112, type SHORT, one value, in the first half of four bytes; then no further directory.
    exif.extend([
        0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0, 0, 0, 0, 0,
    ]);
    exif
}
