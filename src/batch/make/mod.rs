//! One picture from its file to its thumbnails' files: freshness, read, make, write, a clock around each.
//!
//! ```text
//! rules    which thumbnails are made          finding  what is known of one before its picture is read
//! outcome  what became of them                writing  each is stamped and written
//! overlap  many workers wait for a store      decoders  and few threads decode
//! answer   which one thread gives another
//! ```

mod answer;
mod decoders;
mod finding;
mod outcome;
mod overlap;
mod rules;
mod writing;

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::batch::destination::{Destination, Wanted};
use crate::batch::error::{FailureCause, PictureError};
use crate::batch::freshness::{Fingerprint, Freshness, Reason, SourceVersion};
use crate::batch::job::Job;
use crate::batch::names::Names;
use crate::batch::ownership::is_thumbnails;
use crate::batch::source::Source;
use crate::batch::stage::{Clock, Stage};
use crate::picture::{Options, Thumbnailer, Variant};

use decoders::make_from;
use finding::Finding;
use overlap::Room;
use writing::{How, Writing};

pub use outcome::{Fate, Made, Outcome, Processed};
pub use overlap::Overlap;
pub use rules::{OwnThumbnails, Rules};

/// What all jobs of a run have in common.
#[derive(Debug, Clone)]
pub struct Maker {
    options: Options,
    variants: Vec<Variant>,
    /// Those of each variant.
    settings: Vec<Fingerprint>,
    rules: Rules,
    /// Those of the thumbnails, where they are made of their pictures'.
    names: Option<Names>,
    overlap: Option<Arc<Overlap>>,
}

/// What one worker keeps from job to job.
#[derive(Debug)]
pub struct Worker {
    /// That of the job at hand.
    version: Option<SourceVersion>,
    /// What was read of its source.
    bytes_read: u64,
    source: Source,
    thumbnailer: Thumbnailer,
    destination: Destination,
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
            names: None,
            overlap: None,
        }
    }

    /// The same, where two pictures may have to have thumbnails of one name by `names`: then one of them fails.
    #[must_use]
    pub fn with_names(mut self, names: Option<Names>) -> Self {
        self.names = names;
        self
    }

    /// The same, for workers most of which wait while other threads decode.
    #[must_use]
    pub fn with_overlap(mut self, overlap: Option<Overlap>) -> Self {
        self.overlap = overlap.map(Arc::new);
        self
    }

    /// A worker with these ends.
    pub fn worker(&self, source: Source, destination: Destination) -> Worker {
        Worker {
            version: None,
            bytes_read: 0,
            source,
            thumbnailer: Thumbnailer::new(self.options.clone()),
            destination,
        }
    }

    /// Does `job` from end to end. If it fails, that is its outcome. One that has waited for others is not begun if
    /// `is_stopped` says so by then.
    pub fn run(&self, worker: &mut Worker, job: &Job, is_stopped: &dyn Fn() -> bool) -> Processed {
        let mut clock = Clock::start();
        worker.source.clear();
        worker.destination.begin();
        (worker.version, worker.bytes_read) = (None, 0);
        let outcome = self
            .look_and_make(worker, job, is_stopped, &mut clock)
            .unwrap_or_else(Outcome::Failed);
        if self.overlap.is_some() {
            // Many workers wait, and may keep nothing meanwhile.
            drop(worker.source.take());
        }
        Processed {
            outcome,
            version: worker.version.take(),
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
        is_stopped: &dyn Fn() -> bool,
        clock: &mut Clock,
    ) -> Result<Outcome, PictureError> {
        let path = job.source.path();
        let version = worker.source.version(&job.source);
        clock.lap(Stage::Stat);
        let version = version.map_err(|error| PictureError::new(path, Stage::Stat, error))?;
        worker.version = Some(version.clone());
        if let Some(name) = &job.misnamed {
            let cause = FailureCause::Misnamed(name.clone());
            return Err(PictureError::new(path, Stage::Freshness, cause));
        }
        let variants = 0..job.thumbnails.len();
        let findings: Vec<_> = variants
            .map(|variant| {
                let finding = self.look(worker, job, variant, &version);
                finding.unless(path, || {
                    let names = self.names.as_ref();
                    let rival = names.and_then(|it| it.rival(variant, job.source.relative()));
                    let Some(rival) = rival.map(|rival| job.source.path_of(&rival)) else {
                        return Ok(None);
                    };
                    let is_there = worker.source.has(&job.source, &rival)?;
                    Ok(is_there.then_some(rival))
                })
            })
            .collect();
        clock.lap(Stage::Freshness);
        let is_stale = |finding: &Finding| matches!(finding, Finding::Stale(_));
        if findings.iter().any(is_stale) && !self.rules.dry_run {
            let overlap = self.overlap.as_deref();
            let room = overlap.map(|overlap| overlap.room(version.length()));
            clock.skip();
            if room.is_some() && is_stopped() {
                return Ok(Outcome::NotBegun);
            }
            return self.make(worker, job, &version, findings, room, clock);
        }
        let fates = findings.into_iter().map(|finding| match finding {
            Finding::Settled(fate) => fate,
            Finding::Stale(reason) => Fate::WouldMake(reason),
        });
        let fates: Vec<_> = fates.collect();
        let is_in_doubt = |fate: &Fate| matches!(fate, Fate::Kept(_) | Fate::WouldMake(_));
        let instead = if fates.iter().any(is_in_doubt) {
            let instead = self.unless_picture(worker, job);
            clock.lap(Stage::Read);
            instead
        } else {
            None
        };
        Ok(instead.unwrap_or(Outcome::Thumbnails(fates)))
    }

    /// What becomes of the job's source, which is not read otherwise, if it is a thumbnail of ours and not a picture.
    fn unless_picture(&self, worker: &Worker, job: &Job) -> Option<Outcome> {
        // One that can't be read fails when it has to be.
        self.of_thumbnail(job.source.path())
            .filter(|_| worker.source.is_thumbnail(&job.source).unwrap_or(false))
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
        version: &SourceVersion,
        findings: Vec<Finding>,
        room: Option<Room<'_>>,
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
        let read = worker
            .source
            .read(&job.source, version, limit, &mut reading);
        clock.lap(Stage::Read);
        let source = read.map_err(|cause| PictureError::new(path, Stage::Read, cause))?;
        let source = Arc::new(source);
        worker.version = Some(source.version.clone());
        worker.bytes_read = source.bytes_read(worker.source.bytes());

        if is_thumbnails(worker.source.bytes())
            && let Some(outcome) = self.of_thumbnail(path)
        {
            return Ok(outcome);
        }

        let decoded = self.overlap.as_deref().map(|overlap| {
            let bytes = worker.source.take();
            let decoded = overlap
                .decoders
                .decode(Arc::clone(&source), bytes, stale.clone());
            clock.add(decoded.times);
            decoded
        });
        drop(room);
        let how = How {
            options: &self.options,
            settings: &self.settings,
            replace_foreign: self.rules.replace_foreign,
        };
        let destination = &mut worker.destination;
        let mut writing = Writing::new(how, job, &source, findings, destination, clock);
        let made = match decoded {
            Some(decoded) => decoded.hand_over(&mut writing),
            None => {
                let (thumbnailer, bytes) = (&mut worker.thumbnailer, worker.source.bytes());
                make_from(thumbnailer, &source, bytes, &stale, &mut writing)
            }
        };
        if let Err(error) = made {
            drop(writing);
            clock.lap(error.step.into());
            return Err(match source.unchanged() {
                Ok(_) => PictureError::from_thumbnail(path, error, &self.options),
                Err(cause) => PictureError::new(path, Stage::Read, cause),
            });
        }
        Ok(Outcome::Thumbnails(writing.into_fates()))
    }

    /// Whether thumbnail number `variant` of a source of this `version` has to be made.
    fn look(
        &self,
        worker: &mut Worker,
        job: &Job,
        variant: usize,
        version: &SourceVersion,
    ) -> Finding {
        let wanted = Wanted {
            version,
            settings: &self.settings[variant],
            allow_damaged: self.options.allow_damaged,
        };
        let thumbnail = job.thumbnails[variant].as_path();
        match worker.destination.look(job, variant, wanted) {
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
                Finding::Settled(match worker.destination.check(variant, folder) {
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
