//! What is measured, and the figures that are shown.

use std::fmt;
use std::num::NonZeroUsize;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::batch::cpu_time::CpuTime;
use crate::batch::execute::Strategy;
use crate::batch::stage::StageTimes;

/// A strategy and a number of jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Contender {
    /// The strategy.
    pub strategy: Strategy,
    /// On how many workers.
    pub jobs: NonZeroUsize,
}

impl Contender {
    /// What all others are measured against.
    pub const BASELINE: Self = Self {
        strategy: Strategy::Seq,
        jobs: NonZeroUsize::MIN,
    };

    /// What a run uses if it is given neither a strategy nor a number of jobs.
    pub fn default_on(cores: NonZeroUsize) -> Self {
        Self {
            strategy: Strategy::default(),
            jobs: cores,
        }
    }
}

impl fmt::Display for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.strategy, self.jobs.get()) {
            (Strategy::Seq, _) => f.pad("seq"),
            (strategy, 1) => write!(f, "{strategy} with 1 job"),
            (strategy, jobs) => write!(f, "{strategy} with {jobs} jobs"),
        }
    }
}

/// What one contender took in one round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measured {
    /// From the first job to the last.
    pub elapsed: Duration,
    /// Processor time meanwhile.
    pub cpu: CpuTime,
    /// The same by stage.
    pub times: StageTimes,
    /// Bytes read of sources.
    pub bytes_read: u64,
}

/// The figures of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// Pictures that each contender went through.
    pub pictures: u64,
    /// How many of those failed, the same ones with every contender.
    pub failed: u64,
    /// Bytes of all pictures.
    pub bytes: u64,
    /// Rounds that were measured.
    pub rounds: usize,
    /// Cores that the process may use.
    pub cores: usize,
    /// The contenders, the baseline first.
    #[serde(rename = "variants")]
    pub contenders: Vec<Figures>,
    /// What follows from the figures, in a sentence or two.
    pub advice: String,
}

/// The figures of one contender.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Figures {
    /// The strategy.
    #[serde(serialize_with = "as_text")]
    pub strategy: Strategy,
    /// On how many workers.
    pub jobs: usize,
    /// Whether no other contender has a shorter median.
    pub fastest: bool,
    /// Whether its times differ from the fastest one's by no more than noise.
    pub equal: bool,
    /// Wall clock time of a round in seconds.
    #[serde(rename = "real_s")]
    pub real: Spread,
    /// Processor time in thumbgen's own code, median of the rounds in seconds.
    #[serde(rename = "user_s")]
    pub user: f64,
    /// Processor time in the kernel, median of the rounds in seconds.
    #[serde(rename = "sys_s")]
    pub sys: f64,
    /// Pictures gone through in a second.
    pub pictures_per_second: f64,
    /// Megabytes (of a million bytes) of pictures read in a second.
    pub megabytes_per_second: f64,
    /// How many times as fast as the baseline.
    pub speed_up: f64,
    /// Processor time over wall clock time.
    pub cores_busy: f64,
    /// Time that workers spent on pictures, all workers and rounds together, in seconds.
    #[serde(rename = "worker_s")]
    pub worker_time: f64,
    /// Worker time by stage, all rounds together, in seconds; stages that took no time are left out.
    #[serde(rename = "stages_s", serialize_with = "as_map")]
    pub stages: Vec<(&'static str, f64)>,
    /// Shares of the workers' whole time by what it was spent on, the last being waiting; they add up to 1.
    #[serde(serialize_with = "as_map")]
    pub shares: Vec<(&'static str, f64)>,
}

/// Median, minimum and maximum of several measurements.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// The one in the middle.
    pub median: f64,
    /// The minimum.
    pub min: f64,
    /// The maximum.
    pub max: f64,
}

impl Spread {
    /// The spread of `values`, of which there is at least one.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_unstable_by(f64::total_cmp);
        let middle = values.len() / 2;
        let median = if values.len() % 2 == 1 {
            values[middle]
        } else {
            f64::midpoint(values[middle - 1], values[middle])
        };
        Self {
            median,
            min: values[0],
            max: values[values.len() - 1],
        }
    }

    /// Whether these times and `other`'s differ by no more than noise: their ranges overlap, or their medians are
    /// nearly the same. One disturbed round widens a range, but doesn't make a contender equal that takes far longer.
    pub fn is_like(self, other: Self) -> bool {
        let apart = (self.median / other.median.max(1e-9) - 1.0).abs();
        let overlap = self.min <= other.max && other.min <= self.max;
        apart <= ALIKE || overlap && apart <= UNLIKE
    }
}

/// Medians no further apart than this are alike, whatever the ranges: after a single round those are points.
pub(super) const ALIKE: f64 = 0.02;

/// Medians further apart than this are not.
const UNLIKE: f64 = 0.25;

impl Comparison {
    /// The fastest contender.
    pub fn fastest(&self) -> &Figures {
        self.contenders
            .iter()
            .find(|figures| figures.fastest)
            .expect("BUG: a comparison without a contender")
    }

    /// The contender to use: the fastest, or, if that is a matter of noise, the default, or otherwise the one with the
    /// fewest jobs.
    pub fn recommended(&self) -> &Figures {
        let default = NonZeroUsize::new(self.cores).map(Contender::default_on);
        self.contenders
            .iter()
            .filter(|figures| figures.equal)
            .min_by(|a, b| {
                let other = |figures: &Figures| Some(figures.contender()) != default;
                (other(a).cmp(&other(b)))
                    .then(a.jobs.cmp(&b.jobs))
                    .then(a.real.median.total_cmp(&b.real.median))
            })
            .unwrap_or_else(|| self.fastest())
    }
}

impl Figures {
    /// The strategy and its jobs.
    pub fn contender(&self) -> Contender {
        Contender {
            strategy: self.strategy,
            jobs: NonZeroUsize::new(self.jobs).unwrap_or(NonZeroUsize::MIN),
        }
    }
}

fn as_text<S: Serializer>(value: &impl fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

fn as_map<S: Serializer>(pairs: &[(&'static str, f64)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_is_the_middle_or_between_the_two_middles() {
        let spread = Spread::of([3.0, 1.0, 2.0]);
        assert_eq!((spread.median, spread.min, spread.max), (2.0, 1.0, 3.0));
        assert_eq!(Spread::of([4.0, 1.0, 2.0, 8.0]).median, 3.0);
        assert_eq!(Spread::of([7.0]).median, 7.0);
    }
}
