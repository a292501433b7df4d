//! What a run reports while it goes on, and the trait that takes it in.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::batch::error::shown;
use crate::batch::job::Job;
use crate::batch::make::Processed;
use crate::batch::walk::Skipped;

/// Takes in what happens in a run, from any of its threads.
pub trait Observer: Sync {
    /// `event` has just happened. The thread that tells it waits until this returns.
    fn event(&self, event: Event<'_>);
}

/// An observer that ignores everything.
impl Observer for () {
    fn event(&self, _: Event<'_>) {}
}

/// Something that happened in a run.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A picture was found and is handed out to a worker.
    Found,
    /// All pictures are found.
    AllFound,
    /// This many pictures have been counted ahead of those that were found; see
    /// [`Batch::count_ahead`](crate::batch::Batch::count_ahead).
    Counted(u64),
    /// The pictures that were counted ahead are all there are.
    AllCounted,
    /// The walk passed an entry over.
    PassedOver(&'a Path, Skipped),
    /// A picture is done.
    Done(&'a Job, &'a Processed),
    /// A picture met what every other picture would meet too: DEST is full, gone or read-only. The run ends, and
    /// [`Ran::ended_by`](crate::batch::Ran::ended_by) says so once more.
    DestFailed(&'a Job, &'a Processed),
    /// An entry of SOURCE could not be visited.
    Failed(&'a Processed),
    /// A thumbnail whose picture is gone could not be removed, or a part of DEST not be searched for such.
    FailedInDest(&'a Processed),
    /// A thumbnail whose picture is gone was removed, or in a dry run would be.
    Pruned(&'a Path),
    /// A worker waits for the machine's load, which is this, to fall.
    Pausing(f64),
    /// The worker waits no longer.
    Resumed,
    /// Something that a person should know, and that fails nothing.
    Warning(Warning),
}

/// Something that a person should know, and that fails nothing.
#[derive(Debug)]
#[non_exhaustive]
pub enum Warning {
    /// The file system of DEST has no locks.
    NotLocked(PathBuf, io::Error),
    /// Another run, which is named, has claimed DEST, in a store: this one's claim was not renewed in time.
    TakenOver(PathBuf, String),
    /// Fewer requests are made at the same time than are wanted: they would not fit the files that may be open.
    FewerRequests {
        /// How many are wanted.
        wanted: usize,
        /// How many are made.
        made: usize,
        /// How many files the process may open.
        files: u64,
    },
    /// What is known to be fresh could not be written down: the next run asks for it again.
    NoLedger(PathBuf, io::Error),
    /// What is in DEST could not be listed to the end: each thumbnail is asked for.
    NoListing(PathBuf, io::Error),
    /// The system does not report its load, so nothing is held back.
    LoadUnknown,
    /// Orphans were left where they are.
    NotPruned(Doubt),
}

/// Why no orphan is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doubt {
    /// The run was stopped.
    Stopped,
    /// Not all of SOURCE could be visited.
    Unvisited,
    /// There is no picture in SOURCE.
    NoPicture,
    /// SOURCE is another folder now, or none.
    Replaced,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLocked(dest, error) => {
                let dest = shown(dest);
                write!(f, "{dest} can't be locked ({error}); going on without")
            }
            Self::TakenOver(dest, holder) => {
                let dest = shown(dest);
                write!(
                    f,
                    "{dest} was taken over by {holder}, as this run's claim had run out; \
                     going on, as both make the same"
                )
            }
            Self::FewerRequests {
                wanted,
                made,
                files,
            } => write!(
                f,
                "{made} requests at a time instead of {wanted}: this process may open only {files} files (ulimit -n)"
            ),
            Self::NoLedger(dest, error) => {
                let dest = shown(dest);
                write!(
                    f,
                    "the ledger of {dest} can't be written ({error}): the next run asks for more"
                )
            }
            Self::NoListing(dest, error) => {
                let dest = shown(dest);
                write!(
                    f,
                    "{dest} can't be listed to its end ({error}): each thumbnail is asked for"
                )
            }
            Self::LoadUnknown => {
                f.write_str("this system does not report its load: no picture is held back")
            }
            Self::NotPruned(doubt) => f.write_str(match doubt {
                Doubt::Stopped => "nothing pruned: the run was stopped",
                Doubt::Unvisited => "nothing pruned: not all of SOURCE could be visited",
                Doubt::NoPicture => "nothing pruned: no picture found in SOURCE",
                Doubt::Replaced => {
                    "not all pruned: SOURCE is no longer the folder that it was when the run began"
                }
            }),
        }
    }
}
