//! The end of a run in words.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::num::NonZeroUsize;
use std::time::Duration;

use crate::batch::counts::{Counts, Totals};
use crate::batch::execute::Strategy;
use crate::batch::run::Ran;
use crate::batch::stage::Stage;
use crate::picture::FileKind;

/// How a run was scheduled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scheduling {
    /// How jobs were spread over threads.
    pub strategy: Strategy,
    /// On how many workers.
    pub workers: NonZeroUsize,
    /// Cores that the process may use.
    pub cores: NonZeroUsize,
}

/// What worker time is spent on, in a person's words.
const SHARES: [(&str, &[Stage]); 7] = [
    ("freshness", &[Stage::Stat, Stage::Freshness]),
    ("read", &[Stage::Read]),
    ("decode", &[Stage::Header, Stage::Decode]),
    ("resize", &[Stage::Resize]),
    ("colour", &[Stage::Orient, Stage::Colour]),
    ("encode", &[Stage::Encode]),
    ("write", &[Stage::Write]),
];

/// What the time of `workers` was spent on in a run of `elapsed`, with waiting for work last; the shares add up to 1.
pub fn shares(
    totals: &Totals,
    workers: NonZeroUsize,
    elapsed: Duration,
) -> Vec<(&'static str, f64)> {
    let busy = totals.times.total() + totals.paused;
    // The clocks of the pictures and that of the run are read one after the other: the sum may be a little more.
    let all = (elapsed * workers.get() as u32)
        .max(busy)
        .max(Duration::from_nanos(1));
    let share = |time: Duration| time.as_secs_f64() / all.as_secs_f64();
    let of = |stages: &[Stage]| stages.iter().map(|stage| totals.times.get(*stage)).sum();
    let mut shares: Vec<_> = SHARES
        .iter()
        .map(|(name, stages)| (*name, share(of(stages))))
        .collect();
    if !totals.paused.is_zero() {
        shares.push((PAUSED, share(totals.paused)));
    }
    shares.push((WAITING, share(all - busy)));
    shares
}

const WAITING: &str = "waiting for work";
const PAUSED: &str = "paused for load";

/// In a shorter run, starting threads and reading the first pictures weigh more than whatever held it back.
const TOO_SHORT: Duration = Duration::from_secs(1);

/// One sentence: what most of the worker time went into, if the run was long enough to tell.
fn held_back(elapsed: Duration, shares: &[(&'static str, f64)]) -> Option<String> {
    if elapsed < TOO_SHORT {
        return None;
    }
    let most = shares
        .iter()
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map_or(WAITING, |share| share.0);
    Some(match most {
        "read" => "Held back by the disk: reading pictures.".into(),
        "write" => "Held back by the disk: writing thumbnails.".into(),
        "freshness" => {
            "Held back by the file system: checking whether thumbnails are fresh.".into()
        }
        WAITING => "Held back by the walk: finding the pictures.".into(),
        PAUSED => "Held back by the machine's other work (--max-load).".into(),
        "decode" => "Held back by the CPU: decoding.".into(),
        "resize" => "Held back by the CPU: resizing.".into(),
        "encode" => "Held back by the CPU: encoding.".into(),
        other => format!("Held back by the CPU: {other}."),
    })
}

/// How many pictures ended how, on one line; `known` of those that failed had failed before.
pub fn counts(counted: &Counts, known: u64) -> String {
    let found = counted.found;
    let mut text = format!(
        "{found} {} found: ",
        if found == 1 { "picture" } else { "pictures" }
    );
    let mut counts = Vec::new();
    if counted.would_make > 0 {
        counts.push(format!("{} to be made", counted.would_make));
    } else {
        let several = counted.thumbnails > counted.made;
        let thumbnails = match counted.thumbnails {
            1 if several => " (1 thumbnail)".into(),
            many if several => format!(" ({many} thumbnails)"),
            _ => String::new(),
        };
        counts.push(format!("{} made{thumbnails}", counted.made));
    }
    if counted.damaged > 0 {
        counts.push(format!("{} of them damaged", counted.damaged));
    }
    counts.push(format!("{} fresh", counted.fresh));
    counts.push(format!("{} failed", counted.failed));
    match known {
        0 => {}
        1 if counted.failed == 1 => counts.push("known".into()),
        all if counted.failed == all => counts.push("all known".into()),
        some => counts.push(format!("{some} of them known")),
    }
    if counted.kept > 0 {
        counts.push(format!("{} kept", counted.kept));
    }
    if counted.not_begun > 0 {
        counts.push(format!("{} not begun", counted.not_begun));
    }
    if counted.pruned > 0 {
        counts.push(format!("{} pruned", counted.pruned));
    }
    if counted.would_prune > 0 {
        counts.push(format!("{} to be pruned", counted.would_prune));
    }
    match counted.passed_over {
        0 => {}
        1 => counts.push("1 thumbnail passed over".into()),
        many => counts.push(format!("{many} thumbnails passed over")),
    }
    text.push_str(&counts.join(", "));
    text
}

/// What an interrupted run left undone, of `total` pictures if that is known.
pub fn interrupted(counts: &Counts, total: Option<u64>) -> String {
    let begun = counts.met() - counts.not_begun;
    let pictures = |count| if count == 1 { "picture" } else { "pictures" };
    match total {
        // More than the counts say were found, if others were only counted: without the total, the two would not fit.
        Some(total) => {
            let left = total.saturating_sub(begun);
            format!(
                "interrupted: {left} of {total} {} not begun",
                pictures(total)
            )
        }
        None => {
            let left = counts.not_begun;
            format!(
                "interrupted: {left} {} not begun, and those that were not found yet",
                pictures(left)
            )
        }
    }
}

/// What to do about files that were kept, on one line; nothing if there are none.
pub fn about_kept(counted: &Counts) -> Option<String> {
    Some(match counted.kept_files {
        0 => return None,
        1 => "1 file that thumbgen did not make was kept: --replace-foreign replaces it".into(),
        many => {
            format!(
                "{many} files that thumbgen did not make were kept: --replace-foreign replaces them"
            )
        }
    })
}

/// How many pictures ended how, and what to do about it: all there is to say about a dry run.
pub fn found(counted: &Counts, known: u64) -> String {
    let lines = [Some(counts(counted, known)), about_kept(counted)];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// Which formats those were of that were made; nothing if all were JPEGs.
fn formats(formats: &BTreeMap<&'static str, u64>) -> Option<String> {
    let only_jpeg = formats.keys().all(|name| *name == FileKind::Jpeg.name());
    let told: Vec<_> = formats
        .iter()
        .map(|(name, count)| format!("{count} {name}"))
        .collect();
    (!only_jpeg).then(|| format!("made from {}", told.join(", ")))
}

/// The summary of a run for a person; with `verbose`, also what held it back.
pub fn text(ran: &Ran, known: u64, scheduling: Scheduling, verbose: bool) -> String {
    write_text(ran, known, scheduling, verbose).expect("BUG: writing to a string fails")
}

fn write_text(
    ran: &Ran,
    known: u64,
    scheduling: Scheduling,
    verbose: bool,
) -> Result<String, fmt::Error> {
    let (mut text, totals) = (String::new(), &ran.totals);
    writeln!(text, "{}", found(&totals.counts, known))?;
    if let Some(formats) = formats(&totals.formats) {
        writeln!(text, "{formats}")?;
    }
    let real = ran.elapsed.as_secs_f64().max(1e-9);
    writeln!(
        text,
        "real {real:.2} s, user {:.2} s, sys {:.2} s: {:.2} of {} {} busy ({}, {} {})",
        ran.cpu.user.as_secs_f64(),
        ran.cpu.sys.as_secs_f64(),
        ran.cpu.total().as_secs_f64() / real,
        scheduling.cores,
        if scheduling.cores.get() == 1 {
            "core"
        } else {
            "cores"
        },
        scheduling.strategy,
        scheduling.workers,
        if scheduling.workers.get() == 1 {
            "job"
        } else {
            "jobs"
        },
    )?;
    let found = totals.counts.found;
    if found == 0 {
        return Ok(text);
    }
    let done = (found - totals.counts.not_begun) as f64;
    writeln!(
        text,
        "{:.0} pictures/s, {:.1} MB/s read",
        done / real,
        totals.bytes_read as f64 / 1e6 / real
    )?;

    let shares = shares(totals, scheduling.workers, ran.elapsed);
    let listed: Vec<_> = shares
        .iter()
        .map(|(name, share)| format!("{name} {:.1}%", share * 100.0))
        .collect();
    writeln!(text, "Worker time: {}", listed.join(", "))?;
    if verbose && let Some(told) = held_back(ran.elapsed, &shares) {
        writeln!(text, "{told}")?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_held_a_run_back_is_the_largest_share_unless_the_run_was_short() {
        let shares = [("read", 0.2), ("decode", 0.5), (WAITING, 0.3)];
        assert_eq!(
            held_back(TOO_SHORT, &shares).as_deref(),
            Some("Held back by the CPU: decoding.")
        );
        let shares = [("read", 0.2), ("decode", 0.3), (WAITING, 0.5)];
        assert_eq!(
            held_back(TOO_SHORT, &shares).as_deref(),
            Some("Held back by the walk: finding the pictures.")
        );
        assert_eq!(held_back(TOO_SHORT / 2, &shares), None);
    }
}
