//! Dequantisation and the inverse DCT in `f64`, at eight sizes.

use super::picture::{Block, Component};
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// The samples of one component at scale `n`/8, all of its padded blocks.
pub struct Plane {
    pub width: usize,
    pub height: usize,
    pub samples: Vec<f64>,
}

/// Inverse DCT of the `n` x `n` lowest frequencies, level shift included, neither rounded nor clamped.
///
/// T.81 A.3.3, with `n` for the 8 of the cosines' denominators; the factor 1/4 stays, so that a flat block keeps its
/// level: coefficients of an 8x8 transform are 8/n times those of the same picture's n x n transform.
pub fn idct(coefficients: &Block, quantiser: &Block, n: usize) -> Vec<f64> {
    let mut samples = vec![128.0; n * n];
    let wave = waves(n);
    for v in 0..n {
        for u in 0..n {
            let frequency = f64::from(coefficients[8 * v + u]) * f64::from(quantiser[8 * v + u]);
            if frequency == 0.0 {
                continue;
            }
            for y in 0..n {
                for x in 0..n {
                    samples[y * n + x] += frequency * wave[v][y] * wave[u][x] / 4.0;
                }
            }
        }
    }
    samples
}

/// `C(u) cos((2x + 1) u pi / 2n)` at `[u][x]`, for `x` below `n`.
fn waves(n: usize) -> [[f64; 8]; 8] {
    let wave = |u: usize, x: usize| {
        let c = if u == 0 { FRAC_1_SQRT_2 } else { 1.0 };
        c * (((2 * x + 1) * u) as f64 * PI / (2 * n) as f64).cos()
    };
    std::array::from_fn(|u| std::array::from_fn(|x| wave(u, x)))
}

impl Plane {
    pub fn of(component: &Component, n: usize) -> Self {
        let (width, height) = (component.padded.0 * n, component.padded.1 * n);
        let mut samples = vec![0.0; width * height];
        for by in 0..component.padded.1 {
            for bx in 0..component.padded.0 {
                let block = idct(component.block(bx, by), &component.quantiser, n);
                for (y, row) in block.chunks_exact(n).enumerate() {
                    let start = (by * n + y) * width + bx * n;
                    samples[start..start + n].copy_from_slice(row);
                }
            }
        }
        Self {
            width,
            height,
            samples,
        }
    }
}
