//! What a run does otherwise where an end is in a store.

use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
#[cfg(feature = "object-store")]
use std::sync::Mutex;

use crate::batch::ends::Ends;
use crate::batch::freshness::Fingerprint;
use crate::batch::job::Job;
use crate::batch::make::Overlap;
use crate::batch::outcomes::Outcomes;
use crate::batch::prune;
use crate::batch::ready::Ready;
use crate::batch::settings::Batch;
use crate::batch::walk::FileId;
#[cfg(feature = "object-store")]
use crate::batch::{
    error::PictureError,
    execute::Strategy,
    prune_in_store,
    store::{self, Keys, StoreUrl, Tree},
    walk::{Skipped, SourcePicture},
};

/// Whether any of these pictures, or folders if the paths end with a slash, is below SOURCE.
pub(super) type AnyIsThere<'a> = Box<dyn Fn(&[PathBuf]) -> io::Result<bool> + Sync + 'a>;

/// What is in the places of thumbnails, told picture by picture.
#[derive(Debug, Default)]
pub(super) struct Places {
    #[cfg(feature = "object-store")]
    listed: Option<store::Places>,
}

impl Places {
    /// Tells `job`, whose DEST is `dest`; and once why that can't be told any more.
    pub(super) fn fill_in(&mut self, job: &mut Job, dest: &Path) -> Option<io::Error> {
        #[cfg(feature = "object-store")]
        if let Some(places) = &mut self.listed {
            let source = job.source.relative();
            let thumbnails = job.thumbnails.iter().enumerate();
            let there = thumbnails.map(|(variant, thumbnail)| {
                places.there(
                    variant,
                    source,
                    thumbnail.strip_prefix(dest).unwrap_or(thumbnail),
                )
            });
            job.there = there.collect();
            return places.take_failure().map(io::Error::from);
        }
        let _ = (job, dest);
        None
    }
}

impl Ready<'_> {
    /// Whether any of these pictures, or folders, is below SOURCE, a folder. If that is not the one that was `walked`,
    /// as when its disk has been unmounted since, nobody can say that a picture is gone.
    fn any_is_there_in_folder(&self, walked: Option<FileId>) -> AnyIsThere<'_> {
        let batch = self.batch;
        Box::new(move |pictures| {
            Ok(prune::any_is_there(&batch.source, pictures)? || batch.source_id() != walked)
        })
    }
}

#[cfg(not(feature = "object-store"))]
impl Batch {
    pub(super) fn overlap(&self, _: &Ends) -> io::Result<Option<Overlap>> {
        Ok(None)
    }

    pub(super) fn workers_for(&self, _: &Ends) -> NonZeroUsize {
        self.workers
    }
}

#[cfg(not(feature = "object-store"))]
impl Ready<'_> {
    pub(super) fn places(&self) -> Places {
        Places::default()
    }

    pub(super) fn any_is_there(&self, walked: Option<FileId>) -> AnyIsThere<'_> {
        self.any_is_there_in_folder(walked)
    }

    pub(super) fn prune_in_store(
        &self,
        _: &[Fingerprint],
        _: Option<FileId>,
        _: &Outcomes<'_>,
    ) -> bool {
        false
    }

    pub(super) fn save_ledger(&self, _: &Outcomes<'_>) {}
}

#[cfg(feature = "object-store")]
impl Batch {
    /// Whether most workers wait for a store while other threads decode.
    fn overlaps(&self, ends: &Ends) -> bool {
        self.strategy != Strategy::Seq && (ends.is_source_in_store() || ends.is_dest_in_store())
    }

    /// The threads that decode meanwhile.
    pub(super) fn overlap(&self, ends: &Ends) -> io::Result<Option<Overlap>> {
        let (jobs, options) = (self.workers.get(), &self.options);
        let new = || Overlap::new(jobs, options.max_memory, options);
        self.overlaps(ends).then(new).transpose()
    }

    /// Workers for the pictures that wait for a store, and for those that are decoded.
    pub(super) fn workers_for(&self, ends: &Ends) -> NonZeroUsize {
        match self.overlaps(ends) {
            true => self.workers.saturating_add(self.requests()),
            false => self.workers,
        }
    }

    /// The limit that the requests don't fit, if there is one.
    pub(super) fn too_few_files(&self) -> Option<store::FilesLimit> {
        let limit = store::FilesLimit::for_workers(self.workers)?;
        (self.stores.requests > limit.requests).then_some(limit)
    }

    /// The requests that are made at the same time.
    pub(super) fn requests(&self) -> usize {
        let limit = self.too_few_files();
        limit.map_or(self.stores.requests, |limit| limit.requests)
    }
}

#[cfg(feature = "object-store")]
impl Ready<'_> {
    /// What a listing of DEST says of the thumbnails. Pictures of a list come in no order.
    pub(super) fn places(&self) -> Places {
        let bucket = self.ends.dest.as_ref();
        let bucket = bucket.filter(|_| self.batch.list.is_none() && self.ends.is_tree(self.batch));
        Places {
            listed: bucket
                .and_then(|bucket| store::Places::new(&bucket.store, &self.names, self.stop)),
        }
    }

    /// The pictures of a SOURCE in a store.
    pub(super) fn pictures_of_store<'a>(
        &'a self,
        skipped: impl Fn(&Path, Skipped) + Send + 'a,
    ) -> Option<Box<dyn Iterator<Item = Result<SourcePicture, PictureError>> + Send + 'a>> {
        let store = self.ends.source.clone()?;
        let batch = self.batch;
        if self.ends.only.is_some() {
            let only = SourcePicture::alone(batch.source.clone());
            return Some(Box::new(std::iter::once(Ok(only))));
        }
        let dest = StoreUrl::parse(&batch.dest).and_then(Result::ok);
        let dest = dest.and_then(|dest| store.url.below(&dest).map(str::to_owned));
        let tree = Tree {
            store,
            root: batch.source.clone(),
            options: batch.walk,
            dest,
        };
        let keys: Option<Keys> = batch.prune.then(|| self.ends.keys.clone());
        Some(Box::new(tree.pictures(keys, self.stop, skipped)))
    }

    /// Whether any of these pictures, or folders if the paths end with a slash, is below SOURCE. A key that was listed
    /// is there; only if none of them was, they are asked for, for they may have come meanwhile.
    pub(super) fn any_is_there(&self, walked: Option<FileId>) -> AnyIsThere<'_> {
        let Some(store) = &self.ends.source else {
            return self.any_is_there_in_folder(walked);
        };
        let listed = self.ends.keys.may_hold();
        // The keys of a folder come one after the other.
        let last = Mutex::new((String::new(), false));
        Box::new(move |pictures| {
            let keys = || pictures.iter().filter_map(|picture| picture.to_str());
            if keys().any(&listed) {
                return Ok(true);
            }
            for key in keys() {
                let is_there = match key.strip_suffix('/') {
                    None => store.head(key)?.is_some(),
                    Some(folder) => {
                        let mut last = last.lock().expect("BUG: poisoned folder");
                        if last.0 != folder {
                            *last = (folder.to_owned(), store.below(folder).look()?);
                        }
                        last.1
                    }
                };
                if is_there {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    /// Removes thumbnails from a DEST in a store; false if DEST is a folder.
    pub(super) fn prune_in_store(
        &self,
        settings: &[Fingerprint],
        walked: Option<FileId>,
        outcomes: &Outcomes<'_>,
    ) -> bool {
        let Some(bucket) = &self.ends.dest else {
            return false;
        };
        let batch = self.batch;
        prune_in_store::prune(
            &prune_in_store::Prune {
                bucket,
                names: &self.names,
                settings,
                other_variants: batch.prune_variants,
                shard: batch.shard,
                dry_run: batch.dry_run,
                any_is_there: &*self.any_is_there(walked),
                stop: self.stop,
            },
            || !outcomes.is_stopped(),
            |thumbnail| outcomes.pruned(thumbnail, batch.dry_run),
            |error| outcomes.failed_in_dest(error),
        );
        true
    }

    /// Writes down what was seen to be fresh.
    pub(super) fn save_ledger(&self, outcomes: &Outcomes<'_>) {
        let Some(bucket) = &self.ends.dest else {
            return;
        };
        let batch = self.batch;
        if batch.dry_run {
            return;
        }
        let all = batch.shard.is_none() && batch.list.is_none() && !outcomes.is_stopped();
        // Without it, the next run asks for the stamps again.
        if let Err(error) = bucket.ledger.save(all && self.ends.is_tree(batch)) {
            outcomes.tell(crate::batch::observer::Event::Warning(
                crate::batch::observer::Warning::NoLedger(batch.dest.clone(), error.into()),
            ));
        }
    }
}
