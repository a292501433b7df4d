//! What is known of a thumbnail before its picture is read.

use std::path::Path;

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
    /// The same, unless the picture at `path` would have to make the thumbnail of another, its `rival`: the two would
    /// replace each other's for ever.
    pub(super) fn unless(
        self,
        path: &Path,
        rival: Option<&Path>,
        is_there: impl FnOnce(&Path) -> bool,
    ) -> Self {
        match (&self, rival) {
            (Self::Stale(_), Some(rival)) if is_there(rival) => {
                let cause = FailureCause::Rival(rival.to_owned());
                Self::Settled(Fate::Failed(PictureError::new(
                    path,
                    Stage::Freshness,
                    cause,
                )))
            }
            _ => self,
        }
    }
}
