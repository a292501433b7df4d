//! One picture from its file to its thumbnail's: freshness, read, make, write, a clock around each.

use std::fs;

use crate::batch::destination::local::Writer;
use crate::batch::error::PictureError;
use crate::batch::freshness::{self, Checker, Fingerprint, Freshness, Reason, SourceVersion};
use crate::batch::job::Job;
use crate::batch::source::local::ReadBuffer;
use crate::batch::stage::{Clock, Stage, StageTimes};
use crate::picture::Options;
use crate::picture::{Thumbnail, Thumbnailer};

/// What became of a picture.
#[derive(Debug)]
pub enum Outcome {
    /// A thumbnail was made and is in its place.
    Made(Box<Made>),
    /// The thumbnail that is there is what would be made.
    Fresh,
    /// A dry run would make it.
    WouldMake(Reason),
    /// It failed; the thumbnail that was there, if any, still is.
    Failed(PictureError),
    /// The run was stopped before the picture was begun.
    NotBegun,
}

impl Outcome {
    /// The outcome in a word or two, as reports have it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Made(_) => "made",
            Self::Fresh => "fresh",
            Self::WouldMake(_) => "would make",
            Self::Failed(_) => "failed",
            Self::NotBegun => "not begun",
        }
    }
}

/// A thumbnail that was made.
#[derive(Debug)]
pub struct Made {
    /// Why it was made.
    pub reason: Reason,
    /// What it is; the bytes are in its file and not here any more.
    pub thumbnail: Thumbnail,
    /// Length of its file in bytes.
    pub bytes: u64,
    /// Length of the source's file in bytes.
    pub source_bytes: u64,
}

/// A picture that was gone through.
#[derive(Debug)]
pub struct Processed {
    /// What became of it.
    pub outcome: Outcome,
    /// Bytes read of the source; if it changed meanwhile, the last time.
    pub bytes_read: u64,
    /// How long the steps took.
    pub times: StageTimes,
}

impl Processed {
    /// A picture that failed before anything was measured.
    pub fn failed(error: PictureError) -> Self {
        Self::without_work(Outcome::Failed(error))
    }

    /// A picture that was left alone because the run was stopped.
    pub fn not_begun() -> Self {
        Self::without_work(Outcome::NotBegun)
    }

    fn without_work(outcome: Outcome) -> Self {
        Self {
            outcome,
            bytes_read: 0,
            times: StageTimes::default(),
        }
    }
}

/// What all jobs of a run have in common.
#[derive(Debug, Clone)]
pub struct Maker {
    options: Options,
    settings: Fingerprint,
    force: bool,
    dry_run: bool,
}

/// What one worker keeps from job to job.
#[derive(Debug)]
pub struct Worker {
    checker: Checker,
    source: ReadBuffer,
    thumbnailer: Thumbnailer,
    writer: Writer,
}

impl Maker {
    /// Jobs that make thumbnails as `options` say: those that are not fresh, or with `force` all; in a `dry_run` they
    /// only find out which.
    pub fn new(options: Options, force: bool, dry_run: bool) -> Self {
        Self {
            settings: Fingerprint::of(&options),
            options,
            force,
            dry_run,
        }
    }

    /// A worker that writes with `writer`.
    pub fn worker(&self, writer: Writer) -> Worker {
        Worker {
            checker: Checker::default(),
            source: ReadBuffer::default(),
            thumbnailer: Thumbnailer::new(self.options.clone()),
            writer,
        }
    }

    /// Goes through `job` from end to end. Its failure is part of the outcome.
    pub fn run(&self, worker: &mut Worker, job: &Job) -> Processed {
        let mut clock = Clock::start();
        worker.source.clear();
        let outcome = match self.freshness(worker, job, &mut clock) {
            Ok(Freshness::Fresh) => Outcome::Fresh,
            Ok(Freshness::Stale(reason)) if self.dry_run => Outcome::WouldMake(reason),
            Ok(Freshness::Stale(reason)) => self.make(worker, job, reason, &mut clock),
            Err(error) => Outcome::Failed(error),
        };
        Processed {
            outcome,
            bytes_read: worker.source.bytes().len() as u64,
            times: clock.times(),
        }
    }

    /// What the settings come to in a stamp.
    pub fn settings(&self) -> &Fingerprint {
        &self.settings
    }

    fn make(&self, worker: &mut Worker, job: &Job, reason: Reason, clock: &mut Clock) -> Outcome {
        match self.try_make(worker, job, reason, clock) {
            Ok(made) => Outcome::Made(Box::new(made)),
            Err(error) => Outcome::Failed(error),
        }
    }

    /// The thumbnail, now in its place.
    fn try_make(
        &self,
        worker: &mut Worker,
        job: &Job,
        reason: Reason,
        clock: &mut Clock,
    ) -> Result<Made, PictureError> {
        let path = job.source.path();
        let limit = self.options.max_memory;
        let read = worker.source.read(path, limit, &mut worker.thumbnailer);
        clock.lap(Stage::Read);
        let version = read.map_err(|cause| PictureError::new(path, Stage::Read, cause))?;

        let bytes = worker.source.bytes();
        let made = worker.thumbnailer.thumbnail_in_laps(bytes, clock);
        let mut thumbnail = made.map_err(|error| {
            clock.lap(error.step.into());
            PictureError::from_thumbnail(path, error)
        })?;

        let mut jpeg = std::mem::take(&mut thumbnail.jpeg);
        // Damage that is passed over unasked does not depend on the settings.
        let by_setting = thumbnail.damage.is_some() && self.options.allow_damaged;
        freshness::stamp(&mut jpeg, version, &self.settings, by_setting);
        let written = worker.writer.write(&job.thumbnail, &jpeg);
        clock.lap(Stage::Write);
        written.map_err(|error| PictureError::new(&job.thumbnail, Stage::Write, error))?;
        Ok(Made {
            reason,
            thumbnail,
            bytes: jpeg.len() as u64,
            source_bytes: version.length(),
        })
    }

    /// Whether the job's thumbnail has to be made.
    fn freshness(
        &self,
        worker: &mut Worker,
        job: &Job,
        clock: &mut Clock,
    ) -> Result<Freshness, PictureError> {
        if self.force {
            return Ok(Freshness::Stale(Reason::Forced));
        }
        let path = job.source.path();
        let source = fs::metadata(path);
        clock.lap(Stage::Stat);
        let source = source.map_err(|error| PictureError::new(path, Stage::Stat, error))?;
        let version = SourceVersion::of(&source);
        let checked = worker.checker.check(
            &job.thumbnail,
            version,
            &self.settings,
            self.options.allow_damaged,
        );
        clock.lap(Stage::Freshness);
        Ok(checked)
    }
}
