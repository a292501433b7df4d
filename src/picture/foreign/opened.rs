//! A picture between its header and its pixels.

use std::fmt;
use std::io::{BufRead, Seek};

use super::error::Error;
use super::info::{Decoded, Info};
use super::rows::Rows;
use crate::picture::jpeg::Limits;

/// A file that a picture is read from: a [`std::io::BufReader`] of one, or a [`std::io::Cursor`] over its bytes.
pub trait Input: BufRead + Seek {}

impl<T: BufRead + Seek> Input for T {}

/// Gives all rows of a picture, and may learn more of it from what follows them.
pub(super) type Feed<'a> = Box<dyn FnOnce(&mut Rows, &mut Info) -> Result<(), Error> + 'a>;

/// A picture whose header has been read.
pub(crate) struct Opened<'a> {
    pub(super) info: Info,
    pub(super) feed: Feed<'a>,
}

impl fmt::Debug for Opened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("info", &self.info)
            .finish_non_exhaustive()
    }
}

impl Opened<'_> {
    /// What the header says.
    pub(crate) fn info(&self) -> &Info {
        &self.info
    }

    /// Decodes the picture. `scale` is how many samples are wanted for a pixel, at most.
    pub(crate) fn decode(self, scale: f64, limits: &Limits) -> Result<Decoded, Error> {
        let Self { mut info, feed } = self;
        let mut rows = Rows::new(&info, scale, limits)?;
        let result = feed(&mut rows, &mut info);
        let damage = match result {
            Ok(()) if rows.missing() == 0 => None,
            Ok(()) => Some(Error::Truncated),
            Err(error) => Some(error),
        };
        if let Some(error) = &damage
            && !(limits.allow_damaged && error.is_damage() && rows.has_any())
        {
            return Err(error.clone());
        }
        Ok(rows.finish(info, damage))
    }
}
