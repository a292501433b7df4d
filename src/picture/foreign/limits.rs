//! What pictures may take.

use super::error::Error;
use crate::picture::jpeg::{Bound, Limits};

/// Holds the number of pixels to the limit.
pub(super) fn check_pixels((width, height): (u32, u32), limits: &Limits) -> Result<(), Error> {
    let (size, limit) = (u64::from(width) * u64::from(height), limits.max_pixels);
    if size > limit {
        let which = Bound::Pixels;
        return Err(Error::Limit { which, size, limit });
    }
    Ok(())
}

/// Holds `size` bytes to the limit.
pub(super) fn check_memory(size: u64, limits: &Limits) -> Result<(), Error> {
    let limit = limits.max_memory;
    if size > limit {
        let which = Bound::Memory;
        return Err(Error::Limit { which, size, limit });
    }
    Ok(())
}

/// So many bytes of zeros, if the limit allows them.
pub(super) fn buffer(size: u64, limits: &Limits) -> Result<Vec<u8>, Error> {
    check_memory(size, limits)?;
    let size = usize::try_from(size).map_err(|_| Error::Memory)?;
    Ok(vec![0; size])
}
