//! From what was measured to the figures that are shown.

use std::num::NonZeroUsize;

use super::advice::advice;
use super::figures::{Comparison, Contender, Figures, Measured, Spread};
use crate::batch::counts::Totals;
use crate::tell::summary;

/// What the contenders worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Work {
    pub pictures: u64,
    pub failed: u64,
    pub bytes: u64,
    pub cores: NonZeroUsize,
}

impl Comparison {
    /// The figures of what was `measured`: for each contender, the baseline first, its rounds.
    pub(super) fn new(work: Work, measured: &[(Contender, Vec<Measured>)]) -> Self {
        let baseline = measured
            .first()
            .map_or(0.0, |(_, rounds)| real(rounds).median);
        let mut contenders: Vec<_> = measured
            .iter()
            .map(|(contender, rounds)| Figures::new(work, *contender, rounds, baseline))
            .collect();
        let fastest = contenders
            .iter_mut()
            .min_by(|a, b| a.real.median.total_cmp(&b.real.median));
        if let Some(fastest) = fastest {
            fastest.fastest = true;
            let real = fastest.real;
            for figures in &mut contenders {
                figures.equal = figures.real.is_like(real);
            }
        }
        let mut comparison = Self {
            pictures: work.pictures,
            failed: work.failed,
            bytes: work.bytes,
            rounds: measured.first().map_or(0, |(_, rounds)| rounds.len()),
            cores: work.cores.get(),
            contenders,
            advice: String::new(),
        };
        comparison.advice = advice(&comparison);
        comparison
    }
}

impl Figures {
    fn new(work: Work, contender: Contender, rounds: &[Measured], baseline: f64) -> Self {
        let real = real(rounds);
        // A clock that stood still would give infinite rates.
        let median = real.median.max(1e-9);
        let user = Spread::of(rounds.iter().map(|round| round.cpu.user.as_secs_f64())).median;
        let sys = Spread::of(rounds.iter().map(|round| round.cpu.sys.as_secs_f64())).median;
        let read = Spread::of(rounds.iter().map(|round| round.bytes_read as f64)).median;
        let sum = sum(rounds);
        let totals = Totals {
            times: sum.times,
            ..Totals::default()
        };
        Self {
            strategy: contender.strategy,
            jobs: contender.jobs.get(),
            fastest: false,
            equal: false,
            real,
            user,
            sys,
            pictures_per_second: work.pictures as f64 / median,
            megabytes_per_second: read / 1e6 / median,
            speed_up: baseline / median,
            cores_busy: (user + sys) / median,
            worker_time: sum.times.total().as_secs_f64(),
            stages: sum
                .times
                .iter()
                .filter(|(_, time)| !time.is_zero())
                .map(|(stage, time)| (stage.name(), time.as_secs_f64()))
                .collect(),
            shares: summary::shares(&totals, contender.jobs, sum.elapsed),
        }
    }
}

fn real(rounds: &[Measured]) -> Spread {
    Spread::of(rounds.iter().map(|round| round.elapsed.as_secs_f64()))
}

fn sum(rounds: &[Measured]) -> Measured {
    let mut sum = Measured::default();
    for round in rounds {
        sum.elapsed += round.elapsed;
        sum.cpu.user += round.cpu.user;
        sum.cpu.sys += round.cpu.sys;
        sum.times += round.times;
        sum.bytes_read += round.bytes_read;
    }
    sum
}
