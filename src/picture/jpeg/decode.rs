//! From a header to the picture's planes.

use super::error::Error;
use super::limits::Limits;
use super::progressive::script::Reach;
use super::samples::planes::Planes;
use super::samples::scale::Scales;
use super::scratch::Scratch;
use super::syntax::frame::Coding;
use super::syntax::header::Header;
use super::{progressive, sequential};

impl Header<'_> {
    /// How far a decode at `scales` reads a progressive picture; `None` for any other picture, which is read to its
    /// end.
    pub fn reach(&self, scales: &Scales) -> Option<Reach> {
        (self.frame.coding == Coding::Progressive).then(|| Reach::new(self, scales))
    }

    /// Decodes each component at its scale.
    ///
    /// # Errors
    ///
    /// [`Error::Limit`] before anything is allocated, [`Error::Truncated`], [`Error::Damaged`] or [`Error::Format`]
    /// where the scans are wrong. With [`Limits::allow_damaged`] such a picture is decoded as far as it goes, and
    /// [`Planes::damage`] tells what was wrong.
    pub fn decode<'s>(
        self,
        scales: &Scales,
        limits: &Limits,
        scratch: &'s mut Scratch,
    ) -> Result<Planes<'s>, Error> {
        limits.check_pixels(u64::from(self.frame.width) * u64::from(self.frame.height))?;
        match self.frame.coding {
            Coding::Baseline | Coding::Extended => {
                sequential::decode(&self, scales, limits, scratch)
            }
            Coding::Progressive => progressive::decode(&self, scales, limits, scratch),
        }
    }
}
