//! Removes thumbnails from a store whose picture is gone, by a listing of DEST.

use std::io;
use std::path::Path;

use crate::batch::destination::object::Bucket;
use crate::batch::error::{FailureCause, PictureError};
use crate::batch::names::Names;
use crate::batch::prune::has_no_picture;
use crate::batch::shard::Shard;
use crate::batch::stage::Stage;
use crate::batch::stop::Stop;
use crate::batch::store::{Listing, Met, RESERVED};

/// What is pruned, and how.
pub(super) struct Prune<'a> {
    /// DEST.
    pub(super) bucket: &'a Bucket,
    /// What thumbnails are called.
    pub(super) names: &'a Names,
    /// Whether those of other variants are removed.
    pub(super) other_variants: bool,
    /// The part of it that is looked at; all, if there is none.
    pub(super) shard: Option<Shard>,
    /// Whether it is only reported.
    pub(super) dry_run: bool,
    /// Whether there is a picture, or a folder if the path ends with a slash, below SOURCE.
    pub(super) is_there: &'a dyn Fn(&Path) -> io::Result<bool>,
    /// What ends it.
    pub(super) stop: &'a Stop,
}

/// Removes every stamped thumbnail that has no picture. `pruned` is told of each before it is removed.
pub(super) fn prune(
    what: &Prune<'_>,
    mut goes_on: impl FnMut() -> bool,
    mut pruned: impl FnMut(&Path),
    mut failed: impl FnMut(PictureError),
) {
    let Bucket { store, root, .. } = what.bucket;
    for met in Listing::new(store, what.stop) {
        if !goes_on() {
            return;
        }
        let key = match met {
            Ok(Met::Object(object)) => object.key,
            Ok(Met::BadKey(..)) => continue,
            Err(error) => {
                let cause = FailureCause::Io(error.into());
                failed(PictureError {
                    path: root.clone(),
                    stage: Stage::Walk,
                    cause,
                });
                return;
            }
        };
        if key.starts_with(RESERVED) {
            continue;
        }
        let path = root.join(&key);
        match what.is_orphan(&key) {
            Ok(false) => {}
            Ok(true) => {
                pruned(&path);
                if !what.dry_run
                    && let Err(error) = store.delete(&key)
                {
                    failed(PictureError::new(
                        &path,
                        Stage::Write,
                        io::Error::from(error),
                    ));
                }
            }
            Err(error) => failed(PictureError::new(&path, Stage::Freshness, error)),
        }
    }
}

impl Prune<'_> {
    /// Whether the object `key` is thumbgen's, and the picture that its name tells is gone.
    fn is_orphan(&self, key: &str) -> io::Result<bool> {
        let (names, relative) = (self.names, Path::new(key));
        if !has_no_picture(
            relative,
            names,
            self.other_variants,
            self.shard,
            self.is_there,
        )? {
            return Ok(false);
        }
        let Some(head) = self.bucket.store.head(key)? else {
            return Ok(false);
        };
        Ok(self.bucket.stamp(key, &head)?.is_some())
    }
}
