//! Entropy-coded segments (T.81 F and G): bytes without stuffing, bits, Huffman codes, coefficients.

pub(super) mod ac;
pub(super) mod ac_skip;
pub(super) mod band_skip;
pub(super) mod bits;
pub(super) mod dc;
pub(super) mod dc_only;
pub(super) mod huffman;
pub(super) mod intervals;
pub(super) mod unstuff;
