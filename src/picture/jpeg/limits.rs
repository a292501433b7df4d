//! What a picture may cost, checked before anything is allocated, and what becomes of one that is damaged.

use super::error::{Bound, Error};

/// How much a picture may ask for, and how strictly it is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most pixels a picture may have.
    pub max_pixels: u64,
    /// The most bytes for scaled planes and, if progressive, coefficients.
    pub max_memory: u64,
    /// Make planes from what is there of a truncated or damaged picture, with mid-grey for what is missing.
    pub allow_damaged: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_pixels: 500_000_000,
            max_memory: 256_000_000,
            allow_damaged: false,
        }
    }
}

impl Limits {
    pub(crate) fn check_pixels(&self, size: u64) -> Result<(), Error> {
        check(Bound::Pixels, size, self.max_pixels)
    }

    pub(crate) fn check_memory(&self, size: u64) -> Result<(), Error> {
        check(Bound::Memory, size, self.max_memory)
    }
}

pub(crate) fn check(which: Bound, size: u64, limit: u64) -> Result<(), Error> {
    if size > limit {
        return Err(Error::Limit { which, size, limit });
    }
    Ok(())
}

/// Decides whether a picture with damage is an error, and keeps the first damage if it isn't.
#[derive(Debug)]
pub(crate) struct DamagePolicy {
    pub(crate) tolerant: bool,
    pub(crate) damage: Option<Error>,
}

impl DamagePolicy {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            tolerant: limits.allow_damaged,
            damage: None,
        }
    }

    /// Takes note of damage; an error if damage isn't allowed.
    pub(crate) fn note(&mut self, damage: Error) -> Result<(), Error> {
        if !self.tolerant {
            return Err(damage);
        }
        self.keep(damage);
        Ok(())
    }

    /// Takes note of damage that is not a reason to fail.
    pub(crate) fn keep(&mut self, damage: Error) {
        self.damage.get_or_insert(damage);
    }
}
