//! One picture from its file to its thumbnail's: freshness, read, make, write, a clock around each.

use std::fs;
use std::io;
use std::path::Path;

use crate::batch::destination::local::{Writer, Written};
use crate::batch::error::{Cause, PictureError};
use crate::batch::freshness::{self, Checker, Fingerprint, Freshness, Reason, SourceVersion};
use crate::batch::job::Job;
use crate::batch::ownership::{Foreign, is_thumbnail, is_thumbnails};
use crate::batch::source::local::ReadBuffer;
use crate::batch::stage::{Clock, Stage, StageTimes};
use crate::picture::{Options, Variant};
use crate::picture::{Sink, Step, Thumbnail, ThumbnailError, Thumbnailer};

/// What became of a picture.
#[derive(Debug)]
pub enum Outcome {
    /// A thumbnail was made and is in its place.
    Made(Box<Made>),
    /// The thumbnail that is there is what would be made.
    Fresh,
    /// What is there is not thumbgen's, and stays.
    Kept(Foreign),
    /// It is not a picture but one of thumbgen's thumbnails, and gets no thumbnail.
    PassedOver,
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
            Self::Kept(_) => "kept",
            Self::PassedOver => "passed over",
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
    /// The source's version, if that is known: the one that was read, or else looked at.
    pub version: Option<SourceVersion>,
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
            version: None,
            bytes_read: 0,
            times: StageTimes::default(),
        }
    }
}

/// What happens to a source that is one of thumbgen's own thumbnails: it carries a stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OwnThumbnails {
    /// It is passed over: where there are thumbnails inside SOURCE, they must not get thumbnails in turn.
    #[default]
    PassOver,
    /// It fails: somebody named it as a picture.
    Fail,
    /// It is a picture like any other.
    Make,
}

/// Which thumbnails are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rules {
    /// Fresh ones too.
    pub force: bool,
    /// Also those in whose place is something that is not thumbgen's.
    pub replace_foreign: bool,
    /// Those of thumbgen's own thumbnails.
    pub own_thumbnails: OwnThumbnails,
    /// None at all: the run only finds out which would be made.
    pub dry_run: bool,
}

/// What all jobs of a run have in common.
#[derive(Debug, Clone)]
pub struct Maker {
    options: Options,
    variant: Variant,
    settings: Fingerprint,
    rules: Rules,
}

/// What one worker keeps from job to job.
#[derive(Debug)]
pub struct Worker {
    /// That of the job at hand.
    version: Option<SourceVersion>,
    checker: Checker,
    source: ReadBuffer,
    thumbnailer: Thumbnailer,
    writer: Writer,
}

impl Maker {
    /// Jobs that make thumbnails as `options` and `variant` say, and which ones `rules` say.
    pub fn new(options: Options, variant: Variant, rules: Rules) -> Self {
        Self {
            settings: Fingerprint::of(&options, &variant),
            options,
            variant,
            rules,
        }
    }

    /// A worker that writes with `writer`.
    pub fn worker(&self, writer: Writer) -> Worker {
        Worker {
            version: None,
            checker: Checker::default(),
            source: ReadBuffer::default(),
            thumbnailer: Thumbnailer::new(self.options.clone()),
            writer,
        }
    }

    /// Does `job` from end to end. If it fails, that is its outcome.
    pub fn run(&self, worker: &mut Worker, job: &Job) -> Processed {
        let mut clock = Clock::start();
        worker.source.clear();
        worker.version = None;
        let outcome = match self.freshness(worker, job, &mut clock) {
            Ok(Freshness::Fresh) => Outcome::Fresh,
            Ok(Freshness::Foreign(what)) => {
                let outcome = self.unless_thumbnail(job, Outcome::Kept(what));
                clock.lap(Stage::Read);
                let folder = job.thumbnail.parent().unwrap_or(&job.thumbnail);
                match worker.writer.check(folder) {
                    Ok(()) => outcome,
                    Err(error) => {
                        Outcome::Failed(PictureError::new(&job.thumbnail, Stage::Write, error))
                    }
                }
            }
            Ok(Freshness::Stale(reason)) if self.rules.dry_run => {
                let outcome = self.unless_thumbnail(job, Outcome::WouldMake(reason));
                clock.lap(Stage::Read);
                outcome
            }
            Ok(Freshness::Stale(reason)) => self
                .make(worker, job, reason, &mut clock)
                .unwrap_or_else(Outcome::Failed),
            Err(error) => Outcome::Failed(error),
        };
        Processed {
            outcome,
            version: worker.version,
            bytes_read: worker.source.bytes().len() as u64,
            times: clock.times(),
        }
    }

    /// The settings as they stand in a stamp.
    pub fn settings(&self) -> &Fingerprint {
        &self.settings
    }

    /// `outcome`, unless the job's source, which is not read otherwise, is a thumbnail of ours.
    fn unless_thumbnail(&self, job: &Job, outcome: Outcome) -> Outcome {
        let path = job.source.path();
        // One that can't be read fails when it has to be.
        match self.of_thumbnail(path) {
            Some(instead) if is_thumbnail(path).unwrap_or(false) => instead,
            _ => outcome,
        }
    }

    /// What becomes of the source at `path`, which is a thumbnail of ours, if it is not made like any other.
    fn of_thumbnail(&self, path: &Path) -> Option<Outcome> {
        match self.rules.own_thumbnails {
            OwnThumbnails::PassOver => Some(Outcome::PassedOver),
            OwnThumbnails::Fail => {
                let error = PictureError::new(path, Stage::Header, Cause::OwnThumbnail);
                Some(Outcome::Failed(error))
            }
            OwnThumbnails::Make => None,
        }
    }

    /// Makes the thumbnail and puts it in its place.
    fn make(
        &self,
        worker: &mut Worker,
        job: &Job,
        reason: Reason,
        clock: &mut Clock,
    ) -> Result<Outcome, PictureError> {
        let path = job.source.path();
        let limit = self.options.max_memory;
        let variants = std::slice::from_ref(&self.variant);
        let mut reading = worker.thumbnailer.reading(variants);
        let read = worker.source.read(path, limit, &mut reading);
        clock.lap(Stage::Read);
        let version = read.map_err(|cause| PictureError::new(path, Stage::Read, cause))?;
        worker.version = Some(version);

        let bytes = worker.source.bytes();
        if is_thumbnails(bytes)
            && let Some(outcome) = self.of_thumbnail(path)
        {
            return Ok(outcome);
        }

        let mut timed = Timed { clock, made: None };
        let made = worker.thumbnailer.thumbnails(bytes, variants, &mut timed);
        let made = made.and_then(|()| timed.made.expect("BUG: the variant was forgotten"));
        let mut thumbnail = made.map_err(|error| {
            clock.lap(error.step.into());
            PictureError::from_thumbnail(path, error, &self.options)
        })?;

        let mut bytes = std::mem::take(&mut thumbnail.bytes);
        // Damage that is passed over unasked does not depend on the settings.
        let by_setting = thumbnail.damage.is_some() && self.options.allow_damaged;
        freshness::stamp(
            &mut bytes,
            thumbnail.format,
            version,
            &self.settings,
            by_setting,
        );
        let replace_foreign = self.rules.replace_foreign;
        let written = worker.writer.write(&job.thumbnail, &bytes, replace_foreign);
        clock.lap(Stage::Write);
        match written {
            Ok(Written::InPlace) => Ok(Outcome::Made(Box::new(Made {
                reason,
                thumbnail,
                bytes: bytes.len() as u64,
                source_bytes: version.length(),
            }))),
            Ok(Written::Kept(what)) => Ok(Outcome::Kept(what)),
            Err(error) => Err(PictureError::new(&job.thumbnail, Stage::Write, error)),
        }
    }

    /// Whether the job's thumbnail has to be made.
    fn freshness(
        &self,
        worker: &mut Worker,
        job: &Job,
        clock: &mut Clock,
    ) -> Result<Freshness, PictureError> {
        let path = job.source.path();
        let source = fs::metadata(path);
        clock.lap(Stage::Stat);
        let source = source.map_err(|error| PictureError::new(path, Stage::Stat, error))?;
        let version = SourceVersion::of(&source);
        worker.version = Some(version);
        let checked = worker.checker.check(
            &job.thumbnail,
            version,
            &self.settings,
            self.options.allow_damaged,
        );
        clock.lap(Stage::Freshness);
        match checked {
            // What can't be read may be anybody's.
            Ok(Freshness::Foreign(_)) | Err(_) if self.rules.replace_foreign => {
                Ok(Freshness::Stale(Reason::Foreign))
            }
            Ok(Freshness::Fresh | Freshness::Stale(_)) if self.rules.force => {
                Ok(Freshness::Stale(Reason::Forced))
            }
            Ok(freshness) => Ok(freshness),
            Err(error) => {
                // A folder can be looked at, but no thumbnail be put in its place.
                let stage = match error.kind() {
                    io::ErrorKind::IsADirectory => Stage::Write,
                    _ => Stage::Freshness,
                };
                Err(PictureError::new(&job.thumbnail, stage, error))
            }
        }
    }
}

/// Takes a thumbnail, and the time that each step took.
struct Timed<'c> {
    clock: &'c mut Clock,
    made: Option<Result<Thumbnail, ThumbnailError>>,
}

impl Sink for Timed<'_> {
    fn thumbnail(&mut self, _variant: usize, made: Result<Thumbnail, ThumbnailError>) {
        self.made = Some(made);
    }

    fn lap(&mut self, step: Step) {
        self.clock.lap(step.into());
    }
}
