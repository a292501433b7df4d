//! Several sizes from one decode, beside references of our own making: a full decode by another decoder, and Lanczos
//! over all of it in floating point, a term at a time.

use std::f64::consts::PI;
use std::sync::Mutex;

use thumbgen::{ColourHandling, Format, Options, Thumbnail, Thumbnailer, Variant};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::files::{File, files, for_each};

const SIZES: [&str; 3] = ["1600", "400", "128"];

/// What the median has to reach, in dB.
const GOALS: [f64; 3] = [44.0, 44.0, 46.0];

#[test]
fn each_size_is_as_good_as_if_it_were_resized_from_the_whole_picture() {
    let decibels = Mutex::new([const { Vec::new() }; 3]);
    let files = files(&["web", "small"]);
    for_each(&files, |file| &file.name, |file| compare(file, &decibels));
    let decibels = decibels.into_inner().unwrap();
    for ((mut found, goal), size) in decibels.into_iter().zip(GOALS).zip(SIZES) {
        found.sort_by(f64::total_cmp);
        assert!(found.len() > 100, "{size}: only {} pictures", found.len());
        let median = found[found.len() / 2];
        println!("{size}: {median:.1} dB over {} pictures", found.len());
        assert!(median >= goal, "{size}: {median:.1} dB in the median");
    }
}

fn compare(file: &File, decibels: &Mutex<[Vec<f64>; 3]>) -> Result<(), String> {
    let variants = SIZES.map(|size| {
        let size = size.parse().expect("a size");
        Variant::new(size).with_format(Format::Png)
    });
    let mut made = [const { None }; 3];
    let mut take = |number: usize, thumbnail: Result<Thumbnail, _>| made[number] = thumbnail.ok();
    Thumbnailer::new(Options::default())
        .thumbnails(&file.bytes, &variants, &mut take)
        .map_err(|error| error.to_string())?;
    let made = made.map(|thumbnail| thumbnail.expect("a thumbnail"));
    // Profiles and turns have their own tests.
    if made[0].colour != ColourHandling::Untouched || made[0].orientation != 1 {
        return Ok(());
    }
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&file.bytes), options);
    let picture = decoder.decode().map_err(|error| error.to_string())?;
    let (width, height) = (
        made[0].source_width as usize,
        made[0].source_height as usize,
    );
    for (number, thumbnail) in made.iter().enumerate() {
        let size = (thumbnail.width as usize, thumbnail.height as usize);
        let expected = lanczos(&picture, (width, height), size);
        let found = image::load_from_memory(&thumbnail.bytes).expect("a PNG");
        let found = psnr(&found.to_rgb8(), &expected);
        decibels.lock().unwrap()[number].push(found);
    }
    Ok(())
}

/// Resizes interleaved RGB: rows first, then columns.
fn lanczos(rgb: &[u8], from: (usize, usize), to: (usize, usize)) -> Vec<f64> {
    let samples: Vec<f64> = rgb.iter().copied().map(f64::from).collect();
    let rows = resize(&samples, from.0, to.0, 3);
    resize(&rows, from.1, to.1, 3 * to.0)
}

/// Makes `to` vectors of each `from` that follow each other, all of `length` samples: pixels of a row, or rows.
fn resize(samples: &[f64], from: usize, to: usize, length: usize) -> Vec<f64> {
    let weights: Vec<Vec<(usize, f64)>> = (0..to).map(|at| weights(at, from, to)).collect();
    let mut target = Vec::with_capacity(samples.len() / from * to);
    for vectors in samples.chunks_exact(from * length) {
        for weights in &weights {
            for sample in 0..length {
                let terms = weights
                    .iter()
                    .map(|(at, weight)| vectors[at * length + sample] * weight);
                target.push(terms.sum());
            }
        }
    }
    target
}

/// The samples that sample number `at` of `to` is made of, and their weights, which add up to 1.
fn weights(at: usize, from: usize, to: usize) -> Vec<(usize, f64)> {
    let scale = from as f64 / to as f64;
    let centre = (at as f64 + 0.5) * scale;
    let stretch = scale.max(1.0);
    let kernel = |x: f64| match x.abs() {
        x if x < 1e-9 => 1.0,
        x if x < 3.0 => 3.0 * (PI * x).sin() * (PI * x / 3.0).sin() / (PI * x).powi(2),
        _ => 0.0,
    };
    let weight = |sample: usize| kernel((sample as f64 + 0.5 - centre) / stretch);
    let weights: Vec<_> = (0..from).map(|sample| (sample, weight(sample))).collect();
    let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
    let near = weights.into_iter().filter(|(_, weight)| *weight != 0.0);
    near.map(|(sample, weight)| (sample, weight / sum))
        .collect()
}

fn psnr(found: &[u8], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let pairs = found.iter().zip(expected);
    let squares =
        pairs.map(|(found, expected)| (f64::from(*found) - expected.clamp(0.0, 255.0)).powi(2));
    10.0 * (255.0 * 255.0 * found.len() as f64 / squares.sum::<f64>().max(1e-9)).log10()
}
