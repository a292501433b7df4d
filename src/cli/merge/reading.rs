//! What is read of reports: files, lines, and the runs that they tell of.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::error::MergeError;
use crate::batch::counts::Counts;
use crate::batch::error::shown;
use crate::tell::report::{Known, Record, RunRecord, lines};
use crate::tell::side_file::SideFiles;

/// A report.
#[derive(Debug, Clone, Default)]
pub(super) struct ReportFile {
    /// Where it is.
    pub(super) path: PathBuf,
    /// A copy of it, if that is in a store.
    copy: Option<Arc<File>>,
}

impl ReportFile {
    fn local(path: &Path) -> Self {
        let path = path.to_owned();
        Self { path, copy: None }
    }

    fn open(&self) -> io::Result<File> {
        let Some(copy) = &self.copy else {
            return File::open(&self.path);
        };
        let mut copy = copy.try_clone()?;
        copy.rewind()?;
        Ok(copy)
    }

    /// Whether its last line is that of a merge.
    fn is_merged(&self) -> bool {
        let last = self.open().and_then(lines::last_line);
        let record = serde_json::from_slice(&last.unwrap_or_default());
        matches!(record, Ok(Record::Run(run)) if run.merged.is_some())
    }

    /// Hands every line to `each`, without its end; see [`lines::for_each_line`].
    pub(super) fn for_each_line(
        &self,
        each: impl FnMut(&[u8]) -> Result<(), MergeError>,
    ) -> Result<bool, MergeError> {
        let unreadable = |error: io::Error| MergeError::ReportUnreadable(self.path.clone(), error);
        lines::for_each_line(self.open().map_err(unreadable)?, unreadable, each)
    }
}

/// `path`, or if it is a folder, every `*.jsonl` directly in it, sorted; an earlier merge's output is not among them.
pub(super) fn reports_at(path: &Path, files: &SideFiles) -> Result<Vec<ReportFile>, MergeError> {
    let unreadable = |error| MergeError::ReportUnreadable(path.to_owned(), error);
    let mut reports = Vec::new();
    if let Some(found) = files.in_store(path, ".jsonl").map_err(unreadable)? {
        for url in found {
            let copy = files.at(&url).map_err(unreadable)?.read();
            let gone = || unreadable(io::ErrorKind::NotFound.into());
            reports.push(ReportFile {
                copy: Some(Arc::new(copy.ok_or_else(gone)?)),
                path: url,
            });
        }
        // One that was named is taken, whatever it is.
        if let [only] = reports.as_slice()
            && only.path == path
        {
            return Ok(reports);
        }
    } else if path.is_dir() {
        for entry in fs::read_dir(path).map_err(unreadable)? {
            let report = entry.map_err(unreadable)?.path();
            if report.extension() == Some(OsStr::new("jsonl")) {
                reports.push(ReportFile::local(&report));
            }
        }
    } else {
        return Ok(vec![ReportFile::local(path)]);
    }
    reports.retain(|report| !report.is_merged());
    if reports.is_empty() {
        return Err(MergeError::NoReports(path.to_owned()));
    }
    reports.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(reports)
}

/// What matters of a line. That of a run is read again, as a whole.
#[derive(Deserialize)]
pub(super) struct Line<'a> {
    #[serde(borrow)]
    pub(super) record: Cow<'a, str>,
    pub(super) outcome: Option<Cow<'a, str>>,
    pub(super) source: Option<Cow<'a, str>>,
    pub(super) destination: Option<Cow<'a, str>>,
    pub(super) stage: Option<Cow<'a, str>>,
    pub(super) error: Option<Cow<'a, str>>,
    #[serde(default)]
    pub(super) damaged: bool,
    #[serde(borrow, default)]
    pub(super) thumbnails: Vec<Thumbnail<'a>>,
}

/// One of a picture's thumbnails.
#[derive(Debug, Deserialize)]
pub(super) struct Thumbnail<'a> {
    #[serde(borrow)]
    pub(super) outcome: Cow<'a, str>,
}

/// The lines of one run.
#[derive(Debug, Default)]
pub(super) struct ReportedRun {
    pub(super) report: ReportFile,
    /// Number of the report's line before its first, and of its last.
    pub(super) lines: (u64, u64),
    pub(super) counts: Counts,
    /// What the walk could not visit. Every shard fails at such a folder, and it is still one failure.
    pub(super) unvisited: Vec<String>,
    pub(super) run: RunRecord,
}

impl ReportedRun {
    pub(super) fn is_finished(&self) -> bool {
        let told = Counts {
            unvisited_folders: self.run.counts.unvisited_folders,
            // Reports of older versions don't have it.
            thumbnails: self.run.counts.thumbnails,
            kept_files: self.run.counts.kept_files,
            ..self.counts
        };
        self.run.finished && self.run.counts == told
    }

    pub(super) fn add(&mut self, line: &Line<'_>, err: &mut dyn Write) -> Option<()> {
        let outcome = line.outcome.as_deref()?;
        if matches!(outcome, "pruned" | "would prune") {
            self.counts.count_pruned(outcome == "would prune");
            return Some(());
        }
        if outcome == Known::FAILED_BEFORE {
            return Some(());
        }
        if outcome == "failed" {
            let path = line.source.as_deref().or(line.destination.as_deref())?;
            let (stage, error) = (line.stage.as_deref()?, line.error.as_deref()?);
            let _ = writeln!(err, "{}: {stage}: {error}", shown(Path::new(path)));
            // It failed in DEST, and is no picture.
            let Some(source) = &line.source else {
                self.counts.failed += 1;
                return Some(());
            };
            if stage == "walk" {
                self.unvisited.push(source.to_string());
            }
        }
        self.counts.damaged += u64::from(line.damaged);
        let count = |wanted: &str| match line.thumbnails.as_slice() {
            [] => u64::from(outcome == wanted),
            several => several.iter().filter(|one| one.outcome == wanted).count() as u64,
        };
        self.counts.thumbnails += count("made");
        self.counts.kept_files += count("kept");
        self.counts.count(outcome)
    }
}
