//! Files that ask for more memory or time than they may take.

use super::super::{Error, Format};
use super::encoders as encode;
use super::{Picture, decode};
use crate::picture::jpeg::Bound;

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
