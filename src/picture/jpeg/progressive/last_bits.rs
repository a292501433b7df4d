//! The last bit of coefficients that a thumbnail does without.

use crate::picture::jpeg::samples::zigzag;
use crate::picture::jpeg::syntax::tables::Quantisation;

/// The largest quantiser of a coefficient whose last bit is not worth a scan.
///
/// At 2/8 a block is no wider than 1.33 pixels of the thumbnail ([`Scale::GAP`](super::super::Scale::GAP)), so that
/// errors of half a quantiser in its AC coefficients mostly cancel out within a pixel. How much farther from a full
/// decode and Lanczos the thumbnails of 128 pixels are, which have 51 dB with the bit (medians of 13 photographs of
/// 1,200 pixels), by the quality that these were saved at:
///
/// | quality | 95 | 85 | 75 | 70 | 65 | 50 | 30 |
/// |---|---|---|---|---|---|---|---|
/// | quantisers | 1 | 3 to 4 | 6 | 7 | 8 | 11 to 12 | 18 to 20 |
/// | dB | 0.0 | 0.0 | -0.1 | -0.25 | -0.3 | -0.55 | -1.4 |
const MOST: u16 = 6;

/// The coefficients of component number `component` at scale `n`/8 whose last bit is not worth a scan, a bit for each
/// in zigzag order.
///
/// Only the first component, luma as a rule, has any: its last scan is the largest of the file, 35% of the bytes.
/// Those of chroma are short, and tell more: of the few coefficients that chroma has, most are 1, and would be gone.
pub(super) fn unneeded(component: usize, n: usize, quantisation: Option<&Quantisation>) -> u64 {
    let (0, 2, Some(quantisation)) = (component, n, quantisation) else {
        return 0;
    };
    (1..64)
        .filter(|&k| zigzag::needed(k, n) && quantisation[k] <= MOST)
        .fold(0, |bits, k| bits | 1 << k)
}
