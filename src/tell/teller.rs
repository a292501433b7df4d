//! Shows what happens in a run to a person, and writes it to the report.

use std::borrow::Cow;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};

use console::Term;
use thiserror::Error;

use crate::batch::counts::Counts;
use crate::batch::error::{plain, shown};
use crate::batch::job::Job;
use crate::batch::make::{Fate, Outcome, Processed};
use crate::batch::observer::{Doubt, Event, Observer, Warning};
use crate::batch::stop::Stop;
use crate::tell::passed_over::PassedOver;
use crate::tell::prefix;
use crate::tell::progress::Progress;
use crate::tell::report::{Known, PictureRecord, Record, Report, ReportError, RunRecord};
use crate::tell::srcset::{Srcset, SrcsetError};
use crate::tell::verbose;

/// How much is printed on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors.
    Quiet,
    /// Errors and the summary; bars on a terminal.
    Normal,
    /// A line for each picture too.
    Verbose,
    /// And the reason for each decision.
    Debug,
}

/// Takes in what happens to the pictures of a run, from any thread, and shows it.
#[derive(Debug)]
pub struct Teller {
    verbosity: Verbosity,
    dry_run: bool,
    progress: Progress,
    all_found: AtomicBool,
    report: Option<Mutex<Report>>,
    report_on_stdout: bool,
    /// A run whose report can't be written is stopped.
    stop: Stop,
    error: OnceLock<TellError>,
    /// What the report before this one holds, and how much of that failed again.
    known: Known,
    failed_again: AtomicU64,
    passed_over: PassedOver,
    srcset: Option<Srcset>,
}

/// What happens can't be written where that was asked for.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TellError {
    /// In the report.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// Not in the file for a web template.
    #[error(transparent)]
    Srcset(#[from] SrcsetError),
    /// On stdout.
    #[error("stdout can't be written: {}", plain(.0))]
    Stdout(#[source] io::Error),
}

impl Teller {
    /// A teller that tells as much as `verbosity` says of a run that `stop` stops.
    pub fn new(verbosity: Verbosity, dry_run: bool, stop: Stop) -> Self {
        Self {
            verbosity,
            dry_run,
            // A dry run's lines go to stdout, perhaps the same terminal.
            progress: Progress::new(verbosity > Verbosity::Quiet && !dry_run),
            all_found: AtomicBool::new(false),
            report: None,
            report_on_stdout: false,
            stop,
            error: OnceLock::new(),
            known: Known::default(),
            failed_again: AtomicU64::new(0),
            passed_over: PassedOver::default(),
            srcset: None,
        }
    }

    /// Tells `report` everything from now on. Failures that are `known` are told nowhere else, unless lines for all
    /// pictures are wanted.
    pub fn report_to(&mut self, report: Report, known: Known) {
        self.known = known;
        self.report_on_stdout = report.is_on_stdout();
        self.report = Some(Mutex::new(report));
    }

    /// Tells `srcset` everything from now on.
    pub fn srcset_to(&mut self, srcset: Srcset) {
        self.srcset = Some(srcset);
    }

    /// Whether there are bars, which make it worthwhile to count ahead.
    pub fn has_bars(&self) -> bool {
        self.progress.has_bars()
    }

    /// How many pictures there are in all, including those that a stopped run had not found yet; nothing if that is
    /// unknown.
    pub fn total(&self, found: &Counts) -> Option<u64> {
        if self.all_found.load(Ordering::Relaxed) {
            Some(found.met())
        } else {
            self.progress.total()
        }
    }

    /// Prints `line` on stderr, unless only errors are wanted.
    pub fn note(&self, line: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.progress.line(line);
        }
    }

    /// Leaves the bars of a run that ends before it has begun, and prints `line`, which says so.
    pub fn end_early(self, line: &str) {
        self.progress.finish();
        self.note(line);
    }

    fn warn(&self, line: &str) {
        self.note(&prefix::warning(line));
    }

    /// Keeps the failures that were known for the next run, where this one can't begin and its report was emptied.
    ///
    /// # Errors
    ///
    /// When the report can't be written: they are lost then, or in another place that the error names.
    pub fn keep_known(self) -> Result<(), ReportError> {
        let report = self.report.and_then(|report| report.into_inner().ok());
        let Some(mut report) = report.filter(Report::is_emptied) else {
            return Ok(());
        };
        let mut left = self.known.left().into_iter();
        left.try_for_each(|record| report.write(&record))?;
        report.finish()
    }

    /// Ends the report with `record` and leaves the bars as they stand. The run came to `all` pictures of SOURCE, or at
    /// least of its shard.
    ///
    /// # Errors
    ///
    /// When the report or stdout can't be written, or could not be before.
    pub fn end(mut self, record: RunRecord, all: bool, text: &str) -> Result<(), TellError> {
        self.progress.finish();
        let found_nothing = record.counts.found == 0;
        let written = self.report.take().map_or(Ok(()), |report| {
            let mut report = report.into_inner().expect("BUG: poisoned report");
            if !all {
                let mut left = self.known.left().into_iter();
                left.try_for_each(|record| report.write(&record))?;
            }
            report.write(&Record::Run(Box::new(record)))?;
            report.finish()
        });
        if self.dry_run && !self.report_on_stdout {
            self.say(text);
        } else {
            self.note(&wrapped(text));
        }
        if found_nothing && let Some(text) = self.passed_over.text() {
            self.note(&wrapped(&text));
        }
        let srcset = self.srcset.map_or(Ok(()), |srcset| srcset.write(all));
        self.error.into_inner().map_or(Ok(()), Err)?;
        written?;
        Ok(srcset?)
    }

    fn done(&self, job: &Job, processed: &Processed) {
        for (thumbnail, fate) in job.thumbnails.iter().zip(processed.outcome.thumbnails()) {
            if let Fate::WouldMake(reason) = fate {
                self.say(&format!("make {} ({reason})", shown(thumbnail)));
            }
        }
        if let Some(line) = verbose::damage(job, processed) {
            self.warn(&line);
        }
        if self.verbosity >= Verbosity::Verbose {
            let lines = verbose::lines(job, processed, self.verbosity == Verbosity::Debug);
            lines.iter().for_each(|line| self.progress.line(line));
            verbose::warnings(job, processed).for_each(|line| self.warn(&line));
        }
        if processed.outcome.errors().next().is_some() {
            self.failed(processed, PictureRecord::new(Some(job), processed));
        } else {
            self.record(|| PictureRecord::new(Some(job), processed));
        }
        self.gone_through(job, processed);
    }

    /// How many failures were known before.
    pub fn known(&self) -> u64 {
        self.failed_again.load(Ordering::Relaxed)
    }

    fn failed(&self, processed: &Processed, mut record: PictureRecord) {
        let known = self.known.holds(&mut record);
        self.failed_again.fetch_add(known.into(), Ordering::Relaxed);
        for error in processed.outcome.errors() {
            let mut line = error.to_string();
            if known {
                let since = record.first_seen.as_deref().unwrap_or("an earlier run");
                line = format!("{line} (known since {since})");
            }
            if !known || self.verbosity >= Verbosity::Verbose {
                self.progress.line(&prefix::error(&line));
            }
        }
        self.record(|| record);
    }

    fn gone_through(&self, job: &Job, processed: &Processed) {
        if let Some(srcset) = &self.srcset {
            srcset.add(job, &processed.outcome);
        }
        if !matches!(processed.outcome, Outcome::NotBegun) {
            self.progress.done();
        }
    }

    fn pruned(&self, thumbnail: &Path) {
        let place = shown(thumbnail);
        if self.dry_run {
            self.say(&format!("prune {place} (source gone)"));
        } else if self.verbosity >= Verbosity::Verbose {
            self.progress.line(&format!("pruned {place} (source gone)"));
        }
        self.record(|| PictureRecord::pruned(thumbnail, self.dry_run));
    }

    /// Prints what a dry run would do: on stdout, or on stderr if the report goes to stdout.
    fn say(&self, line: &str) {
        if self.report_on_stdout {
            self.progress.line(line);
        } else if let Err(error) = self.progress.say(line)
            // A reader that closes the pipe has seen enough.
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            self.fail(TellError::Stdout(error));
        }
    }

    /// Stops a run that can't show what was asked for.
    fn fail(&self, error: TellError) {
        let _ = self.error.set(error);
        self.stop.set();
    }

    fn record(&self, record: impl FnOnce() -> PictureRecord) {
        if let Some(report) = &self.report {
            let record = record();
            self.known.forget(&record);
            let record = Record::Picture(Box::new(record));
            let written = report.lock().expect("BUG: poisoned report").write(&record);
            if let Err(error) = written {
                self.fail(error.into());
            }
        }
    }
}

/// `text` in lines that fit the terminal, if stderr is one.
fn wrapped(text: &str) -> Cow<'_, str> {
    match Term::stderr().size_checked() {
        // A terminal that does not know its size reports zero.
        Some((_, columns)) if columns >= 20 => textwrap::fill(text, usize::from(columns)).into(),
        _ => text.into(),
    }
}

impl Observer for Teller {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Found => self.progress.found(),
            Event::AllFound => {
                self.all_found.store(true, Ordering::Relaxed);
                self.progress.walk_ended();
            }
            Event::Counted(pictures) => self.progress.counted(pictures),
            Event::AllCounted => self.progress.count_ended(),
            Event::PassedOver(path, reason) => {
                self.passed_over.add(path, reason);
                if self.verbosity == Verbosity::Debug {
                    let line = format!("skipped {}: {reason}", shown(path));
                    self.progress.line(&line);
                }
            }
            Event::Done(job, processed) => self.done(job, processed),
            // Printed once, when the run has ended: the pictures in flight meet the same.
            Event::DestFailed(job, processed) => {
                self.record(|| PictureRecord::new(Some(job), processed));
                self.gone_through(job, processed);
            }
            Event::Failed(processed) => self.failed(processed, PictureRecord::new(None, processed)),
            Event::FailedInDest(processed) => {
                self.failed(processed, PictureRecord::failed_in_dest(processed));
            }
            Event::Pruned(thumbnail) => self.pruned(thumbnail),
            Event::Pausing(load) => self.progress.pausing(load),
            Event::Resumed => self.progress.resumed(),
            // What may be a disk that is not mounted has to be heard of, in cron too.
            Event::Warning(warning @ Warning::NotPruned(Doubt::NoPicture)) => {
                self.progress.line(&prefix::warning(&warning.to_string()));
            }
            Event::Warning(warning) => self.warn(&warning.to_string()),
        }
    }
}
