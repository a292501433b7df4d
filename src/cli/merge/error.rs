//! Why reports are not merged.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::batch::error::{plain, shown};
use crate::tell::report::ReportError;

/// Why reports are not merged.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MergeError {
    /// A report can't be read.
    #[error("report {} can't be read: {}", shown(.0), plain(.1))]
    ReportUnreadable(PathBuf, #[source] io::Error),
    /// A line of a file is not one of a report.
    #[error("{}, line {}: not a record of a report", shown(.0), .1)]
    NotARecord(PathBuf, u64),
    /// A folder has no reports.
    #[error("no reports (*.jsonl) in {}", shown(.0))]
    NoReports(PathBuf),
    /// The pictures of a merged report would be counted twice.
    #[error("{} is a merged report; merge those that it was made from", shown(.0))]
    Merged(PathBuf),
    /// Reports of shards are not of one run.
    #[error("reports are not of one run: {} has {}, others have {}", shown(.0), .1, .2)]
    NotOneRun(PathBuf, String, String),
    /// The result can't be printed.
    #[error("stdout can't be written: {}", plain(.0))]
    Stdout(#[source] io::Error),
    /// The merged report can't be written.
    #[error(transparent)]
    Written(#[from] ReportError),
}
