//! The machine-readable report: JSON Lines, a record for each picture as it ends, and one for the run at the end.
//!
//! The fields are documented in docs/report.md and are a promise.
//!
//! ```text
//! record  the fields, and what fills them      thumbnail  those of a picture's thumbnails
//! path    paths in records                     lines      a report read line by line
//! known   what failed already in the last run's report
//! ```

mod known;
pub(crate) mod lines;
mod path;
mod record;
mod thumbnail;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::batch::error::{plain, shown};
use crate::tell::side_file::{Kind, Output, SideFiles, is_stdout};

use record::BEGINNING;

pub use known::Known;
pub(crate) use path::path;
pub use record::{MergedRecord, PictureRecord, Record, RunRecord, now};
pub use thumbnail::ThumbnailRecord;

/// What kind of file a report is.
const KIND: Kind = Kind {
    beginning: BEGINNING,
    media_type: "application/x-ndjson",
};

/// Where records go.
#[derive(Debug)]
pub struct Report {
    path: PathBuf,
    out: Out,
    copy: Option<BufWriter<File>>,
}

#[derive(Debug)]
enum Out {
    Stdout,
    Nowhere,
    /// Line by line: what has ended can be followed, and survives a kill.
    File(Output),
}

/// The report can't be written.
#[derive(Debug, Error)]
#[error("report {} can't be written: {}", shown(.0), plain(.1))]
pub struct ReportError(pub PathBuf, #[source] pub io::Error);

impl Report {
    /// Whether an older one was emptied when this one was made, as in a store.
    pub(crate) fn is_emptied(&self) -> bool {
        match &self.out {
            #[cfg(feature = "object-store")]
            Out::File(Output::Spool(_)) => true,
            _ => false,
        }
    }

    /// A report into the file at `path`, made anew with its first line, or with `-` to stdout.
    ///
    /// # Errors
    ///
    /// When the file can't be made, or is there and not a report.
    pub fn create(path: &Path, files: &SideFiles) -> Result<Self, ReportError> {
        let out = if is_stdout(path) {
            Out::Stdout
        } else {
            let file = files.at(path).and_then(|file| file.create(KIND));
            Out::File(file.map_err(|error| ReportError(path.to_owned(), error))?)
        };
        let path = path.to_owned();
        let copy = None;
        Ok(Self { path, out, copy })
    }

    /// Whether there is a report at `path`, with a line at least.
    ///
    /// # Errors
    ///
    /// When what is there is not a report, or can't be read.
    pub fn is_at(path: &Path, files: &SideFiles) -> Result<bool, ReportError> {
        if is_stdout(path) {
            return Ok(false);
        }
        let is_there = files.at(path).and_then(|file| file.is_there(BEGINNING));
        is_there.map_err(|error| ReportError(path.to_owned(), error))
    }

    /// A report that goes nowhere, unless there is [a copy](Self::copy_to).
    pub fn nowhere() -> Self {
        Self {
            path: PathBuf::new(),
            out: Out::Nowhere,
            copy: None,
        }
    }

    /// Writes everything into `file`, too.
    pub fn copy_to(&mut self, file: File) {
        self.copy = Some(BufWriter::new(file));
    }

    /// Whether stdout is taken.
    pub fn is_on_stdout(&self) -> bool {
        is_stdout(&self.path)
    }

    /// Appends a line.
    ///
    /// # Errors
    ///
    /// When it can't be written.
    pub fn write(&mut self, record: &Record) -> Result<(), ReportError> {
        self.write_line(&serde_json::to_vec(record).expect("BUG: a record is not JSON"))
    }

    /// Appends `line`, a record as another report has it.
    pub(crate) fn write_line(&mut self, line: &[u8]) -> Result<(), ReportError> {
        let whole = [line, b"\n"].concat();
        let written = match &mut self.out {
            Out::Stdout => io::stdout().write_all(&whole),
            Out::Nowhere => Ok(()),
            Out::File(file) => file.write_all(&whole),
        };
        let copied = self
            .copy
            .as_mut()
            .map_or(Ok(()), |copy| copy.write_all(&whole));
        written
            .and(copied)
            .map_err(|error| ReportError(self.path.clone(), error))
    }

    /// Makes sure that all lines are where they belong.
    ///
    /// # Errors
    ///
    /// When they can't be written.
    pub fn finish(mut self) -> Result<(), ReportError> {
        let flushed = match self.out {
            Out::Stdout => io::stdout().flush(),
            Out::Nowhere => Ok(()),
            Out::File(file) => file.finish(),
        };
        let copied = self.copy.as_mut().map_or(Ok(()), Write::flush);
        flushed
            .and(copied)
            .map_err(|error| ReportError(self.path, error))
    }
}
