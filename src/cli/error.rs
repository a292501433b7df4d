//! Whatever stops the program from doing what it was asked to.

use std::io;

use thiserror::Error;

use crate::batch::error::{RunError, plain};
use crate::batch::shard::ShardError;
use crate::cli::compare::CompareError;
use crate::cli::exit::Exit;
use crate::cli::merge::MergeError;
use crate::cli::places::OtherFormat;
use crate::cli::signals::SignalsError;
use crate::tell::gallery::GalleryError;
use crate::tell::report::ReportError;
use crate::tell::teller::TellError;

/// What stops the program from doing what it was asked to.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// A run ended before its time, or did not begin.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The report can't be written.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// What happened can't be told.
    #[error(transparent)]
    Tell(#[from] TellError),
    /// `--shard auto` without a shard.
    #[error(transparent)]
    Shard(#[from] ShardError),
    /// Reports can't be merged.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// A comparison failed.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// DEST is named like a picture that thumbgen can't make.
    #[error(transparent)]
    Dest(#[from] OtherFormat),
    /// There is no gallery.
    #[error(transparent)]
    Gallery(#[from] GalleryError),
    /// stdout can't be written to.
    #[error("stdout can't be written to: {}", plain(.0))]
    Stdout(#[source] io::Error),
    /// Signals can't be caught.
    #[error(transparent)]
    Signals(#[from] SignalsError),
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
