//! A whole run: walk, plan, execute, and what is told of it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use nix::unistd::{AccessFlags, access};

use crate::config::{Config, Verbosity};
use crate::error::{Cause, PictureError, RunError, ends_the_run, shown};
use crate::execute::{Panicked, execute};
use crate::exit::Exit;
use crate::job::{Outcome, Process, Processed};
use crate::lines;
use crate::plan::{Job, plan};
use crate::progress::Progress;
use crate::stage::{Stage, StageTimes};
use crate::summary::{self, Summary};
use crate::usage::CpuTime;
use crate::walk::{FileId, walk};
use crate::write::{Owner, Writer};

/// Makes the thumbnails that `config` asks for, and tells of it on stderr.
///
/// # Errors
///
/// When SOURCE or DEST can't be used, or DEST fails on the way.
pub fn run(config: &Config) -> Result<Exit, RunError> {
    prepare(&config.source, &config.dest)?;
    let dest_unusable = |error| RunError::Dest(config.dest.clone(), error);
    let dest_id = fs::metadata(&config.dest)
        .map(|dest| FileId::of(&dest))
        .map_err(dest_unusable)?;
    let writer = Writer::new(&config.dest, &Owner::this_process()).map_err(dest_unusable)?;
    let process = Process::new(config.thumbnail.clone(), config.force);
    let telling = Telling::new(config.verbosity);

    let (clock, cpu) = (Instant::now(), CpuTime::now());
    let mut walked = Duration::ZERO;
    let mut pictures = walk(
        &config.source,
        Some(dest_id),
        config.walk,
        |path, reason| {
            telling.debug(|| format!("skipped {}: {reason}", shown(path)));
        },
    );
    let jobs = std::iter::from_fn(|| {
        let clock = Instant::now();
        let picture = telling.next(&mut pictures);
        walked += clock.elapsed();
        picture.map(|picture| plan(picture, &config.dest))
    });
    let work = |worker: &mut _, job: &Job| {
        if telling.is_stopped() {
            Processed::not_begun()
        } else {
            process.run(worker, job)
        }
    };
    execute(
        jobs,
        config.strategy,
        config.workers,
        || process.worker(writer.clone()),
        work,
        |job, result| {
            telling.done(&job, result);
        },
    )
    .map_err(RunError::Threads)?;
    drop(pictures);
    let run = summary::Run {
        strategy: config.strategy,
        workers: config.workers,
        cores: config.cores,
        elapsed: clock.elapsed(),
        cpu: CpuTime::now().since(cpu),
        walk: walked,
    };
    telling.end(&run)
}

/// Refuses what can't go well before anything is done, and makes DEST.
pub(crate) fn prepare(source: &Path, dest: &Path) -> Result<(), RunError> {
    let source_unusable = |error| RunError::Source(source.to_owned(), error);
    let found = fs::metadata(source).map_err(source_unusable)?;
    let folder = if found.is_dir() {
        fs::read_dir(source).map_err(source_unusable)?;
        fs::canonicalize(source).map_err(source_unusable)?
    } else if found.is_file() {
        let file = fs::canonicalize(source).map_err(source_unusable)?;
        file.parent().map_or_else(PathBuf::new, Path::to_owned)
    } else {
        return Err(RunError::SourceKind(source.to_owned()));
    };
    let dest_unusable = |error| RunError::Dest(dest.to_owned(), error);
    match fs::canonicalize(dest) {
        Ok(there) if !there.is_dir() => return Err(RunError::DestNotFolder(dest.to_owned())),
        Ok(there) if there == folder => return Err(RunError::SameFolder(dest.to_owned())),
        Ok(there) if folder.starts_with(&there) => {
            return Err(RunError::DestContainsSource(dest.to_owned()));
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(dest).map_err(dest_unusable)?;
        }
        Err(error) => return Err(dest_unusable(error)),
    }
    access(
        dest,
        AccessFlags::R_OK | AccessFlags::W_OK | AccessFlags::X_OK,
    )
    .map_err(|error| dest_unusable(error.into()))
}

/// The one place where what the workers found comes together.
struct Telling {
    verbosity: Verbosity,
    progress: Progress,
    summary: Mutex<Summary>,
    /// What ended the run before its time.
    fatal: OnceLock<PictureError>,
}

impl Telling {
    fn new(verbosity: Verbosity) -> Self {
        Self {
            verbosity,
            progress: Progress::new(verbosity > Verbosity::Quiet),
            summary: Mutex::default(),
            fatal: OnceLock::new(),
        }
    }

    fn is_stopped(&self) -> bool {
        self.fatal.get().is_some()
    }

    /// The next picture of the walk, unless the run is stopped. Errors of the walk are told and passed by.
    fn next<T>(&self, pictures: &mut impl Iterator<Item = Result<T, PictureError>>) -> Option<T> {
        while !self.is_stopped() {
            match pictures.next() {
                Some(Ok(picture)) => {
                    self.progress.found();
                    return Some(picture);
                }
                Some(Err(error)) => self.add(&Processed::failed(error)),
                None => break,
            }
        }
        self.progress.walk_ended();
        None
    }

    fn done(&self, job: &Job, result: Result<Processed, Panicked>) {
        let processed = result.unwrap_or_else(|panic| {
            let cause = Cause::Panic(panic.to_string());
            // Which step it was is not known; all of them stand between reading and writing.
            Processed::failed(PictureError::new(job.source.path(), Stage::Decode, cause))
        });
        if self.verbosity >= Verbosity::Verbose {
            let line = lines::line(job, &processed, self.verbosity == Verbosity::Debug);
            for line in line.into_iter().chain(lines::warnings(job, &processed)) {
                self.progress.line(&line);
            }
        }
        self.add(&processed);
        self.progress.done();
    }

    fn add(&self, processed: &Processed) {
        if let Outcome::Failed(error) = &processed.outcome {
            self.tell_failure(error);
        }
        self.summary
            .lock()
            .expect("BUG: poisoned summary")
            .add(processed);
    }

    fn tell_failure(&self, error: &PictureError) {
        match &error.cause {
            Cause::Io(cause) if error.stage == Stage::Write && ends_the_run(cause) => {
                // Told when the run has ended, once; those in flight meet the same.
                let _ = self
                    .fatal
                    .set(PictureError::new(&error.path, error.stage, again(cause)));
            }
            _ => self.progress.line(&error.to_string()),
        }
    }

    fn debug(&self, line: impl FnOnce() -> String) {
        if self.verbosity == Verbosity::Debug {
            self.progress.line(&line());
        }
    }

    fn end(self, run: &summary::Run) -> Result<Exit, RunError> {
        self.progress.finish();
        let summary = self.summary.into_inner().expect("BUG: poisoned summary");
        if self.verbosity > Verbosity::Quiet {
            self.progress.line(summary::text(&summary, run).trim_end());
        }
        match self.fatal.into_inner() {
            Some(error) => Err(RunError::DestFailed(error)),
            None if summary.failed > 0 => Ok(Exit::SomeFailed),
            None => Ok(Exit::Success),
        }
    }
}

/// The same error once more; it can't be cloned.
fn again(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(
        || io::Error::new(error.kind(), error.to_string()),
        io::Error::from_raw_os_error,
    )
}

impl Processed {
    fn failed(error: PictureError) -> Self {
        Self {
            outcome: Outcome::Failed(error),
            bytes_read: 0,
            times: StageTimes::default(),
        }
    }

    fn not_begun() -> Self {
        Self {
            outcome: Outcome::NotBegun,
            bytes_read: 0,
            times: StageTimes::default(),
        }
    }
}
