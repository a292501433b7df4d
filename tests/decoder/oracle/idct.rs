//! Dequantisation and the inverse DCT in `f64`, at eight sizes.

use super::picture::Block;
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// The inverse DCT of the `n` x `n` lowest frequencies of a block.
pub struct Idct {
    n: usize,
    /// `C(u) cos((2x + 1) u pi / 2n)` at `[u][x]`, for `x` below `n`.
    waves: [[f64; 8]; 8],
}

impl Idct {
    pub fn new(n: usize) -> Self {
        let wave = |u: usize, x: usize| {
            let c = if u == 0 { FRAC_1_SQRT_2 } else { 1.0 };
            c * (((2 * x + 1) * u) as f64 * PI / (2 * n) as f64).cos()
        };
        let waves = std::array::from_fn(|u| std::array::from_fn(|x| wave(u, x)));
        Self { n, waves }
    }

    /// The `n` x `n` samples of a block, level shift included, neither rounded nor clamped.
    ///
    /// T.81 A.3.3, with `n` for the 8 of the cosines' denominators; the factor 1/4 stays, so that a flat block keeps
    /// its level: coefficients of an 8x8 transform are 8/n times those of the same picture's n x n transform.
    pub fn samples(&self, coefficients: &Block, quantiser: &Block) -> Vec<f64> {
        let n = self.n;
        let frequency = |i: usize| f64::from(coefficients[i]) * f64::from(quantiser[i]);
        // C(0)^2 / 4 is an eighth; written so, the mean of a block is exact.
        let mut samples = vec![128.0 + frequency(0) / 8.0; n * n];
        for (v, u) in (0..n).flat_map(|v| (0..n).map(move |u| (v, u))).skip(1) {
            let frequency = frequency(8 * v + u);
            if frequency == 0.0 {
                continue;
            }
            for (y, row) in samples.chunks_exact_mut(n).enumerate() {
                for (x, sample) in row.iter_mut().enumerate() {
                    *sample += frequency * self.waves[v][y] * self.waves[u][x] / 4.0;
                }
            }
        }
        samples
    }
}
