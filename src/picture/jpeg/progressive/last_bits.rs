//! The last bit of coefficients that a thumbnail does without.

use super::script::Bands;
use crate::picture::jpeg::samples::scale::Scales;
use crate::picture::jpeg::samples::zigzag;
use crate::picture::jpeg::syntax::header::{Colour, Header};

/// The largest quantiser of a coefficient whose last bit is not worth a scan.
///
/// At 2/8 a block is no wider than 1.33 pixels of the thumbnail ([`Scale::GAP`](super::super::Scale::GAP)), so that
/// errors in its AC coefficients (half a quantiser, and a whole one where a coefficient is 1) mostly cancel out within a
/// pixel. How much farther from a full decode and Lanczos the thumbnails of 128 pixels are, which have 51 dB with the bit
/// before they are encoded (medians of 13 photographs of 1,200 pixels), by the quality that these were saved at:
///
/// | quality | 95 | 85 | 75 | 70 | 65 | 50 | 30 |
/// |---|---|---|---|---|---|---|---|
/// | quantisers | 1 | 3 to 4 | 6 | 7 | 8 | 11 to 12 | 18 to 20 |
/// | dB | 0.0 | 0.0 | -0.1 | -0.25 | -0.3 | -0.55 | -1.4 |
const MOST: u16 = 6;

/// For each component, the coefficients whose last bit is not worth a scan at `scales`.
///
/// Only luma has any: its last scan is the largest of the file, a third of the bytes. Those of chroma are short, and
/// tell more: of the few coefficients that chroma has, most are 1, and would be gone.
pub(super) fn cut_short(header: &Header, scales: &Scales) -> Bands {
    let has_luma = matches!(header.colour(), Colour::Gray | Colour::YCbCr | Colour::Ycck);
    let luma = &header.components()[0];
    let quantisation = header.tables.quantisation[usize::from(luma.table)];
    let mut bands = [0; 4];
    if let Some(quantisation) = quantisation
        && has_luma
        && scales.get(0).n() == 2
        && !scales.needs_last_bits()
    {
        bands[0] = (1..64)
            .filter(|&k| zigzag::needed(k, 2) && quantisation[k] <= MOST)
            .fold(0, |bits, k| bits | 1 << k);
    }
    bands
}
