//! The thumbnail shows exactly the picture's rectangle: nothing shifts, by as little as a few hundredths of a pixel.

use jpeg_encoder::{ColorType, SamplingFactor};
use thumbgen::{Fit, Options, Quality, Thumbnailer, Variant};

use crate::pictures::{Picture, planes};

/// Long sides that are decoded at N = 1, 2, ... 8 for thumbnails of 64 pixels; none is a multiple of 8.
const SIDES: [u16; 8] = [773, 389, 259, 195, 157, 131, 111, 97];

/// The most that a place may be off, in pixels of the thumbnail. A shift by half a source pixel at N = 1, where it
/// weighs least, would be 0.04; one by half a sample of the decoded plane 0.33; one of halved chroma by half a pixel,
/// the difference between the two ways to place it, 0.5. Below the best quality quantising alone moves a ramp by 0.07.
fn tolerance(quality: u8) -> f64 {
    if quality == 100 { 0.03 } else { 0.1 }
}

/// Inside 64x64.
fn variant(quality: u8) -> Variant {
    Variant::new("64".parse().unwrap()).with_quality(Quality::new(quality).unwrap())
}

/// A ramp along x or y: 40 at one edge, 216 at the other.
fn ramp(place: f64, length: f64) -> f64 {
    40.0 + 176.0 * place / length
}

/// How far a plane, in pixels of the thumbnail, is off the ramp that it should show along x or y, rising or falling. A
/// sample covers `step` pixels of the thumbnail, which has `side` of them.
fn offset(
    plane: &(Vec<u8>, usize, usize),
    along_x: bool,
    rising: bool,
    step: f64,
    side: f64,
) -> f64 {
    let (samples, width, height) = plane;
    let mut sum = 0.0;
    let mut count = 0.0;
    // Near the edges a resize sees less than the whole kernel.
    for y in 5..height - 5 {
        for x in 5..width - 5 {
            let place = (if along_x { x } else { y } as f64 + 0.5) * step;
            let level = f64::from(samples[y * width + x]);
            let risen = if rising { level } else { 255.0 - level };
            sum += risen - ramp(place, side);
            count += 1.0;
        }
    }
    sum / count / (176.0 / side)
}

fn samples(along_x: bool, chroma: bool, length: u16) -> impl Fn(u16, u16) -> Vec<u8> {
    move |x, y| {
        let place = f64::from(if along_x { x } else { y }) + 0.5;
        let exact = ramp(place, f64::from(length));
        // Rounding alone would make stairs of up to 30 pixels: dithered, their mean is exact.
        let level = (exact + dither(x, y)).floor() as u8;
        if chroma {
            vec![128, level, 255 - level]
        } else {
            vec![level, 128, 128]
        }
    }
}

/// 0 to 1, spread so that the mean of any few pixels is about 1/2.
fn dither(x: u16, y: u16) -> f64 {
    (f64::from(x) * 0.754_877_666 + f64::from(y) * 0.569_840_291).fract()
}

/// Asserts that a ramp of luma or chroma stays in place, along both sides.
fn assert_in_place(side: u16, n: u8, orientation: u8, sampling: SamplingFactor, quality: u8) {
    // Odd, so that the last sample of halved chroma reaches beyond the thumbnail: 64x45.
    let other = (u32::from(side) * 45 / 64) as u16;
    let mut thumbnailer = Thumbnailer::new(Options::default());
    let variant = variant(quality);
    for lying in [true, false] {
        let (width, height) = if lying { (side, other) } else { (other, side) };
        for (along_x, chroma) in [(true, false), (true, true), (false, false), (false, true)] {
            let length = if along_x { width } else { height };
            let mut make = |samples: &dyn Fn(u16, u16) -> Vec<u8>| {
                let picture = Picture {
                    sampling,
                    orientation,
                    ..Picture::new(width, height, ColorType::Ycbcr, samples)
                };
                let thumbnail = thumbnailer.thumbnail(&picture.jpeg(), &variant).unwrap();
                assert_eq!((thumbnail.scale, thumbnail.orientation), (n, orientation));
                let shown = if along_x {
                    thumbnail.width
                } else {
                    thumbnail.height
                };
                (planes(&thumbnail.bytes), f64::from(shown))
            };
            let samples = samples(along_x, chroma, length);
            let (planes, shown) = make(&samples);
            let step = if chroma && quality < 90 { 2.0 } else { 1.0 };
            // One ramp that rises and one that falls: a level more or less, as rounding gives, is no shift.
            let off = if chroma {
                offset(&planes[1], along_x, true, step, shown)
                    + offset(&planes[2], along_x, false, step, shown)
            } else {
                let (falling, _) = make(&|x, y| vec![255 - samples(x, y)[0], 128, 128]);
                offset(&planes[0], along_x, true, step, shown)
                    + offset(&falling[0], along_x, false, step, shown)
            } / 2.0;
            assert!(
                off.abs() < tolerance(quality),
                "{width}x{height} N={n} orientation {orientation} {sampling:?} quality {quality} along x: {along_x} \
                 chroma: {chroma}: off by {off:.3} pixels"
            );
        }
    }
}

#[test]
fn ramps_stay_in_place_at_every_scale() {
    for (n, side) in (1..).zip(SIDES) {
        for quality in [89, 100] {
            assert_in_place(side, n, 1, SamplingFactor::F_1_1, quality);
            assert_in_place(side, n, 1, SamplingFactor::F_2_2, quality);
        }
    }
}

#[test]
fn ramps_stay_in_place_in_every_orientation() {
    for orientation in 2..=8 {
        for (n, side) in [(1, SIDES[0]), (4, SIDES[3]), (8, SIDES[7])] {
            for quality in [89, 100] {
                assert_in_place(side, n, orientation, SamplingFactor::F_2_2, quality);
            }
        }
    }
}

#[test]
fn a_step_stays_where_it_is() {
    let mut thumbnailer = Thumbnailer::new(Options::default());
    for (n, side) in (1..).zip(SIDES) {
        for at in [side / 3, side / 2, side * 2 / 3 + 1] {
            let step = |x: u16, _| vec![if x < at { 60 } else { 190 }];
            let thumbnail = thumbnailer
                .thumbnail(
                    &Picture::new(side, side / 2, ColorType::Luma, step).jpeg(),
                    &variant(100),
                )
                .unwrap();
            assert_eq!(thumbnail.scale, n);
            let (samples, width, _) = &planes(&thumbnail.bytes)[0];
            // Whatever the resize makes of the step, what it adds on one side it takes on the other.
            let bright: f64 = samples[..*width]
                .iter()
                .map(|&level| (f64::from(level) - 60.0) / 130.0)
                .sum();
            let want = f64::from(side - at) * *width as f64 / f64::from(side);
            assert!(
                (bright - want).abs() < 0.06,
                "N={n}: {at} of {side}: {bright:.3} pixels, not {want:.3}"
            );
        }
    }
}

#[test]
fn cover_shows_the_middle() {
    let mut thumbnailer = Thumbnailer::new(Options::default());
    let variant = variant(89).with_fit(Fit::Cover);
    for orientation in [1, 3, 6] {
        for (width, height) in [(901, 421), (421, 901), (300, 131)] {
            // The middle of both sides gets the middle of the ramp, and its ends are cut off.
            let along_x = width > height;
            let (long, short) = (width.max(height), width.min(height));
            for chroma in [false, true] {
                let samples = samples(along_x, chroma, long);
                let picture = Picture {
                    orientation,
                    ..Picture::new(width, height, ColorType::Ycbcr, samples)
                };
                let thumbnail = thumbnailer.thumbnail(&picture.jpeg(), &variant).unwrap();
                assert_eq!((thumbnail.width, thumbnail.height), (64, 64));
                let (samples, width, height) = &planes(&thumbnail.bytes)[usize::from(chroma)];
                let at = |place: usize| {
                    let (x, y) = if along_x {
                        (place, height / 2)
                    } else {
                        (width / 2, place)
                    };
                    f64::from(samples[y * width + x])
                };
                let (first, last) = (6, width - 7);
                let part = f64::from(short) / f64::from(long);
                let slope = 176.0 * part / *width as f64;
                assert!(
                    (at(first) + at(last) - 256.0).abs() < 2.5,
                    "{} {}",
                    at(first),
                    at(last)
                );
                assert!((at(last) - at(first) - slope * (last - first) as f64).abs() < 2.5);
            }
        }
    }
}
