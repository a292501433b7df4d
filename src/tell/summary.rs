//! The fold of all outcomes, and its text.

use std::fmt::{self, Write as _};
use std::num::NonZeroUsize;
use std::time::Duration;

use crate::batch::cpu_time::CpuTime;
use crate::batch::execute::Strategy;
use crate::batch::make::{Outcome, Processed};
use crate::picture::{Stage, StageTimes};
use crate::tell::report::Counts;

/// Counts and sums over the pictures of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Pictures whose thumbnail was made.
    pub made: u64,
    /// Pictures whose thumbnail was fresh.
    pub fresh: u64,
    /// Pictures that failed, and entries of the tree that could not be visited.
    pub failed: u64,
    /// Of those made, the ones made from what was left of a damaged picture.
    pub damaged: u64,
    /// Pictures that were found but not begun, because the run was stopped.
    pub not_begun: u64,
    /// Pictures whose thumbnail a dry run would make.
    pub would_make: u64,
    /// Thumbnails removed because their source is gone.
    pub pruned: u64,
    /// Those that a dry run would remove.
    pub would_prune: u64,
    /// Of those that failed, the entries of the tree that could not be visited.
    pub walk_errors: u64,
    /// Of those, the folders.
    pub folder_errors: u64,
    /// Worker time spent waiting for the machine's load to fall.
    pub paused: Duration,
    /// Bytes read of sources.
    pub bytes_read: u64,
    /// Worker time by stage.
    pub times: StageTimes,
}

impl Summary {
    /// Adds a picture.
    pub fn add(&mut self, processed: &Processed) {
        match &processed.outcome {
            Outcome::Made(made) => {
                self.made += 1;
                self.damaged += u64::from(made.thumbnail.damage.is_some());
            }
            Outcome::Fresh => self.fresh += 1,
            Outcome::WouldMake(_) => self.would_make += 1,
            Outcome::Failed(_) => self.failed += 1,
            Outcome::NotBegun => self.not_begun += 1,
        }
        self.bytes_read += processed.bytes_read;
        self.times += processed.times;
    }

    /// Everything that was found.
    pub fn found(&self) -> u64 {
        self.made + self.fresh + self.would_make + self.failed + self.not_begun
    }
}

impl From<&Counts> for Summary {
    fn from(counts: &Counts) -> Self {
        Self {
            made: counts.made,
            fresh: counts.fresh,
            failed: counts.failed,
            damaged: counts.damaged,
            not_begun: counts.not_begun,
            would_make: counts.would_make,
            pruned: counts.pruned,
            would_prune: counts.would_prune,
            ..Self::default()
        }
    }
}

/// How a run went as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// How it was scheduled.
    pub strategy: Strategy,
    /// On how many workers.
    pub workers: NonZeroUsize,
    /// Cores that the process may use.
    pub cores: NonZeroUsize,
    /// From the first job to the last.
    pub elapsed: Duration,
    /// Processor time used meanwhile.
    pub cpu: CpuTime,
    /// Time spent in the walk, on whichever thread it ran.
    pub walk: Duration,
}

/// What worker time is spent on, as a person would say it.
const SHARES: [(&str, &[Stage]); 7] = [
    ("freshness", &[Stage::Stat, Stage::Freshness]),
    ("read", &[Stage::Read]),
    ("decode", &[Stage::Header, Stage::Decode]),
    ("resize", &[Stage::Resize]),
    ("colour", &[Stage::Orient, Stage::Colour]),
    ("encode", &[Stage::Encode]),
    ("write", &[Stage::Write]),
];

/// Worker time by what it was spent on, the last being waiting for work; the shares add up to 1.
pub fn shares(summary: &Summary, run: &Run) -> Vec<(&'static str, f64)> {
    let busy = summary.times.total() + summary.paused;
    // The clocks of the pictures and that of the run are read one after the other: the sum may be a little more.
    let all = (run.elapsed * run.workers.get() as u32)
        .max(busy)
        .max(Duration::from_nanos(1));
    let share = |time: Duration| time.as_secs_f64() / all.as_secs_f64();
    let of = |stages: &[Stage]| stages.iter().map(|stage| summary.times.get(*stage)).sum();
    let mut shares: Vec<_> = SHARES
        .iter()
        .map(|(name, stages)| (*name, share(of(stages))))
        .collect();
    if !summary.paused.is_zero() {
        shares.push((PAUSED, share(summary.paused)));
    }
    shares.push((WAITING, share(all - busy)));
    shares
}

const WAITING: &str = "waiting for work";
const PAUSED: &str = "paused for load";

/// One sentence: what most of the worker time went into.
fn held_back(shares: &[(&'static str, f64)]) -> String {
    let most = shares
        .iter()
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map_or(WAITING, |share| share.0);
    match most {
        "read" => "Held back by the disk: reading pictures.".into(),
        "write" => "Held back by the disk: writing thumbnails.".into(),
        "freshness" => "Held back by the file system: looking whether thumbnails are fresh.".into(),
        WAITING => "Held back by the walk: finding the pictures.".into(),
        PAUSED => "Held back by the machine's other work (--max-load).".into(),
        "decode" => "Held back by the CPU: decoding.".into(),
        "resize" => "Held back by the CPU: resizing.".into(),
        "encode" => "Held back by the CPU: encoding.".into(),
        other => format!("Held back by the CPU: {other}."),
    }
}

/// How many pictures ended how, on one line.
pub fn counts(summary: &Summary) -> String {
    let found = summary.found();
    let mut text = format!(
        "{found} {} found: ",
        if found == 1 { "picture" } else { "pictures" }
    );
    let mut counts = Vec::new();
    if summary.would_make > 0 {
        counts.push(format!("{} to be made", summary.would_make));
    } else {
        counts.push(format!("{} made", summary.made));
    }
    if summary.damaged > 0 {
        counts.push(format!("{} of them damaged", summary.damaged));
    }
    counts.push(format!("{} fresh", summary.fresh));
    counts.push(format!("{} failed", summary.failed));
    if summary.not_begun > 0 {
        counts.push(format!("{} not begun", summary.not_begun));
    }
    if summary.pruned > 0 {
        counts.push(format!("{} pruned", summary.pruned));
    }
    if summary.would_prune > 0 {
        counts.push(format!("{} to be pruned", summary.would_prune));
    }
    text.push_str(&counts.join(", "));
    text
}

/// The summary of a run for a person.
pub fn text(summary: &Summary, run: &Run) -> String {
    write_text(summary, run).expect("BUG: writing to a string fails")
}

fn write_text(summary: &Summary, run: &Run) -> Result<String, fmt::Error> {
    let mut text = String::new();
    writeln!(text, "{}", counts(summary))?;
    let real = run.elapsed.as_secs_f64().max(1e-9);
    writeln!(
        text,
        "real {real:.2} s, user {:.2} s, sys {:.2} s: {:.2} of {} {} busy ({}, {} {})",
        run.cpu.user.as_secs_f64(),
        run.cpu.sys.as_secs_f64(),
        run.cpu.total().as_secs_f64() / real,
        run.cores,
        if run.cores.get() == 1 {
            "core"
        } else {
            "cores"
        },
        run.strategy,
        run.workers,
        if run.workers.get() == 1 {
            "job"
        } else {
            "jobs"
        },
    )?;
    let found = summary.found();
    if found == 0 {
        return Ok(text);
    }
    let done = (found - summary.not_begun) as f64;
    writeln!(
        text,
        "{:.0} pictures/s, {:.1} MB/s read",
        done / real,
        summary.bytes_read as f64 / 1e6 / real
    )?;

    let shares = shares(summary, run);
    let listed: Vec<_> = shares
        .iter()
        .map(|(name, share)| format!("{name} {:.1}%", share * 100.0))
        .collect();
    writeln!(text, "Worker time: {}", listed.join(", "))?;
    writeln!(text, "{}", held_back(&shares))?;
    Ok(text)
}
