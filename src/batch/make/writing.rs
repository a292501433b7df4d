//! Thumbnails are stamped and written one by one: as they are made, or when [`decoders`](super::decoders) have made all.

use super::finding::Finding;
use super::outcome::{Fate, Made};
use crate::batch::destination::{self, Destination, Written};
use crate::batch::error::PictureError;
use crate::batch::freshness::{self, Fingerprint, Reason};
use crate::batch::job::Job;
use crate::batch::source::local::ReadSource;
use crate::batch::stage::{Clock, Stage};
use crate::picture::{Options, Sink, Step, Thumbnail, ThumbnailError};

/// How all thumbnails of a run are stamped and written.
#[derive(Clone, Copy)]
pub(super) struct How<'a> {
    pub(super) options: &'a Options,
    /// Those of each variant.
    pub(super) settings: &'a [Fingerprint],
    pub(super) replace_foreign: bool,
}

/// Takes the thumbnails of one picture, and the time that each step took.
pub(super) struct Writing<'a> {
    how: How<'a>,
    job: &'a Job,
    source: &'a ReadSource,
    destination: &'a mut Destination,
    clock: &'a mut Clock,
    /// What there is to say of each variant so far.
    findings: Vec<Finding>,
    /// The variants that are made, in the order in which the thumbnailer has them.
    stale: Vec<usize>,
}

impl<'a> Writing<'a> {
    /// Writes the thumbnails that are stale by the `findings` of each variant.
    pub(super) fn new(
        how: How<'a>,
        job: &'a Job,
        source: &'a ReadSource,
        findings: Vec<Finding>,
        destination: &'a mut Destination,
        clock: &'a mut Clock,
    ) -> Self {
        let is_stale = |variant: &usize| matches!(findings[*variant], Finding::Stale(_));
        Self {
            how,
            job,
            source,
            destination,
            clock,
            stale: (0..findings.len()).filter(is_stale).collect(),
            findings,
        }
    }

    /// What became of each variant's thumbnail, once all are made.
    pub(super) fn into_fates(self) -> Vec<Fate> {
        let fates = self.findings.into_iter().map(|finding| match finding {
            Finding::Settled(fate) => fate,
            Finding::Stale(_) => unreachable!("BUG: a variant was forgotten"),
        });
        fates.collect()
    }

    fn write(&mut self, variant: usize, mut thumbnail: Thumbnail, reason: Reason) -> Fate {
        let How {
            options,
            settings,
            replace_foreign,
        } = self.how;
        let version = match self.source.unchanged() {
            Ok(version) => version,
            Err(cause) => {
                let path = self.job.source.path();
                return Fate::Failed(PictureError::new(path, Stage::Read, cause));
            }
        };
        let mut bytes = std::mem::take(&mut thumbnail.bytes);
        // Damage that is passed over unasked does not depend on the settings.
        let by_setting = thumbnail.damage.is_some() && options.allow_damaged;
        let (format, settings) = (thumbnail.format, &settings[variant]);
        let stamp = freshness::stamp(&mut bytes, format, &version, settings, by_setting);
        let file = destination::Thumbnail {
            job: self.job,
            variant,
            bytes: &bytes,
            format,
            stamp: &stamp,
            version: &version,
        };
        let written = self.destination.write(file, replace_foreign);
        self.clock.lap(Stage::Write);
        match written {
            Ok(Written::InPlace) => Fate::Made(Box::new(Made {
                reason,
                thumbnail,
                bytes: bytes.len() as u64,
                source_bytes: version.length(),
            })),
            Ok(Written::Kept(what)) => Fate::Kept(what),
            Err(error) => {
                let place = &self.job.thumbnails[variant];
                Fate::Failed(PictureError::new(place, Stage::Write, error))
            }
        }
    }
}

impl Sink for Writing<'_> {
    fn thumbnail(&mut self, number: usize, made: Result<Thumbnail, ThumbnailError>) {
        let variant = self.stale[number];
        let Finding::Stale(reason) = self.findings[variant] else {
            unreachable!("BUG: a thumbnail was made twice")
        };
        let fate = match made {
            Ok(thumbnail) => self.write(variant, thumbnail, reason),
            Err(error) => {
                self.clock.lap(error.step.into());
                let (path, options) = (self.job.source.path(), self.how.options);
                Fate::Failed(PictureError::from_thumbnail(path, error, options))
            }
        };
        self.findings[variant] = Finding::Settled(fate);
    }

    fn lap(&mut self, step: Step) {
        self.clock.lap(step.into());
    }
}
