//! Before a run: SOURCE and DEST are checked and opened, and DEST is this run's.

use std::ffi::OsString;
use std::path::Path;

#[cfg(feature = "object-store")]
use crate::batch::destination::claim;
use crate::batch::destination::lock::{Claim, Held, Lock, lock};
use crate::batch::ends::Ends;
use crate::batch::error::RunError;
use crate::batch::names::{Label, Names};
use crate::batch::observer::{Event, Observer, Warning};
use crate::batch::place::store_scheme;
use crate::batch::settings::Batch;
use crate::batch::stop::Stop;

/// A batch whose places are checked and whose DEST is locked.
#[derive(Debug)]
pub struct Ready<'a> {
    pub(super) batch: &'a Batch,
    pub(super) names: Names,
    pub(super) stop: &'a Stop,
    lock: Option<Holding>,
    pub(super) ends: Ends,
}

/// What keeps other runs off DEST.
#[derive(Debug)]
enum Holding {
    Folder {
        _held: Held,
    },
    #[cfg(feature = "object-store")]
    Store {
        held: claim::Held,
    },
}

impl Ready<'_> {
    /// That another run has taken DEST over, if it has; told once.
    pub(super) fn take_loss(&self) -> Option<Warning> {
        match self.lock.as_ref()? {
            Holding::Folder { .. } => None,
            #[cfg(feature = "object-store")]
            Holding::Store { held } => {
                let holder = held.take_loss()?;
                Some(Warning::TakenOver(self.batch.dest.clone(), holder))
            }
        }
    }
}

impl Batch {
    /// Checks SOURCE and DEST, makes DEST if it is not there, and locks it. If `stop` is set while it waits for the
    /// lock, it goes on without one: the run will do nothing.
    ///
    /// # Errors
    ///
    /// When SOURCE or DEST can't be used, another run holds DEST's lock, or two thumbnails would be one file.
    pub fn prepare<'a>(
        &'a self,
        observer: &dyn Observer,
        stop: &'a Stop,
    ) -> Result<Ready<'a>, RunError> {
        let labels = self.variants.iter().map(Label::of).collect();
        let names = Names::new(labels, self.names.clone())?;
        if self.name.is_some() && names.count() != 1 {
            return Err(RunError::OneName(names.count()));
        }
        if self.name.is_some() && self.names.is_some() {
            return Err(RunError::NamedTwice);
        }
        // It would be written elsewhere.
        let is_name = |name: &OsString| Path::new(name).file_name() == Some(name);
        if let Some(name) = self.name.as_ref().filter(|name| !is_name(name)) {
            return Err(RunError::NotAName(name.into()));
        }
        let of_picture = || RunError::PruneOfPicture(self.source.clone());
        if self.prune && store_scheme(&self.source).is_none() && !self.source.is_dir() {
            return Err(of_picture());
        }
        let ends = Ends::open(self)?;
        #[cfg(feature = "object-store")]
        if ends.is_source_in_store() || ends.is_dest_in_store() {
            self.warn_of_few_files(observer);
        }
        match ends.is_tree(self) {
            false if self.prune => return Err(of_picture()),
            true if self.name.is_some() => {
                return Err(RunError::NotOnePicture(self.source.clone()));
            }
            _ => {}
        }
        Ok(Ready {
            batch: self,
            names,
            stop,
            lock: self.hold_dest(&ends, observer, stop)?,
            ends,
        })
    }

    #[cfg(feature = "object-store")]
    fn warn_of_few_files(&self, observer: &dyn Observer) {
        if let Some(limit) = self.too_few_files() {
            observer.event(Event::Warning(Warning::FewerRequests {
                wanted: self.stores.requests,
                made: limit.requests,
                files: limit.files,
            }));
        }
    }

    /// Locks DEST as long as the value lives; nothing if that was stopped, or if DEST can't be locked.
    fn hold_dest(
        &self,
        ends: &Ends,
        observer: &dyn Observer,
        stop: &Stop,
    ) -> Result<Option<Holding>, RunError> {
        if self.dry_run {
            return Ok(None);
        }
        let dest = &self.dest;
        let claim = match (self.shard, &self.list, &self.name) {
            (Some(shard), ..) => Claim::Shard(shard),
            (None, Some(_), _) => Claim::List,
            // Other thumbnails may be made in the same folder meanwhile.
            (None, None, Some(_)) => Claim::List,
            (None, None, None) => Claim::Whole,
        };
        let unlocked = |error| {
            let warning = Warning::NotLocked(dest.clone(), error);
            observer.event(Event::Warning(warning));
            Ok(None)
        };
        #[cfg(feature = "object-store")]
        if let Some(bucket) = &ends.dest {
            use claim::Claiming::{Busy, Held, Stopped, Unsupported};
            return match claim::claim(&bucket.store, claim, self.wait, stop)
                .map_err(|error| RunError::Dest(dest.clone(), error.into()))?
            {
                Held(held) => Ok(Some(Holding::Store { held })),
                Busy(holder) => Err(RunError::Busy(dest.clone(), holder)),
                Stopped => Ok(None),
                Unsupported(error) => unlocked(error.into()),
            };
        }
        // Without the feature, all ends are folders.
        let _ = ends;
        match lock(dest, claim, self.wait, stop)
            .map_err(|error| RunError::Dest(dest.clone(), error))?
        {
            Lock::Held(held) => Ok(Some(Holding::Folder { _held: held })),
            Lock::Busy(holder) => Err(RunError::Busy(dest.clone(), holder)),
            Lock::Stopped => Ok(None),
            Lock::Unsupported(error) => unlocked(error),
        }
    }
}

#[cfg(all(test, feature = "object-store"))]
impl<'a> Ready<'a> {
    /// A batch with ends of the test's own.
    pub(super) fn with_ends(batch: &'a Batch, ends: Ends, stop: &'a Stop) -> Self {
        let labels = batch.variants.iter().map(Label::of).collect();
        Self {
            batch,
            names: Names::new(labels, batch.names.clone()).expect("names that don't meet"),
            stop,
            lock: None,
            ends,
        }
    }

    /// The same with a claim.
    pub(super) fn with_claim(mut self, held: claim::Held) -> Self {
        self.lock = Some(Holding::Store { held });
        self
    }
}
