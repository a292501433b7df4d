//! How much each sample of a line weighs in each sample of the line that becomes of it.

use fearless_simd::{Level, Simd, dispatch};

/// The kernel's reach to either side, in samples of the shorter line.
const SUPPORT: f64 = 3.0;

/// The most bits that a weight's fraction has. A sum has two more than those of a sample: negative weights make the
/// others add up to more than 1.
const MOST_PRECISION: u32 = 32 - 8 - 2;

/// What weights depend on: a part of a line, from `start` on and `length` samples long, becomes `target` samples.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Part {
    /// Samples of the whole line.
    pub(super) side: usize,
    pub(super) start: f64,
    pub(super) length: f64,
    pub(super) target: usize,
}

impl Part {
    /// Whether its samples are those of the line.
    pub(super) fn is_copied(&self) -> bool {
        self.length == self.target as f64 && self.start == self.start.round()
    }
}

/// The weights of a resize in one direction, in fixed point: those of `fast_image_resize`, to the bit.
#[derive(Debug, Default)]
pub(super) struct Weights {
    part: Part,
    /// Bits of their fraction.
    pub(super) precision: u32,
    /// For each sample that is made, the first of those that it is made from, and how many they are.
    spans: Vec<(usize, usize)>,
    /// Weights in pairs, `pairs` for each sample; zeros where there are fewer.
    values: Vec<[i16; 2]>,
    pairs: usize,
}

/// The weights used most recently, newest first: many of a tree's pictures have the same sides.
#[derive(Debug, Default)]
pub(super) struct Kept {
    weights: Vec<Weights>,
    /// Weights in double precision, as many as the pairs hold.
    exact: Vec<f64>,
}

/// Weights for luminance and chroma in three sizes, and in one more for pictures of other sides.
const KEPT: usize = 8;

impl Kept {
    /// The weights of `part`.
    pub(super) fn get(&mut self, level: Level, part: Part) -> &Weights {
        let Self { weights, exact } = self;
        let found = weights.iter().position(|weights| weights.part == part);
        let at = found.unwrap_or_else(|| {
            if weights.len() < KEPT {
                weights.push(Weights::default());
            }
            let last = weights.len() - 1;
            let oldest = &mut weights[last];
            oldest.part = part;
            dispatch!(level, simd => oldest.make(simd, exact));
            last
        });
        weights[..=at].rotate_right(1);
        &weights[0]
    }
}

impl Weights {
    #[inline(always)]
    fn make<S: Simd>(&mut self, _simd: S, exact: &mut Vec<f64>) {
        self.weigh(exact);
        self.fix(exact);
    }

    /// The first and the last sample of the line that weigh anything, and how many there are between.
    pub(super) fn reach(&self) -> std::ops::Range<usize> {
        let ends = self.spans.iter().map(|(start, count)| start + count);
        self.spans.first().map_or(0, |span| span.0)..ends.max().unwrap_or(0)
    }

    /// For each sample that is made, the first of those that it is made from, and their weights in pairs.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &[[i16; 2]])> {
        let pairs = self.values.chunks_exact(self.pairs);
        self.spans
            .iter()
            .zip(pairs)
            .map(|(&(start, count), pairs)| (start, &pairs[..count.div_ceil(2)]))
    }

    /// Weighs in double precision.
    #[inline(always)]
    fn weigh(&mut self, exact: &mut Vec<f64>) {
        let Part {
            side,
            start,
            length,
            target,
        } = self.part;
        self.spans.clear();
        exact.clear();
        if self.part.is_copied() {
            self.pairs = 1;
            self.spans
                .extend((0..target).map(|place| (start as usize + place, 1)));
            exact.extend((0..target).flat_map(|_| [1.0, 0.0]));
            return;
        }
        let step = (start + length - start) / target as f64;
        let scale = step.max(1.0);
        let (radius, inverse) = (SUPPORT * scale, 1.0 / scale);
        self.pairs = radius.ceil() as usize + 1;
        for place in 0..target {
            let centre = start + (place as f64 + 0.5) * step;
            let first = (centre - radius).floor().max(0.0) as usize;
            let end = (centre + radius).ceil().min(side as f64) as usize;
            let centre = centre - 0.5;
            let from = exact.len();
            exact.resize(from + 2 * self.pairs, 0.0);
            let weights = &mut exact[from..][..end - first];
            for (x, weight) in (first..).zip(&mut *weights) {
                *weight = lanczos3((x as f64 - centre) * inverse);
            }
            let before = weights.iter().take_while(|weight| **weight == 0.0).count();
            let after = weights[before..].iter().rev();
            let after = after.take_while(|weight| **weight == 0.0).count();
            let mut sum = 0.0;
            for weight in &*weights {
                sum += weight;
            }
            if sum != 0.0 {
                for weight in &mut *weights {
                    *weight /= sum;
                }
            }
            weights.copy_within(before.., 0);
            let count = weights.len() - before - after;
            weights[count..].fill(0.0);
            self.spans.push((first + before, count));
        }
    }

    /// Rounds to as many bits as the largest weight has room for.
    #[inline(always)]
    fn fix(&mut self, exact: &[f64]) {
        let largest = exact.iter().copied().fold(0.0, f64::max);
        let fits = |precision: &u32| {
            let next = (largest * f64::from(1 << (precision + 1))).round();
            next < f64::from(1 << 15)
        };
        self.precision = (0..MOST_PRECISION - 1)
            .find(|precision| !fits(precision))
            .unwrap_or(MOST_PRECISION - 1);
        let scale = f64::from(1 << self.precision);
        let fixed = |weight: f64| (weight * scale).round() as i16;
        self.values.clear();
        let (pairs, _) = exact.as_chunks();
        self.values
            .extend(pairs.iter().map(|&[a, b]| [fixed(a), fixed(b)]));
    }
}

/// The Lanczos-3 kernel, sinc(x) sinc(x/3), for |x| < 3.
///
/// A thumbnail's resize is so small that its 5,000 or so weights would be half of the work if each asked the C library
/// for two sines. One is enough, for sin 3a = 3 sin a - 4 sin^3 a, and a polynomial gives it to within 6e-8, where a
/// weight is rounded to about 1e-4 in the end.
#[inline(always)]
pub(super) fn lanczos3(x: f64) -> f64 {
    let x = x.abs();
    let third = std::f64::consts::FRAC_PI_3 * x;
    let sine = sin_to_pi(third);
    let inside = sine * sine * (3.0 - 4.0 * sine * sine) / (3.0 * third * third);
    // No early returns: so several weights are made at once.
    let value = if x < 1e-6 { 1.0 } else { inside };
    if x < SUPPORT { value } else { 0.0 }
}

/// The sine of an angle in 0..=pi: its Taylor polynomial of degree 11.
#[inline(always)]
fn sin_to_pi(angle: f64) -> f64 {
    // sin a = sin(pi - a); on 0..=pi/2 the first term left out is at most (pi/2)^13/13! = 6e-8.
    let rest = std::f64::consts::PI - angle;
    let a = if angle < rest { angle } else { rest };
    let s = a * a;
    let tail = 1.0 / 362_880.0 - s / 39_916_800.0;
    a * (1.0 - s * (1.0 / 6.0 - s * (1.0 / 120.0 - s * (1.0 / 5040.0 - s * tail))))
}
