//! Where the workers' results come together: they are added up, passed on to the observer, and may end the run.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use crate::batch::counts::Totals;
use crate::batch::error::{FailureCause, PictureError, RunError, ends_the_run};
use crate::batch::execute::Panicked;
use crate::batch::job::Job;
use crate::batch::make::{Outcome, Processed};
use crate::batch::observer::{Event, Observer};
use crate::batch::stage::Stage;
use crate::batch::stop::Stop;

/// How many errors in a row mean that SOURCE or DEST is gone.
const GONE: u32 = 3;

/// How many answers in a row mean it by which a store says, each time after a minute of trying again, that it can't
/// answer: such a store may be back with the next picture.
#[cfg(feature = "object-store")]
const FAILING: u32 = 32;

/// Errors of a store in a row.
#[cfg(feature = "object-store")]
#[derive(Debug, Default)]
struct StoreErrors {
    /// Those that say it is not to be had.
    gone: AtomicU32,
    /// Those by which it says itself that it can't answer.
    failing: AtomicU32,
}

/// Takes in what becomes of the pictures of a run, from any thread.
pub(super) struct Outcomes<'a> {
    observer: &'a dyn Observer,
    stop: &'a Stop,
    totals: Mutex<Totals>,
    /// Errors in a row at which DEST may be gone.
    dest_errors: AtomicU32,
    /// The same of SOURCE and DEST where they are stores.
    #[cfg(feature = "object-store")]
    store_errors: [StoreErrors; 2],
    /// What ends the run before its time.
    fatal: OnceLock<RunError>,
}

impl<'a> Outcomes<'a> {
    pub(super) fn new(observer: &'a dyn Observer, stop: &'a Stop) -> Self {
        Self {
            observer,
            stop,
            totals: Mutex::default(),
            dest_errors: AtomicU32::new(0),
            #[cfg(feature = "object-store")]
            store_errors: Default::default(),
            fatal: OnceLock::new(),
        }
    }

    /// Whether no new picture may be begun.
    pub(super) fn is_stopped(&self) -> bool {
        self.fatal.get().is_some() || self.stop.is_set()
    }

    /// Whether the run ends because nothing can be written.
    pub(super) fn has_dest_failed(&self) -> bool {
        matches!(self.fatal.get(), Some(RunError::DestFailed(_)))
    }

    pub(super) fn tell(&self, event: Event<'_>) {
        self.observer.event(event);
    }

    /// Takes in what became of `job`.
    pub(super) fn done(&self, job: &Job, result: Result<Processed, Panicked>) {
        let processed = result.unwrap_or_else(|panic| {
            let cause = FailureCause::Panic(panic.to_string());
            // Which step it was is not known; decoding is by far the largest.
            Processed::failed(PictureError::new(job.source.path(), Stage::Decode, cause))
        });
        let event = if self.is_end_of_dest(&processed.outcome) {
            Event::DestFailed(job, &processed)
        } else {
            Event::Done(job, &processed)
        };
        self.tell(event);
        self.totals().add(&processed);
    }

    /// Takes in that an entry of the tree could not be visited.
    pub(super) fn unvisited(&self, error: PictureError) {
        #[cfg(feature = "object-store")]
        if let FailureCause::Folder(cause) = &error.cause
            && refusal(cause).is_some()
        {
            // What is left of the listing is not known.
            let again = PictureError::new(&error.path, error.stage, copy(cause));
            self.end_by(RunError::SourceFailed(again));
        }
        self.totals().counts.unvisited_folders += u64::from(error.is_unvisited_folder());
        self.failed(error);
    }

    /// Takes in an error that belongs to no job.
    pub(super) fn failed(&self, error: PictureError) {
        let processed = Processed::failed(error);
        self.tell(Event::Failed(&processed));
        self.totals().add(&processed);
    }

    /// Takes in an error about what is in DEST and belongs to no picture of this run. It is none that was found.
    pub(super) fn failed_in_dest(&self, error: PictureError) {
        #[cfg(feature = "object-store")]
        self.is_end_of_store(&error);
        self.tell(Event::FailedInDest(&Processed::failed(error)));
        self.totals().counts.failed += 1;
    }

    /// Takes in that the thumbnail at `path` is an orphan, and is removed.
    pub(super) fn pruned(&self, path: &Path, dry_run: bool) {
        self.tell(Event::Pruned(path));
        self.totals().counts.count_pruned(dry_run);
    }

    /// Takes in how long a worker was held back because of the machine's load.
    pub(super) fn paused(&self, time: Duration) {
        if !time.is_zero() {
            self.tell(Event::Resumed);
            self.totals().paused += time;
        }
    }

    /// Takes in that the run can't go on.
    pub(super) fn end_by(&self, error: RunError) {
        let _ = self.fatal.set(error);
    }

    /// Whether there has been anything but thumbnails of thumbgen's own so far.
    pub(super) fn any_found(&self) -> bool {
        self.totals().counts.found > 0
    }

    /// The totals, and what ended the run early.
    pub(super) fn into_parts(self) -> (Totals, Option<RunError>) {
        let totals = self.totals.into_inner().expect("BUG: poisoned totals");
        (totals, self.fatal.into_inner())
    }

    /// Whether `outcome` shows that no thumbnail at all can be written any more. Then the run is to end.
    fn is_end_of_dest(&self, outcome: &Outcome) -> bool {
        if outcome.made().next().is_some() {
            self.dest_errors.store(0, Ordering::Relaxed);
        }
        #[cfg(feature = "object-store")]
        if !outcome.thumbnails().is_empty() && outcome.errors().next().is_none() {
            for errors in &self.store_errors {
                errors.gone.store(0, Ordering::Relaxed);
                errors.failing.store(0, Ordering::Relaxed);
            }
        }
        for error in outcome.errors() {
            #[cfg(feature = "object-store")]
            if self.is_end_of_store(error) {
                return true;
            }
            if error.stage == Stage::Write
                && let FailureCause::Io(cause) = &error.cause
                && self.is_fatal(cause)
            {
                let again = PictureError::new(&error.path, error.stage, copy(cause));
                self.end_by(RunError::DestFailed(again));
                return true;
            }
        }
        false
    }

    /// Whether `error` shows that a store is gone, or lets nothing be written any more. Then the run is to end.
    #[cfg(feature = "object-store")]
    fn is_end_of_store(&self, error: &PictureError) -> bool {
        use crate::batch::store::Refusal;
        let FailureCause::Io(cause) = &error.cause else {
            return false;
        };
        let of_dest = matches!(error.stage, Stage::Write | Stage::Freshness);
        let errors = &self.store_errors[usize::from(of_dest)];
        let (in_a_row, most) = match refusal(cause) {
            Some(Refusal::Gone | Refusal::Credentials) => (&errors.gone, GONE),
            // One picture may be denied, and one object to be looked at; but what is ours to write is not.
            Some(Refusal::Denied) if error.stage == Stage::Write => (&errors.gone, GONE),
            Some(Refusal::Failing) => {
                // It answers.
                errors.gone.store(0, Ordering::Relaxed);
                (&errors.failing, FAILING)
            }
            _ => return false,
        };
        if in_a_row.fetch_add(1, Ordering::Relaxed) + 1 < most {
            return false;
        }
        let again = PictureError::new(&error.path, error.stage, copy(cause));
        self.end_by(match of_dest {
            true => RunError::DestFailed(again),
            false => RunError::SourceFailed(again),
        });
        true
    }

    fn is_fatal(&self, error: &io::Error) -> bool {
        const EIO: i32 = nix::errno::Errno::EIO as i32;
        ends_the_run(error)
            || error.raw_os_error() == Some(EIO)
                && self.dest_errors.fetch_add(1, Ordering::Relaxed) + 1 >= GONE
    }

    fn totals(&self) -> MutexGuard<'_, Totals> {
        self.totals.lock().expect("BUG: poisoned totals")
    }
}

/// What a store has said, if it was one.
#[cfg(feature = "object-store")]
fn refusal(error: &io::Error) -> Option<crate::batch::store::Refusal> {
    use crate::batch::store::StoreError;
    let error = error.get_ref()?.downcast_ref::<StoreError>()?;
    Some(error.refusal)
}

/// The same error once more; it can't be cloned.
fn copy(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(
        || io::Error::new(error.kind(), error.to_string()),
        io::Error::from_raw_os_error,
    )
}
