//! Files that are cut off, damaged, or say of themselves what isn't so.

use image::codecs::pnm::{PnmSubtype, SampleEncoding};
use tiff::encoder::{Compression, DeflateLevel, colortype};

use super::super::{Error, Format};
use super::encoders as encode;
use super::{Picture, decode, decode_within};
use crate::picture::jpeg::Limits;

/// One file of each format, and of each way that it is decoded.
fn files(side: usize) -> Vec<(Format, Vec<u8>)> {
    let (grey, rgb, rgba) = (
        Picture::new(side, side, 1),
        Picture::new(side, side, 3),
        Picture::new(side, side, 4),
    );
    let deflate = Compression::Deflate(DeflateLevel::default());
    let subtype = |encoding| PnmSubtype::Pixmap(encoding);
    vec![
        (Format::Png, encode::png(&rgba)),
        (Format::WebP, encode::webp(&rgba)),
        (Format::Gif, encode::gif(&grey, true, false).0),
        (Format::Gif, encode::gif(&grey, false, true).0),
        (Format::Tiff, encode::tiff::<colortype::RGB8>(&rgb, deflate)),
        (
            Format::Tiff,
            encode::tiff::<colortype::CMYK8>(&rgba, Compression::Lzw),
        ),
        (
            Format::Tiff,
            encode::tiff::<colortype::Gray8>(&grey, Compression::Uncompressed),
        ),
        (Format::Bmp, encode::bmp(&rgb)),
        (
            Format::Pnm,
            encode::pnm(&rgb, subtype(SampleEncoding::Binary)),
        ),
        (
            Format::Pnm,
            encode::pnm(&rgb, subtype(SampleEncoding::Ascii)),
        ),
        (Format::Qoi, encode::qoi(&rgba)),
        (Format::Tga, encode::tga(&rgb)),
        (Format::Ico, encode::ico(&rgba)),
    ]
}

#[test]
fn a_file_that_is_cut_off_is_an_error() {
    for (format, file) in files(60) {
        assert!(decode(format, &file, 1.0).is_ok(), "{format:?}");
        // TIFF and TGA have their tables, and GIF, QOI and TGA a mark, behind the pixels.
        for part in [0, 1, 4, 11, 20, 50, 80] {
            let cut = &file[..file.len() * part / 100];
            let error = decode(format, cut, 1.0).err();
            assert!(error.is_some(), "{format:?}, {part}% of {}", file.len());
        }
    }
}

#[test]
fn damaged_files_give_what_is_there_to_who_wants_it() {
    let picture = Picture::new(200, 200, 3);
    let file = encode::png(&picture);
    let cut = &file[..file.len() / 2];
    let strict = decode(Format::Png, cut, 1.0);
    assert!(matches!(strict, Err(Error::Truncated)), "{strict:?}");
    let limits = Limits {
        allow_damaged: true,
        ..Limits::default()
    };
    let decoded = decode_within(Format::Png, cut, 1.0, &limits).unwrap();
    assert!(matches!(decoded.damage, Some(Error::Truncated)));
    assert_eq!(decoded.size, (200, 200));
    assert_eq!(
        decoded.planes[0][..200],
        *picture
            .samples
            .iter()
            .copied()
            .step_by(3)
            .take(200)
            .collect::<Vec<_>>()
    );
    assert_eq!(decoded.planes[0][199 * 200..], [128; 200]);
    assert!(decode_within(Format::Png, &file[..40], 1.0, &limits).is_err());
}

#[test]
fn no_byte_that_is_changed_makes_a_panic() {
    for (format, file) in files(9) {
        for at in 0..file.len() {
            for value in [0, 1, 0x7F, 0x80, 0xFF, file[at] ^ 1] {
                let mut changed = file.clone();
                changed[at] = value;
                // What comes of it is not told: a sample may be any number.
                let limits = Limits {
                    max_pixels: 1 << 20,
                    max_memory: 1 << 22,
                    allow_damaged: at % 2 == 0,
                };
                let _ = decode_within(format, &changed, 0.3, &limits);
            }
        }
    }
}

#[test]
fn a_palette_that_ends_within_a_colour_is_damaged() {
    let zlib = fdeflate::compress_to_vec(&[0; 1000]);
    let png = encode::png_of((20, 20), png::ColorType::Indexed, false, &zlib);
    for (length, is_sound) in [(3, true), (49, false), (768, true)] {
        let palette = encode::chunk(b"PLTE", &vec![0; length]);
        let result = decode(Format::Png, &encode::with_chunk(&png, &palette, false), 1.0);
        assert_eq!(result.is_ok(), is_sound, "{length}");
        assert!(!matches!(result, Err(ref error) if !error.is_damage()));
    }
}

#[test]
fn a_frame_that_is_not_as_large_as_it_says_is_damaged() {
    let side = |side: u32| side.to_le_bytes()[..3].to_vec();
    let of_both = |width: u32, height: u32| [side(width - 1), side(height - 1)].concat();
    let animated = |coded: u16| {
        // RFC 6386, 9.1: a key frame's tag, start code and sides.
        let sides = [coded.to_le_bytes(), 20_u16.to_le_bytes()].concat();
        let vp8 = [&[0x10, 0, 0, 0x9D, 1, 0x2A][..], &sides, &[0; 30]].concat();
        let frame = [
            &[0; 6][..],
            &of_both(20, 20),
            &[0; 4],
            &webp_chunk(b"VP8 ", &vp8),
        ]
        .concat();
        let chunks = [
            webp_chunk(b"VP8X", &[&[2, 0, 0, 0][..], &of_both(40, 40)].concat()),
            webp_chunk(b"ANIM", &[0; 6]),
            webp_chunk(b"ANMF", &frame),
        ]
        .concat();
        let length = (chunks.len() as u32 + 4).to_le_bytes();
        [b"RIFF", &length[..], b"WEBP", &chunks].concat()
    };
    let text = |coded| {
        decode(Format::WebP, &animated(coded), 1.0)
            .err()
            .map(|it| it.to_string())
    };
    let of_another = "damaged data: a frame of another size than it says";
    assert_eq!(text(24).as_deref(), Some(of_another));
    assert_ne!(text(20).as_deref(), Some(of_another));
}

fn webp_chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    [name, &(data.len() as u32).to_le_bytes()[..], data].concat()
}

#[test]
fn a_chunk_of_the_greatest_length_has_an_end() {
    let webp = encode::webp(&Picture::new(20, 20, 3));
    let chunk = [b"JUNK", &[0xFF; 4][..]].concat();
    let file = [&webp[..12], &chunk, &webp[12..]].concat();
    assert!(decode(Format::WebP, &file, 1.0).is_err());
}
