//! What is compared, as it was typed.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use super::figures::Contender;
use crate::batch::execute::Strategy;
use crate::batch::names::Template;
use crate::batch::place::to_path;
use crate::batch::settings::cores;
use crate::batch::walk::WalkOptions;
use crate::cli::command_line::Cli;
use crate::cli::variants::variants;
use crate::picture::{Options, Variant};

/// What is compared, and where the result goes.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder of pictures, or the picture.
    pub source: PathBuf,
    /// Which entries of SOURCE are visited.
    pub walk: WalkOptions,
    /// How pictures are read, and the limits.
    pub options: Options,
    /// Sizes, shapes and formats of the thumbnails.
    pub variants: Vec<Variant>,
    /// What the thumbnails are called.
    pub names: Option<Template>,
    /// Cores that the process may use.
    pub cores: NonZeroUsize,
    /// Numbers of jobs at which strategies are measured, in order.
    pub jobs: Vec<NonZeroUsize>,
    /// How often each contender is measured.
    pub rounds: NonZeroU32,
    /// File for the figures as JSON; `-` is stdout, in place of the table.
    pub report: Option<PathBuf>,
    /// File for the chart.
    pub chart: Option<PathBuf>,
    /// Whether nothing but the table and errors is printed.
    pub quiet: bool,
}

impl From<Cli> for Settings {
    fn from(cli: Cli) -> Self {
        let cores = cores();
        let mut jobs = cli.compare_jobs.clone();
        if jobs.is_empty() {
            jobs = jobs_up_to(cores);
        }
        jobs.sort_unstable();
        jobs.dedup();
        Self {
            walk: WalkOptions::from(&cli),
            options: Options::from(&cli),
            variants: variants(&cli),
            names: cli.name,
            source: cli.source,
            cores,
            jobs,
            rounds: cli.rounds,
            report: cli.report.map(to_path),
            chart: cli.chart.map(to_path),
            quiet: cli.quiet,
        }
    }
}

/// 1, 2, 4 ... and `cores` itself.
fn jobs_up_to(cores: NonZeroUsize) -> Vec<NonZeroUsize> {
    let doubled = std::iter::successors(Some(NonZeroUsize::MIN), |jobs| {
        jobs.checked_mul(const { NonZeroUsize::new(2).unwrap() })
    });
    doubled
        .take_while(|jobs| *jobs < cores)
        .chain([cores])
        .collect()
}

/// The contenders of a comparison: the baseline, then every other strategy at each number of jobs.
pub(super) fn contenders(jobs: &[NonZeroUsize]) -> Vec<Contender> {
    let parallel = Strategy::ALL
        .into_iter()
        .filter(|strategy| *strategy != Strategy::Seq)
        .flat_map(|strategy| {
            jobs.iter().map(move |jobs| Contender {
                strategy,
                jobs: *jobs,
            })
        });
    std::iter::once(Contender::BASELINE)
        .chain(parallel)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn default_jobs(cores: usize) -> Vec<usize> {
        jobs_up_to(NonZeroUsize::new(cores).unwrap())
            .into_iter()
            .map(NonZeroUsize::get)
            .collect()
    }

    #[test]
    fn jobs_double_up_to_the_cores() {
        assert_eq!(default_jobs(1), [1]);
        assert_eq!(default_jobs(2), [1, 2]);
        assert_eq!(default_jobs(6), [1, 2, 4, 6]);
        assert_eq!(default_jobs(8), [1, 2, 4, 8]);
    }

    #[test]
    fn baseline_is_measured_once_and_comes_first() {
        let two = [NonZeroUsize::MIN, NonZeroUsize::new(2).unwrap()];
        let names: Vec<_> = contenders(&two).iter().map(ToString::to_string).collect();
        assert_eq!(
            names,
            [
                "seq",
                "threads with 1 job",
                "threads with 2 jobs",
                "rayon with 1 job",
                "rayon with 2 jobs"
            ]
        );
    }
}
