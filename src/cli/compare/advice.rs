//! One sentence that follows from the figures.

use std::cmp::Ordering;
use std::num::NonZeroUsize;

use super::figures::{ALIKE, Comparison, Contender, Figures};
use crate::batch::execute::Strategy;

/// From this share of the usable cores on, they are the limit.
const BUSY: f64 = 0.85;

/// Which contender to use, and what keeps more jobs from being faster.
pub(super) fn advice(comparison: &Comparison) -> String {
    let best = comparison.recommended();
    let equals: Vec<_> = comparison
        .contenders
        .iter()
        .filter(|figures| figures.equal)
        .collect();
    let start = if equals.len() < 2 {
        format!("Best here: {}", best.contender())
    } else {
        let equals = list(&equals);
        if is_default(comparison, best) {
            format!(
                "Equal here but for noise: {equals}. Take the default, {}",
                best.contender()
            )
        } else {
            format!(
                "Equal here but for noise: {equals}. Take {}",
                best.contender()
            )
        }
    };
    format!(
        "{start}{}{}.",
        gain(comparison, best),
        more_jobs(comparison, best)
    )
}

fn is_default(comparison: &Comparison, figures: &Figures) -> bool {
    NonZeroUsize::new(comparison.cores).map(Contender::default_on) == Some(figures.contender())
}

/// `seq, threads with 2 or 4 jobs, rayon with 2 jobs`
fn list(equals: &[&Figures]) -> String {
    let by_strategy = equals.chunk_by(|a, b| a.strategy == b.strategy);
    let named = by_strategy.map(|figures| match figures {
        [one] => one.contender().to_string(),
        [first, .., last] => {
            let between = figures[1..figures.len() - 1]
                .iter()
                .map(|figures| format!(", {}", figures.jobs))
                .collect::<String>();
            format!(
                "{} with {}{between} or {} jobs",
                first.strategy, first.jobs, last.jobs
            )
        }
        [] => String::new(),
    });
    named.collect::<Vec<_>>().join(", ")
}

fn fewer_jobs_then_faster(a: &Figures, b: &Figures) -> Ordering {
    (a.jobs.cmp(&b.jobs)).then(a.real.median.total_cmp(&b.real.median))
}

/// By how much `figures` is slower than `other`; 0 is as fast.
fn slower(figures: &Figures, other: &Figures) -> f64 {
    figures.real.median / other.real.median.max(1e-9) - 1.0
}

fn gain(comparison: &Comparison, best: &Figures) -> String {
    let baseline = &comparison.contenders[0];
    if best.contender() == baseline.contender() {
        ", no threads needed".into()
    } else if baseline.equal {
        String::new()
    } else {
        format!(", {:.2} times as fast as seq", best.speed_up)
    }
}

fn more_jobs(comparison: &Comparison, best: &Figures) -> String {
    // For the baseline it is any strategy's jobs that are more.
    let same =
        |figures: &&Figures| best.strategy == Strategy::Seq || figures.strategy == best.strategy;
    let next = comparison
        .contenders
        .iter()
        .filter(same)
        .filter(|figures| figures.jobs > best.jobs)
        .min_by(|a, b| fewer_jobs_then_faster(a, b));
    match next {
        // `list` has named it.
        Some(next) if next.equal => format!(": {}", limit(comparison, best)),
        Some(next) => {
            let by = slower(next, best);
            let than = if by > ALIKE {
                format!("{:.0}% slower", by * 100.0)
            } else {
                "no faster".into()
            };
            let more = if next.strategy == best.strategy {
                format!("{} jobs are", next.jobs)
            } else {
                format!("{} is", next.contender())
            };
            format!("; {more} {than}: {}", limit(comparison, best))
        }
        None if best.jobs < comparison.cores => {
            format!(
                "; more jobs, up to the {} cores, may be faster still",
                comparison.cores
            )
        }
        None => format!(": {}", limit(comparison, best)),
    }
}

/// What holds `best` back.
fn limit(comparison: &Comparison, best: &Figures) -> String {
    let usable = best.jobs.min(comparison.cores);
    let busy = best.cores_busy / usable as f64;
    if busy >= BUSY {
        let all = if best.jobs < comparison.cores {
            "its"
        } else {
            "the"
        };
        let cores = if usable > 1 { "cores are" } else { "core is" };
        return format!("{all} {cores} busy, not the disk");
    }
    let share = |names: &[&str]| -> f64 {
        best.shares
            .iter()
            .filter(|(name, _)| names.contains(name))
            .map(|(_, share)| share)
            .sum()
    };
    let waiting = best.shares.last().map_or(0.0, |(_, share)| *share);
    let disk = share(&["freshness", "read", "write"]);
    let (told, share) = if waiting.max(disk) < (1.0 - busy) / 2.0 {
        // Workers were neither waiting nor reading, and still not running.
        ("other programs use the cores too", 1.0 - busy)
    } else if waiting > disk {
        ("the workers wait for the walk to find pictures", waiting)
    } else {
        ("reading and writing hold the workers up", disk)
    };
    format!("{told} ({:.0}% of the time)", share * 100.0)
}
