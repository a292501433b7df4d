//! Other decoders' opinion: zune-jpeg at full size, jpeg-decoder at its scales.
//!
//! It compares the raw components of pictures without subsampling, so that neither upsampling nor colour plays a part.
#![allow(clippy::print_stdout)]

use thumbgen::picture::jpeg::Scratch;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::oracle::compare::{Plane, decode};

/// Samples of a picture's components, interleaved, as the peers give them.
struct Raw {
    samples: Vec<u8>,
    width: usize,
    height: usize,
}

fn zune(stream: &[u8], components: usize) -> Option<Raw> {
    let colour = if components == 1 {
        ColorSpace::Luma
    } else {
        ColorSpace::YCbCr
    };
    let options = DecoderOptions::default().jpeg_set_out_colorspace(colour);
    let mut decoder = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(stream), options);
    let samples = decoder.decode().ok()?;
    let (width, height) = decoder.dimensions()?;
    Some(Raw {
        samples,
        width,
        height,
    })
}

/// jpeg-decoder at 1/`divisor`; it takes the smallest scale that is at least as large as what is asked for.
fn jpeg_decoder(stream: &[u8], components: usize, divisor: u32) -> Option<Raw> {
    let mut decoder = jpeg_decoder::Decoder::new(stream);
    // Its "None" gives whole rows of each component; "RGB" is what converts nothing and gives pixels.
    if components == 3 {
        decoder.set_color_transform(jpeg_decoder::ColorTransform::RGB);
    }
    decoder.read_info().ok()?;
    let size = decoder.info()?;
    let asked = |side: u16| side.div_ceil(divisor as u16);
    let (width, height) = decoder.scale(asked(size.width), asked(size.height)).ok()?;
    // It asks one side only, and so gives a larger scale for a picture of one line.
    if (width, height) != (asked(size.width), asked(size.height)) {
        return None;
    }
    let samples = decoder.decode().ok()?;
    Some(Raw {
        samples,
        width: width.into(),
        height: height.into(),
    })
}

/// The largest difference between our planes and a peer's samples.
fn largest_difference(ours: &[Plane], peer: &Raw) -> u8 {
    assert_eq!((ours[0].width, ours[0].height), (peer.width, peer.height));
    let difference = |(component, plane): (usize, &Plane)| {
        let theirs = peer.samples.iter().skip(component).step_by(ours.len());
        plane
            .samples
            .iter()
            .zip(theirs)
            .map(|(a, b)| a.abs_diff(*b))
            .max()
            .unwrap_or(0)
    };
    ours.iter().enumerate().map(difference).max().unwrap_or(0)
}

/// Fails if full size is further than a level from zune-jpeg. Returns the number of streams that it accepts.
pub(crate) fn compare_with_zune(streams: &[(String, Vec<u8>)]) -> usize {
    let mut compared = 0;
    for (name, stream) in streams {
        let ours = decode(stream, 8, &mut Scratch::default())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let Some(peer) = zune(stream, ours.len()) else {
            println!("{name}: zune-jpeg refuses it");
            continue;
        };
        let difference = largest_difference(&ours, &peer);
        println!("{name}: {difference}");
        assert!(difference <= 1, "{name}: {difference}");
        compared += 1;
    }
    compared
}

/// Fails if an eighth, a quarter or a half is further than two levels from jpeg-decoder. Returns how many of these it
/// has.
pub(crate) fn compare_with_jpeg_decoder(streams: &[(String, Vec<u8>)]) -> usize {
    let mut compared = 0;
    for (name, stream) in streams {
        for divisor in [8, 4, 2] {
            let ours = decode(stream, 8 / divisor as usize, &mut Scratch::default())
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let Some(peer) = jpeg_decoder(stream, ours.len(), divisor) else {
                println!("{name}: jpeg-decoder has no 1/{divisor} of it");
                continue;
            };
            let difference = largest_difference(&ours, &peer);
            println!("{name} at 1/{divisor}: {difference}");
            assert!(difference <= 2, "{name} at 1/{divisor}: {difference}");
            compared += 1;
        }
    }
    compared
}
