//! Removes thumbnails from a store whose picture is gone, by a listing of DEST.

use std::io;
use std::path::{Path, PathBuf};

use crate::batch::destination::object::Bucket;
use crate::batch::error::{FailureCause, PictureError};
use crate::batch::freshness::Fingerprint;
use crate::batch::names::Names;
use crate::batch::prune::{has_no_picture, is_pruned};
use crate::batch::shard::Shard;
use crate::batch::stage::Stage;
use crate::batch::stop::Stop;
use crate::batch::store::{Listing, Met, RESERVED, in_parallel};
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
    /// Whether any of these pictures, or folders if the paths end with a slash, is below SOURCE.
    pub(super) any_is_there: &'a (dyn Fn(&[PathBuf]) -> io::Result<bool> + Sync),
    /// What ends it.
    pub(super) stop: &'a Stop,
}

/// Objects that several threads share out among them.
const AT_ONCE: usize = 1000;

/// Removes every stamped thumbnail that has no picture. `pruned` is told of each as it is removed, on any thread.
pub(super) fn prune(
    what: &Prune<'_>,
    goes_on: impl Fn() -> bool + Sync,
    pruned: impl Fn(&Path) + Sync,
    failed: impl Fn(PictureError) + Sync,
) {
    let root = &what.bucket.root;
    let mut listing = Listing::new(&what.bucket.store, what.stop);
    let mut ended = false;
    while !ended && goes_on() {
        let mut keys = Vec::new();
        while keys.len() < AT_ONCE && !ended {
            match listing.next() {
                Some(Ok(Met::Object(object))) if object.key.starts_with(RESERVED) => {}
                Some(Ok(Met::Object(object))) => keys.push(object.key),
                Some(Ok(Met::BadKey(..))) => {}
                Some(Err(error)) => {
                    let cause = FailureCause::Io(error.into());
                    failed(PictureError {
                        path: root.clone(),
                        stage: Stage::Walk,
                        cause,
                    });
                    return;
                }
                None => ended = true,
            }
        }
        in_parallel(keys, |key| {
            if !goes_on() {
                return;
            }
            let path = root.join(key);
            match what.remove(key) {
                Ok(true) => pruned(&path),
                Ok(false) => {}
                Err((stage, error)) => failed(PictureError::new(&path, stage, error)),
            }
        });
    }
}

impl Prune<'_> {
    /// Removes the object `key` if it is an orphan and this is no dry run; returns whether it is one.
    fn remove(&self, key: &str) -> Result<bool, (Stage, io::Error)> {
        let is_orphan = self.is_orphan(key);
        let is_orphan = is_orphan.map_err(|error| (Stage::Freshness, error))?;
        if is_orphan && !self.dry_run {
            let removed = self.bucket.store.delete(key);
            removed.map_err(|error| (Stage::Write, error.into()))?;
        }
        Ok(is_orphan)
    }

    /// Whether the object `key` is thumbgen's, of a variant that is pruned, and the picture that its name tells is
    /// gone.
    fn is_orphan(&self, key: &str) -> io::Result<bool> {
        let (names, relative) = (self.names, Path::new(key));
        if !has_no_picture(
            relative,
            names,
            self.other_variants,
            self.shard,
            self.any_is_there,
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
