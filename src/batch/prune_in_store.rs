//! Removes thumbnails from a store whose picture is gone, by a listing of DEST.

use std::io;
use std::path::Path;

use crate::batch::destination::object::Bucket;
use crate::batch::error::{FailureCause, PictureError};
use crate::batch::freshness::Fingerprint;
use crate::batch::names::Names;
use crate::batch::prune::{has_no_picture, is_pruned};
use crate::batch::shard::Shard;
use crate::batch::stage::Stage;
use crate::batch::stop::Stop;
use crate::batch::store::{Listing, Met, RESERVED};
use crate::picture::stamp::Stamp;

/// What is pruned, and how.
pub(super) struct Prune<'a> {
    /// DEST.
    pub(super) bucket: &'a Bucket,
    /// What thumbnails are called, and made with.
    pub(super) names: &'a Names,
    pub(super) settings: &'a [Fingerprint],
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

/// Removes every stamped thumbnail that has no picture. `pruned` is told of each.
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
            Ok(true) if what.dry_run => pruned(&path),
            Ok(true) => match store.delete(&key) {
                Ok(()) => pruned(&path),
                Err(error) => {
                    let error = io::Error::from(error);
                    failed(PictureError::new(&path, Stage::Write, error));
                }
            },
            Err(error) => failed(PictureError::new(&path, Stage::Freshness, error)),
        }
    }
}

impl Prune<'_> {
    /// Whether the object `key` is thumbgen's, of a variant that is pruned, and the picture that its name tells is gone.
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
        let stamp = self.bucket.stamp(key, &head)?;
        let stamp = stamp.as_deref().and_then(Stamp::parse);
        let is_pruned = |stamp| is_pruned(&stamp, self.settings, self.other_variants);
        Ok(stamp.is_some_and(is_pruned))
    }
}
