//! Whatever the program ends with instead of what it was asked for.

use std::io;

use thiserror::Error;

use crate::batch::error::{RunError, plain};
use crate::batch::shard::ShardError;
use crate::cli::compare::CompareError;
use crate::cli::exit::Exit;
use crate::cli::merge::MergeError;
use crate::tell::report::ReportError;

/// What the program ends with instead of what it was asked for.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// A run ended before its time, or did not begin.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The report can't be written.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// `--shard auto` without a shard.
    #[error(transparent)]
    Shard(#[from] ShardError),
    /// Reports can't be merged.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// A comparison failed.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// Signals can't be caught.
    #[error("signals can't be caught: {}", plain(.0))]
    Signals(#[source] io::Error),
}

impl Error {
    /// The exit status that says so.
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Run(RunError::Busy(..)) => Exit::Busy,
            _ => Exit::Unusable,
        }
    }
}
