//! From coefficients to samples: zigzag order, scales, the inverse DCT (T.81 A.3.3), planes.

pub(super) mod idct;
pub(super) mod inverse;
pub(super) mod planes;
pub(super) mod scale;
pub(super) mod zigzag;
