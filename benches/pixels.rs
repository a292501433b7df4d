//! The pixel side, step by step: what a thumbnail costs besides decoding.
//!
//! ```text
//! cargo bench --bench pixels
//! ```

use divan::Bencher;
use divan::counter::BytesCount;
use moxcms::ColorProfile;
use thumbgen::{Options, Quality, Thumbnailer, Variant};

fn main() {
    divan::main();
}

/// Something like a photograph: smooth, with detail at all sizes, the same every time.
fn photograph(width: u32, height: u32) -> Vec<u8> {
    let mut rgb = Vec::with_capacity((3 * width * height) as usize);
    let mut noise = 1_u32;
    for y in 0..height {
        for x in 0..width {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (fx, fy) = (f64::from(x), f64::from(y));
            let waves = (fx / 37.0).sin() + (fy / 23.0).cos() + ((fx * fy).sqrt() / 9.0).sin();
            let level = 128.0 + 35.0 * waves + f64::from(noise >> 28);
            rgb.extend([level as u8, (level * 0.8) as u8, (level * 0.5 + 40.0) as u8]);
        }
    }
    rgb
}

/// A JPEG of 500x375 pixels, 4:2:0, with APPn segments.
fn jpeg(segments: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut jpeg, 85);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
    for (number, data) in segments {
        encoder
            .add_app_segment(*number, data.clone())
            .expect("a segment that fits");
    }
    encoder
        .encode(
            &photograph(500, 375),
            500,
            375,
            jpeg_encoder::ColorType::Rgb,
        )
        .expect("a picture");
    jpeg
}

fn exif(orientation: u8) -> (u8, Vec<u8>) {
    let mut data = b"Exif\0\0MM\0*\0\0\0\x08\0\x01".to_vec();
    data.extend([
        0x01,
        0x12,
        0,
        3,
        0,
        0,
        0,
        1,
        0,
        orientation,
        0,
        0,
        0,
        0,
        0,
        0,
    ]);
    (1, data)
}

fn icc(profile: &ColorProfile) -> (u8, Vec<u8>) {
    let profile = profile.encode().expect("a sound profile");
    (2, [b"ICC_PROFILE\0\x01\x01", &profile[..]].concat())
}

/// Whole thumbnails of one picture, with various things to do to it. The plain one must not pay for the others.
#[divan::bench(args = ["plain", "turned", "sRGB profile", "Display P3", "quality 95"])]
fn thumbnail(bencher: Bencher, kind: &str) {
    let segments = match kind {
        "turned" => vec![exif(6)],
        "sRGB profile" => vec![icc(&ColorProfile::new_srgb())],
        "Display P3" => vec![icc(&ColorProfile::new_display_p3())],
        _ => Vec::new(),
    };
    let jpeg = jpeg(&segments);
    let quality = if kind == "quality 95" { 95 } else { 80 };
    let quality = Quality::new(quality).expect("BUG: it is in range");
    let variant = Variant::default().with_quality(quality);
    let mut thumbnailer = Thumbnailer::new(Options::default());
    bencher
        .counter(BytesCount::of_slice(&jpeg))
        .bench_local(|| thumbnailer.thumbnail(&jpeg, &variant).expect("a thumbnail"));
}
