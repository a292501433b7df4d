//! Pictures that an encoder makes here, as other decoders see them.

use crate::oracle::samples::Rng;
use crate::other_decoders::{compare_with_jpeg_decoder, compare_with_zune};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// Streams of grey and 4:4:4 pictures.
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

#[test]
fn full_size_is_within_a_level_of_zune_jpeg() {
    assert_eq!(compare_with_zune(&streams()), 16);
}

#[test]
fn an_eighth_a_quarter_and_a_half_are_within_two_levels_of_jpeg_decoder() {
    assert_eq!(compare_with_jpeg_decoder(&streams()), 48);
}
