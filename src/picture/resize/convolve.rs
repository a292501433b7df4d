//! Rows of a plane -> rows that are weighted sums of them, 64 or 16 columns at a time.

use fearless_simd::{Bytes, Level, Simd, dispatch, i16x16, i32x8, prelude::*, u8x16};

use super::weights::Weights;

/// Columns of a vector; planes between two passes have a multiple of it in each row.
pub(super) const COLUMNS: usize = 16;

/// Columns that are summed up at once where there are so many. With AVX2 that is eight sums, which leaves registers for
/// what is added; with SSE2 alone it is sixteen, all that there are.
const WIDE: usize = 4 * COLUMNS;

/// Columns of which all rows are summed up before those of the next: few enough for the rows of a sum, 24 where a plane
/// becomes a quarter as large, to stay in the first-level cache until the next sum needs most of them again.
const STRIP: usize = 512;

/// Some rows of samples, `stride` from one to the next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'a> {
    pub(super) samples: &'a [u8],
    pub(super) stride: usize,
    pub(super) count: usize,
}

impl<'a> Rows<'a> {
    /// As many rows as there are samples for.
    pub(super) fn new(samples: &'a [u8], stride: usize) -> Self {
        Self {
            samples,
            stride,
            count: samples.len() / stride,
        }
    }

    /// Row number `row`, if these begin with number `first`; those before and behind them are like the first and the
    /// last.
    pub(super) fn row(&self, row: usize, first: usize) -> &'a [u8] {
        &self.samples[self.within(row, first) * self.stride..][..self.stride]
    }

    #[inline(always)]
    fn within(&self, row: usize, first: usize) -> usize {
        row.saturating_sub(first).min(self.count - 1)
    }
}

/// Puts the weighted sums of rows, of so many `columns`, into `sums`, with a stride of `columns`, those by the weights
/// numbered `from` first. `rows` begin with the row and column that `first` names. Rows before and behind them are like
/// the first and the last; columns that they don't have are summed up to something.
pub(super) fn convolve(
    level: Level,
    rows: Rows,
    first: (usize, usize),
    columns: usize,
    weights: &Weights,
    from: usize,
    sums: &mut [u8],
) {
    dispatch!(level, simd => convolve_vectorised(simd, rows, first, columns, weights, from, sums));
}

#[inline(always)]
fn convolve_vectorised<S: Simd>(
    simd: S,
    rows: Rows,
    first: (usize, usize),
    columns: usize,
    weights: &Weights,
    from: usize,
    sums: &mut [u8],
) {
    let precision = weights.precision;
    for left in (0..columns).step_by(STRIP) {
        let right = columns.min(left + STRIP);
        let first = (first.0, first.1 + left);
        let lines = sums.chunks_exact_mut(columns);
        for ((start, weights), line) in weights.iter().skip(from).zip(lines) {
            let (line, weights) = (&mut line[left..right], (weights, precision));
            let end = start + 2 * weights.0.len();
            if first.0 <= start && end <= first.0 + rows.count {
                sum_line::<S, false>(simd, rows, first, start, weights, line);
            } else {
                sum_line::<S, true>(simd, rows, first, start, weights, line);
            }
        }
    }
}

/// The weighted sums of row number `start` and those below it. `EDGE` if some of these may not be there.
#[inline(always)]
fn sum_line<S: Simd, const EDGE: bool>(
    simd: S,
    rows: Rows,
    (first, column): (usize, usize),
    start: usize,
    weights: (&[[i16; 2]], u32),
    line: &mut [u8],
) {
    let place = |row: usize| {
        let row = if EDGE {
            rows.within(row, first)
        } else {
            row - first
        };
        row * rows.stride
    };
    let (wide, rest) = line.as_chunks_mut::<WIDE>();
    let end = column + WIDE * wide.len();
    for (x, places) in wide.iter_mut().enumerate() {
        let column = column + x * WIDE;
        let at = |row| place(row) + column;
        let sums: [_; WIDE / COLUMNS] = sum(simd, rows.samples, at, start, weights);
        places.copy_from_slice(sums.as_flattened());
    }
    for (x, places) in rest.as_chunks_mut().0.iter_mut().enumerate() {
        let column = end + x * COLUMNS;
        let at = |row| place(row) + column;
        [*places] = sum(simd, rows.samples, at, start, weights);
    }
}

/// The weighted sums of N times 16 samples of row number `row` and those below it, which begin where `at` says.
#[inline(always)]
fn sum<S: Simd, const N: usize>(
    simd: S,
    samples: &[u8],
    at: impl Fn(usize) -> usize,
    row: usize,
    weights: (&[[i16; 2]], u32),
) -> [[u8; COLUMNS]; N] {
    let last = row + 2 * weights.0.len() - 1;
    // Two loops: in one, what is loaded would go through memory.
    if at(last) + N * COLUMNS <= samples.len() {
        let whole = |row| load(simd, &samples[at(row)..]);
        sum_loaded(simd, whole, row, weights)
    } else {
        let part = |row| few(simd, samples.get(at(row)..).unwrap_or_default());
        sum_loaded(simd, part, row, weights)
    }
}

/// The same of what `load` gives of a row.
#[inline(always)]
fn sum_loaded<S: Simd, const N: usize>(
    simd: S,
    load: impl Fn(usize) -> [u8x16<S>; N],
    mut row: usize,
    (weights, precision): (&[[i16; 2]], u32),
) -> [[u8; COLUMNS]; N] {
    let mut sums = [[i32x8::splat(simd, 1 << (precision - 1)); 2]; N];
    for &[a, b] in weights {
        let factors = i32x8::splat(simd, i32::from(b) << 16 | i32::from(a) & 0xFFFF);
        let factors: i16x16<S> = factors.bitcast();
        let (upper, lower) = (load(row), load(row + 1));
        for ((sums, upper), lower) in sums.iter_mut().zip(upper).zip(lower) {
            let pairs = simd
                .zip_low_u8x16(upper, lower)
                .combine(simd.zip_high_u8x16(upper, lower));
            let (left, right) = simd.widen_u8x32(pairs);
            for (sum, pairs) in sums.iter_mut().zip([left, right]) {
                *sum += simd.pairwise_dot_product_i16x16(pairs.bitcast(), factors);
            }
        }
        row += 2;
    }
    sums.map(|sums| {
        let [left, right] = sums.map(|sum| sum >> precision);
        let wide = simd.saturating_narrow_i32x8(left, right);
        let positive = simd.max_i16x16(wide, i16x16::splat(simd, 0));
        let (left, right) = simd.min_i16x16(positive, i16x16::splat(simd, 255)).split();
        let samples: u8x16<S> = simd.narrow_i16x8(left, right).bitcast();
        samples.into()
    })
}

/// N times 16 samples.
#[inline(always)]
fn load<S: Simd, const N: usize>(simd: S, samples: &[u8]) -> [u8x16<S>; N] {
    let (found, _) = samples[..N * COLUMNS].as_chunks::<COLUMNS>();
    std::array::from_fn(|i| u8x16::from_slice(simd, &found[i]))
}

/// N times 16 samples, zeros where there are none.
#[cold]
#[inline(never)]
fn few<S: Simd, const N: usize>(simd: S, samples: &[u8]) -> [u8x16<S>; N] {
    let (whole, part) = samples.as_chunks::<COLUMNS>();
    let mut padded = [0; COLUMNS];
    padded[..part.len()].copy_from_slice(part);
    std::array::from_fn(|i| {
        let found = whole.get(i).unwrap_or(if i == whole.len() {
            &padded
        } else {
            &[0; COLUMNS]
        });
        u8x16::from_slice(simd, found)
    })
}

/// Turns columns into rows. Both sides of the plane are multiples of 16.
pub(super) fn transpose(level: Level, rows: Rows, columns: &mut [u8]) {
    dispatch!(level, simd => transpose_vectorised(simd, rows, columns));
}

#[inline(always)]
fn transpose_vectorised<S: Simd>(simd: S, rows: Rows, columns: &mut [u8]) {
    let (width, height) = (rows.stride, rows.count);
    let blocks = width / COLUMNS;
    for (top, band) in rows.samples.chunks_exact(COLUMNS * width).enumerate() {
        let lines: [&[[u8; COLUMNS]]; COLUMNS] =
            std::array::from_fn(|y| &band[y * width..].as_chunks().0[..blocks]);
        let bands = columns.chunks_exact_mut(COLUMNS * height);
        for (x, band) in bands.take(blocks).enumerate() {
            let mut block = lines.map(|line| u8x16::from_slice(simd, &line[x]));
            // Four perfect shuffles of 256 values transpose them as a 16x16 matrix.
            for _ in 0..4 {
                let mut shuffled = block;
                for i in 0..COLUMNS / 2 {
                    let (a, b) = (block[i], block[i + COLUMNS / 2]);
                    shuffled[2 * i] = simd.zip_low_u8x16(a, b);
                    shuffled[2 * i + 1] = simd.zip_high_u8x16(a, b);
                }
                block = shuffled;
            }
            let (places, _) = band.as_chunks_mut::<COLUMNS>();
            let places = places[top..].iter_mut().step_by(height / COLUMNS);
            for (place, column) in places.zip(block) {
                *place = column.into();
            }
        }
    }
}
