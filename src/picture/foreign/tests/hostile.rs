//! Files that are cut off, damaged, or claim what they have not.

use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom};

use image::codecs::pnm::{PnmSubtype, SampleEncoding};
use tiff::encoder::{Compression, DeflateLevel, colortype};

use super::super::{Error, Format, open};
use super::encoders as encode;
use super::{Picture, decode, decode_within};
use crate::picture::jpeg::{Bound, Limits};

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

/// A PNG that claims to be `width` x `height` and has the data of none of it.
fn claim(width: u32, height: u32, interlaced: bool) -> Vec<u8> {
    let zlib = fdeflate::compress_to_vec(&[0; 1000]);
    encode::png_of((width, height), png::ColorType::Rgb, interlaced, &zlib)
}

#[test]
fn claims_are_held_to_the_limits() {
    let bound = |file: &[u8], format| match decode(format, file, 0.01) {
        Err(Error::Limit { which, .. }) => which,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        bound(&claim(50_000, 50_000, false), Format::Png),
        Bound::Pixels
    );
    assert_eq!(
        bound(&claim(u32::MAX >> 1, u32::MAX >> 1, false), Format::Png),
        Bound::Pixels
    );
    assert_eq!(
        bound(&claim(20_000, 20_000, true), Format::Png),
        Bound::Memory
    );
    assert_eq!(
        bound(&claim(400_000_000, 1, false), Format::Png),
        Bound::Memory
    );
    let qoi = [
        b"qoif",
        &50_000_u32.to_be_bytes()[..],
        &50_000_u32.to_be_bytes(),
        &[4, 0],
    ]
    .concat();
    assert_eq!(bound(&qoi, Format::Qoi), Bound::Pixels);
    assert_eq!(bound(b"P6 50000 50000 255\n", Format::Pnm), Bound::Pixels);
    // VP8L's header: 14 bits for each side less one.
    let bits = (16_382_u32 | (16_382 << 14)).to_le_bytes();
    let webp = [b"RIFF\x12\0\0\0WEBPVP8L\x05\0\0\0\x2F", &bits[..], &[0; 9]].concat();
    assert_eq!(bound(&webp, Format::WebP), Bound::Memory);
}

#[test]
fn a_profile_that_unpacks_without_end_is_refused() {
    let bomb = fdeflate::compress_to_vec(&vec![0; 100 << 20]);
    let png = encode::png(&Picture::new(20, 20, 3));
    let profile = encode::chunk(b"iCCP", &[b"bomb\0\0", &*bomb].concat());
    let text = encode::chunk(b"zTXt", &[b"bomb\0\0", &*bomb].concat());
    let decoded = decode(Format::Png, &encode::with_chunk(&png, &profile, false), 1.0);
    assert!(decoded.is_ok_and(|decoded| decoded.info.profile.is_none()));
    assert!(decode(Format::Png, &encode::with_chunk(&png, &text, false), 1.0).is_ok());
}

#[test]
fn exif_behind_the_pixels_is_held_to_what_metadata_may_take() {
    let png = encode::png(&Picture::new(8, 4, 3));
    let exif = |length: usize| {
        let chunk = encode::chunk(b"eXIf", &vec![0; length]);
        decode(Format::Png, &encode::with_chunk(&png, &chunk, true), 1.0)
    };
    assert!(exif(16 << 20).is_ok());
    assert!(matches!(exif((16 << 20) + 1), Err(Error::Memory)));
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

/// A file that is another one each time that it is read from its beginning.
struct Rewritten(Vec<Cursor<Vec<u8>>>);

impl Read for Rewritten {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0[0].read(buffer)
    }
}

impl BufRead for Rewritten {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0[0].fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.0[0].consume(amount);
    }
}

impl Seek for Rewritten {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if to == SeekFrom::Start(0) {
            self.0.remove(0);
        }
        self.0[0].seek(to)
    }
}

#[test]
fn a_png_whose_header_changes_while_it_is_read_is_an_error() {
    let png = |width, channels| Cursor::new(encode::png(&Picture::new(width, 20, channels)));
    for (before, after) in [((20, 3), (21, 3)), ((20, 3), (20, 4)), ((20, 1), (300, 1))] {
        let [before, after] = [before, after].map(|(width, channels)| png(width, channels));
        let mut file = Rewritten(vec![Cursor::default(), before, after]);
        let limits = Limits::default();
        let opened = open(Format::Png, &mut file, &limits).unwrap();
        let error = opened.decode(1.0, &limits).unwrap_err();
        let text = "damaged data: the header changed while it was read";
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn a_palette_that_changes_while_it_is_read_is_an_error() {
    let zlib = fdeflate::compress_to_vec(&[0; 1000]);
    let png = encode::png_of((20, 20), png::ColorType::Indexed, false, &zlib);
    let [before, after] = [12, 13].map(|length| {
        let palette = encode::chunk(b"PLTE", &vec![0; length]);
        Cursor::new(encode::with_chunk(&png, &palette, false))
    });
    let mut file = Rewritten(vec![Cursor::default(), before, after]);
    let limits = Limits::default();
    let opened = open(Format::Png, &mut file, &limits).unwrap();
    let error = opened.decode(1.0, &limits).unwrap_err();
    assert!(error.is_damage(), "{error}");
}

#[test]
fn a_bmp_whose_header_changes_while_it_is_read_is_an_error() {
    let bmp = |width| encode::bmp(&Picture::new(width, 20, 3));
    let mut short = bmp(40);
    // A header of no length, and rows that begin right behind the file's own.
    short[10..18].copy_from_slice(&[14, 0, 0, 0, 0, 0, 0, 0]);
    for (after, is_read) in [(bmp(41), true), (short, false)] {
        let files = [Vec::new(), bmp(40), after.clone(), after];
        let mut file = Rewritten(files.map(Cursor::new).into());
        let limits = Limits::default();
        let opened = open(Format::Bmp, &mut file, &limits);
        assert_eq!(opened.is_ok(), is_read);
        if let Ok(opened) = opened {
            let error = opened.decode(1.0, &limits).unwrap_err();
            let text = "damaged data: the header changed while it was read";
            assert_eq!(error.to_string(), text);
        }
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
fn samples_that_end_within_a_byte_are_unpacked_where_that_makes_sense() {
    let tiff = |bits, samples, planar, tile| {
        let mut tags = encode::grey_tags(16, 4);
        tags[2].1 = bits;
        tags[5].1 = samples;
        if samples > 1 {
            tags.push((284, planar));
        }
        if tile > 0 {
            tags.retain(|(tag, _)| *tag != 278);
            tags.extend([(322, tile), (323, 4)]);
        }
        decode(
            Format::Tiff,
            &encode::tiff_by_hand(&tags, &[0x5A; 4000]),
            1.0,
        )
    };
    for bits in [1, 2, 4, 8] {
        assert!(tiff(bits, 1, 1, 0).is_ok(), "{bits} bits");
    }
    for bits in [3, 5, 6, 7] {
        let error = tiff(bits, 1, 1, 0).unwrap_err();
        assert!(
            matches!(error, Error::Unsupported(_)),
            "{bits} bits: {error}"
        );
    }
    for planar in [1, 2] {
        for bits in [1, 2, 4] {
            let error = tiff(bits, 2, planar, 0).unwrap_err();
            assert!(
                matches!(error, Error::Unsupported(_)),
                "{bits} bits: {error}"
            );
        }
    }
    let error = tiff(1, 1, 1, 12).unwrap_err();
    assert!(error.is_damage(), "{error}");
}

#[test]
fn a_chunk_of_the_greatest_length_has_an_end() {
    let webp = encode::webp(&Picture::new(20, 20, 3));
    let chunk = [b"JUNK", &[0xFF; 4][..]].concat();
    let file = [&webp[..12], &chunk, &webp[12..]].concat();
    assert!(decode(Format::WebP, &file, 1.0).is_err());
}

/// An icon whose entries are `files`, each with the side that it is said to have.
fn icon(files: &[(u8, &[u8])]) -> Vec<u8> {
    let mut head = vec![0, 0, 1, 0, files.len() as u8, 0];
    let mut at = 6 + 16 * files.len();
    for (side, file) in files {
        head.extend([*side, *side, 0, 0, 1, 0, 32, 0]);
        head.extend((file.len() as u32).to_le_bytes());
        head.extend((at as u32).to_le_bytes());
        at += file.len();
    }
    files
        .iter()
        .for_each(|(_, file)| head.extend_from_slice(file));
    head
}

#[test]
fn an_icons_png_is_as_safe_as_any() {
    let bomb = fdeflate::compress_to_vec(&vec![0; 100 << 20]);
    let profile = encode::chunk(b"iCCP", &[b"bomb\0\0", &*bomb].concat());
    let (small, large) = (Picture::new(16, 16, 4), Picture::new(40, 40, 3));
    let (small, large) = (encode::png(&small), encode::png(&large));
    let large = encode::with_chunk(&large, &profile, false);
    for files in [
        [(16, &*small), (40, &*large)],
        [(40, &*large), (16, &*small)],
    ] {
        let decoded = decode(Format::Ico, &icon(&files), 1.0).unwrap();
        assert_eq!(decoded.info.size, (40, 40));
        assert!(decoded.info.profile.is_none());
    }
    let far = [&icon(&[(16, &small)])[..18], &[0xFF; 4], &small].concat();
    assert!(matches!(
        decode(Format::Ico, &far, 1.0),
        Err(Error::Truncated)
    ));
    let file = icon(&[(0, &claim(50_000, 50_000, false))]);
    assert!(matches!(
        decode(Format::Ico, &file, 1.0),
        Err(Error::Limit { .. })
    ));
}

#[test]
fn a_pnms_header_has_an_end() {
    let file = [b"P7\n#", &*vec![b' '; 8 << 20]].concat();
    assert!(decode(Format::Pnm, &file, 1.0).is_err());
}

#[test]
fn a_tiff_of_countless_samples_is_refused() {
    let mut tags = encode::grey_tags(200_000_000, 1);
    tags[2].1 = 16;
    tags[5].1 = 65_535;
    let error = decode(Format::Tiff, &encode::tiff_by_hand(&tags, &[0; 100]), 0.01);
    assert!(
        matches!(&error, Err(Error::Unsupported(what)) if what.contains("65535 samples")),
        "{error:?}"
    );
}

#[test]
fn a_row_of_a_tiff_is_held_to_the_limit() {
    let mut tags = encode::grey_tags(20_000_000, 1);
    tags[5].1 = 30;
    let error = decode(Format::Tiff, &encode::tiff_by_hand(&tags, &[0; 100]), 0.01);
    assert!(
        matches!(
            error,
            Err(Error::Limit {
                which: Bound::Memory,
                ..
            })
        ),
        "{error:?}"
    );
}

#[test]
fn colours_that_no_crate_decodes_are_named() {
    for (photometric, named) in [(3, "TIFF with a palette"), (8, "TIFF in CIE L*a*b*")] {
        let mut tags = encode::grey_tags(4, 1);
        tags[4].1 = photometric;
        let error = decode(Format::Tiff, &encode::tiff_by_hand(&tags, &[0; 4]), 1.0).unwrap_err();
        assert_eq!(error.to_string(), format!("{named} is not supported"));
    }
}

#[test]
fn a_tile_is_held_to_the_limit_though_the_page_is_small() {
    let mut tags = encode::grey_tags(4, 1);
    tags[3].1 = 8;
    tags.pop();
    tags.extend([(322, u32::MAX - 15), (323, 1)]);
    let error = decode(Format::Tiff, &encode::tiff_by_hand(&tags, &[0; 4]), 1.0).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Limit {
                which: Bound::Memory,
                ..
            }
        ),
        "{error:?}"
    );
}
