//! Pictures of each format, written by the crates' encoders, against what they were written from.

mod changing;
mod damage;
mod encoders;
mod limits;
mod metadata;
mod pixels;
mod png_filters;
mod rows;
mod tiff_kinds;

use std::io::Cursor;

use super::error::Error;
use super::info::Decoded;
use super::opened::Opened;
use super::{Format, open};
use crate::picture::jpeg::Limits;
use crate::picture::sniff::FileKind;

#[test]
fn all_other_formats_that_are_read_are_decoded_here() {
    let [jpeg, others @ ..] = FileKind::READ;
    assert_eq!((jpeg, Format::of(jpeg)), (FileKind::Jpeg, None));
    assert!(others.iter().all(|kind| Format::of(*kind).is_some()));
    assert!(
        FileKind::READ
            .iter()
            .all(|kind| !kind.extensions().is_empty())
    );
}

/// The picture in `file`, with `scale` samples a pixel asked for.
fn decode(format: Format, file: &[u8], scale: f64) -> Result<Decoded, Error> {
    decode_within(format, file, scale, &Limits::default())
}

fn decode_within(
    format: Format,
    file: &[u8],
    scale: f64,
    limits: &Limits,
) -> Result<Decoded, Error> {
    let mut input = Cursor::new(file);
    open(format, &mut input, limits)?.decode(scale, limits)
}

/// A picture in memory: interleaved samples of 8 bits.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Picture {
    width: usize,
    height: usize,
    channels: usize,
    samples: Vec<u8>,
}

impl Picture {
    /// Ramps and stripes, no two channels alike; alpha, if that is what the last one is, is never 0.
    fn new(width: usize, height: usize, channels: usize) -> Self {
        let sample = |x: usize, y: usize, c: usize| match c {
            0 => x * 5 + y,
            1 => y * 7 + (x / 3) * 40,
            2 => (x + y) * 3,
            _ => 1 + (x * 11 + y * 2) % 255,
        } as u8;
        let alpha = |c: usize| {
            if channels.is_multiple_of(2) && c == channels - 1 {
                3
            } else {
                c
            }
        };
        let samples = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .flat_map(|(x, y)| (0..channels).map(move |c| sample(x, y, alpha(c))))
            .collect();
        Self {
            width,
            height,
            channels,
            samples,
        }
    }

    /// The planes that boxes of `step` pixels make of it, alpha multiplied in.
    fn planes(&self, step: usize, alpha: bool) -> Vec<Vec<f64>> {
        let value = |x: usize, y: usize, c: usize| {
            let pixel = &self.samples[(y * self.width + x) * self.channels..][..self.channels];
            let sample = f64::from(pixel[c]);
            if alpha && c + 1 < self.channels {
                sample * f64::from(pixel[self.channels - 1]) / 255.0
            } else {
                sample
            }
        };
        let plane = |c: usize| {
            let mut plane = Vec::new();
            for top in (0..self.height).step_by(step) {
                for left in (0..self.width).step_by(step) {
                    let (mut sum, mut count) = (0.0, 0.0);
                    for y in top..(top + step).min(self.height) {
                        for x in left..(left + step).min(self.width) {
                            sum += value(x, y, c);
                            count += 1.0;
                        }
                    }
                    plane.push(sum / count);
                }
            }
            plane
        };
        (0..self.channels).map(plane).collect()
    }

    /// Asserts that `decoded` has its planes, averaged in boxes of `step` pixels.
    fn assert_is(&self, decoded: &Decoded, step: usize, alpha: bool, what: &str) {
        let size = (self.width.div_ceil(step), self.height.div_ceil(step));
        assert_eq!(decoded.size, size, "{what}");
        let mut alphas = self
            .samples
            .iter()
            .skip(self.channels - 1)
            .step_by(self.channels);
        let alpha = alpha && alphas.any(|alpha| *alpha < 255);
        assert_eq!(decoded.info.alpha, alpha, "{what}");
        let planes = self.planes(step, alpha);
        for (c, (got, want)) in decoded.planes.iter().zip(planes).enumerate() {
            assert_eq!(got.len(), want.len(), "{what}");
            for (at, (got, want)) in got.iter().zip(want).enumerate() {
                let off = (f64::from(*got) - want).abs();
                // Half a level for the rounding of the average, half for that of each product.
                let most = if alpha { 1.0 } else { 0.501 };
                assert!(off <= most, "{what}: plane {c}, {at}: {got}, not {want}");
            }
        }
    }
}

fn opened(format: Format, file: &[u8], check: impl FnOnce(&Opened)) {
    let (mut input, limits) = (Cursor::new(file), Limits::default());
    check(&open(format, &mut input, &limits).expect("a sound header"));
}
