//! Each format's pixels, as they are and averaged.

use image::codecs::pnm::{PnmSubtype, SampleEncoding};
use moxcms::ColorProfile;
use tiff::encoder::{Compression, DeflateLevel, colortype};

use super::super::Format;
use super::encoders as encode;
use super::{Picture, decode};

/// Asserts that `file` has the pixels of `picture`, whatever the size asked for.
fn assert_pixels(format: Format, file: &[u8], picture: &Picture, what: &str) {
    let alpha = picture.channels.is_multiple_of(2);
    for step in [1, 2, 3, 7] {
        let decoded = decode(format, file, 1.0 / (3.0 * step as f64 + 0.5));
        let decoded = decoded.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(
            decoded.info.size,
            (picture.width as u32, picture.height as u32)
        );
        assert!(decoded.damage.is_none());
        picture.assert_is(&decoded, step, alpha, &format!("{what}, boxes of {step}"));
    }
}

/// Large enough for several bands, strips and passes.
fn pictures(channels: usize) -> [Picture; 3] {
    [(1, 1), (37, 23), (700, 300)].map(|(width, height)| Picture::new(width, height, channels))
}

#[test]
fn png() {
    for picture in (1..=4).flat_map(pictures) {
        let what = format!("{}x{}x{}", picture.width, picture.height, picture.channels);
        assert_pixels(Format::Png, &encode::png(&picture), &picture, &what);
    }
}

#[test]
fn png_of_16_bits_is_rounded() {
    let mut picture = Picture::new(50, 40, 3);
    // 257 times the sample, and 128 more or less: half a level, which must not change it.
    let wide: Vec<u8> = picture
        .samples
        .iter()
        .enumerate()
        .map(|(at, sample)| (at, u32::from(*sample) * 257))
        .map(|(at, wide)| {
            if at % 2 == 0 {
                wide.saturating_sub(128)
            } else {
                wide + 128
            }
        })
        .flat_map(|wide| (wide.min(65535) as u16).to_be_bytes())
        .collect();
    let narrow = std::mem::replace(&mut picture.samples, wide);
    let file = encode::png_with(&picture, |png| png.set_depth(png::BitDepth::Sixteen));
    picture.samples = narrow;
    assert_pixels(Format::Png, &file, &picture, "16 bits");
}

#[test]
fn png_with_a_palette_is_in_colour() {
    for (bits, depth) in [
        (1_usize, png::BitDepth::One),
        (2, png::BitDepth::Two),
        (4, png::BitDepth::Four),
        (8, png::BitDepth::Eight),
    ] {
        for alphas in [None, Some(vec![10, 200])] {
            let palette: Vec<[u8; 3]> = (0..1 << bits.min(6))
                .map(|i: u8| [i.wrapping_mul(91), 255 - i, i ^ 77])
                .collect();
            let index = |x: usize, y: usize| (x * 3 + y) % palette.len();
            let (width, height) = (61_usize, 20);
            let mut packed = Vec::new();
            let mut samples = Vec::new();
            for y in 0..height {
                let mut row = vec![0_u8; (width * bits).div_ceil(8)];
                for x in 0..width {
                    let shift = 8 - bits - (x * bits) % 8;
                    row[x * bits / 8] |= (index(x, y) as u8) << shift;
                    samples.extend(palette[index(x, y)]);
                    if let Some(alphas) = &alphas {
                        samples.push(alphas.get(index(x, y)).copied().unwrap_or(255));
                    }
                }
                packed.extend(row);
            }
            let channels = if alphas.is_some() { 4 } else { 3 };
            let mut picture = Picture {
                width,
                height,
                channels,
                samples: packed,
            };
            let file = encode::png_with(&picture, |png| {
                png.set_color(png::ColorType::Indexed);
                png.set_depth(depth);
                png.set_palette(palette.concat());
                if let Some(alphas) = alphas {
                    png.set_trns(alphas);
                }
            });
            picture.samples = samples;
            assert_pixels(Format::Png, &file, &picture, &format!("{bits} bits"));
        }
    }
}

#[test]
fn gif() {
    for picture in pictures(1) {
        for transparent in [false, true] {
            for interlaced in [false, true] {
                let (file, seen) = encode::gif(&picture, transparent, interlaced);
                let what = format!("{}, {transparent}, {interlaced}", picture.width);
                assert_pixels(Format::Gif, &file, &seen, &what);
            }
        }
    }
}

#[test]
fn webp_without_loss() {
    for picture in [3, 4].into_iter().flat_map(pictures) {
        let what = format!("{}x{}", picture.width, picture.channels);
        assert_pixels(Format::WebP, &encode::webp(&picture), &picture, &what);
    }
}

#[test]
fn a_webp_whose_header_says_nothing_of_alpha_has_none() {
    let picture = Picture::new(37, 23, 4);
    let mut simple = encode::webp(&picture);
    let profile = ColorProfile::new_srgb().encode().unwrap();
    let mut extended = encode::webp_with(&picture, |webp| webp.set_icc_profile(profile));
    // `alpha_is_used` of VP8L's header, and the flag in VP8X's.
    simple[24] ^= 0x10;
    extended[20] ^= 0x10;
    for file in [simple, extended] {
        let decoded = decode(Format::WebP, &file, 1.0).unwrap();
        assert!(!decoded.info.alpha);
        assert_eq!(decoded.planes.len(), 3);
        for (channel, plane) in decoded.planes.iter().enumerate() {
            assert!(
                plane
                    .iter()
                    .eq(picture.samples.iter().skip(channel).step_by(4))
            );
        }
    }
}

#[test]
fn tiff() {
    for (name, compression) in [
        ("plain", Compression::Uncompressed),
        ("LZW", Compression::Lzw),
        ("deflate", Compression::Deflate(DeflateLevel::default())),
        ("PackBits", Compression::Packbits),
    ] {
        for (grey, rgb, rgba) in pictures(1)
            .into_iter()
            .zip(pictures(3))
            .zip(pictures(4))
            .map(|((grey, rgb), rgba)| (grey, rgb, rgba))
        {
            let what = format!("{name} {}", grey.width);
            let file = encode::tiff::<colortype::Gray8>(&grey, compression);
            assert_pixels(Format::Tiff, &file, &grey, &what);
            let file = encode::tiff::<colortype::RGB8>(&rgb, compression);
            assert_pixels(Format::Tiff, &file, &rgb, &what);
            let file = encode::tiff::<colortype::RGBA8>(&rgba, compression);
            assert_pixels(Format::Tiff, &file, &rgba, &what);
        }
    }
}

#[test]
fn tiff_in_cmyk_has_full_ink_at_zero_here() {
    let picture = Picture::new(40, 30, 4);
    let file = encode::tiff::<colortype::CMYK8>(&picture, Compression::Lzw);
    let decoded = decode(Format::Tiff, &file, 1.0).unwrap();
    assert_eq!(decoded.info.model, crate::picture::jpeg::Colour::Cmyk);
    for (c, plane) in decoded.planes.iter().enumerate() {
        let inks = picture.samples.iter().skip(c).step_by(4);
        assert!(plane.iter().zip(inks).all(|(got, ink)| *got == 255 - ink));
    }
}

#[test]
fn bmp() {
    for picture in [1, 3, 4].into_iter().flat_map(pictures) {
        let mut seen = picture.clone();
        if picture.channels == 1 {
            // Grey is written with a palette, and palettes are colours.
            seen.channels = 3;
            seen.samples = picture.samples.iter().flat_map(|grey| [*grey; 3]).collect();
        }
        let what = format!("{}x{}", picture.width, picture.channels);
        assert_pixels(Format::Bmp, &encode::bmp(&picture), &seen, &what);
    }
}

#[test]
fn pnm() {
    for encoding in [SampleEncoding::Binary, SampleEncoding::Ascii] {
        for (picture, subtype) in pictures(1)
            .map(|picture| (picture, PnmSubtype::Graymap(encoding)))
            .into_iter()
            .chain(pictures(3).map(|picture| (picture, PnmSubtype::Pixmap(encoding))))
        {
            let file = encode::pnm(&picture, subtype);
            assert_pixels(Format::Pnm, &file, &picture, &format!("{subtype:?}"));
        }
    }
    for picture in (1..=4).flat_map(pictures) {
        let file = encode::pnm(&picture, PnmSubtype::ArbitraryMap);
        assert_pixels(Format::Pnm, &file, &picture, "PAM");
    }
}

#[test]
fn a_one_of_a_bitmap_is_black() {
    // Rows of eight pixels, enough of them for several bands.
    let rows = [0b1010_0110_u8, 0b0000_1111, 0b1111_1110].repeat(40_000);
    let bits = || {
        rows.iter()
            .flat_map(|row| (0..8).map(move |x| row >> (7 - x) & 1))
    };
    let picture = Picture {
        width: 8,
        height: rows.len(),
        channels: 1,
        samples: bits().map(|bit| 255 * (1 - bit)).collect(),
    };
    let head = format!("P4\n# by hand\n8 {}\n", rows.len());
    assert_pixels(
        Format::Pnm,
        &[head.as_bytes(), &rows].concat(),
        &picture,
        "P4",
    );
    let text: String = bits()
        .map(|bit| if bit == 1 { "1" } else { "0 " })
        .collect();
    let file = format!("P1 8 {} {text}", rows.len());
    assert_pixels(Format::Pnm, file.as_bytes(), &picture, "P1");
}

#[test]
fn qoi() {
    for picture in [3, 4].into_iter().flat_map(pictures) {
        let what = format!("{}x{}", picture.width, picture.channels);
        assert_pixels(Format::Qoi, &encode::qoi(&picture), &picture, &what);
    }
    // Long runs, small differences, colours seen before.
    let mut picture = Picture::new(300, 50, 4);
    for (at, pixel) in picture.samples.chunks_exact_mut(4).enumerate() {
        let step = (at / 70) as u8;
        pixel.copy_from_slice(&[step, step.wrapping_mul(3), 200 - step % 40, 255 - step % 2]);
    }
    assert_pixels(Format::Qoi, &encode::qoi(&picture), &picture, "runs");
}

#[test]
fn tga_and_ico() {
    for picture in [3, 4].into_iter().flat_map(pictures) {
        assert_pixels(Format::Tga, &encode::tga(&picture), &picture, "TGA");
    }
    let picture = Picture::new(48, 30, 4);
    assert_pixels(Format::Ico, &encode::ico(&picture), &picture, "ICO");
}

#[test]
fn a_strip_of_a_tiff_may_go_on_for_ever() {
    // "The default is 2**32 - 1, which is effectively infinity" (TIFF 6.0, RowsPerStrip). A run of literals by
    // PackBits.
    let mut tags = encode::grey_tags(4, 2);
    tags[3].1 = 32_773;
    tags[6].1 = u32::MAX;
    let strip = [7, 1, 2, 3, 4, 5, 6, 7, 8];
    let decoded = decode(Format::Tiff, &encode::tiff_by_hand(&tags, &strip), 1.0).unwrap();
    assert_eq!(decoded.planes, [[1, 2, 3, 4, 5, 6, 7, 8]]);
    assert_eq!(decoded.size, (4, 2));
}

#[test]
fn a_jpeg_in_a_strip_that_goes_on_for_ever_is_one() {
    let mut jpeg = Vec::new();
    let grey = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 100);
    let samples = [90; 16 * 8];
    image::ImageEncoder::write_image(grey, &samples, 16, 8, image::ExtendedColorType::L8).unwrap();
    let mut tags = encode::grey_tags(16, 8);
    tags[3].1 = 7;
    tags[6].1 = u32::MAX;
    let decoded = decode(Format::Tiff, &encode::tiff_by_hand(&tags, &jpeg), 1.0).unwrap();
    assert_eq!(decoded.planes, [samples]);
}

#[test]
fn samples_that_say_nothing_are_left_out() {
    // Red, green, blue and one that is "unspecified" (TIFF 6.0, ExtraSamples), plain and by Deflate.
    let samples: Vec<u8> = (0..4 * 6 * 3).map(|at| at * 3).collect();
    let deflated = fdeflate::compress_to_vec(&samples);
    for (compression, strip) in [(1, &samples), (8, &deflated)] {
        let mut tags = encode::grey_tags(6, 3);
        tags[3].1 = compression;
        tags[4].1 = 2;
        tags[5].1 = 4;
        tags.push((338, 0));
        let decoded = decode(Format::Tiff, &encode::tiff_by_hand(&tags, strip), 1.0).unwrap();
        let plane = |c: usize| {
            samples
                .iter()
                .copied()
                .skip(c)
                .step_by(4)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            decoded.planes,
            [plane(0), plane(1), plane(2)],
            "{compression}"
        );
    }
}
