//! Whatever a picture's colours mean, its thumbnail's are sRGB.

use jpeg_encoder::ColorType;
use moxcms::ColorProfile;
use thumbgen::{
    ColourHandling, FramingRule, Options, ProfileFault, Quality, Thumbnail, Thumbnailer, Variant,
    Warning,
};

use crate::pictures::{Picture, planes};

const PLAIN: [u8; 3] = [180, 90, 60];

fn flat(colour: ColorType, samples: &[u8]) -> Picture<impl Fn(u16, u16) -> Vec<u8>> {
    Picture::new(160, 120, colour, |_, _| samples.to_vec())
}

/// A profile in APP2 segments of at most `length` bytes of it each.
fn icc(profile: &[u8], length: usize) -> Vec<(u8, Vec<u8>)> {
    let count = profile.len().div_ceil(length) as u8;
    (1..)
        .zip(profile.chunks(length))
        .map(|(number, part)| (2, [b"ICC_PROFILE\0", &[number, count][..], part].concat()))
        .collect()
}

fn best() -> Variant {
    Variant::default().with_quality(Quality::new(100).unwrap())
}

fn thumbnail(jpeg: &[u8]) -> Thumbnail {
    Thumbnailer::new(Options::default())
        .thumbnail(jpeg, &best())
        .unwrap()
}

/// The colour in the middle of the thumbnail's pixels.
fn colour(jpeg: &[u8]) -> [u8; 3] {
    let pixels = Thumbnailer::new(Options::default())
        .pixels(jpeg, FramingRule::default())
        .unwrap()
        .to_rgb8();
    pixels.get_pixel(pixels.width() / 2, pixels.height() / 2).0
}

#[track_caller]
fn assert_near(got: [u8; 3], want: [u8; 3], levels: u8) {
    assert!(
        got.iter()
            .zip(want)
            .all(|(got, want)| got.abs_diff(want) <= levels),
        "{got:?}, not {want:?}"
    );
}

#[test]
fn without_a_profile_colours_are_srgb() {
    let jpeg = flat(ColorType::Rgb, &PLAIN).jpeg();
    assert_eq!(thumbnail(&jpeg).colour, ColourHandling::Untouched);
    assert_near(colour(&jpeg), PLAIN, 2);
}

#[test]
fn a_profile_is_converted() {
    // Worked out by hand from the primaries: Display P3 (180, 90, 60) is sRGB (192, 85, 49).
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let jpeg = flat(ColorType::Rgb, &PLAIN).jpeg_with(&icc(&profile, 60_000));
    let thumbnail = thumbnail(&jpeg);
    assert_eq!(thumbnail.colour, ColourHandling::Converted);
    assert_eq!(thumbnail.warnings, []);
    assert!(
        !thumbnail
            .bytes
            .windows(11)
            .any(|bytes| bytes == b"ICC_PROFILE")
    );
    assert_near(colour(&jpeg), P3_AS_SRGB, 2);
}

/// (180, 90, 60) of Display P3.
const P3_AS_SRGB: [u8; 3] = [192, 85, 49];

#[test]
fn a_profile_that_says_srgb_changes_nothing() {
    let mut profile = ColorProfile::new_srgb();
    profile.description = None;
    let picture = Picture::new(300, 200, ColorType::Rgb, |x, y| {
        vec![x as u8, y as u8, (x + y) as u8]
    });
    let with = thumbnail(&picture.jpeg_with(&icc(&profile.encode().unwrap(), 60_000)));
    assert_eq!(with.colour, ColourHandling::SrgbProfile);
    assert_eq!(with.bytes, thumbnail(&picture.jpeg()).bytes);
}

#[test]
fn a_profile_may_come_in_parts_and_in_any_order() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let mut parts = icc(&profile, 150);
    assert!(parts.len() > 3);
    parts.reverse();
    parts.swap(0, 1);
    let jpeg = flat(ColorType::Rgb, &PLAIN).jpeg_with(&parts);
    assert_eq!(thumbnail(&jpeg).colour, ColourHandling::Converted);
    assert_near(colour(&jpeg), P3_AS_SRGB, 2);
}

#[test]
fn a_profile_with_parts_missing_is_none() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    for missing in 0..3 {
        let mut parts = icc(&profile, 150);
        parts.remove(missing);
        let thumbnail = thumbnail(&flat(ColorType::Rgb, &PLAIN).jpeg_with(&parts));
        assert_eq!(thumbnail.colour, ColourHandling::Untouched);
        assert_eq!(
            thumbnail.warnings,
            [Warning::ProfileIgnored(ProfileFault::Incomplete)]
        );
    }
}

#[test]
fn a_profile_that_cannot_be_used_is_none() {
    let sound = ColorProfile::new_display_p3().encode().unwrap();
    for profile in [vec![0; 4], vec![0; 200], sound[..140].to_vec()] {
        let thumbnail = thumbnail(&flat(ColorType::Rgb, &PLAIN).jpeg_with(&icc(&profile, 60_000)));
        assert_eq!(thumbnail.colour, ColourHandling::Untouched);
        assert!(matches!(
            thumbnail.warnings[..],
            [Warning::ProfileIgnored(ProfileFault::Unusable(_))]
        ));
    }
}

#[test]
fn a_profile_of_another_kind_is_none() {
    let rgb = ColorProfile::new_display_p3().encode().unwrap();
    let thumbnail = thumbnail(&flat(ColorType::Luma, &[100]).jpeg_with(&icc(&rgb, 60_000)));
    assert_eq!(
        thumbnail.warnings,
        [Warning::ProfileIgnored(ProfileFault::OtherKind {
            profile: "RGB"
        })]
    );
    assert_eq!(planes(&thumbnail.bytes)[0].0[0], 100);
}

#[test]
fn grey_stays_grey_in_its_own_profile() {
    // Half of the light is sRGB 188.
    let linear = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
    let thumbnail = thumbnail(&flat(ColorType::Luma, &[128]).jpeg_with(&icc(&linear, 60_000)));
    assert_eq!(thumbnail.colour, ColourHandling::Converted);
    let planes = planes(&thumbnail.bytes);
    assert_eq!(planes.len(), 1);
    assert!(planes[0].0[0].abs_diff(188) <= 1, "{}", planes[0].0[0]);
}

#[test]
fn exif_can_say_adobe_rgb() {
    let profile = ColorProfile::new_adobe_rgb().encode().unwrap();
    let embedded = flat(ColorType::Rgb, &PLAIN).jpeg_with(&icc(&profile, 60_000));
    for (space, index, handling) in [
        (0xFFFF, b"R03\0", ColourHandling::AdobeRgb),
        (2, b"R98\0", ColourHandling::AdobeRgb),
        (1, b"R03\0", ColourHandling::Untouched),
        (0xFFFF, b"R98\0", ColourHandling::Untouched),
    ] {
        let jpeg = flat(ColorType::Rgb, &PLAIN).jpeg_with(&[(1, exif_colour(space, index))]);
        assert_eq!(thumbnail(&jpeg).colour, handling, "{space} {index:?}");
        let want = if handling == ColourHandling::AdobeRgb {
            colour(&embedded)
        } else {
            PLAIN
        };
        assert_near(colour(&jpeg), want, 2);
    }
    assert_ne!(colour(&embedded), PLAIN);
}

/// EXIF with a colour space and an interoperability index, little-endian.
fn exif_colour(space: u16, index: &[u8; 4]) -> Vec<u8> {
    let mut data = b"Exif\0\0II*\0\x08\0\0\0".to_vec();
    let entry = |data: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        data.extend(tag.to_le_bytes());
        data.extend(kind.to_le_bytes());
        data.extend(count.to_le_bytes());
        data.extend(value);
    };
    // IFD0 at 8, the Exif IFD at 26, the interoperability IFD at 56.
    data.extend(1_u16.to_le_bytes());
    entry(&mut data, 0x8769, 4, 1, 26_u32.to_le_bytes());
    data.extend([0; 4]);
    data.extend(2_u16.to_le_bytes());
    entry(&mut data, 0xA001, 3, 1, u32::from(space).to_le_bytes());
    entry(&mut data, 0xA005, 4, 1, 56_u32.to_le_bytes());
    data.extend([0; 4]);
    data.extend(1_u16.to_le_bytes());
    entry(&mut data, 1, 2, 4, *index);
    data.extend([0; 4]);
    data
}

#[test]
fn plain_cmyk_is_what_the_inks_leave() {
    // As stored: 0 for full ink. 200 of cyan's paper and 128 of black's: 200 * 128 / 255 = 100.
    for (stored, want) in [
        ([255, 255, 255, 255], [255, 255, 255]),
        ([255, 255, 255, 0], [0, 0, 0]),
        ([0, 255, 255, 255], [0, 255, 255]),
        ([200, 100, 50, 128], [100, 50, 25]),
    ] {
        for kind in [ColorType::Cmyk, ColorType::CmykAsYcck] {
            // The encoder inverts, as Adobe's do.
            let ink = stored.map(|sample| 255 - sample);
            let jpeg = flat(kind, &ink).jpeg();
            assert_eq!(thumbnail(&jpeg).colour, ColourHandling::PlainCmyk);
            assert_near(colour(&jpeg), want, 3);
        }
    }
}

#[test]
fn many_profiles_one_after_the_other_are_kept_apart() {
    let profiles = [
        ColorProfile::new_display_p3(),
        ColorProfile::new_adobe_rgb(),
        ColorProfile::new_srgb(),
        ColorProfile::new_bt2020(),
        ColorProfile::new_pro_photo_rgb(),
    ];
    let pictures: Vec<_> = profiles
        .iter()
        .map(|profile| {
            flat(ColorType::Rgb, &PLAIN).jpeg_with(&icc(&profile.encode().unwrap(), 300))
        })
        .collect();
    let mut used = Thumbnailer::new(Options::default());
    for jpeg in pictures.iter().chain(pictures.iter().rev()) {
        assert_eq!(
            used.thumbnail(jpeg, &best()).unwrap().bytes,
            thumbnail(jpeg).bytes
        );
    }
}
