//! What is known of a thumbnail before its picture is read.

use std::io;
use std::path::{Path, PathBuf};

use super::outcome::Fate;
use crate::batch::error::{FailureCause, PictureError};
use crate::batch::freshness::Reason;
use crate::batch::stage::Stage;

/// What is known of a thumbnail before its picture is read.
pub(super) enum Finding {
    /// It needn't or can't be made.
    Settled(Fate),
    /// It is to be made.
    Stale(Reason),
}

impl Finding {
    /// The same, unless the picture at `path` would have to make the thumbnail of another, the `rival` that is there:
    /// the two would replace each other's for ever.
    pub(super) fn unless(
        self,
        path: &Path,
        rival: impl FnOnce() -> io::Result<Option<PathBuf>>,
    ) -> Self {
        if !matches!(self, Self::Stale(_)) {
            return self;
        }
        let (stage, cause) = match rival() {
            Ok(Some(rival)) => (Stage::Freshness, FailureCause::Rival(rival)),
            Ok(None) => return self,
            // It is SOURCE that was asked.
            Err(error) => (Stage::Stat, error.into()),
        };
        let error = PictureError::new(path, stage, cause);
        Self::Settled(Fate::Failed(error))
    }
}
