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

use std::fs::{self, File};
use std::io::{self, BufWriter, LineWriter, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::batch::error::{plain, shown};
use crate::tell::side_file::{self, SideFile, is_stdout};

use record::BEGINNING;

pub use known::Known;
pub(crate) use path::path;
pub use record::{MergedRecord, PictureRecord, Record, RunRecord, now};
pub use thumbnail::ThumbnailRecord;

/// Where records go.
pub struct Report {
    path: PathBuf,
    out: Box<dyn Write + Send>,
    copy: Option<BufWriter<File>>,
}

/// The report can't be written.
#[derive(Debug, Error)]
#[error("report {} can't be written: {}", shown(.0), plain(.1))]
pub struct ReportError(pub PathBuf, #[source] pub io::Error);

impl std::fmt::Debug for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Report").field(&self.path).finish()
    }
}

impl Report {
    /// A report into the file `path`, made anew with its first line, or with `-` to stdout.
    ///
    /// # Errors
    ///
    /// When the file can't be made, or is there and not a report.
    pub fn create(path: &Path) -> Result<Self, ReportError> {
        let out: Box<dyn Write + Send> = if is_stdout(path) {
            Box::new(io::stdout())
        } else {
            let file = SideFile::create(path, BEGINNING);
            let file = file.map_err(|error| ReportError(path.to_owned(), error))?;
            // Line by line: what has ended can be followed, and survives a kill.
            Box::new(LineWriter::new(file))
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
    pub fn is_at(path: &Path) -> Result<bool, ReportError> {
        let there = fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() > 0);
        if is_stdout(path) || !there {
            return Ok(false);
        }
        let checked = side_file::check(path, BEGINNING);
        checked.map_err(|error| ReportError(path.to_owned(), error))?;
        Ok(true)
    }

    /// A report that goes nowhere, unless there is [a copy](Self::copy_to).
    pub fn nowhere() -> Self {
        Self {
            path: PathBuf::new(),
            out: Box::new(io::sink()),
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
        let written = self.out.write_all(&whole);
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
        let flushed = self.out.flush();
        let copied = self.copy.as_mut().map_or(Ok(()), Write::flush);
        flushed
            .and(copied)
            .map_err(|error| ReportError(self.path, error))
    }
}
