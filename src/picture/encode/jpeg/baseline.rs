//! Pixels -> a JPEG: baseline, JFIF header first, 4:2:0 below quality 90 and 4:4:4 from there, optimised
//! Huffman tables, grey as one component, no metadata.
//!
//! # Which encoder
//!
//! At 128 pixels encoding takes a fifth of a thumbnail's time, and from 512 on it used to take half: once a picture is
//! decoded at full size, nothing else costs more. So the encoder is thumbgen's own. It is compared here with the Rust
//! encoders that are still maintained, for 60 thumbnails of photographs at 128 and 25 pictures from the web at 1600
//! (quality 80, 4:2:0, one core of a 2-core cloud machine, user time, best of 7, November 2026):
//!
//! | encoder | 128, each | 1600, a megapixel | bytes at 128, at 1600 |
//! |---|---|---|---|
//! | thumbgen's, from planes | 40 µs | 2.8 ms | 3893, 173,894 |
//! | mozjpeg-rs 0.9.2, baseline, no trellis, Annex K tables, from planes | 110 µs | 7.3 ms | the same to the byte |
//! | the same, standard Huffman tables | 103 µs | 6.7 ms | 4230, 177,720 |
//! | jpeg-encoder 0.7.1 with its feature `simd`, from planes | 202 µs | 9.6 ms | 3864, 172,799 |
//! | the same, standard Huffman tables | 92 µs | 6.1 ms | 4245, 177,726 |
//! | the same from RGB | 105 µs | 7.0 ms | 4273, 178,081 |
//!
//! (mozjpeg-rs compiles to the same code with and without its feature `simd`. image 0.25.10 has no optimised tables,
//! writes only 4:4:4, and takes 2.5 times as long at 128.) thumbgen's first encoder was mozjpeg-rs, so thumbnails have
//! its bytes, and the tests hold this encoder to them.
//!
//! Annex K's quantisation tables are what a quality means in most other software, and for the same number of bytes they
//! give a higher SSIM than later tables (0.964, where Robidoux's give 0.958). Trellis quantisation saves 10% of the
//! bytes but takes seven times as long; optimised Huffman tables save 8% at 128.

use super::chroma::halves_chroma;
use super::component::Component;
use super::scan::ScanEncoder;
use crate::picture::encode::pixels::{Layout, Pixels, Samples};

/// Encodes pixels, and keeps its buffers from one thumbnail to the next.
#[derive(Debug, Default)]
pub(in crate::picture::encode) struct Encoder {
    scan: ScanEncoder,
}

impl Encoder {
    /// Encodes `width` x `height` pixels, grey or planes, at most 65,535 each.
    pub(in crate::picture::encode) fn encode(
        &mut self,
        pixels: Pixels,
        width: u32,
        height: u32,
        quality: u8,
    ) -> Vec<u8> {
        let size = (width as usize, height as usize);
        let planes = match pixels {
            Pixels::YCbCr(planes) => planes,
            Pixels::Interleaved(Samples { samples, layout }) => {
                debug_assert_eq!(layout, Layout::Grey);
                let grey = Component {
                    samples,
                    size,
                    factors: (1, 1),
                };
                return self.scan.encode(&[grey], quality);
            }
        };
        let factor = if halves_chroma(quality) { 2 } else { 1 };
        let component = |index: usize| {
            let (size, factor) = match index {
                0 => (size, factor),
                _ => ((size.0.div_ceil(factor), size.1.div_ceil(factor)), 1),
            };
            Component {
                samples: planes[index],
                size,
                factors: (factor, factor),
            }
        };
        self.scan
            .encode(&[component(0), component(1), component(2)], quality)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::colour::{Wanted, split};
    use crate::picture::encode::halve_chroma;
    use mozjpeg_rs::{Encoder as Moz, Preset, QuantTableIdx, Subsampling};

    /// The same by mozjpeg-rs, with which thumbnails were first made.
    fn wanted(pixels: Pixels, width: u32, height: u32, quality: u8) -> Vec<u8> {
        let subsampling = match halves_chroma(quality) {
            true => Subsampling::S420,
            false => Subsampling::S444,
        };
        let encoder = Moz::new(Preset::BaselineFastest)
            .quality(quality)
            .quant_tables(QuantTableIdx::JpegAnnexK)
            .optimize_huffman(true)
            .subsampling(subsampling);
        match pixels {
            Pixels::YCbCr([y, cb, cr]) => encoder.encode_ycbcr_planar(y, cb, cr, width, height),
            Pixels::Interleaved(Samples { samples, layout }) => match layout {
                Layout::Grey => encoder.encode_gray(samples, width, height),
                _ => encoder.encode_rgb(samples, width, height),
            },
        }
        .expect("BUG: pixels that can't be encoded")
    }

    fn interleaved(samples: &[u8], layout: Layout) -> Pixels<'_> {
        Pixels::Interleaved(Samples { samples, layout })
    }

    /// Y, Cb and Cr of interleaved RGB.
    fn planes_of(rgb: &[u8], size: (usize, usize), quality: u8) -> [Vec<u8>; 3] {
        let samples = size.0 * size.1;
        let mut planes = [0, 1, 2].map(|_| vec![0; samples]);
        split(rgb, &mut planes, 0..samples, Wanted::YCbCr);
        if halves_chroma(quality) {
            for plane in &mut planes[1..] {
                halve_chroma(plane, size);
            }
        }
        planes
    }

    /// Samples of one kind, the same each time: flat, smooth, smooth with noise, noise, black and white.
    fn samples(kind: u32, count: usize, width: usize) -> Vec<u8> {
        let mut state = kind + 1;
        let sample = |at: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (x, y) = ((at % width) as f32, (at / width) as f32);
            let wave = 128.0 + 60.0 * (x / 9.0).sin() + 60.0 * (y / 7.0).cos();
            match kind {
                0 => 255,
                1 => wave as u8,
                2 => wave as u8 ^ (state >> 28) as u8,
                3 => (state >> 24) as u8,
                _ => ((state >> 31) * 255) as u8,
            }
        };
        (0..count).map(sample).collect()
    }

    #[test]
    fn thumbnails_keep_the_bytes_that_they_have_had() {
        let mut encoder = Encoder::default();
        let sizes = [
            (1, 1),
            (7, 9),
            (8, 8),
            (16, 16),
            (17, 33),
            (200, 15),
            (96, 128),
            (431, 287),
        ];
        let mut compared = 0;
        for (width, height) in sizes {
            for quality in [1, 10, 25, 50, 75, 80, 89, 90, 95, 100] {
                for kind in 0..5 {
                    let (w, h) = (width as usize, height as usize);
                    let [y, cb, cr] = [0, 1, 2].map(|i| samples((kind + i) % 5, w * h, w));
                    let halved = |side: usize| match halves_chroma(quality) {
                        true => side.div_ceil(2),
                        false => side,
                    };
                    let chroma = halved(w) * halved(h);
                    let rgb = samples(kind, 3 * w * h, 3 * w);
                    let grey = interleaved(&y, Layout::Grey);
                    let random = Pixels::YCbCr([&y, &cb[..chroma], &cr[..chroma]]);
                    let of_rgb = planes_of(&rgb, (w, h), quality);
                    let of_rgb = Pixels::YCbCr(of_rgb.each_ref().map(Vec::as_slice));
                    for (pixels, theirs) in [
                        (grey, grey),
                        (random, random),
                        (of_rgb, interleaved(&rgb, Layout::Rgb)),
                    ] {
                        assert!(
                            encoder.encode(pixels, width, height, quality)
                                == wanted(theirs, width, height, quality),
                            "{width}x{height} at quality {quality}, samples {kind}: {pixels:.20?}"
                        );
                        compared += 1;
                    }
                }
            }
        }
        assert_eq!(compared, sizes.len() * 10 * 5 * 3);
    }
}
