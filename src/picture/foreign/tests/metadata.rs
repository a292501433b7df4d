//! What pictures say of their way up and their colours.

use moxcms::ColorProfile;

use super::super::Format;
use super::encoders as encode;
use super::{Picture, decode, opened};
use crate::picture::colour::{ColourHandling, Colours};
use crate::picture::jpeg::IccChunk;

/// A TIFF structure that holds an orientation (Exif 2.32, 4.6.5.1.6) and nothing else.
fn exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    exif
}

#[test]
fn every_orientation_is_told() {
    let picture = Picture::new(8, 4, 3);
    for orientation in 1..=8 {
        let chunk = encode::chunk(b"eXIf", &exif(orientation));
        let named = encode::chunk(b"eXIf", &[b"Exif\0\0", &*exif(orientation)].concat());
        let png = encode::png(&picture);
        let files = [
            encode::with_chunk(&png, &chunk, false),
            encode::with_chunk(&png, &named, false),
            encode::with_chunk(&png, &chunk, true),
        ];
        for file in files {
            let decoded = decode(Format::Png, &file, 1.0).unwrap();
            assert_eq!(decoded.info.metadata.orientation.exif(), orientation);
        }
        let webp = encode::webp_with(&picture, |webp| webp.set_exif_metadata(exif(orientation)));
        opened(Format::WebP, &webp, |webp| {
            assert_eq!(webp.info().metadata.orientation.exif(), orientation);
        });
        let mut tags = encode::grey_tags(8, 4);
        tags.push((274, orientation.into()));
        let tiff = encode::tiff_by_hand(&tags, &[0; 32]);
        let decoded = decode(Format::Tiff, &tiff, 1.0).unwrap();
        assert_eq!(decoded.info.metadata.orientation.exif(), orientation);
    }
}

/// A TIFF structure that says Adobe RGB as cameras do: by interoperability index R03 (DCF 2.0), in a directory of its
/// own within that of EXIF.
fn exif_of_adobe_rgb() -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0".to_vec();
    let mut directory = |tag: u16, kind: u8, count: u8, value: [u8; 4]| {
        exif.extend([1, 0]);
        exif.extend(tag.to_le_bytes());
        exif.extend([kind, 0, count, 0, 0, 0]);
        exif.extend(value);
        exif.extend([0; 4]);
    };
    // Each takes 18 bytes and leads to the next.
    directory(0x8769, 4, 1, [26, 0, 0, 0]);
    directory(0xA005, 4, 1, [44, 0, 0, 0]);
    directory(0x0001, 2, 4, *b"R03\0");
    exif
}

fn handling(file: &[u8]) -> ColourHandling {
    let mut handling = None;
    opened(Format::Png, file, |opened| {
        let info = opened.info();
        let chunk = info.profile.as_ref().map(|data| IccChunk {
            number: 1,
            count: 1,
            data,
        });
        let adobe_rgb = info.metadata.adobe_rgb;
        let (plan, fault) = Colours::default().conversion(info.model, chunk.as_slice(), adobe_rgb);
        assert_eq!(fault, None);
        handling = Some(plan.handling);
    });
    handling.unwrap()
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_be_bytes()).collect()
}

#[test]
fn pngs_chunks_of_colour_have_their_precedence() {
    let png = encode::png(&Picture::new(8, 4, 3));
    let with = |chunks: &[Vec<u8>]| encode::with_chunk(&png, &chunks.concat(), false);
    let profile = |profile: ColorProfile| {
        let deflated = fdeflate::compress_to_vec(&profile.encode().unwrap());
        encode::chunk(b"iCCP", &[b"name\0\0", &*deflated].concat())
    };
    let srgb = encode::chunk(b"sRGB", &[0]);
    let gamma = |gamma: u32| encode::chunk(b"gAMA", &numbers(&[gamma]));
    let chrm = |n: [u32; 8]| encode::chunk(b"cHRM", &numbers(&n));
    let of_srgb = chrm([31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000]);
    let of_p3 = chrm([31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000]);
    let cicp = |primaries: u8, transfer: u8| encode::chunk(b"cICP", &[primaries, transfer, 0, 1]);
    let p3 = || profile(ColorProfile::new_display_p3());
    let adobe_rgb = || encode::chunk(b"eXIf", &exif_of_adobe_rgb());

    use ColourHandling::{AdobeRgb, Converted, SrgbProfile, Untouched};
    let cases = [
        (vec![], Untouched),
        (vec![p3()], Converted),
        (vec![profile(ColorProfile::new_srgb())], SrgbProfile),
        (vec![p3(), gamma(100_000)], Converted),
        // sRGB stands above gAMA and cHRM.
        (vec![srgb.clone(), gamma(100_000)], Untouched),
        (vec![gamma(45_455)], Untouched),
        (vec![gamma(45_455), of_srgb.clone()], Untouched),
        (vec![gamma(100_000), of_srgb.clone()], Converted),
        (vec![gamma(45_455), of_p3.clone()], Converted),
        (vec![gamma(0), chrm([0; 8])], Untouched),
        // cICP stands above all: 12 are the primaries of Display P3, 13 is the curve of sRGB, 1 BT.709's primaries.
        (vec![cicp(12, 13)], Converted),
        (vec![cicp(1, 13), p3()], Untouched),
        // PQ can't be followed, 2 is "unspecified", 3 reserved: then the others count.
        (vec![cicp(9, 16), p3()], Converted),
        (vec![cicp(2, 2), p3()], Converted),
        (vec![cicp(2, 2)], Untouched),
        (vec![cicp(3, 3), gamma(100_000)], Converted),
        // EXIF, often a camera's, counts where nothing else is said.
        (vec![adobe_rgb()], AdobeRgb),
        (vec![srgb, adobe_rgb()], Untouched),
        (vec![cicp(1, 13), adobe_rgb()], Untouched),
        (vec![gamma(45_455), of_srgb.clone(), adobe_rgb()], Untouched),
        (vec![gamma(45_455), adobe_rgb()], AdobeRgb),
    ];
    for (at, (chunks, expected)) in cases.into_iter().enumerate() {
        assert_eq!(handling(&with(&chunks)), expected, "case {at}");
    }
}

#[test]
fn a_gamma_of_one_is_brought_to_srgbs() {
    for channels in [1, 3] {
        let picture = Picture {
            width: 2,
            height: 1,
            channels,
            // Linear light of 0 and of 55/255, which sRGB has at 128.
            samples: [vec![0; channels], vec![55; channels]].concat(),
        };
        let chunk = encode::chunk(b"gAMA", &numbers(&[100_000]));
        let file = encode::with_chunk(&encode::png(&picture), &chunk, false);
        let decoded = decode(Format::Png, &file, 1.0).unwrap();
        let profile = decoded.info.profile.as_deref().unwrap();
        let chunk = IccChunk {
            number: 1,
            count: 1,
            data: profile,
        };
        let mut colours = Colours::default();
        let (plan, fault) = colours.conversion(decoded.info.model, &[chunk], false);
        assert_eq!(fault, None);
        let mut target = Vec::new();
        colours.convert(&plan, &decoded.planes, &mut target);
        let bright = &target[channels..];
        assert!(
            bright.iter().all(|sample| sample.abs_diff(128) <= 1),
            "{target:?}"
        );
        assert!(target[..channels].iter().all(|sample| *sample == 0));
    }
}

#[test]
fn webp_and_tiff_have_their_profiles() {
    let picture = Picture::new(8, 4, 3);
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let webp = encode::webp_with(&picture, |webp| webp.set_icc_profile(profile.clone()));
    opened(Format::WebP, &webp, |webp| {
        assert_eq!(webp.info().profile.as_ref(), Some(&profile));
    });

    let mut file = std::io::Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut file).unwrap();
    let mut image = encoder
        .new_image::<tiff::encoder::colortype::RGB8>(8, 4)
        .unwrap();
    let tags = image.encoder();
    tags.write_tag(tiff::tags::Tag::IccProfile, &*profile)
        .unwrap();
    tags.write_tag(tiff::tags::Tag::Orientation, 6_u16).unwrap();
    image.write_data(&picture.samples).unwrap();
    opened(Format::Tiff, file.get_ref(), |tiff| {
        assert_eq!(tiff.info().profile.as_ref(), Some(&profile));
        assert_eq!(tiff.info().metadata.orientation.exif(), 6);
    });
}
