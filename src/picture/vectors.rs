//! The same code compiled again for wider vectors, and what several of those that are explicit need.

use fearless_simd::{Level, Simd, i32x8};

/// The machine's vectors, but on x86 AVX2's at most, for what is slower with AVX-512: there, comparisons go to registers
/// of their own, and the compiler shuffles otherwise.
pub(super) fn up_to_avx2() -> Level {
    let level = Level::new();
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if let Some(avx2) = level.as_avx2() {
        return Level::Avx2(avx2);
    }
    level
}

/// Runs `work` with AVX2 and the rest of x86-64-v3 where the machine has that. Only what is inlined into `work`
/// profits. Results are the same: products and sums are never fused.
#[inline(always)]
pub(super) fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if let Some(avx2) = Level::new().as_avx2() {
        return avx2.vectorize(work);
    }
    work()
}

/// Turns columns into rows: three perfect shuffles of 64 values transpose them as an 8x8 matrix.
#[inline(always)]
pub(super) fn transposed<S: Simd>(simd: S, mut columns: [i32x8<S>; 8]) -> [i32x8<S>; 8] {
    for _ in 0..3 {
        let [a, b, c, d, e, f, g, h] = columns;
        let ((a, b), (c, d), (e, f), (g, h)) = (
            simd.interleave_i32x8(a, e),
            simd.interleave_i32x8(b, f),
            simd.interleave_i32x8(c, g),
            simd.interleave_i32x8(d, h),
        );
        columns = [a, b, c, d, e, f, g, h];
    }
    columns
}
