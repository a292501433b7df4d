//! The inverse DCT at N/8: the top left NxN coefficients of a block become NxN samples.
//!
//! The NxN inverse with orthonormal bases, times N/8 since the forward transform was 8x8 (T.81 A.3.3); for N = 8 that
//! is T.81's own, for N = 1 the block's mean. Single precision gives more than enough digits and, other than 32-bit
//! integer products, four lanes on every x86-64 and AArch64.

/// Coefficients of one block in natural order, eight a row whatever N is. What N doesn't need goes to the places
/// from 64 on, which nobody reads.
pub(super) type Coefficients = [f32; 128];

/// Samples of one block, eight a row whatever N is.
pub(super) type Samples = [[u8; 8]; 8];

/// The basis functions of N points, scaled so that two passes make an inverse at N/8; by frequency, then by place.
struct Basis<const N: usize, const LANES: usize>;

impl<const N: usize, const LANES: usize> Basis<N, LANES> {
    const TABLE: [[f32; LANES]; N] = {
        let mut table = [[0.0; LANES]; N];
        let mut u = 0;
        while u < N {
            let mut x = 0;
            while x < N {
                let norm = if u == 0 {
                    0.5 * std::f64::consts::FRAC_1_SQRT_2
                } else {
                    0.5
                };
                table[u][x] = (norm * cosine((2 * x + 1) * u, 2 * N)) as f32;
                x += 1;
            }
            u += 1;
        }
        table
    };
}

/// cos(pi * numerator / denominator), which the standard library doesn't give to constants.
const fn cosine(numerator: usize, denominator: usize) -> f64 {
    // To within half a turn, where twenty terms of the series leave nothing of double precision undone.
    let mut turn = numerator % (2 * denominator);
    if turn > denominator {
        turn = 2 * denominator - turn;
    }
    let x = std::f64::consts::PI * turn as f64 / denominator as f64;
    let (mut sum, mut term, mut i) = (1.0, 1.0, 1);
    while i <= 20 {
        term *= -x * x / ((2 * i - 1) * (2 * i)) as f64;
        sum += term;
        i += 1;
    }
    sum
}

/// Transforms a block of which only the first `rows` rows hold other than zeros. `LANES` is N rounded up to 4 or 8.
#[inline(always)]
fn transform<const N: usize, const LANES: usize>(
    block: &Coefficients,
    rows: usize,
    out: &mut Samples,
) {
    let basis = &Basis::<N, LANES>::TABLE;
    let mut columns = [[0.0f32; LANES]; N];
    for (v, row) in block.chunks_exact(8).enumerate().take(N) {
        if v >= rows {
            break;
        }
        for (y, column) in columns.iter_mut().enumerate() {
            for (sum, coefficient) in column.iter_mut().zip(row) {
                *sum += basis[v][y] * coefficient;
            }
        }
    }
    for (column, samples) in columns.iter().zip(out.iter_mut()) {
        // The level shift of T.81 A.3.1.
        let mut sums = [128.0f32; LANES];
        for u in 0..N {
            for (sum, place) in sums.iter_mut().zip(basis[u]) {
                *sum += column[u] * place;
            }
        }
        for (sample, sum) in samples.iter_mut().zip(sums) {
            *sample = round(sum);
        }
    }
}

/// The nearest of 0 to 255.
#[inline(always)]
fn round(value: f32) -> u8 {
    // At 2^23 the unit in the last place is 1: the sum's low byte is the rounded value. A conversion with `as` would
    // add tests for what can't be here.
    (value.clamp(0.0, 255.0) + 8_388_608.0).to_bits() as u8
}

/// Transforms a block at n/8, n in 2..=8, of which only the first `rows` rows hold other than zeros.
#[inline(always)]
pub(super) fn inverse(n: usize, block: &Coefficients, rows: usize, out: &mut Samples) {
    match n {
        2 => transform::<2, 4>(block, rows, out),
        3 => transform::<3, 4>(block, rows, out),
        4 => transform::<4, 4>(block, rows, out),
        5 => transform::<5, 8>(block, rows, out),
        6 => transform::<6, 8>(block, rows, out),
        7 => transform::<7, 8>(block, rows, out),
        _ => transform::<8, 8>(block, rows, out),
    }
}

/// The one sample value of a block that has only a DC coefficient, and that of any block at 1/8.
#[inline(always)]
pub(super) fn mean(dc: i32) -> u8 {
    (((dc + 4) >> 3) + 128).clamp(0, 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// T.81 A.3.3 with N for 8, in double precision and as slow as it is plain.
    fn oracle(n: usize, block: &Coefficients, x: usize, y: usize) -> f64 {
        let norm = |u: usize| if u == 0 { 0.125f64.sqrt() } else { 0.5 };
        let wave = |x: usize, u: usize| {
            norm(u) * (PI * (2 * x + 1) as f64 * u as f64 / (2 * n) as f64).cos()
        };
        let mut sum = 128.0;
        for v in 0..n {
            for u in 0..n {
                sum += wave(x, u) * wave(y, v) * f64::from(block[8 * v + u]);
            }
        }
        sum
    }

    fn check(n: usize, block: &Coefficients) {
        let rows = (0..8)
            .rfind(|v| block[8 * v..8 * v + 8].iter().any(|&c| c != 0.0))
            .map_or(0, |v| v + 1);
        for rows in [rows, 8] {
            let mut samples = [[0; 8]; 8];
            inverse(n, block, rows, &mut samples);
            for (y, row) in samples.iter().enumerate().take(n) {
                for (x, &sample) in row.iter().enumerate().take(n) {
                    let (wanted, got) = (oracle(n, block, x, y), f64::from(sample));
                    assert!(
                        (wanted.clamp(0.0, 255.0) - got).abs() < 0.51,
                        "n={n} ({x},{y}) {wanted} {got}"
                    );
                }
            }
        }
    }

    #[test]
    fn agrees_with_the_definition_at_each_scale() {
        let mut random = 1u64;
        let mut next = |range: f32| {
            random = random
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (((random >> 40) as f32 / 16_777_216.0 - 0.5) * 2.0 * range).round()
        };
        for n in 2..=8 {
            for (count, range) in [
                (1, 1000.0),
                (3, 600.0),
                (64, 40.0),
                (64, 300.0),
                (64, 32767.0),
            ] {
                for _ in 0..50 {
                    let mut block = [0.0; 128];
                    for i in 0..count {
                        let (v, u) = (i / 8 % n, i % n);
                        block[8 * v + u] = next(range);
                    }
                    check(n, &block);
                }
            }
        }
    }

    #[test]
    fn agrees_with_the_definition_at_extremes() {
        for n in 2..=8 {
            for at in 0..n * n {
                for value in [-32768.0, -1024.0, -1.0, 1.0, 1023.0, 32767.0] {
                    let mut block = [0.0; 128];
                    block[8 * (at / n) + at % n] = value;
                    check(n, &block);
                    block[0] = 1023.0;
                    check(n, &block);
                }
            }
            check(n, &[0.0; 128]);
        }
    }

    #[test]
    fn a_mean_is_an_eighth_of_the_dc_coefficient() {
        for dc in -40000..40000 {
            let wanted = (f64::from(dc) / 8.0 + 128.0).clamp(0.0, 255.0);
            assert!((wanted - f64::from(mean(dc))).abs() <= 0.5, "{dc}");
        }
        assert_eq!(
            [mean(i32::from(i16::MIN) * 65535), mean(32767 * 65535)],
            [0, 255]
        );
    }
}
