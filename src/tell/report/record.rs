//! The records of a report.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::Path;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::batch::counts::Counts;
use crate::batch::freshness::SourceVersion;
use crate::batch::job::Job;
use crate::batch::make::{Made, Processed};
use crate::batch::run::Ran;
use crate::batch::shard::Shard;
use crate::batch::stage::StageTimes;
use crate::tell::summary::Scheduling;

use super::path::path;
use super::thumbnail::ThumbnailRecord;

/// How every report begins.
pub(super) const BEGINNING: &[u8] = b"{\"record\":";

/// One line of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "kebab-case")]
pub enum Record {
    /// A picture, or an entry of the tree that could not be visited.
    Picture(Box<PictureRecord>),
    /// The run as a whole; the last line, missing if the process was killed.
    Run(Box<RunRecord>),
}

/// What became of a picture.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PictureRecord {
    /// Path of the source, or of what failed; bytes that are not UTF-8 are replaced here and kept in `source_hex`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The bytes of the source's path in hexadecimal, if they are not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_hex: Option<String>,
    /// Path of the thumbnail, if the run makes one of each picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// The bytes of the thumbnail's path in hexadecimal, if they are not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_hex: Option<String>,
    /// When it ended, in the form of RFC 3339.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub time: String,
    /// What became of it: `made`, `fresh`, `kept`, `failed`, `not begun`, `passed over`, `would make`, `pruned`,
    /// `would prune` or `failed before`.
    pub outcome: String,
    /// Why that thumbnail was made: `missing`, `source changed`, `settings changed`, `damaged`, `forced` or `foreign`;
    /// or what was kept: `without a stamp`, `a link` or `not a file`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The step that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When a failure was first seen: the same error of the same version of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<String>,
    /// Modification time of the source in seconds, as stamps have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_mtime: Option<String>,
    /// Entity tag of a source that is an object in a store, as stamps have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_etag: Option<String>,
    /// The format of the source, as its contents tell: `JPEG`, `PNG`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_format: Option<String>,
    /// Width and height of the source in pixels, as stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_size: Option<[u32; 2]>,
    /// Length of the source's file in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_bytes: Option<u64>,
    /// Bytes read of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_read: Option<u64>,
    /// Width and height of that thumbnail in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail_size: Option<[u32; 2]>,
    /// Length of that thumbnail's file in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail_bytes: Option<u64>,
    /// Format of that thumbnail: `jpeg`, `webp` or `png`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail_format: Option<String>,
    /// The N of the N/8 at which the source was decoded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<u8>,
    /// The source's EXIF orientation, 1 to 8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orientation: Option<u8>,
    /// How the source's colours became sRGB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    /// What was wrong with the source, but not so wrong that there is no thumbnail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Whether the thumbnail was made from what was left of a damaged source.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub damaged: bool,
    /// Each of the picture's thumbnails, if the run makes several of each picture; if it makes one, this record is also
    /// that thumbnail's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thumbnails: Vec<ThumbnailRecord>,
    /// Milliseconds by stage.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ms: BTreeMap<String, f64>,
}

/// The totals of a run and what it was run with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// thumbgen's version.
    pub version: String,
    /// SOURCE; bytes that are not UTF-8 are replaced here and kept in `source_hex`.
    pub source: String,
    /// The bytes of SOURCE in hexadecimal, if they are not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_hex: Option<String>,
    /// DEST, a folder also where a single thumbnail was named.
    pub destination: String,
    /// The bytes of DEST in hexadecimal, if they are not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_hex: Option<String>,
    /// The settings that decide pixels, as thumbnails' stamps have them; those of several variants with spaces between.
    pub settings: String,
    /// Which part of SOURCE it was of, if not all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// How it was scheduled: `seq`, `threads` or `rayon`.
    pub strategy: String,
    /// On how many workers.
    pub jobs: u64,
    /// Whether every picture was gone through; false after a signal or when DEST failed.
    pub finished: bool,
    /// The counts.
    pub counts: Counts,
    /// Bytes read of sources.
    pub bytes_read: u64,
    /// When it began, in the form of RFC 3339.
    #[serde(default)]
    pub began: String,
    /// When it ended.
    #[serde(default)]
    pub ended: String,
    /// Failures that the report before held already.
    #[serde(default)]
    pub known: u64,
    /// Seconds by the clock.
    pub real_s: f64,
    /// Seconds of processor time in thumbgen's own code.
    pub user_s: f64,
    /// Seconds of processor time in the kernel.
    pub sys_s: f64,
    /// Seconds of worker time spent waiting for the machine's load to fall.
    pub paused_s: f64,
    /// Milliseconds of worker time by stage.
    pub ms: BTreeMap<String, f64>,
    /// What it was merged from, if it is of several runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<MergedRecord>,
}

/// Which runs a merged report is of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedRecord {
    /// How many shards there must be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shards: Option<NonZeroU32>,
    /// Shards without a report.
    pub missing: Vec<u32>,
    /// Shards whose run was stopped, or whose report has lost lines.
    pub unfinished: Vec<u32>,
    /// How many runs were without a shard.
    pub others: u64,
    /// Reports without an end: their run was killed, or goes on. Their pictures are not counted.
    pub cut_short: Vec<String>,
}

impl PictureRecord {
    /// The record of `processed`; of an entry of the tree that could not be visited, there is no `job`.
    pub fn new(job: Option<&Job>, processed: &Processed) -> Self {
        let mut record = Self {
            time: now(),
            ms: milliseconds(&processed.times),
            ..Self::default()
        };
        let outcome = &processed.outcome;
        record.outcome = outcome.name().to_owned();
        if let Some(job) = job {
            (record.source, record.source_hex) = path(job.source.path());
            let thumbnails = job.thumbnails.iter().zip(outcome.thumbnails());
            let thumbnails = thumbnails.map(|(place, fate)| ThumbnailRecord::new(place, fate));
            if let [only] = job.thumbnails.as_slice() {
                (record.destination, record.destination_hex) = path(only);
                thumbnails.for_each(|only| record.describe_only(only));
            } else {
                record.thumbnails = thumbnails.collect();
            }
        }
        if let Some(made) = outcome.made().next() {
            record.describe(made);
            record.tell_version(processed);
            record.bytes_read = Some(processed.bytes_read);
        }
        if let Some(error) = outcome.errors().next() {
            if job.is_none() {
                (record.source, record.source_hex) = path(&error.path);
            }
            record.stage = Some(error.stage.to_string());
            record.error = Some(error.cause.to_string());
            record.tell_version(processed);
            record.source_bytes = processed.version.as_ref().map(SourceVersion::length);
            record.first_seen = Some(record.time.clone());
        }
        record
    }

    /// The record of what failed in DEST and belongs to no picture.
    pub fn failed_in_dest(processed: &Processed) -> Self {
        let mut record = Self::new(None, processed);
        record.destination = record.source.take();
        record.destination_hex = record.source_hex.take();
        record
    }

    /// The record of a thumbnail that was removed, or in a dry run would be.
    pub fn pruned(thumbnail: &Path, dry_run: bool) -> Self {
        let (destination, destination_hex) = path(thumbnail);
        let outcome = if dry_run { "would prune" } else { "pruned" }.to_owned();
        Self {
            destination,
            destination_hex,
            time: now(),
            outcome,
            ..Self::default()
        }
    }

    /// Tells what became of the picture's only thumbnail.
    fn describe_only(&mut self, only: ThumbnailRecord) {
        self.reason = only.reason;
        self.thumbnail_size = only.size;
        self.thumbnail_bytes = only.bytes;
        self.thumbnail_format = only.format;
    }

    /// Tells which state of the source it was.
    fn tell_version(&mut self, processed: &Processed) {
        let version = processed.version.as_ref();
        self.source_mtime = version.and_then(SourceVersion::mtime);
        self.source_etag = version.and_then(SourceVersion::etag);
    }

    /// Tells what all thumbnails of the picture have in common.
    fn describe(&mut self, made: &Made) {
        let thumbnail = &made.thumbnail;
        self.source_format = thumbnail.source_kind.map(|kind| kind.name().to_owned());
        self.source_size = Some([thumbnail.source_width, thumbnail.source_height]);
        self.source_bytes = Some(made.source_bytes);
        self.scale = Some(thumbnail.scale);
        self.orientation = Some(thumbnail.orientation);
        self.colour = Some(thumbnail.colour.to_string());
        self.warnings = thumbnail.warnings.iter().map(ToString::to_string).collect();
        self.damaged = thumbnail.damage.is_some();
    }
}

impl RunRecord {
    /// The record of a run, without the paths it was run with.
    pub fn new(ran: &Ran, scheduling: Scheduling) -> Self {
        let totals = &ran.totals;
        let settings: Vec<_> = ran.settings.iter().map(ToString::to_string).collect();
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            settings: settings.join(" "),
            strategy: scheduling.strategy.to_string(),
            jobs: scheduling.workers.get() as u64,
            finished: ran.finished,
            counts: totals.counts,
            bytes_read: totals.bytes_read,
            real_s: ran.elapsed.as_secs_f64(),
            user_s: ran.cpu.user.as_secs_f64(),
            sys_s: ran.cpu.sys.as_secs_f64(),
            paused_s: totals.paused.as_secs_f64(),
            ms: milliseconds(&totals.times),
            ended: now(),
            ..Self::default()
        }
    }

    /// The same, of a run from `source` to `destination`.
    #[must_use]
    pub fn with_places(mut self, source: &Path, destination: &Path) -> Self {
        let (shown, hex) = path(source);
        (self.source, self.source_hex) = (shown.unwrap_or_default(), hex);
        let (shown, hex) = path(destination);
        (self.destination, self.destination_hex) = (shown.unwrap_or_default(), hex);
        self
    }

    /// Adds a run that went on at the same time, and found what `counts` says.
    pub fn add(&mut self, counts: &Counts, run: &Self) {
        self.counts.add(counts);
        // In one form and one zone, the order of texts is that of times.
        if self.began.is_empty() || run.began < self.began {
            self.began.clone_from(&run.began);
        }
        if run.ended > self.ended {
            self.ended.clone_from(&run.ended);
        }
        self.known = self.known.saturating_add(run.known);
        self.jobs = self.jobs.saturating_add(run.jobs);
        self.bytes_read = self.bytes_read.saturating_add(run.bytes_read);
        self.real_s = self.real_s.max(run.real_s);
        self.user_s += run.user_s;
        self.sys_s += run.sys_s;
        self.paused_s += run.paused_s;
        for (stage, ms) in &run.ms {
            *self.ms.entry(stage.clone()).or_default() += ms;
        }
    }
}

/// This moment in the form of RFC 3339.
pub fn now() -> String {
    // A clock that was never set may be before 1970, which can't be written in this form here.
    let now = SystemTime::now().max(SystemTime::UNIX_EPOCH);
    humantime::format_rfc3339_millis(now).to_string()
}

/// Microseconds would do; more digits only look exact.
fn milliseconds(times: &StageTimes) -> BTreeMap<String, f64> {
    let spent = times.iter().filter(|(_, time)| !time.is_zero());
    spent
        .map(|(stage, time)| (stage.to_string(), time.as_micros() as f64 / 1e3))
        .collect()
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn records_are_read_as_they_were_written() {
        let record = Record::Picture(Box::new(PictureRecord {
            source: Some("a.jpg".into()),
            outcome: "failed".into(),
            error: Some("\"quoted\"\n".into()),
            ..PictureRecord::default()
        }));
        let line = serde_json::to_string(&record).unwrap();
        assert!(
            line.starts_with(r#"{"record":"picture","source":"a.jpg","outcome":"failed""#),
            "{line}"
        );
        assert!(!line.contains('\n'));
        assert_eq!(serde_json::from_str::<Record>(&line).unwrap(), record);
    }
}
