//! What a run is to do: plain, validated values.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use crate::batch::destination::lock::Wait;
use crate::batch::execute::Strategy;
use crate::batch::shard::ShardChoice;
use crate::batch::walk::WalkOptions;
use crate::cli::Cli;
use crate::cli::failure_limit::Allowance;
use crate::picture::Options;

/// How much is said on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors.
    Quiet,
    /// Errors and the summary; bars on a terminal.
    Normal,
    /// A line for each picture too.
    Verbose,
    /// And the reasons for each decision.
    Debug,
}

/// A list of pictures.
#[derive(Debug, Clone)]
pub struct FilesFrom {
    /// Where it is; `-` is stdin.
    pub path: PathBuf,
    /// Whether paths end with a NUL instead of a line.
    pub nul: bool,
}

/// What a run is to do.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder of pictures, or the picture.
    pub source: PathBuf,
    /// The folder for the thumbnails.
    pub dest: PathBuf,
    /// Which entries of SOURCE are visited.
    pub walk: WalkOptions,
    /// What decides a thumbnail's pixels, and the limits.
    pub thumbnail: Options,
    /// Whether fresh thumbnails are made again.
    pub force: bool,
    /// Whether the run only tells what it would do.
    pub dry_run: bool,
    /// Whether thumbnails whose source is gone are removed.
    pub prune: bool,
    /// Which part of SOURCE is gone through; all of it, if there is none.
    pub shard: Option<ShardChoice>,
    /// The list of pictures that takes the walk's place.
    pub files_from: Option<FilesFrom>,
    /// How many pictures may fail before the exit status says so.
    pub allow_failures: Allowance,
    /// How long to wait for another run on DEST.
    pub wait: Wait,
    /// The 1-minute load average above which no picture is begun.
    pub max_load: Option<f64>,
    /// Where the report goes; `-` is stdout.
    pub report: Option<PathBuf>,
    /// How pictures are spread over threads.
    pub strategy: Strategy,
    /// On how many threads.
    pub workers: NonZeroUsize,
    /// Cores that the process may use.
    pub cores: NonZeroUsize,
    /// How much is said.
    pub verbosity: Verbosity,
}

/// Cores that the process may use.
pub(crate) fn cores() -> NonZeroUsize {
    // Knows of affinity and of cgroup quotas: what a container may use, not what the machine has.
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

impl From<&Cli> for Options {
    fn from(cli: &Cli) -> Self {
        Self {
            bounds: cli.size,
            fit: cli.fit,
            enlarge: cli.enlarge,
            quality: cli.quality,
            rotate: !cli.no_rotate,
            max_pixels: cli.max_pixels,
            max_memory: cli.max_memory,
            allow_damaged: cli.allow_damaged,
        }
    }
}

impl From<&Cli> for WalkOptions {
    fn from(cli: &Cli) -> Self {
        Self {
            hidden: cli.hidden,
            follow: cli.follow,
        }
    }
}

impl From<Cli> for Config {
    fn from(cli: Cli) -> Self {
        let cores = cores();
        Self {
            thumbnail: Options::from(&cli),
            walk: WalkOptions::from(&cli),
            source: cli.source,
            dest: cli.dest.expect("BUG: only --compare goes without a DEST"),
            force: cli.force,
            dry_run: cli.dry_run,
            prune: cli.prune,
            shard: cli.shard,
            files_from: cli.files_from.map(|path| FilesFrom {
                path,
                nul: cli.null,
            }),
            allow_failures: cli.allow_failures.unwrap_or_default(),
            wait: match cli.wait {
                None => Wait::No,
                Some(None) => Wait::Forever,
                Some(Some(limit)) => Wait::For(limit),
            },
            max_load: cli.max_load,
            report: cli.report,
            strategy: cli.strategy,
            workers: cli.strategy.workers(cli.jobs.unwrap_or(cores)),
            cores,
            verbosity: match (cli.quiet, cli.verbose, cli.debug) {
                (true, ..) => Verbosity::Quiet,
                (_, _, true) => Verbosity::Debug,
                (_, true, _) => Verbosity::Verbose,
                _ => Verbosity::Normal,
            },
        }
    }
}
