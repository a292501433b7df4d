//! A small tree of pictures in all other formats than JPEG: `testdata/formats`.

use std::borrow::Cow;
use std::io::Cursor;

use image::codecs::ico::{IcoEncoder, IcoFrame};
use image::{ExtendedColorType, ImageFormat, RgbImage};
use tiff::encoder::{Compression, TiffEncoder, colortype};

use super::canvas::{Canvas, in_ellipse};
use super::pictures::File;
use super::scenes;

/// One file or more of each format. All of them are pictures that have a thumbnail.
pub(crate) fn all() -> Vec<File> {
    let mug = scenes::mug(240, [196, 52, 44]);
    let house = scenes::house(180, 240);
    let chart = scenes::chart(200, 150);
    let label = scenes::label(165, 220);
    vec![
        (
            "formats/logo.png",
            png(&mug, png::ColorType::Rgba, &cut_out(&mug), &[]),
        ),
        ("formats/chart palette.png", png_with_palette(&chart)),
        ("formats/label grey 16 bits.png", png_of_16_bits(&label)),
        (
            "formats/held upright.png",
            png(
                &house.on_its_side(),
                png::ColorType::Rgb,
                &house.on_its_side().rgb(),
                &exif(6),
            ),
        ),
        (
            "formats/house.webp",
            webp(&house, &house.rgb(), image_webp::ColorType::Rgb8),
        ),
        (
            "formats/sticker.webp",
            webp(&mug, &cut_out(&mug), image_webp::ColorType::Rgba8),
        ),
        ("formats/wink.gif", gif(&chart)),
        (
            "formats/scan.tif",
            tiff::<colortype::RGB8>(&label, &label.rgb(), Compression::Lzw),
        ),
        (
            "formats/for print.tiff",
            tiff::<colortype::CMYK8>(&chart, &chart.cmyk(), Compression::Packbits),
        ),
        ("formats/paint.bmp", encoded(&chart, ImageFormat::Bmp)),
        ("formats/icon.ico", icon()),
        ("formats/house.ppm", encoded(&house, ImageFormat::Pnm)),
        (
            "formats/mug.qoi",
            qoi::encode_to_vec(cut_out(&mug), 240, 240).expect("BUG: no QOI"),
        ),
        ("formats/render.tga", tga(&house)),
    ]
}

/// The picture with nothing around an ellipse: red, green, blue, alpha.
fn cut_out(picture: &Canvas) -> Vec<u8> {
    let (cx, cy) = (picture.width / 2, picture.height / 2);
    let inside = |x, y, more: i32| in_ellipse(x, y, (cx, cy), (cx - 12 + more, cy - 12 + more));
    let places = (0..picture.height).flat_map(|y| (0..picture.width).map(move |x| (x, y)));
    let alphas = places.map(|(x, y)| match (inside(x, y, -2), inside(x, y, 2)) {
        (true, _) => 255,
        (false, true) => 128,
        (false, false) => 0,
    });
    let rgb = picture.rgb();
    let pixels = rgb.as_chunks::<3>().0.iter().zip(alphas);
    pixels
        .flat_map(|([r, g, b], alpha): (&[u8; 3], u8)| [*r, *g, *b, alpha])
        .collect()
}

fn png(picture: &Canvas, colours: png::ColorType, samples: &[u8], exif: &[u8]) -> Vec<u8> {
    written(picture, colours, png::BitDepth::Eight, samples, |info| {
        if !exif.is_empty() {
            info.exif_metadata = Some(Cow::Owned(exif.to_vec()));
        }
    })
}

/// With one palette of 16 colours, two pixels a byte.
fn png_with_palette(picture: &Canvas) -> Vec<u8> {
    let levels = |i: u8| [(i >> 3) * 255, ((i >> 1) & 3) * 85, (i & 1) * 255];
    let index = |[r, g, b]: &[u8; 3]| (r >> 7) << 3 | (g >> 6) << 1 | b >> 7;
    let rgb = picture.rgb();
    let pixels: Vec<u8> = rgb.as_chunks::<3>().0.iter().map(index).collect();
    let packed: Vec<u8> = pixels
        .chunks_exact(picture.width as usize)
        .flat_map(|row| row.chunks(2))
        .map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0))
        .collect();
    written(
        picture,
        png::ColorType::Indexed,
        png::BitDepth::Four,
        &packed,
        |info| {
            info.palette = Some((0..16).flat_map(levels).collect::<Vec<_>>().into());
        },
    )
}

fn png_of_16_bits(picture: &Canvas) -> Vec<u8> {
    let wide: Vec<u8> = picture
        .grey()
        .iter()
        .flat_map(|grey| [*grey, 255 - *grey])
        .collect();
    written(
        picture,
        png::ColorType::Grayscale,
        png::BitDepth::Sixteen,
        &wide,
        |_| (),
    )
}

fn written(
    picture: &Canvas,
    colours: png::ColorType,
    depth: png::BitDepth,
    samples: &[u8],
    set: impl FnOnce(&mut png::Info),
) -> Vec<u8> {
    let mut info = png::Info::with_size(picture.width as u32, picture.height as u32);
    info.color_type = colours;
    info.bit_depth = depth;
    set(&mut info);
    let mut file = Vec::new();
    let encoder = png::Encoder::with_info(&mut file, info).expect("BUG: no PNG");
    let mut writer = encoder.write_header().expect("BUG: no header");
    writer.write_image_data(samples).expect("BUG: no pixels");
    writer.finish().expect("BUG: no end");
    file
}

/// The TIFF structure of EXIF with nothing but the orientation (TIFF 6.0, section 2; Exif 2.32, 4.6.4).
fn exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"MM\0\x2a\0\0\0\x08".to_vec();
    exif.extend([
        0,
        1,
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
    exif
}

fn webp(picture: &Canvas, samples: &[u8], colours: image_webp::ColorType) -> Vec<u8> {
    let mut file = Vec::new();
    image_webp::WebPEncoder::new(&mut file)
        .encode(
            samples,
            picture.width as u32,
            picture.height as u32,
            colours,
        )
        .expect("BUG: no WebP");
    file
}

/// Two frames. The last of four colours can be seen through, and the second frame is smaller.
fn gif(picture: &Canvas) -> Vec<u8> {
    let palette = [[20, 40, 90], [200, 60, 50], [250, 240, 200], [0, 0, 0]];
    let index = |grey: &u8| match grey {
        0..90 => 0,
        90..180 => 1,
        180..250 => 2,
        _ => 3,
    };
    let indices: Vec<u8> = picture.grey().iter().map(index).collect();
    let (width, height) = (picture.width as u16, picture.height as u16);
    let mut file = Vec::new();
    let mut encoder =
        gif::Encoder::new(&mut file, width, height, &palette.concat()).expect("BUG: no GIF");
    let frame = |left: u16, width: u16, height: u16, indices: Vec<u8>| gif::Frame {
        left,
        width,
        height,
        transparent: Some(3),
        buffer: indices.into(),
        ..gif::Frame::default()
    };
    let frames = [
        frame(0, width, height, indices),
        frame(9, 30, 30, vec![1; 900]),
    ];
    for frame in frames {
        encoder.write_frame(&frame).expect("BUG: no frame");
    }
    drop(encoder);
    file
}

fn tiff<C: colortype::ColorType<Inner = u8>>(
    picture: &Canvas,
    samples: &[u8],
    compression: Compression,
) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    TiffEncoder::new(&mut file)
        .expect("BUG: no TIFF")
        .with_compression(compression)
        .write_image::<C>(picture.width as u32, picture.height as u32, samples)
        .expect("BUG: no page");
    file.into_inner()
}

/// Two sizes, of which the larger one counts.
fn icon() -> Vec<u8> {
    let pictures = [16, 48].map(|side| scenes::mug(side, [40, 140, 90]));
    let frames = pictures.each_ref().map(|picture| {
        let side = picture.width as u32;
        IcoFrame::as_png(&opaque(picture), side, side, ExtendedColorType::Rgba8)
            .expect("BUG: no icon")
    });
    let mut file = Vec::new();
    IcoEncoder::new(&mut file)
        .encode_images(&frames)
        .expect("BUG: no icons");
    file
}

fn opaque(picture: &Canvas) -> Vec<u8> {
    let rgb = picture.rgb();
    rgb.as_chunks::<3>()
        .0
        .iter()
        .flat_map(|[r, g, b]| [*r, *g, *b, 255])
        .collect()
}

/// With the footer of version 2.0, by which a TGA can be told.
fn tga(picture: &Canvas) -> Vec<u8> {
    let mut file = encoded(picture, ImageFormat::Tga);
    file.extend(b"\0\0\0\0\0\0\0\0TRUEVISION-XFILE.\0");
    file
}

fn encoded(picture: &Canvas, format: ImageFormat) -> Vec<u8> {
    let (width, height) = (picture.width as u32, picture.height as u32);
    let pixels = RgbImage::from_raw(width, height, picture.rgb()).expect("BUG: too few pixels");
    let mut file = Cursor::new(Vec::new());
    pixels.write_to(&mut file, format).expect("BUG: no picture");
    file.into_inner()
}
