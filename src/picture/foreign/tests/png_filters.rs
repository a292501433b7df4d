//! PNGs whose rows have any filters, written as the standard says (9.2), and end where they should not.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use png::ColorType;

use super::super::Format;
use super::super::error::Error;
use super::encoders as encode;
use super::{Picture, decode, decode_within};
use crate::picture::jpeg::Limits;

/// Samples without any pattern, so that predictions are of all kinds and sums wrap. None is what missing rows are.
fn noise(width: usize, height: usize, channels: usize) -> Picture {
    let mut picture = Picture::new(width, height, channels);
    let mut state = 1_u32;
    for sample in &mut picture.samples {
        // Numerical Recipes' generator.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *sample = match (state >> 24) as u8 {
            128 => 129,
            sample => sample,
        };
    }
    picture
}

/// What `filter` predicts of a, the sample to the left, b, the one above, and c, the one above that to the left.
fn predict(filter: u8, a: u8, b: u8, c: u8) -> u8 {
    let [wide_a, wide_b, wide_c] = [a, b, c].map(i32::from);
    match filter {
        0 => 0,
        1 => a,
        2 => b,
        3 => ((wide_a + wide_b) / 2) as u8,
        _ => {
            let p = wide_a + wide_b - wide_c;
            let [pa, pb, pc] = [wide_a, wide_b, wide_c].map(|near| (p - near).abs());
            if pa <= pb && pa <= pc {
                a
            } else if pb <= pc {
                b
            } else {
                c
            }
        }
    }
}

/// The rows of `picture`, which have `filters` in turn.
fn filtered(picture: &Picture, filters: &[u8]) -> Vec<u8> {
    let (channels, length) = (picture.channels, picture.width * picture.channels);
    let sample = |x: Option<usize>, y: Option<usize>| match (x, y) {
        (Some(x), Some(y)) => picture.samples[y * length + x],
        _ => 0,
    };
    let mut rows = Vec::new();
    for (y, filter) in (0..picture.height).zip(filters.iter().cycle()) {
        rows.push(*filter);
        for x in 0..length {
            let (left, above) = (x.checked_sub(channels), y.checked_sub(1));
            let [a, b] = [sample(left, Some(y)), sample(Some(x), above)];
            let predicted = predict(*filter, a, b, sample(left, above));
            rows.push(sample(Some(x), Some(y)).wrapping_sub(predicted));
        }
    }
    rows
}

/// A file of the size of `picture` with `rows`.
fn file(picture: &Picture, rows: &[u8]) -> Vec<u8> {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(rows).unwrap();
    deflated(picture, &zlib.finish().unwrap())
}

/// A file of the size of `picture` with what is in `zlib`.
fn deflated(picture: &Picture, zlib: &[u8]) -> Vec<u8> {
    let colour = match picture.channels {
        3 => ColorType::Rgb,
        _ => ColorType::Rgba,
    };
    let sides = (picture.width as u32, picture.height as u32);
    encode::png_of(sides, colour, false, zlib)
}

#[test]
fn any_filter_may_follow_any_other() {
    let ends = (0..5).flat_map(|first| (0..5).map(move |last| [first, 4, last]));
    for filters in ends.chain([[4, 4, 4]]) {
        for (width, height) in [(1, 5), (2, 3), (3, 4), (34, 7)] {
            for channels in [3, 4] {
                let picture = noise(width, height, channels);
                let file = file(&picture, &filtered(&picture, &filters));
                let decoded = decode(Format::Png, &file, 1.0).unwrap();
                let what = format!("{filters:?}, {width}x{height}x{channels}");
                picture.assert_is(&decoded, 1, channels == 4, &what);
            }
        }
    }
}

#[test]
fn rows_are_right_where_they_are_longer_than_what_is_inflated_at_a_time() {
    for channels in [3, 4] {
        let picture = noise(50_000, 6, channels);
        let file = file(&picture, &filtered(&picture, &[4, 4, 1, 4]));
        let decoded = decode(Format::Png, &file, 1.0).unwrap();
        picture.assert_is(&decoded, 1, channels == 4, "50,000 pixels wide");
    }
}

/// The damage that is found in `file`, and how many of `picture`'s rows are given all the same.
fn damage(picture: &Picture, file: &[u8]) -> (Error, usize) {
    let strict = decode(Format::Png, file, 1.0);
    assert!(strict.is_err());
    let limits = Limits {
        allow_damaged: true,
        ..Limits::default()
    };
    let decoded = decode_within(Format::Png, file, 1.0, &limits).unwrap();
    let red = picture.samples.iter().step_by(picture.channels);
    let same = decoded.planes[0]
        .iter()
        .zip(red)
        .take_while(|(a, b)| a == b);
    (decoded.damage.unwrap(), same.count() / picture.width)
}

#[test]
fn what_is_wrong_behind_a_row_does_not_take_it_along() {
    let picture = noise(20, 8, 3);
    let row = 20 * 3 + 1;
    for sound in 1..8 {
        let mut rows = filtered(&picture, &[4]);
        let short = file(&picture, &rows[..sound * row + 10]);
        let (error, count) = damage(&picture, &short);
        let text = "damaged data: fewer pixels than the header says";
        assert_eq!((error.to_string().as_str(), count), (text, sound));

        rows[sound * row] = 5;
        let (error, count) = damage(&picture, &file(&picture, &rows));
        let text = "damaged data: unknown filter type 5";
        assert_eq!((error.to_string().as_str(), count), (text, sound));
    }
}

#[test]
fn what_is_deflated_behind_the_last_row_is_not_looked_at() {
    let picture = noise(20, 8, 3);
    let rows = filtered(&picture, &[4]);
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(&rows).unwrap();
    // Bytes of a row that there is not, and the end of a block that is not the last.
    zlib.write_all(&rows[..10]).unwrap();
    zlib.flush().unwrap();
    // Blocks of the type that there is not (RFC 1951, 3.2.3).
    let zlib = [&zlib.get_ref()[..], &[0x06; 40]].concat();
    let decoded = decode(Format::Png, &deflated(&picture, &zlib), 1.0).unwrap();
    picture.assert_is(&decoded, 1, false, "a block of no type");
}

/// A chunk that begins a frame of the size of `picture`, number `number` of all such chunks and frames (PNG, 11.3.6.2).
fn frame_control(picture: &Picture, number: u32) -> Vec<u8> {
    let [width, height] = [picture.width, picture.height].map(|side| (side as u32).to_be_bytes());
    let place_and_time = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 10, 0, 0];
    let data = [&number.to_be_bytes()[..], &width, &height, &place_and_time];
    encode::chunk(b"fcTL", &data.concat())
}

#[test]
fn of_an_animation_the_first_frame_is_taken() {
    for channels in [1, 3, 4] {
        let picture = noise(34, 7, channels);
        let rest = [&[0, 0, 0, 2], &fdeflate::compress_to_vec(&[0; 1000])[..]].concat();
        let frames = [
            encode::chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]),
            frame_control(&picture, 0),
        ];
        let behind = [frame_control(&picture, 1), encode::chunk(b"fdAT", &rest)];
        let png = encode::with_chunk(&encode::png(&picture), &frames.concat(), false);
        let png = encode::with_chunk(&png, &behind.concat(), true);
        let decoded = decode(Format::Png, &png, 1.0).unwrap();
        picture.assert_is(&decoded, 1, channels == 4, &format!("{channels} channels"));
    }
}

#[test]
fn an_animation_that_goes_on_does_not_lend_its_rows() {
    let picture = noise(70, 49, 3);
    let rows = vec![0; 39 * (70 * 3 + 1)];
    // So well compressed that the last bytes come only when the data have ended.
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    zlib.write_all(&rows).unwrap();
    let zlib = zlib.finish().unwrap();
    let frame = [
        frame_control(&picture, 0),
        encode::chunk(b"fdAT", &[&[0, 0, 0, 1], &zlib[..]].concat()),
    ];
    let png = deflated(&picture, &zlib);
    for file in [
        encode::with_chunk(&png, &frame.concat(), true),
        [&png[..], b"more"].concat(),
        png,
    ] {
        let error = decode(Format::Png, &file, 1.0).unwrap_err();
        let text = "damaged data: fewer pixels than the header says";
        assert_eq!(error.to_string(), text);
        let limits = Limits {
            allow_damaged: true,
            ..Limits::default()
        };
        let decoded = decode_within(Format::Png, &file, 1.0, &limits).unwrap();
        let black = decoded.planes[0].iter().take_while(|sample| **sample == 0);
        assert_eq!(black.count(), 39 * 70);
    }
}
