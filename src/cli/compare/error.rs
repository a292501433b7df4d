//! What ends a comparison.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::batch::error::{RunError, shown};
use crate::cli::signals::SignalsError;

/// What ends a comparison.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CompareError {
    /// There is nothing to compare with.
    #[error("no pictures in {}", shown(.0))]
    NoPictures(PathBuf),
    /// Every picture failed.
    #[error("all pictures in {} failed: there is nothing to compare", shown(.0))]
    AllFailed(PathBuf),
    /// The strategies do not agree.
    #[error(transparent)]
    Different(#[from] Difference),
    /// The folder for the thumbnails of the comparison fails.
    #[error("the temporary folder {} (see TMPDIR) can't be used: {cause}", shown(.folder))]
    Temporary {
        /// The folder.
        folder: PathBuf,
        /// Why.
        cause: String,
    },
    /// SOURCE can't be used, or the threads can't be started.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Signals can't be caught.
    #[error(transparent)]
    Signals(#[from] SignalsError),
    /// It was stopped early.
    #[error("stopped")]
    Stopped,
    /// A file of results can't be written.
    #[error("{} can't be written: {}", shown(.0), .1)]
    Output(PathBuf, #[source] io::Error),
}

/// Two contenders made different things of a picture: one of them is broken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}: {contender} {what}; was the picture changed meanwhile?", shown(.picture))]
pub struct Difference {
    /// The picture's path below SOURCE.
    pub picture: PathBuf,
    /// Who made something else.
    pub contender: String,
    /// What was different.
    pub what: String,
}
