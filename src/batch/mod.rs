//! From a tree of pictures to a tree of thumbnails: which pictures there are, which are stale, and who makes them.
//!
//! A [`Batch`] says what a run is to do, an [`Observer`] is told of each [`Event`] as it happens, and a [`Stop`] ends
//! the run early. A run prints nothing, installs no signal handlers and keeps no state but the thumbnails themselves:
//! run the same batch again, and only those that are missing or out of date are made.
//!
//! ```
//! use std::sync::atomic::{AtomicU64, Ordering};
//!
//! use thumbgen::batch::{Batch, Event, Observer, Stop};
//!
//! /// Counts the thumbnails, and ends the run after too many failures.
//! #[derive(Default)]
//! struct Watch {
//!     made: AtomicU64,
//!     failed: AtomicU64,
//!     stop: Stop,
//! }
//!
//! impl Observer for Watch {
//!     fn event(&self, event: Event<'_>) {
//!         if let Event::Done(job, processed) = event {
//!             let made = processed.outcome.made().count() as u64;
//!             self.made.fetch_add(made, Ordering::Relaxed);
//!             for error in processed.outcome.errors() {
//!                 eprintln!("{}: {error}", job.source.relative().display());
//!                 if self.failed.fetch_add(1, Ordering::Relaxed) == 100 {
//!                     self.stop.set();
//!                 }
//!             }
//!         }
//!     }
//! }
//!
//! # let folder = tempfile::tempdir()?;
//! # let thumbnails = folder.path();
//! let batch = Batch::new("testdata/pictures", thumbnails).with_prune(true);
//! let watch = Watch::default();
//! let ran = batch.run(&watch, &watch.stop)?;
//! assert!(ran.finished && ran.totals.counts.failed == 0);
//! assert_eq!(ran.totals.counts.thumbnails, watch.made.into_inner());
//!
//! let again = batch.run(&(), &Stop::default())?;
//! assert_eq!(again.totals.counts.fresh, again.totals.counts.found);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Rooms
//!
//! ```text
//! settings      what a run is to do                 run            all of the below in order: find, execute, prune
//! walk, list    SOURCE -> pictures                  selection, shard  which of them are this process's
//! job           a picture, its thumbnails' places   freshness         whether these are up to date, and their stamp
//! names         where thumbnails belong, and back
//! source        pictures read                       make              one job from end to end
//! destination   thumbnails written, DEST's lock     execute           all jobs: seq, threads or rayon
//! outcomes      what became of them, added up       observer          who is told, and of what: counts, events
//! ownership     whose file is in the place          check_places      SOURCE and DEST before the run
//! prune         thumbnails without a picture        throttle          --max-load
//! stop          whether the run is to end           own_thumbnails    what thumbnails among the pictures mean
//! count_ahead   how many pictures there will be, by their names
//! place         folders and URLs                    ends, ready       SOURCE and DEST opened, and DEST locked
//! store         s3://, gs://, az://                 run_in_store, prune_in_store  what a run does otherwise there
//! ```

#[doc(hidden)]
pub mod check_places;
#[doc(hidden)]
pub mod count_ahead;
#[doc(hidden)]
pub mod counts;
#[doc(hidden)]
pub mod cpu_time;
#[doc(hidden)]
pub mod destination;
mod ends;
#[doc(hidden)]
pub mod error;
#[doc(hidden)]
pub mod execute;
#[doc(hidden)]
pub mod freshness;
#[doc(hidden)]
pub mod job;
#[doc(hidden)]
pub mod list;
#[doc(hidden)]
pub mod make;
#[doc(hidden)]
pub mod names;
#[doc(hidden)]
pub mod observer;
mod outcomes;
mod own_thumbnails;
#[doc(hidden)]
pub mod ownership;
#[doc(hidden)]
pub mod place;
#[doc(hidden)]
pub mod prune;
#[cfg(feature = "object-store")]
mod prune_in_store;
mod ready;
#[doc(hidden)]
pub mod run;
mod run_in_store;
mod selection;
#[doc(hidden)]
pub mod settings;
#[doc(hidden)]
pub mod shard;
#[doc(hidden)]
pub mod source;
#[doc(hidden)]
pub mod source_type;
#[doc(hidden)]
pub mod stage;
#[doc(hidden)]
pub mod stop;
#[cfg(feature = "object-store")]
#[doc(hidden)]
pub mod store;
#[doc(hidden)]
pub mod throttle;
#[doc(hidden)]
pub mod walk;

pub use counts::{Counts, Totals};
pub use cpu_time::CpuTime;
pub use destination::lock::Wait;
#[doc(hidden)]
pub use ends::is_in_store;
pub use error::{FailureCause, PictureError, Refused, RunError};
pub use execute::Strategy;
pub use freshness::{Fingerprint, Reason, SourceVersion};
pub use job::Job;
pub use list::List;
pub use make::{Fate, Made, Outcome, Processed};
pub use names::{NamesError, ParseTemplateError, Template};
pub use observer::{Doubt, Event, Observer, Warning};
pub use ownership::Foreign;
pub use ready::Ready;
pub use run::Ran;
pub use settings::{Batch, cores};
pub use shard::Shard;
pub use source_type::{SourceTypes, UnknownType};
pub use stage::{Stage, StageTimes};
pub use stop::Stop;
#[cfg(feature = "object-store")]
pub use store::StoreOptions;
pub use walk::{Skipped, SourcePicture, WalkOptions};
