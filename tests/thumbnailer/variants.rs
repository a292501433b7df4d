//! Several thumbnails of a picture, in all formats, with alpha, with background and padding.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::{
    DynamicImage, GenericImageView, GrayAlphaImage, ImageFormat, LumaA, Rgb, RgbImage, Rgba,
    RgbaImage,
};
use jpeg_encoder::ColorType;
use thumbgen::{
    Background, Fit, Format, FramingRule, Gravity, Options, Quality, Thumbnail, ThumbnailError,
    Thumbnailer, Variant,
};

use crate::pictures::Picture;

fn variant(bounds: &str) -> Variant {
    Variant::new(bounds.parse().unwrap())
}

fn quality(quality: u8) -> Quality {
    Quality::new(quality).unwrap()
}

fn make<'p>(picture: impl Into<thumbgen::Picture<'p>>, variant: &Variant) -> Thumbnail {
    Thumbnailer::new(Options::default())
        .thumbnail(picture, variant)
        .unwrap()
}

/// As another decoder sees it.
fn seen(thumbnail: &Thumbnail) -> DynamicImage {
    let format = match thumbnail.format {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        _ => ImageFormat::WebP,
    };
    let image = image::load_from_memory_with_format(&thumbnail.bytes, format).unwrap();
    assert_eq!(image.dimensions(), (thumbnail.width, thumbnail.height));
    image
}

/// Soft shapes in all colours.
fn scene(x: u16, y: u16) -> Vec<u8> {
    let wave = |x: u16, length: f64| (f64::from(x) / length).sin() * 60.0 + 128.0;
    vec![
        wave(x, 90.0) as u8,
        wave(y, 70.0) as u8,
        wave(x / 2 + y, 110.0) as u8,
    ]
}

fn psnr(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let squares = a
        .iter()
        .zip(b)
        .map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
    10.0 * (255.0 * 255.0 * a.len() as f64 / squares.sum::<f64>().max(1e-9)).log10()
}

#[test]
fn several_come_from_one_decode_the_largest_first() {
    let jpeg = Picture::new(1500, 1100, ColorType::Rgb, scene).jpeg();
    let variants = [
        variant("100"),
        variant("1200"),
        variant("300x300").with_fit(Fit::Cover),
        variant("300").with_format(Format::Png),
    ];
    let mut made = Vec::new();
    Thumbnailer::new(Options::default())
        .thumbnails(
            &jpeg,
            &variants,
            &mut |number, thumbnail: Result<Thumbnail, _>| {
                made.push((number, thumbnail.unwrap()));
            },
        )
        .unwrap();
    let sizes: Vec<_> = made
        .iter()
        .map(|(number, thumbnail)| (*number, thumbnail.width, thumbnail.height))
        .collect();
    assert_eq!(
        sizes,
        [(1, 1200, 880), (2, 300, 300), (3, 300, 220), (0, 100, 73)]
    );
    for (number, thumbnail) in &made {
        assert_eq!(thumbnail.scale, 8, "the largest decides");
        let alone = make(&jpeg, &variants[*number]);
        let (together, alone) = (seen(thumbnail), seen(&alone));
        let likeness = psnr(together.as_bytes(), alone.as_bytes());
        assert!(likeness > 40.0, "variant {number}: {likeness:.1} dB");
    }
}

#[test]
fn one_that_cannot_be_made_leaves_the_others() {
    let jpeg = Picture::new(2, 400, ColorType::Rgb, scene).jpeg();
    let variants = [
        variant("10"),
        variant("1000x").with_enlarge(true),
        variant("20"),
    ];
    let mut made: [Option<Result<Thumbnail, ThumbnailError>>; 3] = Default::default();
    Thumbnailer::new(Options::default())
        .thumbnails(&jpeg, &variants, &mut |number: usize, thumbnail| {
            assert!(made[number].replace(thumbnail).is_none());
        })
        .unwrap();
    let made = made.map(|made| made.unwrap().is_ok());
    assert_eq!(made, [true, false, true]);

    // A picture that can't be decoded is one error, not one for each.
    let cut = &jpeg[..jpeg.len() / 2];
    let mut told = 0;
    Thumbnailer::new(Options::default())
        .thumbnails(cut, &variants, &mut |_: usize, _| told += 1)
        .unwrap_err();
    assert_eq!(told, 0);
}

#[test]
fn formats_are_what_they_say_and_grey_stays_grey() {
    let colour = Picture::new(333, 231, ColorType::Rgb, scene).jpeg();
    let grey = Picture::new(333, 231, ColorType::Luma, |x, y| vec![scene(x, y)[0]]).jpeg();
    for (jpeg, channels) in [(&colour, 3), (&grey, 1)] {
        let exact = Thumbnailer::new(Options::default())
            .pixels(jpeg, FramingRule::default())
            .unwrap();
        assert_eq!(exact.color().channel_count(), channels);
        for &format in Format::ALL {
            let thumbnail = make(jpeg, &Variant::default().with_format(format));
            assert_eq!((thumbnail.width, thumbnail.height), (128, 89));
            let seen = seen(&thumbnail);
            if format == Format::Png {
                assert_eq!(seen, exact);
            } else {
                let likeness = psnr(seen.to_rgb8().as_raw(), exact.to_rgb8().as_raw());
                assert!(likeness > 33.0, "{format}: {likeness:.1} dB");
            }
        }
    }
}

#[test]
fn quality_is_obeyed_by_formats_that_have_one() {
    let jpeg = Picture::new(400, 300, ColorType::Rgb, scene).jpeg();
    for &format in Format::ALL {
        let variant = Variant::default().with_format(format);
        let bytes = |number| make(&jpeg, &variant.clone().with_quality(quality(number))).bytes;
        match format {
            Format::Png => assert_eq!(bytes(20), bytes(95)),
            _ => assert!(bytes(20).len() < bytes(95).len(), "{format}"),
        }
        let default = make(&jpeg, &variant).bytes;
        assert_eq!(default, bytes(format.default_quality().get()), "{format}");
    }
}

#[test]
fn a_progressive_jpeg_shows_what_a_baseline_one_does() {
    let jpeg = Picture::new(500, 400, ColorType::Rgb, scene).jpeg();
    let baseline = make(&jpeg, &Variant::default());
    let progressive = make(&jpeg, &Variant::default().with_progressive(true));
    let frame = |bytes: &[u8]| bytes.windows(2).any(|pair| pair == [0xFF, 0xC2]);
    assert!(!frame(&baseline.bytes) && frame(&progressive.bytes));
    assert_eq!(seen(&baseline), seen(&progressive));
}

#[test]
fn sharpening_makes_edges_steeper_and_leaves_the_rest() {
    let edge = |x: u16, _| vec![if x < 400 { 80 } else { 170 }];
    let jpeg = Picture::new(800, 600, ColorType::Luma, edge).jpeg();
    let png = Variant::default().with_format(Format::Png);
    let plain = seen(&make(&jpeg, &png)).to_luma8();
    let sharp = seen(&make(&jpeg, &png.with_sharpen(true))).to_luma8();
    let levels = |image: &image::GrayImage, columns: Range<u32>| -> Vec<u8> {
        columns.map(|x| image.get_pixel(x, 40)[0]).collect()
    };
    assert_eq!(levels(&plain, 0..50), levels(&sharp, 0..50));
    let step = |image: &image::GrayImage| {
        let levels = levels(image, 60..68);
        levels.iter().max().unwrap() - levels.iter().min().unwrap()
    };
    assert!(
        step(&sharp) >= step(&plain) + 5,
        "{} {}",
        step(&sharp),
        step(&plain)
    );
}

/// A half transparent disc of blue on nothing: the fully transparent pixels are red.
fn disc(side: u32) -> RgbaImage {
    RgbaImage::from_fn(side, side, |x, y| {
        let centre = f64::from(side) / 2.0;
        let away = (f64::from(x) + 0.5 - centre).hypot(f64::from(y) + 0.5 - centre);
        if away < centre * 0.8 {
            Rgba([0, 0, 255, 128])
        } else {
            Rgba([255, 0, 0, 0])
        }
    })
}

#[test]
fn alpha_is_kept_where_the_format_has_it() {
    let picture = DynamicImage::from(disc(500));
    for &format in Format::ALL.iter().filter(|format| format.has_alpha()) {
        let seen = seen(&make(&picture, &variant("100").with_format(format))).to_rgba8();
        assert_eq!(seen.get_pixel(0, 0)[3], 0, "{format}");
        let middle = seen.get_pixel(50, 50).0;
        assert!(
            middle[3].abs_diff(128) <= 1 && middle[2] > 245,
            "{format} {middle:?}"
        );
        // What can't be seen gives no colour to what can.
        for pixel in seen.pixels().filter(|pixel| pixel[3] > 60) {
            assert!(pixel[0] < 25, "{format} {pixel:?}");
        }
    }
}

#[test]
fn alpha_is_laid_on_the_background_where_the_format_has_none() {
    let picture = DynamicImage::from(disc(500));
    for (background, corner, middle) in [
        (Background::WHITE, [255, 255, 255], [127, 127, 255]),
        (Background::rgb(0, 0, 0), [0, 0, 0], [0, 0, 128]),
        (Background::rgb(0, 200, 0), [0, 200, 0], [0, 100, 128]),
    ] {
        let jpeg = variant("100")
            .with_quality(quality(100))
            .with_background(background);
        let seen = seen(&make(&picture, &jpeg)).to_rgb8();
        for (place, wanted) in [((0, 0), corner), ((50, 50), middle)] {
            let got = seen.get_pixel(place.0, place.1).0;
            let near = got
                .iter()
                .zip(wanted)
                .all(|(got, wanted)| got.abs_diff(wanted) <= 3);
            assert!(
                near,
                "{background} {place:?}: {got:?} instead of {wanted:?}"
            );
        }
    }
    // Grey on grey stays grey.
    let grey = GrayAlphaImage::from_pixel(300, 300, LumaA([50, 200]));
    assert_eq!(
        seen(&make(&DynamicImage::from(grey), &variant("64")))
            .color()
            .channel_count(),
        1
    );
}

#[test]
fn padding_fills_the_box_and_keeps_all_of_the_picture() {
    let red = RgbImage::from_pixel(400, 200, Rgb([200, 30, 30]));
    let picture = DynamicImage::from(red);
    let padded = variant("100")
        .with_fit(Fit::Pad)
        .with_background(Background::rgb(20, 40, 220))
        .with_format(Format::Png);
    for (gravity, rows) in [
        (Gravity::Centre, 25..75),
        (Gravity::North, 0..50),
        (Gravity::SouthWest, 50..100),
    ] {
        let seen = seen(&make(&picture, &padded.clone().with_gravity(gravity))).to_rgb8();
        assert_eq!(seen.dimensions(), (100, 100));
        for (_, y, pixel) in seen.enumerate_pixels() {
            let wanted = if rows.contains(&y) {
                [200, 30, 30]
            } else {
                [20, 40, 220]
            };
            assert_eq!(pixel.0, wanted, "{gravity} row {y}");
        }
    }
    // Around it there is nothing but the transparent background.
    let clear = padded.with_background(Background::rgba(0, 0, 0, 0));
    let seen = seen(&make(&picture, &clear)).to_rgba8();
    assert_eq!(seen.get_pixel(0, 0)[3], 0);
    assert_eq!(seen.get_pixel(50, 50).0, [200, 30, 30, 255]);
}

/// Nine fields, as they are seen: three grey levels across, three steps down.
fn fields(x: u16, y: u16, side: u16) -> Vec<u8> {
    let (column, row) = (x * 3 / side, y * 3 / side);
    vec![(20 + 80 * row + 25 * column) as u8]
}

#[test]
fn gravity_is_as_the_picture_is_seen() {
    for orientation in 1..=8 {
        let mut thumbnailer = Thumbnailer::new(Options::default());
        let mut level = |width: u16, height: u16, gravity| {
            let side = width.max(height);
            let picture = Picture {
                orientation,
                ..Picture::new(width, height, ColorType::Luma, |x, y| fields(x, y, side))
            };
            let covered = variant("60")
                .with_fit(Fit::Cover)
                .with_gravity(gravity)
                .with_format(Format::Png);
            let thumbnail = thumbnailer.thumbnail(&picture.jpeg(), &covered).unwrap();
            seen(&thumbnail).to_luma8().get_pixel(30, 30)[0]
        };
        let near = |got: u8, wanted: u8| assert!(got.abs_diff(wanted) <= 2, "{got} {wanted}");
        // The fields of the one row that there is, 600x200, and of the one column, 200x600.
        near(level(600, 200, Gravity::West), 20);
        near(level(600, 200, Gravity::Centre), 45);
        near(level(600, 200, Gravity::SouthEast), 70);
        near(level(200, 600, Gravity::NorthWest), 20);
        near(level(200, 600, Gravity::East), 100);
        near(level(200, 600, Gravity::South), 180);
    }
}

#[test]
fn a_picture_that_is_decoded_already_is_as_good_as_its_file() {
    let jpeg = Picture::new(400, 300, ColorType::Rgb, scene).jpeg();
    let decoded = image::load_from_memory(&jpeg).unwrap();
    for &format in Format::ALL {
        let variant = Variant::default().with_format(format);
        let (file, given) = (make(&jpeg, &variant), make(&decoded, &variant));
        assert_eq!((file.width, file.height), (given.width, given.height));
        let likeness = psnr(
            seen(&file).to_rgb8().as_raw(),
            seen(&given).to_rgb8().as_raw(),
        );
        assert!(likeness > 38.0, "{format}: {likeness:.1} dB");
    }
    let deep = DynamicImage::ImageRgb16(decoded.to_rgb16());
    let png = Variant::default().with_format(Format::Png);
    assert_eq!(make(&deep, &png).bytes, make(&decoded, &png).bytes);
}

#[test]
fn a_picture_without_pixels_is_an_error() {
    let empty = DynamicImage::new_rgb8(0, 7);
    let mut thumbnailer = Thumbnailer::new(Options::default());
    for enlarge in [false, true] {
        let made = thumbnailer.thumbnail(&empty, &variant("10").with_enlarge(enlarge));
        let error = made.unwrap_err().to_string();
        assert!(error.ends_with("the picture has no pixels"), "{error}");
    }
}

#[test]
fn a_sink_that_panics_leaves_nothing_of_its_picture() {
    let picture = |grey: u8| Picture::new(400, 300, ColorType::Luma, move |_, _| vec![grey]).jpeg();
    let (dark, light) = (picture(20), picture(220));
    // The second is made of the picture halved, for which the first has no use.
    let variants = ["300x300", "30x30"].map(variant);
    let mut thumbnailer = Thumbnailer::new(Options::default());
    let mut make = |jpeg: &[u8], panics_at: usize| {
        let mut made = Vec::new();
        let mut sink = |number, thumbnail: Result<Thumbnail, ThumbnailError>| {
            assert_ne!(number, panics_at, "no place for this thumbnail");
            made.push((number, thumbnail.unwrap().bytes));
        };
        let all = || thumbnailer.thumbnails(jpeg, &variants, &mut sink);
        let ended = catch_unwind(AssertUnwindSafe(all));
        assert_eq!(ended.is_err(), panics_at < variants.len());
        made
    };
    let expected = make(&light, usize::MAX);
    assert_eq!(expected.len(), 2);
    make(&dark, 1);
    assert_eq!(make(&light, usize::MAX), expected);
}
