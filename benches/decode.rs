//! What decoding costs at each scale, by bytes of compressed data, and what building its tables costs.
//!
//! On generated pictures, and on the corpus if it is at `../shared/corpus`.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use std::path::Path;
use thumbgen::picture::jpeg::{Header, Limits, Scale, Scales, Scratch};

fn main() {
    divan::main();
}

/// The scales of the measurements: N of N/8.
const SCALES: [u8; 5] = [1, 2, 3, 4, 8];

fn scales(n: u8) -> Scales {
    Scales::uniform(Scale::new(n).expect("BUG: a scale"))
}

fn decode(picture: &[u8], n: u8, scratch: &mut Scratch) -> usize {
    let header = Header::parse(black_box(picture)).expect("a JPEG");
    let planes = header
        .decode(&scales(n), &Limits::default(), scratch)
        .expect("a sound JPEG");
    planes.iter().map(|plane| plane.samples.len()).sum()
}

fn bench(bencher: Bencher, pictures: &[Vec<u8>], n: u8) {
    let mut scratch = Scratch::new();
    let bytes = pictures.iter().map(Vec::len).sum::<usize>();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        pictures
            .iter()
            .map(|picture| decode(picture, n, &mut scratch))
            .sum::<usize>()
    });
}

/// A picture with smooth and rough parts, as an encoder of the kind and quality writes it.
fn generated(width: u16, height: u16, quality: u8, progressive: bool) -> Vec<u8> {
    let mut noise = 1u32;
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    for y in 0..u32::from(height) {
        for x in 0..u32::from(width) {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let rough = if (x / 256 + y / 256) % 3 == 0 {
                noise >> 27
            } else {
                noise >> 30
            };
            let wave = ((x as f32 / 40.0).sin() + (y as f32 / 23.0).cos()) * 60.0 + 120.0;
            let grey = wave as u32 + rough;
            pixels.extend([grey as u8, (grey + x / 64) as u8, (grey + y / 64) as u8]);
        }
    }
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_progressive(progressive);
    encoder
        .encode(&pixels, width, height, ColorType::Rgb)
        .expect("BUG: a sound picture");
    bytes
}

#[divan::bench(args = SCALES)]
fn generated_large(bencher: Bencher, n: u8) {
    bench(bencher, &[generated(3000, 2000, 90, false)], n);
}

#[divan::bench(args = SCALES)]
fn generated_small(bencher: Bencher, n: u8) {
    bench(bencher, &[generated(500, 400, 90, false)], n);
}

#[divan::bench(args = SCALES)]
fn generated_progressive(bencher: Bencher, n: u8) {
    bench(bencher, &[generated(1500, 1000, 85, true)], n);
}

/// The pictures of a folder of the corpus; none if it isn't there.
fn corpus(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/corpus")
        .join(folder);
    let mut paths = match folder.read_dir() {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(_) => Vec::new(),
    };
    paths.sort_unstable();
    paths
        .iter()
        .filter_map(|path| std::fs::read(path).ok())
        .collect()
}

#[divan::bench(args = SCALES, sample_count = 5)]
fn camera(bencher: Bencher, n: u8) {
    bench(bencher, &corpus("camera"), n);
}

#[divan::bench(args = SCALES, sample_count = 20)]
fn web(bencher: Bencher, n: u8) {
    bench(bencher, &corpus("web"), n);
}

#[divan::bench(args = SCALES, sample_count = 20)]
fn small(bencher: Bencher, n: u8) {
    bench(bencher, &corpus("small"), n);
}

#[divan::bench(args = SCALES, sample_count = 5)]
fn camera_progressive(bencher: Bencher, n: u8) {
    bench(bencher, &corpus("camera-progressive"), n);
}

#[divan::bench(args = SCALES, sample_count = 20)]
fn web_progressive(bencher: Bencher, n: u8) {
    bench(bencher, &corpus("web-progressive"), n);
}

/// A picture of one block takes little but its tables; with a new scratch each time, they are built each time.
#[divan::bench(args = [1, 3, 8])]
fn tables_built(bencher: Bencher, n: u8) {
    let picture = generated(8, 8, 90, false);
    bencher.bench_local(|| decode(&picture, n, &mut Scratch::new()));
}

/// The same with tables that are kept.
#[divan::bench(args = [1, 3, 8])]
fn tables_kept(bencher: Bencher, n: u8) {
    let picture = generated(8, 8, 90, false);
    let mut scratch = Scratch::new();
    bencher.bench_local(|| decode(&picture, n, &mut scratch));
}
