//! Other decoders' opinion: zune-jpeg at full size, jpeg-decoder at its scales.
//!
//! Compared are raw components of pictures without subsampling, so that neither upsampling nor colour comes into it.

use crate::oracle::compare::{Plane, decode};
use crate::oracle::corpus::{DAMAGED, files};
use crate::oracle::samples::Rng;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use thumbgen::picture::jpeg::{Colour, Header, Scratch};
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Samples of a picture's components, interleaved, as the peers give them.
struct Raw {
    samples: Vec<u8>,
    width: usize,
    height: usize,
}

fn zune(stream: &[u8], components: usize) -> Option<Raw> {
    let colour = if components == 1 {
        ColorSpace::Luma
    } else {
        ColorSpace::YCbCr
    };
    let options = DecoderOptions::default().jpeg_set_out_colorspace(colour);
    let mut decoder = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(stream), options);
    let samples = decoder.decode().ok()?;
    let (width, height) = decoder.dimensions()?;
    Some(Raw {
        samples,
        width,
        height,
    })
}

/// jpeg-decoder at 1/`divisor`; it takes the smallest scale that is at least as large as what is asked for.
fn jpeg_decoder(stream: &[u8], components: usize, divisor: u32) -> Option<Raw> {
    let mut decoder = jpeg_decoder::Decoder::new(stream);
    // Its "None" gives whole rows of each component; "RGB" is what converts nothing and gives pixels.
    if components == 3 {
        decoder.set_color_transform(jpeg_decoder::ColorTransform::RGB);
    }
    decoder.read_info().ok()?;
    let size = decoder.info()?;
    let asked = |side: u16| side.div_ceil(divisor as u16);
    let (width, height) = decoder.scale(asked(size.width), asked(size.height)).ok()?;
    // It asks one side only, and so gives a larger scale for a picture of one line.
    if (width, height) != (asked(size.width), asked(size.height)) {
        return None;
    }
    let samples = decoder.decode().ok()?;
    Some(Raw {
        samples,
        width: width.into(),
        height: height.into(),
    })
}

/// The largest difference between our planes and a peer's samples.
fn largest_difference(ours: &[Plane], peer: &Raw) -> u8 {
    assert_eq!((ours[0].width, ours[0].height), (peer.width, peer.height));
    let difference = |(component, plane): (usize, &Plane)| {
        let theirs = peer.samples.iter().skip(component).step_by(ours.len());
        plane
            .samples
            .iter()
            .zip(theirs)
            .map(|(a, b)| a.abs_diff(*b))
            .max()
            .unwrap_or(0)
    };
    ours.iter().enumerate().map(difference).max().unwrap_or(0)
}

/// Streams of grey and 4:4:4 pictures: generated, and from the corpus where there is one.
fn streams() -> Vec<(String, Vec<u8>)> {
    let mut streams = Vec::new();
    for colour in [ColorType::Luma, ColorType::Rgb] {
        for progressive in [false, true] {
            for quality in [30, 75, 90, 100] {
                let stream = encoded(colour, progressive, quality);
                streams.push((
                    format!("{colour:?}, quality {quality}, progressive {progressive}"),
                    stream,
                ));
            }
        }
    }
    for file in files(&["odd", "colour", "web", "web-progressive"]) {
        if file.verdict() == "picture" && file.name != DAMAGED && is_plain(&file.bytes) {
            streams.push((file.name, file.bytes));
        }
    }
    streams
}

/// Slopes and noise, away from black and white: some encoders' overshoot is clamped in one step, some in another.
fn encoded(colour: ColorType, progressive: bool, quality: u8) -> Vec<u8> {
    let (width, height) = (123, 77);
    let mut rng = Rng(u64::from(quality));
    let channels = if colour == ColorType::Luma { 1 } else { 3 };
    let samples: Vec<_> = (0..width * height * channels)
        .map(|i| (60 + (i / channels % width) / 2 + i / (channels * width) / 2) + rng.signed(5))
        .map(|sample| sample as u8)
        .collect();
    let mut stream = Vec::new();
    let mut encoder = Encoder::new(&mut stream, quality);
    encoder.set_sampling_factor(SamplingFactor::R_4_4_4);
    encoder.set_progressive(progressive);
    encoder
        .encode(&samples, width as u16, height as u16, colour)
        .expect("the encoder takes any picture");
    stream
}

/// One component or YCbCr, none subsampled.
fn is_plain(stream: &[u8]) -> bool {
    let header = Header::parse(stream).expect("a picture has a header");
    let factors = |c: &thumbgen::picture::jpeg::Component| (c.horizontal, c.vertical);
    let first = factors(&header.components()[0]);
    matches!(header.colour(), Colour::Gray | Colour::YCbCr)
        && header.components().iter().all(|c| factors(c) == first)
}

#[test]
fn full_size_is_within_a_level_of_zune_jpeg() {
    let mut compared = 0;
    for (name, stream) in streams() {
        let ours = decode(&stream, 8, &mut Scratch::default())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let Some(peer) = zune(&stream, ours.len()) else {
            println!("{name}: zune-jpeg refuses it");
            continue;
        };
        let difference = largest_difference(&ours, &peer);
        println!("{name}: {difference}");
        assert!(difference <= 1, "{name}: {difference}");
        compared += 1;
    }
    assert!(compared >= 16, "{compared}");
}

#[test]
fn an_eighth_a_quarter_and_a_half_are_within_two_levels_of_jpeg_decoder() {
    let mut compared = 0;
    for (name, stream) in streams() {
        for divisor in [8, 4, 2] {
            let ours = decode(&stream, 8 / divisor as usize, &mut Scratch::default()).unwrap();
            let Some(peer) = jpeg_decoder(&stream, ours.len(), divisor) else {
                println!("{name}: jpeg-decoder has no 1/{divisor} of it");
                continue;
            };
            let difference = largest_difference(&ours, &peer);
            println!("{name} at 1/{divisor}: {difference}");
            assert!(difference <= 2, "{name} at 1/{divisor}: {difference}");
            compared += 1;
        }
    }
    assert!(compared >= 48, "{compared}");
}
