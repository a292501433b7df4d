//! Pictures in memory -> files.

use std::io::Cursor;

use image::{ExtendedColorType, ImageEncoder};

use super::Picture;

pub(super) fn png_with(
    picture: &Picture,
    set: impl FnOnce(&mut png::Encoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let mut file = Vec::new();
    let (width, height) = (picture.width as u32, picture.height as u32);
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_color(match picture.channels {
        1 => png::ColorType::Grayscale,
        2 => png::ColorType::GrayscaleAlpha,
        3 => png::ColorType::Rgb,
        _ => png::ColorType::Rgba,
    });
    set(&mut encoder);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&picture.samples).unwrap();
    writer.finish().unwrap();
    file
}

pub(super) fn png(picture: &Picture) -> Vec<u8> {
    png_with(picture, |_| {})
}

/// A PNG of 8 bits a sample with this header and what is in `zlib`, whether that fits it or not.
pub(super) fn png_of(
    (width, height): (u32, u32),
    samples: png::ColorType,
    interlaced: bool,
    zlib: &[u8],
) -> Vec<u8> {
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let header = [&*sides, &[8, samples as u8, 0, 0, interlaced.into()]].concat();
    [
        b"\x89PNG\r\n\x1A\n".to_vec(),
        chunk(b"IHDR", &header),
        chunk(b"IDAT", zlib),
        chunk(b"IEND", &[]),
    ]
    .concat()
}

/// A chunk with its length and checksum (PNG, 5.3).
pub(super) fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(name);
    crc.update(data);
    [
        &(data.len() as u32).to_be_bytes()[..],
        name,
        data,
        &crc.sum().to_be_bytes(),
    ]
    .concat()
}

/// The file with chunks put in behind IHDR, or in front of IEND.
pub(super) fn with_chunk(png: &[u8], chunk: &[u8], behind_pixels: bool) -> Vec<u8> {
    let at = if behind_pixels { png.len() - 12 } else { 33 };
    [&png[..at], chunk, &png[at..]].concat()
}

fn colours(picture: &Picture) -> ExtendedColorType {
    match picture.channels {
        1 => ExtendedColorType::L8,
        2 => ExtendedColorType::La8,
        3 => ExtendedColorType::Rgb8,
        _ => ExtendedColorType::Rgba8,
    }
}

fn encode(picture: &Picture, encoder: impl ImageEncoder) {
    let (width, height) = (picture.width as u32, picture.height as u32);
    encoder
        .write_image(&picture.samples, width, height, colours(picture))
        .unwrap();
}

pub(super) fn bmp(picture: &Picture) -> Vec<u8> {
    let mut file = Vec::new();
    encode(picture, image::codecs::bmp::BmpEncoder::new(&mut file));
    file
}

pub(super) fn tga(picture: &Picture) -> Vec<u8> {
    let mut file = Vec::new();
    encode(picture, image::codecs::tga::TgaEncoder::new(&mut file));
    file
}

pub(super) fn ico(picture: &Picture) -> Vec<u8> {
    let mut file = Vec::new();
    encode(picture, image::codecs::ico::IcoEncoder::new(&mut file));
    file
}

pub(super) fn pnm(picture: &Picture, subtype: image::codecs::pnm::PnmSubtype) -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = image::codecs::pnm::PnmEncoder::new(&mut file).with_subtype(subtype);
    encode(picture, encoder);
    file
}

pub(super) fn qoi(picture: &Picture) -> Vec<u8> {
    let (width, height) = (picture.width as u32, picture.height as u32);
    qoi::encode_to_vec(&picture.samples, width, height).unwrap()
}

pub(super) fn webp(picture: &Picture) -> Vec<u8> {
    webp_with(picture, |_| {})
}

pub(super) fn webp_with(
    picture: &Picture,
    set: impl FnOnce(&mut image_webp::WebPEncoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = image_webp::WebPEncoder::new(&mut file);
    set(&mut encoder);
    let colours = match picture.channels {
        1 => image_webp::ColorType::L8,
        2 => image_webp::ColorType::La8,
        3 => image_webp::ColorType::Rgb8,
        _ => image_webp::ColorType::Rgba8,
    };
    let (width, height) = (picture.width as u32, picture.height as u32);
    encoder
        .encode(&picture.samples, width, height, colours)
        .unwrap();
    file
}

/// A GIF whose palette has 64 colours, and the picture as it is then. The last index can be seen through, if so wished.
pub(super) fn gif(picture: &Picture, transparent: bool, interlaced: bool) -> (Vec<u8>, Picture) {
    let palette: Vec<u8> = (0..64_u8)
        .flat_map(|i| [i * 4, 255 - i * 3, i ^ 21])
        .collect();
    let indices: Vec<u8> = picture
        .samples
        .chunks_exact(picture.channels)
        .map(|pixel| pixel[0] / 4)
        .collect();
    let mut file = Vec::new();
    let (width, height) = (picture.width as u16, picture.height as u16);
    let mut encoder = ::gif::Encoder::new(&mut file, width, height, &palette).unwrap();
    let in_order: Vec<u8> = if interlaced {
        let passes = [(0, 8), (4, 8), (2, 4), (1, 2)];
        passes
            .into_iter()
            .flat_map(|(start, step)| (start..picture.height).step_by(step))
            .flat_map(|y| indices[y * picture.width..][..picture.width].to_vec())
            .collect()
    } else {
        indices.clone()
    };
    let frame = ::gif::Frame {
        width,
        height,
        interlaced,
        transparent: transparent.then_some(63),
        buffer: in_order.into(),
        ..Default::default()
    };
    encoder.write_frame(&frame).unwrap();
    drop(encoder);
    let colour = |index: &u8| {
        let at = 3 * usize::from(*index);
        let colour = &palette[at..at + 3];
        match (transparent, *index) {
            (false, _) => colour.to_vec(),
            (true, 63) => vec![0; 4],
            (true, _) => [colour, &[255]].concat(),
        }
    };
    let seen = Picture {
        channels: if transparent { 4 } else { 3 },
        samples: indices.iter().flat_map(colour).collect(),
        ..picture.clone()
    };
    (file, seen)
}

/// A TIFF with `compression`.
pub(super) fn tiff<C: ::tiff::encoder::colortype::ColorType<Inner = u8>>(
    picture: &Picture,
    compression: ::tiff::encoder::Compression,
) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let mut encoder = ::tiff::encoder::TiffEncoder::new(&mut file)
        .unwrap()
        .with_compression(compression);
    let (width, height) = (picture.width as u32, picture.height as u32);
    encoder
        .write_image::<C>(width, height, &picture.samples)
        .unwrap();
    file.into_inner()
}

/// A TIFF of one strip, or one tile if there is a tag of its width, by its tags: each with a number of 32 bits. Two
/// samples have two numbers of bits, and as planes two strips, which are one. Those of the place and length of the strip
/// or tile come besides.
pub(super) fn tiff_by_hand(tags: &[(u16, u32)], strip: &[u8]) -> Vec<u8> {
    let entries = tags.len() as u32 + 2;
    let at = 8 + 2 + 12 * entries + 4;
    let mut tags = tags.to_vec();
    let is_tile = tags.iter().any(|(tag, _)| *tag == 322);
    let [place_tag, length_tag] = if is_tile { [324, 325] } else { [273, 279] };
    tags.extend([(place_tag, at), (length_tag, strip.len() as u32)]);
    tags.sort_unstable();
    let is_of_two = tags.contains(&(277, 2));
    let is_planar = tags.contains(&(284, 2));
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    file.extend((entries as u16).to_le_bytes());
    for (tag, number) in tags {
        // SHORTs or LONGs, and one of them or two.
        let kind = if number < 1 << 16 { 3 } else { 4 };
        let is_doubled = tag == 258 || is_planar && (tag == place_tag || tag == length_tag);
        let (count, number) = if is_of_two && is_doubled {
            (2, number << 16 | number)
        } else {
            (1, number)
        };
        file.extend(tag.to_le_bytes());
        file.extend([kind, 0, count, 0, 0, 0]);
        file.extend(number.to_le_bytes());
    }
    file.extend([0; 4]);
    file.extend(strip);
    file
}

/// The tags of a grey picture of 8 bits (TIFF 6.0, section 4), not compressed.
pub(super) fn grey_tags(width: u32, height: u32) -> Vec<(u16, u32)> {
    vec![
        (256, width),
        (257, height),
        (258, 8),
        (259, 1),
        (262, 1),
        (277, 1),
        (278, height),
    ]
}
