//! Everything that was read of reports, and what it adds up to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::num::NonZeroU32;
use std::path::Path;

use super::error::MergeError;
use super::reading::{Line, ReportFile, ReportedRun};
use crate::batch::counts::Counts;
use crate::batch::walk::FileId;
use crate::tell::report::{MergedRecord, Record, Report, ReportError, RunRecord};
use crate::tell::side_file::SideFiles;

/// Everything that was read.
#[derive(Debug, Default)]
pub(super) struct All {
    /// How many shards there are, and the settings of the first that was met.
    pub(super) run: Option<(NonZeroU32, String)>,
    pub(super) shards: BTreeMap<u32, ReportedRun>,
    /// Runs that were no shards.
    pub(super) others: Vec<ReportedRun>,
    /// Reports without an end: their run was killed, or goes on.
    pub(super) cut_short: Vec<ReportFile>,
}

impl All {
    pub(super) fn read(
        &mut self,
        report: ReportFile,
        err: &mut dyn Write,
    ) -> Result<(), MergeError> {
        let path = report.path.as_path();
        let mut part = ReportedRun::default();
        let (mut number, mut before) = (0, 0);
        let mut begun = false;
        let ended = report.for_each_line(|line| {
            number += 1;
            let no_record = || MergeError::NotARecord(path.to_owned(), number);
            let parsed: Line<'_> = serde_json::from_slice(line).map_err(|_| no_record())?;
            begun = parsed.record != "run";
            if begun {
                return part.add(&parsed, err).ok_or_else(no_record);
            }
            let Ok(Record::Run(run)) = serde_json::from_slice(line) else {
                return Err(no_record());
            };
            if run.merged.is_some() {
                return Err(MergeError::Merged(path.to_owned()));
            }
            let part = ReportedRun {
                report: report.clone(),
                lines: (before, number),
                run: *run,
                ..std::mem::take(&mut part)
            };
            before = number;
            self.add(part)
        })?;
        if begun || !ended || number == 0 {
            self.cut_short.push(report);
        }
        Ok(())
    }

    fn add(&mut self, part: ReportedRun) -> Result<(), MergeError> {
        let Some(shard) = part.run.shard else {
            self.others.push(part);
            return Ok(());
        };
        let (count, settings) = self
            .run
            .get_or_insert_with(|| (shard.count, part.run.settings.clone()));
        if *count != shard.count || *settings != part.run.settings {
            let one = format!("{settings} in {count} shards");
            let other = format!("{} in {} shards", part.run.settings, shard.count);
            return Err(MergeError::NotOneRun(part.report.path, other, one));
        }
        // A shard that was run again is in two reports. A run that has finished has all of it; of two, the later one,
        // in whatever order the reports come. In one form and one zone, the order of texts is that of times.
        let rank = |part: &ReportedRun| (part.is_finished(), part.run.ended.clone());
        let before = self.shards.get(&shard.index);
        if before.is_none_or(|before| rank(before) <= rank(&part)) {
            self.shards.insert(shard.index, part);
        }
        Ok(())
    }

    /// Two reports of different SOURCEs, if there are such.
    pub(super) fn of_two_sources(&self) -> Option<[&ReportedRun; 2]> {
        let first = self.parts().next()?;
        let mut parts = self.parts();
        let other = parts.find(|part| part.run.source != first.run.source)?;
        Some([first, other])
    }

    pub(super) fn parts(&self) -> impl Iterator<Item = &ReportedRun> {
        self.shards.values().chain(&self.others)
    }

    /// The shards that have no report.
    pub(super) fn missing(&self) -> Vec<u32> {
        let count = self.run.as_ref().map_or(0, |(count, _)| count.get());
        (0..count)
            .filter(|index| !self.shards.contains_key(index))
            .collect()
    }

    /// The run record of the whole.
    pub(super) fn record(&self) -> RunRecord {
        let mut whole = RunRecord::default();
        let mut unvisited = BTreeSet::new();
        for part in self.parts() {
            let run = &part.run;
            if whole.version.is_empty() {
                whole.version.clone_from(&run.version);
                whole.source.clone_from(&run.source);
                whole.source_hex.clone_from(&run.source_hex);
                whole.destination.clone_from(&run.destination);
                whole.destination_hex.clone_from(&run.destination_hex);
                whole.settings.clone_from(&run.settings);
                whole.strategy.clone_from(&run.strategy);
            }
            let again = part
                .unvisited
                .iter()
                .filter(|path| !unvisited.insert(*path));
            let again = again.count() as u64;
            let counts = Counts {
                failed: part.counts.failed - again,
                found: part.counts.found - again,
                unvisited_folders: run.counts.unvisited_folders.saturating_sub(again),
                ..part.counts
            };
            whole.add(&counts, run);
        }
        let unfinished: Vec<_> = unfinished(&self.shards).collect();
        let missing = self.missing();
        // It is known which shards there must be, so a report that was cut short is that of an earlier attempt.
        whole.finished = missing.is_empty()
            && self.parts().all(ReportedRun::is_finished)
            && (self.run.is_some() || self.cut_short.is_empty());
        whole.merged = Some(MergedRecord {
            shards: self.run.as_ref().map(|(count, _)| *count),
            missing,
            unfinished,
            others: self.others.len() as u64,
            cut_short: self
                .cut_short
                .iter()
                .map(|report| report.path.to_string_lossy().into_owned())
                .collect(),
        });
        whole
    }

    /// Writes one report of all that was counted, as that of a single run, into `output`.
    pub(super) fn write(
        &self,
        output: &Path,
        whole: RunRecord,
        files: &SideFiles,
    ) -> Result<(), MergeError> {
        let file = |path: &Path| fs::metadata(path).ok().map(|file| FileId::of(&file));
        let id = file(output);
        let is_output =
            |part: &ReportFile| part.path == output || id.is_some() && file(&part.path) == id;
        let mut merged = self.parts().map(|part| &part.report).chain(&self.cut_short);
        if merged.any(is_output) {
            let error = "it is one of those that are merged";
            return Err(ReportError(output.to_owned(), io::Error::other(error)).into());
        }
        let mut report = Report::create(output, files)?;
        let mut unvisited = BTreeSet::new();
        for part in self.parts() {
            let mut number = 0;
            part.report.for_each_line(|line| {
                number += 1;
                if number <= part.lines.0 || number >= part.lines.1 {
                    return Ok(());
                }
                let again = serde_json::from_slice(line).is_ok_and(|line: Line<'_>| {
                    line.stage.as_deref() == Some("walk")
                        && line
                            .source
                            .is_some_and(|source| !unvisited.insert(source.into_owned()))
                });
                if again {
                    return Ok(());
                }
                Ok(report.write_line(line)?)
            })?;
        }
        let end = Record::Run(Box::new(whole));
        report.write(&end)?;
        Ok(report.finish()?)
    }
}

fn unfinished(shards: &BTreeMap<u32, ReportedRun>) -> impl Iterator<Item = u32> {
    let unfinished = shards.iter().filter(|(_, part)| !part.is_finished());
    unfinished.map(|(index, _)| *index)
}
