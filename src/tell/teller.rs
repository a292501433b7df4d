//! The one place where what the workers found comes together: counts, lines, bars, the report, and whether to stop.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use crate::batch::error::{Cause, PictureError, RunError, ends_the_run, shown};
use crate::batch::execute::Panicked;
use crate::batch::job::Job;
use crate::batch::make::{Outcome, Processed};
use crate::batch::stop::Interrupt;
use crate::cli::config::Verbosity;
use crate::picture::Stage;
use crate::tell::progress::Progress;
use crate::tell::report::{PictureRecord, Record, Report, RunRecord};
use crate::tell::summary::Summary;
use crate::tell::verbose;

/// So many I/O errors of DEST one after the other are taken for its end.
const DEST_ERRORS_IN_A_ROW: u32 = 3;

/// Takes in what happens to the pictures of a run, from any thread.
#[derive(Debug)]
pub struct Tally {
    verbosity: Verbosity,
    dry_run: bool,
    interrupt: Interrupt,
    progress: Progress,
    report: Option<Mutex<Report>>,
    report_on_stdout: bool,
    summary: Mutex<Summary>,
    dest_errors: AtomicU32,
    /// What ends the run before its time.
    fatal: OnceLock<RunError>,
}

impl Tally {
    /// A tally that tells as much as `verbosity` says.
    pub fn new(verbosity: Verbosity, dry_run: bool, interrupt: Interrupt) -> Self {
        Self {
            verbosity,
            dry_run,
            interrupt,
            // A dry run's lines go to stdout, perhaps the same terminal.
            progress: Progress::new(verbosity > Verbosity::Quiet && !dry_run),
            report: None,
            report_on_stdout: false,
            summary: Mutex::default(),
            dest_errors: AtomicU32::new(0),
            fatal: OnceLock::new(),
        }
    }

    /// Tells `report` everything from now on.
    pub fn report_to(&mut self, report: Report) {
        self.report_on_stdout = report.is_on_stdout();
        self.report = Some(Mutex::new(report));
    }

    /// Whether no new picture may be begun.
    pub fn is_stopped(&self) -> bool {
        self.fatal.get().is_some() || self.interrupt.is_set()
    }

    /// The next picture of the walk, unless the run is stopped. Errors of the walk are taken in and passed by.
    pub fn next<T>(
        &self,
        pictures: &mut impl Iterator<Item = Result<T, PictureError>>,
    ) -> Option<T> {
        while !self.is_stopped() {
            match pictures.next() {
                Some(Ok(picture)) => {
                    self.progress.found();
                    return Some(picture);
                }
                Some(Err(error)) => {
                    let is_folder = error.path.is_dir();
                    let mut summary = self.summary();
                    summary.walk_errors += 1;
                    summary.folder_errors += u64::from(is_folder);
                    drop(summary);
                    self.add(None, &Processed::failed(error));
                }
                None => break,
            }
        }
        self.progress.walk_ended();
        None
    }

    /// Takes in what became of `job`.
    pub fn done(&self, job: &Job, result: Result<Processed, Panicked>) {
        let processed = result.unwrap_or_else(|panic| {
            let cause = Cause::Panic(panic.to_string());
            // Which step it was is not known; decoding is by far the largest.
            Processed::failed(PictureError::new(job.source.path(), Stage::Decode, cause))
        });
        if let Outcome::WouldMake(reason) = processed.outcome {
            self.say(&format!("make {} ({reason})", shown(&job.thumbnail)));
        }
        if let Some(line) = verbose::damage(job, &processed) {
            self.warn(&line);
        }
        if self.verbosity >= Verbosity::Verbose {
            let line = verbose::line(job, &processed, self.verbosity == Verbosity::Debug);
            for line in line.into_iter().chain(verbose::warnings(job, &processed)) {
                self.progress.line(&line);
            }
        }
        self.add(Some(job), &processed);
        if !matches!(processed.outcome, Outcome::NotBegun) {
            self.progress.done();
        }
    }

    /// Takes in that `thumbnail` is an orphan.
    pub fn pruned(&self, thumbnail: &Path) {
        let line = || format!("prune {} (source gone)", shown(thumbnail));
        if self.dry_run {
            self.say(&line());
        } else if self.verbosity >= Verbosity::Verbose {
            self.progress.line(&line());
        }
        self.record(|| PictureRecord::pruned(thumbnail, self.dry_run));
        let mut summary = self.summary();
        if self.dry_run {
            summary.would_prune += 1;
        } else {
            summary.pruned += 1;
        }
    }

    /// Takes in an error that belongs to no picture of the walk.
    pub fn failed(&self, error: PictureError) {
        self.add(None, &Processed::failed(error));
    }

    /// Takes in that the run can't go on.
    pub fn fail(&self, error: RunError) {
        let _ = self.fatal.set(error);
    }

    /// Takes in that a worker was held back because of the machine's `load`.
    pub fn pausing(&self, load: f64) {
        self.progress.pausing(load);
    }

    /// Takes in for how long that was.
    pub fn paused(&self, time: Duration) {
        if !time.is_zero() {
            self.progress.resumed();
            self.summary().paused += time;
        }
    }

    /// Says `line` on stderr, unless only errors are wanted.
    pub fn warn(&self, line: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.progress.line(line);
        }
    }

    /// Says what a dry run would do: on stdout, or on stderr if the report has that.
    fn say(&self, line: &str) {
        if self.report_on_stdout {
            self.progress.line(line);
        } else {
            self.progress.say(line);
        }
    }

    /// Says a line on stderr if the reasons for decisions are wanted.
    pub fn debug(&self, line: impl FnOnce() -> String) {
        if self.verbosity == Verbosity::Debug {
            self.progress.line(&line());
        }
    }

    fn add(&self, job: Option<&Job>, processed: &Processed) {
        match &processed.outcome {
            Outcome::Failed(error) => self.tell_failure(error),
            Outcome::Made(_) => self.dest_errors.store(0, Ordering::Relaxed),
            Outcome::Fresh | Outcome::WouldMake(_) | Outcome::NotBegun => {}
        }
        self.record(|| PictureRecord::new(job, processed));
        self.summary().add(processed);
    }

    fn tell_failure(&self, error: &PictureError) {
        match &error.cause {
            Cause::Io(cause) if error.stage == Stage::Write && self.is_end_of_dest(cause) => {
                // Told once, when the run has ended: those in flight meet the same.
                let again = PictureError::new(&error.path, error.stage, copy(cause));
                let _ = self.fatal.set(RunError::DestFailed(again));
            }
            _ => self.progress.line(&error.to_string()),
        }
    }

    fn is_end_of_dest(&self, error: &io::Error) -> bool {
        const EIO: i32 = nix::errno::Errno::EIO as i32;
        ends_the_run(error)
            || error.raw_os_error() == Some(EIO)
                && self.dest_errors.fetch_add(1, Ordering::Relaxed) + 1 >= DEST_ERRORS_IN_A_ROW
    }

    fn record(&self, record: impl FnOnce() -> PictureRecord) {
        if let Some(report) = &self.report {
            let record = Record::Picture(Box::new(record()));
            let written = report.lock().expect("BUG: poisoned report").write(&record);
            if let Err(error) = written {
                let _ = self.fatal.set(error);
            }
        }
    }

    fn summary(&self) -> std::sync::MutexGuard<'_, Summary> {
        self.summary.lock().expect("BUG: poisoned summary")
    }

    /// What has been taken in so far.
    pub fn so_far(&self) -> Summary {
        self.summary().clone()
    }

    /// Ends the report with `record` and leaves the bars as they stand.
    ///
    /// # Errors
    ///
    /// What ended the run before its time, if anything did, a report that can't be written included.
    pub fn end(self, record: RunRecord, text: &str) -> Result<(), RunError> {
        self.progress.finish();
        let on_stdout = self.report_on_stdout;
        let written = self.report.map_or(Ok(()), |report| {
            let mut report = report.into_inner().expect("BUG: poisoned report");
            report.write(&Record::Run(Box::new(record)))?;
            report.finish()
        });
        if self.dry_run && !on_stdout {
            self.progress.say(text);
        } else if self.verbosity > Verbosity::Quiet {
            self.progress.line(text);
        }
        self.fatal.into_inner().map_or(Ok(()), Err)?;
        written
    }
}

/// The same error once more; it can't be cloned.
fn copy(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(
        || io::Error::new(error.kind(), error.to_string()),
        io::Error::from_raw_os_error,
    )
}
