//! The command line of a run: SOURCE, DEST and all options.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::batch::shard::ShardChoice;
use crate::cli::choices::{FitChoice, StrategyChoice};
use crate::cli::failure_limit::Allowance;
use crate::cli::{places, values};
use crate::picture::Bounds;

/// The command line of a run.
#[derive(Debug, Parser)]
pub struct Cli {
    /// Folder of pictures (.jpg .jpeg .jpe .jfif), or one picture
    pub source: PathBuf,

    /// Folder for the thumbnails, made if need be; for one picture, also the thumbnail (.jpg)
    #[arg(required_unless_present = "compare", conflicts_with = "compare")]
    pub dest: Option<PathBuf>,

    /// There by mistake: the shell has made several paths of `*.jpg`.
    #[arg(hide = true)]
    pub more: Vec<PathBuf>,

    /// Box to fit, in pixels: 128, 120x80, 120x or x80
    #[arg(
        long,
        value_name = "SIZE",
        default_value_t,
        help_heading = "Thumbnails"
    )]
    pub size: Bounds,

    /// Whole picture inside the box, or box filled and the rest cut off
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "FIT",
        help_heading = "Thumbnails"
    )]
    pub fit: FitChoice,

    /// Enlarge pictures that are smaller than the box
    #[arg(long, help_heading = "Thumbnails")]
    pub enlarge: bool,

    /// JPEG quality, 1 to 100; 90 and above keep full colour resolution
    #[arg(
        long,
        value_name = "Q",
        default_value_t = 80,
        value_parser = values::quality,
        help_heading = "Thumbnails"
    )]
    pub quality: u8,

    /// Keep the stored order of pixels, whatever the EXIF orientation
    #[arg(long, help_heading = "Thumbnails")]
    pub no_rotate: bool,

    /// How pictures are spread over threads
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "STRATEGY",
        help_heading = "Running"
    )]
    pub strategy: StrategyChoice,

    /// Threads that make thumbnails, up to 1024 [default: the cores this process may use]
    #[arg(short, long, value_name = "N", value_parser = values::jobs, help_heading = "Running")]
    pub jobs: Option<NonZeroUsize>,

    /// Make all thumbnails, fresh or not
    #[arg(short, long, help_heading = "Running")]
    pub force: bool,

    /// Replace files in DEST that thumbgen did not make
    ///
    /// Without this option, whatever lacks thumbgen's stamp is kept: another tool's thumbnail, a picture, a link. Only an
    /// empty file, or one of zeros only, is replaced unasked.
    #[arg(long, help_heading = "Running")]
    pub replace_foreign: bool,

    /// Print what would be done and why, and do nothing
    #[arg(short = 'n', long, help_heading = "Running")]
    pub dry_run: bool,

    /// Remove thumbnails whose picture is gone
    ///
    /// Only files that carry thumbgen's stamp, and folders that become empty. Nothing is removed if the walk met an error
    /// or found no picture at all.
    #[arg(long, help_heading = "Running")]
    pub prune: bool,

    /// Wait for another run on DEST to end: at most SECONDS, or as long as it takes
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, value_parser = values::seconds, help_heading = "Running")]
    pub wait: Option<Option<Duration>>,

    /// Begin no picture while the 1-minute load average is above this
    #[arg(long, value_name = "LOAD", value_parser = values::load, help_heading = "Running")]
    pub max_load: Option<f64>,

    /// Make only one part of SOURCE: I/N from 0/N to N-1/N, auto, or auto/N
    ///
    /// A picture's part is a hash of its path below SOURCE, modulo N. auto takes I and N from AWS Batch, Kubernetes
    /// (which doesn't set N: auto/N) or Slurm, whichever started the process.
    #[arg(long, value_name = "I/N", help_heading = "Running")]
    pub shard: Option<ShardChoice>,

    /// Take the pictures that FILE lists, - for stdin, instead of walking SOURCE
    ///
    /// Paths are relative to SOURCE, one a line. A path that leads out of SOURCE fails.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "prune",
        help_heading = "Running"
    )]
    pub files_from: Option<PathBuf>,

    /// Paths in that list end with a NUL, as from find -print0
    #[arg(
        short = '0',
        long = "null",
        requires = "files_from",
        help_heading = "Running"
    )]
    pub null: bool,

    /// Exit 0 if at most N (or P%) of the pictures fail
    #[arg(long, value_name = "N|P%", help_heading = "Running")]
    pub allow_failures: Option<Allowance>,

    /// Visit hidden files and folders too
    #[arg(long, help_heading = "Running")]
    pub hidden: bool,

    /// Enter linked folders
    #[arg(long, help_heading = "Running")]
    pub follow: bool,

    /// Refuse pictures of more pixels
    #[arg(long, value_name = "N", default_value = "500M", value_parser = values::pixels, help_heading = "Limits")]
    pub max_pixels: u64,

    /// Refuse pictures that take more memory to read or decode
    #[arg(long, value_name = "BYTES", default_value = "256M", value_parser = values::bytes, help_heading = "Limits")]
    pub max_memory: u64,

    /// Make thumbnails from what is left of damaged pictures
    #[arg(long, help_heading = "Limits")]
    pub allow_damaged: bool,

    /// Measure every strategy on SOURCE and print a table
    ///
    /// Every strategy makes all thumbnails several times, into a temporary folder that is removed.
    #[arg(
        long,
        conflicts_with_all = [
            "strategy", "jobs", "force", "replace_foreign", "dry_run", "prune", "wait", "max_load", "verbose", "debug",
            "shard", "files_from", "allow_failures",
        ],
        help_heading = "Comparing"
    )]
    pub compare: bool,

    /// Numbers of jobs to measure [default: 1, 2, 4 ... cores]
    #[arg(
        long,
        value_name = "N,N...",
        value_delimiter = ',',
        value_parser = values::jobs,
        requires = "compare",
        conflicts_with = "dest",
        help_heading = "Comparing"
    )]
    pub compare_jobs: Vec<NonZeroUsize>,

    /// How often each is measured
    #[arg(
        long,
        value_name = "N",
        default_value = "3",
        value_parser = values::rounds,
        requires = "compare",
        conflicts_with = "dest",
        help_heading = "Comparing"
    )]
    pub rounds: NonZeroU32,

    /// Draw the comparison as an SVG
    ///
    /// FILE may be an older SVG, but no other file.
    #[arg(
        long,
        value_name = "FILE",
        requires = "compare",
        conflicts_with = "dest",
        help_heading = "Comparing"
    )]
    pub chart: Option<PathBuf>,

    /// Write a report as JSON Lines (of --compare: its figures as JSON), - for stdout
    ///
    /// The first {shard} in FILE is the number of --shard. FILE may be an older report, but no other file.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub report: Option<PathBuf>,

    /// Make a page in FOLDER that shows what the run did, as `thumbgen gallery` does
    ///
    /// Failures first, then every thumbnail; a click opens the picture. FOLDER/index.html may be an older gallery, but no
    /// other file.
    #[arg(
        long,
        value_name = "FOLDER",
        conflicts_with = "compare",
        help_heading = "Output"
    )]
    pub gallery: Option<PathBuf>,

    /// Print errors only
    #[arg(short, long, conflicts_with_all = ["verbose", "debug"], help_heading = "Output")]
    pub quiet: bool,

    /// Print a line for each picture
    #[arg(short, long, help_heading = "Output")]
    pub verbose: bool,

    /// Print the reason for each decision
    #[arg(long, help_heading = "Output")]
    pub debug: bool,
}

impl Cli {
    /// The message for more paths than a SOURCE and a DEST.
    pub(super) fn too_many_paths(&self) -> Option<String> {
        places::too_many(&self.source, self.dest.as_deref(), &self.more)
    }
}
