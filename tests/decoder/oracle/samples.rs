//! Random pictures, the same for the same seed.

use super::picture::{Block, Coding, Picture, ZIGZAG};

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and good enough to stir test data.
#[derive(Clone, Debug)]
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `end` - 1.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// One of these.
    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// A number of up to `bits` bits with either sign, small ones as likely as large ones.
    pub fn signed(&mut self, bits: usize) -> i32 {
        let magnitude = (self.next() & ((1 << self.below(bits + 1)) - 1)) as i32;
        if self.below(2) == 0 {
            magnitude
        } else {
            -magnitude
        }
    }
}

/// Sampling factors (h, v) of each component: what cameras write, and what only the standard's text allows.
pub const SAMPLINGS: &[&[(usize, usize)]] = &[
    &[(1, 1)],
    &[(2, 2)],
    &[(3, 1)],
    &[(1, 1), (1, 1), (1, 1)],
    &[(2, 2), (1, 1), (1, 1)],
    &[(2, 1), (1, 1), (1, 1)],
    &[(1, 2), (1, 1), (1, 1)],
    &[(4, 1), (1, 1), (1, 1)],
    &[(1, 4), (1, 1), (1, 1)],
    &[(3, 1), (1, 1), (1, 1)],
    &[(3, 2), (2, 1), (1, 2)],
    &[(2, 2), (2, 1), (1, 2)],
    &[(1, 1), (2, 2), (2, 2)],
    &[(1, 2), (2, 1), (1, 1)],
    &[(2, 2), (2, 1), (2, 2)],
    &[(1, 1), (1, 1), (1, 1), (1, 1)],
    &[(2, 2), (1, 1), (1, 1), (2, 2)],
    &[(1, 2), (1, 1), (1, 1), (1, 1)],
];

/// A picture of noise whose samples mostly stay within 0 to 255, as a camera's do.
pub fn noise(
    rng: &mut Rng,
    coding: Coding,
    size: (usize, usize),
    sampling: &[(usize, usize)],
) -> Picture {
    let sampling: Vec<_> = (1..)
        .zip(sampling)
        .map(|(id, &(h, v))| (id, h, v))
        .collect();
    let mut picture = Picture::zero(coding, size.0, size.1, &sampling);
    for component in &mut picture.components {
        for (k, place) in ZIGZAG.into_iter().enumerate() {
            component.quantiser[place] = 1 + (k / 4 + rng.below(6)) as i32;
        }
        // Many streams have blocks without AC, some have no others.
        let density = rng.pick(&[0, 1, 4, 12, 64]);
        let quantiser = component.quantiser;
        component
            .blocks
            .fill_with(|| block(rng, &quantiser, density));
    }
    picture
}

/// Up to `density` coefficients besides DC, weaker towards the high frequencies.
fn block(rng: &mut Rng, quantiser: &Block, density: usize) -> Block {
    let mut block = [0; 64];
    block[0] = rng.signed(9) / quantiser[0];
    for _ in 0..rng.below(density + 1) {
        let k = 1 + rng.below(63);
        let place = ZIGZAG[k];
        block[place] = rng.signed(8) / quantiser[place] / (1 + k as i32 / 8);
    }
    block
}
