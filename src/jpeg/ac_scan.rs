//! An AC scan of a progressive picture; always of one component.

use super::coefficients::Store;
use super::passages::Passages;
use std::sync::Arc;

/// A first scan of a band, or one that `REFINES` what was sent before.
pub(super) struct AcScan<'p, 's, const REFINES: bool> {
    pub(super) store: &'p mut Store<'s>,
    pub(super) table: Arc<Passages<REFINES>>,
    /// Ss and Se.
    pub(super) band: (u32, u32),
    /// Al.
    pub(super) low: u8,
    /// How many more blocks have nothing new in the band (T.81 G.1.2.2).
    pub(super) run_of_ends: u32,
}

impl<'p, 's, const REFINES: bool> AcScan<'p, 's, REFINES> {
    pub(super) fn new(
        store: &'p mut Store<'s>,
        table: Arc<Passages<REFINES>>,
        band: (u8, u8),
        low: u8,
    ) -> Self {
        Self {
            store,
            table,
            band: (u32::from(band.0), u32::from(band.1)),
            low,
            run_of_ends: 0,
        }
    }
}
