//! One picture from its file to its thumbnails' files: freshness, read, make, write, a clock around each.
//!
//! ```text
//! rules    which thumbnails are made          finding  what is known of one before its picture is read
//! outcome  what became of them                writing  each is written as soon as it is made
//! ```

mod finding;
mod outcome;
mod rules;
mod writing;

use std::fs;
use std::io;
use std::path::Path;

use crate::batch::destination::local::Writer;
use crate::batch::error::{FailureCause, PictureError};
use crate::batch::freshness::{Checker, Fingerprint, Freshness, Reason, SourceVersion};
use crate::batch::job::Job;
use crate::batch::ownership::{is_thumbnail, is_thumbnails};
use crate::batch::source::local::ReadBuffer;
use crate::batch::stage::{Clock, Stage};
use crate::picture::{Options, Thumbnailer, Variant};

use finding::Finding;
use writing::{How, Writing};

pub use outcome::{Fate, Made, Outcome, Processed};
pub use rules::{OwnThumbnails, Rules};

/// What all jobs of a run have in common.
#[derive(Debug, Clone)]
pub struct Maker {
    options: Options,
    variants: Vec<Variant>,
    /// Those of each variant.
    settings: Vec<Fingerprint>,
    rules: Rules,
}

/// What one worker keeps from job to job.
#[derive(Debug)]
pub struct Worker {
    /// That of the job at hand.
    version: Option<SourceVersion>,
    /// What was read of its source.
    bytes_read: u64,
    checker: Checker,
    source: ReadBuffer,
    thumbnailer: Thumbnailer,
    writer: Writer,
}

impl Maker {
    /// Jobs that make thumbnails as `options` and `variants` say, and which ones `rules` say.
    pub fn new(options: Options, variants: Vec<Variant>, rules: Rules) -> Self {
        let settings = variants.iter();
        Self {
            settings: settings
                .map(|variant| Fingerprint::of(&options, variant))
                .collect(),
            options,
            variants,
            rules,
        }
    }

    /// A worker that writes with `writer`.
    pub fn worker(&self, writer: Writer) -> Worker {
        Worker {
            version: None,
            bytes_read: 0,
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
        worker.bytes_read = 0;
        let outcome = self
            .look_and_make(worker, job, &mut clock)
            .unwrap_or_else(Outcome::Failed);
        Processed {
            outcome,
            version: worker.version,
            bytes_read: worker.bytes_read,
            times: clock.times(),
        }
    }

    /// The settings of each variant as they stand in a stamp.
    pub fn settings(&self) -> &[Fingerprint] {
        &self.settings
    }

    fn look_and_make(
        &self,
        worker: &mut Worker,
        job: &Job,
        clock: &mut Clock,
    ) -> Result<Outcome, PictureError> {
        let path = job.source.path();
        let source = fs::metadata(path);
        clock.lap(Stage::Stat);
        let source = source.map_err(|error| PictureError::new(path, Stage::Stat, error))?;
        let version = SourceVersion::of(&source);
        worker.version = Some(version);
        let findings = job.thumbnails.iter().zip(&self.settings);
        let findings: Vec<_> = findings
            .map(|(thumbnail, settings)| self.look(worker, thumbnail, version, settings))
            .zip(&job.rivals)
            .map(|(finding, rival)| finding.unless(path, rival.as_deref()))
            .collect();
        clock.lap(Stage::Freshness);
        let is_stale = |finding: &Finding| matches!(finding, Finding::Stale(_));
        if findings.iter().any(is_stale) && !self.rules.dry_run {
            return self.make(worker, job, findings, clock);
        }
        let fates = findings.into_iter().map(|finding| match finding {
            Finding::Settled(fate) => fate,
            Finding::Stale(reason) => Fate::WouldMake(reason),
        });
        let fates: Vec<_> = fates.collect();
        let is_in_doubt = |fate: &Fate| matches!(fate, Fate::Kept(_) | Fate::WouldMake(_));
        let instead = if fates.iter().any(is_in_doubt) {
            let instead = self.unless_picture(path);
            clock.lap(Stage::Read);
            instead
        } else {
            None
        };
        Ok(instead.unwrap_or(Outcome::Thumbnails(fates)))
    }

    /// What becomes of the source at `path`, which is not read otherwise, if it is a thumbnail of ours and not a picture.
    fn unless_picture(&self, path: &Path) -> Option<Outcome> {
        // One that can't be read fails when it has to be.
        self.of_thumbnail(path)
            .filter(|_| is_thumbnail(path).unwrap_or(false))
    }

    /// What becomes of the source at `path`, which is a thumbnail of ours, if it is not made like any other.
    fn of_thumbnail(&self, path: &Path) -> Option<Outcome> {
        match self.rules.own_thumbnails {
            OwnThumbnails::PassOver => Some(Outcome::PassedOver),
            OwnThumbnails::Fail => {
                let error = PictureError::new(path, Stage::Header, FailureCause::OwnThumbnail);
                Some(Outcome::Failed(error))
            }
            OwnThumbnails::Make => None,
        }
    }

    /// Makes the thumbnails that are stale, from one read and one decode, and puts them in their places.
    fn make(
        &self,
        worker: &mut Worker,
        job: &Job,
        findings: Vec<Finding>,
        clock: &mut Clock,
    ) -> Result<Outcome, PictureError> {
        let path = job.source.path();
        let stale = findings.iter().zip(&self.variants);
        let stale: Vec<_> = stale
            .filter(|(finding, _)| matches!(finding, Finding::Stale(_)))
            .map(|(_, variant)| variant.clone())
            .collect();
        let limit = self.options.max_memory;
        let mut reading = worker.thumbnailer.reading(&stale);
        let read = worker.source.read(path, limit, &mut reading);
        clock.lap(Stage::Read);
        let source = read.map_err(|cause| PictureError::new(path, Stage::Read, cause))?;
        worker.version = Some(source.version);
        worker.bytes_read = source.bytes_read(&worker.source);

        let bytes = worker.source.bytes();
        if is_thumbnails(bytes)
            && let Some(outcome) = self.of_thumbnail(path)
        {
            return Ok(outcome);
        }

        let how = How {
            options: &self.options,
            settings: &self.settings,
            replace_foreign: self.rules.replace_foreign,
        };
        let mut writing = Writing::new(how, job, &source, findings, &mut worker.writer, clock);
        let made = match &source.file {
            None => worker.thumbnailer.thumbnails(bytes, &stale, &mut writing),
            Some(file) => {
                let thumbnailer = &mut worker.thumbnailer;
                thumbnailer.thumbnails_from(&mut file.input(), &stale, &mut writing)
            }
        };
        let fates = writing.into_fates();
        made.map_err(|error| {
            clock.lap(error.step.into());
            match source.unchanged() {
                Ok(_) => PictureError::from_thumbnail(path, error, &self.options),
                Err(cause) => PictureError::new(path, Stage::Read, cause),
            }
        })?;
        Ok(Outcome::Thumbnails(fates))
    }

    /// Whether the `thumbnail` of a source of this `version` has to be made.
    fn look(
        &self,
        worker: &mut Worker,
        thumbnail: &Path,
        version: SourceVersion,
        settings: &Fingerprint,
    ) -> Finding {
        let allow_damaged = self.options.allow_damaged;
        let checked = worker
            .checker
            .check(thumbnail, version, settings, allow_damaged);
        match checked {
            // What can't be read may be anybody's.
            Ok(Freshness::Foreign(_)) | Err(_) if self.rules.replace_foreign => {
                Finding::Stale(Reason::Foreign)
            }
            Ok(Freshness::Fresh | Freshness::Stale(_)) if self.rules.force => {
                Finding::Stale(Reason::Forced)
            }
            Ok(Freshness::Fresh) => Finding::Settled(Fate::Fresh),
            Ok(Freshness::Stale(reason)) => Finding::Stale(reason),
            Ok(Freshness::Foreign(what)) => {
                let folder = thumbnail.parent().unwrap_or(thumbnail);
                Finding::Settled(match worker.writer.check(folder) {
                    Ok(()) => Fate::Kept(what),
                    Err(error) => Fate::Failed(PictureError::new(thumbnail, Stage::Write, error)),
                })
            }
            Err(error) => {
                // A folder can be looked at, but no thumbnail be put in its place.
                let stage = match error.kind() {
                    io::ErrorKind::IsADirectory => Stage::Write,
                    _ => Stage::Freshness,
                };
                Finding::Settled(Fate::Failed(PictureError::new(thumbnail, stage, error)))
            }
        }
    }
}
