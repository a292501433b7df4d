//! `thumbgen report merge`: the reports of shards as one, and whether all of them are there.
//!
//! Reports are read line by line; what is kept is a few numbers for each shard. What counts is what the lines say: a
//! report whose lines do not add up to its last one has lost some, and is not taken for that of a finished run.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::allowance::Allowance;
use crate::cli::MergeCli;
use crate::error::{RunError, shown};
use crate::exit::Exit;
use crate::report::{Counts, MergedRecord, Record, Report, RunRecord};
use crate::shard::Shard;
use crate::summary::{self, Summary};
use crate::walk::FileId;

/// What is to be merged, and how.
#[derive(Debug, Clone)]
pub struct Merge {
    /// The reports, or folders of them.
    pub reports: Vec<PathBuf>,
    /// Where the merged report goes; `-` is stdout.
    pub output: Option<PathBuf>,
    /// How many pictures may have failed before the exit status says so.
    pub allow_failures: Allowance,
}

impl From<MergeCli> for Merge {
    fn from(cli: MergeCli) -> Self {
        Self {
            reports: cli.reports,
            output: cli.output,
            allow_failures: cli.allow_failures.unwrap_or_default(),
        }
    }
}

/// Adds the reports up. The result is told on `out`, and each picture that failed on `err`.
///
/// # Errors
///
/// When a report can't be read or is none, when shards are not of one run, or when the merged report can't be written.
pub fn merge(merge: &Merge, out: &mut dyn Write, err: &mut dyn Write) -> Result<Exit, RunError> {
    let mut all = All::default();
    for path in &merge.reports {
        for report in reports_at(path)? {
            all.read(&report, err)?;
        }
    }
    let merged = all.record();
    let text = all.text(&merged);
    // That nobody listens is no reason for another exit status.
    if merge.output.as_deref() == Some(Path::new("-")) {
        let _ = err.write_all(text.as_bytes());
    } else {
        let _ = out.write_all(text.as_bytes());
    }
    let counts = merged.counts;
    let finished = merged.finished;
    if let Some(output) = &merge.output {
        all.write(output, merged)?;
    }
    Ok(if !finished {
        Exit::Incomplete
    } else if counts.unvisited_folders == 0
        && merge.allow_failures.covers(counts.failed, counts.found)
    {
        Exit::Success
    } else {
        Exit::SomeFailed
    })
}

/// `path`, or where it is a folder, every `*.jsonl` right in it, sorted; an earlier merge's output is not among them.
fn reports_at(path: &Path) -> Result<Vec<PathBuf>, RunError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = |error| RunError::ReportUnreadable(path.to_owned(), error);
    let mut reports = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let report = entry.map_err(unreadable)?.path();
        if report.extension() == Some(OsStr::new("jsonl")) && !is_merged(&report) {
            reports.push(report);
        }
    }
    if reports.is_empty() {
        return Err(RunError::NoReports(path.to_owned()));
    }
    reports.sort();
    Ok(reports)
}

/// Whether the last line of `report` is that of a merge. It is not long.
fn is_merged(report: &Path) -> bool {
    const LONGEST: i64 = 64 << 10;
    let end = File::open(report).and_then(|mut file| {
        let length = i64::try_from(file.metadata()?.len()).unwrap_or(i64::MAX);
        file.seek(SeekFrom::End(-length.min(LONGEST)))?;
        let mut end = Vec::new();
        file.read_to_end(&mut end)?;
        Ok(end)
    });
    let end = end.unwrap_or_default();
    let last = end.trim_ascii_end().rsplit(|byte| *byte == b'\n').next();
    let record = serde_json::from_slice(last.unwrap_or_default());
    matches!(record, Ok(Record::Run(run)) if run.merged.is_some())
}

/// What matters of a line. That of a run is read again, as a whole.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    record: Cow<'a, str>,
    outcome: Option<Cow<'a, str>>,
    source: Option<Cow<'a, str>>,
    destination: Option<Cow<'a, str>>,
    stage: Option<Cow<'a, str>>,
    error: Option<Cow<'a, str>>,
    #[serde(default)]
    damaged: bool,
}

/// The lines of one run.
#[derive(Debug, Default)]
struct Part {
    report: PathBuf,
    /// Number of the report's line before its first, and of its last.
    lines: (u64, u64),
    counts: Counts,
    /// What the walk could not visit. A folder is so for every shard, and is one failure all the same.
    unvisited: Vec<String>,
    run: RunRecord,
}

impl Part {
    fn is_finished(&self) -> bool {
        let told = Counts {
            unvisited_folders: self.run.counts.unvisited_folders,
            ..self.counts
        };
        self.run.finished && self.run.counts == told
    }

    fn add(&mut self, line: &Line<'_>, err: &mut dyn Write) -> Option<()> {
        let counts = &mut self.counts;
        let outcome = match line.outcome.as_deref()? {
            "made" => &mut counts.made,
            "fresh" => &mut counts.fresh,
            "would make" => &mut counts.would_make,
            "not begun" => &mut counts.not_begun,
            "pruned" => {
                counts.pruned += 1;
                return Some(());
            }
            "would prune" => {
                counts.would_prune += 1;
                return Some(());
            }
            "failed" => {
                let path = line.source.as_deref().or(line.destination.as_deref())?;
                let (stage, error) = (line.stage.as_deref()?, line.error.as_deref()?);
                let _ = writeln!(err, "{}: {stage}: {error}", shown(Path::new(path)));
                if stage == "walk" {
                    self.unvisited.push(path.to_owned());
                }
                &mut counts.failed
            }
            _ => return None,
        };
        *outcome += 1;
        counts.found += 1;
        counts.damaged += u64::from(line.damaged);
        Some(())
    }
}

/// Everything that was read.
#[derive(Debug, Default)]
struct All {
    /// How many shards there are, and the settings of the first that was met.
    run: Option<(NonZeroU32, String)>,
    shards: BTreeMap<u32, Part>,
    /// Runs that were no shards.
    others: Vec<Part>,
    /// Reports without an end: their run was killed, or goes on.
    cut_short: Vec<PathBuf>,
}

impl All {
    fn read(&mut self, path: &Path, err: &mut dyn Write) -> Result<(), RunError> {
        let mut part = Part::default();
        let (mut number, mut before) = (0, 0);
        let mut begun = false;
        let ended = for_each_line(path, |line| {
            number += 1;
            let no_record = || RunError::NotARecord(path.to_owned(), number);
            let parsed: Line<'_> = serde_json::from_slice(line).map_err(|_| no_record())?;
            begun = parsed.record != "run";
            if begun {
                return part.add(&parsed, err).ok_or_else(no_record);
            }
            let Ok(Record::Run(run)) = serde_json::from_slice(line) else {
                return Err(no_record());
            };
            if run.merged.is_some() {
                return Err(RunError::Merged(path.to_owned()));
            }
            let part = Part {
                report: path.to_owned(),
                lines: (before, number),
                run: *run,
                ..std::mem::take(&mut part)
            };
            before = number;
            self.add(part)
        })?;
        if begun || !ended || number == 0 {
            self.cut_short.push(path.to_owned());
        }
        Ok(())
    }

    fn add(&mut self, part: Part) -> Result<(), RunError> {
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
            return Err(RunError::NotOneRun(part.report, other, one));
        }
        // A shard that was run again is in two reports. The later one has it all, unless it was stopped.
        let later = part.is_finished();
        let before = self.shards.get(&shard.index).is_some_and(Part::is_finished);
        if later || !before {
            self.shards.insert(shard.index, part);
        }
        Ok(())
    }

    fn parts(&self) -> impl Iterator<Item = &Part> {
        self.shards.values().chain(&self.others)
    }

    /// The shards that have no report.
    fn missing(&self) -> Vec<u32> {
        let count = self.run.as_ref().map_or(0, |(count, _)| count.get());
        (0..count)
            .filter(|index| !self.shards.contains_key(index))
            .collect()
    }

    /// The run record of the whole.
    fn record(&self) -> RunRecord {
        let mut whole = RunRecord::default();
        let mut unvisited = BTreeSet::new();
        for part in self.parts() {
            let run = &part.run;
            if whole.version.is_empty() {
                whole.version.clone_from(&run.version);
                whole.source.clone_from(&run.source);
                whole.destination.clone_from(&run.destination);
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
        // Of shards, it is known which there must be: a report that was cut short is that of an earlier attempt.
        whole.finished = missing.is_empty()
            && self.parts().all(Part::is_finished)
            && (self.run.is_some() || self.cut_short.is_empty());
        whole.merged = Some(MergedRecord {
            shards: self.run.as_ref().map(|(count, _)| *count),
            missing,
            unfinished,
            others: self.others.len() as u64,
            cut_short: self
                .cut_short
                .iter()
                .map(|path| path.to_string_lossy().into_owned())
                .collect(),
        });
        whole
    }

    fn text(&self, whole: &RunRecord) -> String {
        let mut lines = Vec::new();
        if let Some((count, _)) = &self.run {
            let finished = self.shards.values().filter(|part| part.is_finished());
            lines.push(format!("{} of {count} shards finished", finished.count()));
            let missing = self.missing();
            if !missing.is_empty() {
                lines.push(format!("Missing: {}", ranges(&missing)));
            }
        }
        for part in self.parts().filter(|part| !part.is_finished()) {
            let what = part
                .run
                .shard
                .map_or_else(|| "run".into(), |shard| format!("shard {shard}"));
            lines.push(format!("Not finished: {what}, {}", shown(&part.report)));
        }
        for report in &self.cut_short {
            let path = shown(report);
            lines.push(format!("Cut short, and not counted: {path}"));
        }
        lines.push(summary::counts(&Summary::from(&whole.counts)));
        lines.push(format!(
            "real {:.2} s at most, user {:.2} s, sys {:.2} s, {:.1} MB read",
            whole.real_s,
            whole.user_s,
            whole.sys_s,
            whole.bytes_read as f64 / 1e6
        ));
        lines.extend(self.spread());
        lines.push(String::new());
        lines.join("\n")
    }

    /// How evenly the shards were filled.
    fn spread(&self) -> Option<String> {
        let shards = || {
            self.shards
                .values()
                .filter_map(|part| Some((part, part.run.shard?)))
        };
        let by_count = |(part, _): &(&Part, Shard)| part.counts.found;
        let by_time =
            |a: &(&Part, Shard), b: &(&Part, Shard)| a.0.run.real_s.total_cmp(&b.0.run.real_s);
        let (fewest, most) = (
            shards().min_by_key(by_count)?,
            shards().max_by_key(by_count)?,
        );
        let (first, last) = (shards().min_by(by_time)?, shards().max_by(by_time)?);
        Some(format!(
            "A shard: {} ({}) to {} ({}) pictures, {:.2} s ({}) to {:.2} s ({})",
            fewest.0.counts.found,
            fewest.1,
            most.0.counts.found,
            most.1,
            first.0.run.real_s,
            first.1,
            last.0.run.real_s,
            last.1,
        ))
    }

    /// Writes one report of all that was counted, as that of a single run, into `output`.
    fn write(&self, output: &Path, whole: RunRecord) -> Result<(), RunError> {
        let file = |path: &Path| fs::metadata(path).ok().map(|file| FileId::of(&file));
        let merged = self.parts().map(|part| &part.report).chain(&self.cut_short);
        if file(output)
            .is_some_and(|output| merged.into_iter().any(|part| file(part) == Some(output)))
        {
            let error = "it is one of those that are merged";
            return Err(RunError::Report(output.to_owned(), io::Error::other(error)));
        }
        let mut report = Report::create(output)?;
        let mut unvisited = BTreeSet::new();
        for part in self.parts() {
            let mut number = 0;
            for_each_line(&part.report, |line| {
                number += 1;
                if number <= part.lines.0 || number >= part.lines.1 {
                    return Ok(());
                }
                let again = serde_json::from_slice(line).is_ok_and(|line: Line<'_>| {
                    line.stage.as_deref() == Some("walk")
                        && !unvisited.insert(line.source.unwrap_or_default().into_owned())
                });
                if again {
                    return Ok(());
                }
                report.write_line(line)
            })?;
        }
        let end = Record::Run(Box::new(whole));
        report.write(&end)?;
        report.finish()
    }
}

fn unfinished(shards: &BTreeMap<u32, Part>) -> impl Iterator<Item = u32> {
    let unfinished = shards.iter().filter(|(_, part)| !part.is_finished());
    unfinished.map(|(index, _)| *index)
}

/// Hands every line of `path` to `each`, without its end; a last line that has no end was being written when its run
/// was killed, and is left out. Says whether there was none.
fn for_each_line(
    path: &Path,
    mut each: impl FnMut(&[u8]) -> Result<(), RunError>,
) -> Result<bool, RunError> {
    let unreadable = |error: io::Error| RunError::ReportUnreadable(path.to_owned(), error);
    let mut lines = BufReader::new(File::open(path).map_err(unreadable)?);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).map_err(unreadable)? > 0 {
        if line.pop_if(|last| *last == b'\n').is_none() {
            return Ok(false);
        }
        each(&line)?;
        line.clear();
    }
    Ok(true)
}

/// Sorted numbers, runs of them drawn together: `3, 9-12`.
fn ranges(numbers: &[u32]) -> String {
    let runs = numbers.chunk_by(|a, b| a + 1 == *b);
    let texts: Vec<_> = runs
        .map(|run| match run {
            [one] => one.to_string(),
            [first, .., last] => format!("{first}-{last}"),
            [] => String::new(),
        })
        .collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_numbers_are_drawn_together() {
        assert_eq!(ranges(&[3]), "3");
        assert_eq!(ranges(&[3, 9, 10, 11, 12, 14]), "3, 9-12, 14");
        assert_eq!(ranges(&[0, 1]), "0-1");
    }
}
