//! The command line of a run: SOURCE, DEST and all options.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::batch::names::Template;
use crate::batch::shard::ShardChoice;
use crate::batch::source_type::SourceTypes;
use crate::cli::choices::{FitChoice, PlaceholderChoice, StrategyChoice};
use crate::cli::failure_limit::Allowance;
use crate::cli::thumbnails::{self, Qualities, Size};
use crate::cli::{places, values};
use crate::picture::{Background, Format, Gravity};

/// The command line of a run.
#[derive(Debug, Parser)]
pub struct Cli {
    /// Folder of pictures, or one picture
    pub source: PathBuf,

    /// Folder for the thumbnails, made if need be; for one picture, also the thumbnail (.jpg, .webp, .png)
    #[arg(required_unless_present = "compare", conflicts_with = "compare")]
    pub dest: Option<PathBuf>,

    /// There by mistake: the shell has made several paths of `*.jpg`.
    #[arg(hide = true)]
    pub more: Vec<PathBuf>,

    /// Boxes to fit, in pixels: 128, 120x80, 120x or x80; several make a thumbnail each
    ///
    /// With @2x behind it, the box is twice as large (for dense screens) and its name tells so; with :FIT, it has a fit
    /// of its own: --size 128:cover,128@2x:cover,1600
    #[arg(
        long,
        value_name = "SIZE,...",
        value_delimiter = ',',
        default_value = "128",
        help_heading = "Thumbnails"
    )]
    pub size: Vec<Size>,

    /// Whole picture inside the box, or box filled and the rest cut off, or padded
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "FIT",
        help_heading = "Thumbnails"
    )]
    pub fit: FitChoice,

    /// What stays of a picture that is cut, or where a padded one is: centre, north, southwest and so on
    #[arg(
        long,
        value_name = "WHERE",
        default_value_t,
        help_heading = "Thumbnails"
    )]
    pub gravity: Gravity,

    /// Colour, as in CSS, behind a picture that is padded, or that can be seen through where its thumbnail can't
    #[arg(
        long,
        value_name = "COLOUR",
        default_value = "white",
        value_parser = thumbnails::background,
        help_heading = "Thumbnails"
    )]
    pub background: Background,

    /// Formats; several make a thumbnail each [default: jpeg]
    #[arg(
        long,
        value_name = "FORMAT,...",
        value_delimiter = ',',
        value_parser = formats(),
        help_heading = "Thumbnails"
    )]
    pub format: Vec<Format>,

    /// Enlarge pictures that are smaller than the box
    #[arg(long, help_heading = "Thumbnails")]
    pub enlarge: bool,

    /// Quality, 1 to 100, for all formats or by format [default: jpeg=80,webp=78]
    ///
    /// JPEGs of 90 and above keep full colour resolution. PNG has no loss and no quality.
    #[arg(long, value_name = "Q", help_heading = "Thumbnails")]
    pub quality: Option<Qualities>,

    /// Make progressive JPEGs: a little smaller, seen early on slow lines, and slower to make
    #[arg(long, help_heading = "Thumbnails")]
    pub progressive: bool,

    /// Sharpen a little after the resize
    #[arg(long, help_heading = "Thumbnails")]
    pub sharpen: bool,

    /// Name thumbnails so: '{folder}/{stem}-{size}.{ext}'
    ///
    /// Fields: folder, stem and source_ext of the picture; ext, which is that with the thumbnail's behind it if they
    /// differ (png.jpg); size, width, height (of the box) and format of the thumbnail. Without --name, one thumbnail of
    /// each picture has the picture's own place in DEST, and several have a folder for each size and format.
    #[arg(long, value_name = "TEMPLATE", help_heading = "Thumbnails")]
    pub name: Option<Template>,

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
    /// Without this option, whatever lacks thumbgen's stamp is kept: another tool's thumbnail, a picture, a link. Only
    /// an empty file, or one of zeros only, is replaced unasked.
    #[arg(long, help_heading = "Running")]
    pub replace_foreign: bool,

    /// Print what would be done and why, and do nothing
    #[arg(short = 'n', long, help_heading = "Running")]
    pub dry_run: bool,

    /// Remove thumbnails whose picture is gone
    ///
    /// Only files that carry thumbgen's stamp, and folders that become empty. Nothing is removed if the walk met an
    /// error or found no picture at all.
    #[arg(long, help_heading = "Running")]
    pub prune: bool,

    /// With --prune, also remove thumbnails in sizes, formats or by names that this run doesn't make
    #[arg(long, requires = "prune", help_heading = "Running")]
    pub prune_variants: bool,

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

    /// Take only pictures of these formats: jpeg, png, webp, gif, tiff, bmp, ico, pnm, qoi, tga [default: all]
    ///
    /// The walk goes by names. What a file is, its contents tell.
    #[arg(
        long,
        value_name = "TYPE,...",
        conflicts_with = "files_from",
        help_heading = "Running"
    )]
    pub types: Option<SourceTypes>,

    /// Visit hidden files and folders too
    #[arg(long, help_heading = "Running")]
    pub hidden: bool,

    /// Enter linked folders
    #[arg(long, help_heading = "Running")]
    pub follow: bool,

    /// Pictures that wait for a store at the same time [default: 64 for each of the --jobs, 256 at most]
    ///
    /// Fewer, if the limit of open files (ulimit -n) leaves no room for two connections each.
    ///
    /// SOURCE and DEST may be s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://CONTAINER/PREFIX. Credentials are taken
    /// from the environment.
    #[cfg(feature = "object-store")]
    #[arg(long, value_name = "N", value_parser = values::jobs, conflicts_with = "compare", help_heading = "Object stores")]
    pub requests: Option<NonZeroUsize>,

    /// Try a request again for this long, if the store is busy or doesn't answer
    #[cfg(feature = "object-store")]
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = values::seconds, conflicts_with = "compare", help_heading = "Object stores")]
    pub retry_timeout: Duration,

    /// Cache-Control of the thumbnails, as in max-age=86400
    #[cfg(feature = "object-store")]
    #[arg(long, value_name = "TEXT", value_parser = values::header, conflicts_with = "compare", help_heading = "Object stores")]
    pub cache_control: Option<String>,

    /// Talk to servers without TLS, for tests: AWS_ENDPOINT_URL=http://127.0.0.1:9000
    #[cfg(feature = "object-store")]
    #[arg(long, conflicts_with = "compare", help_heading = "Object stores")]
    pub allow_http: bool,

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
    /// The first {shard} in FILE is the number of --shard. FILE may be an older report, but no other file. A dry run
    /// leaves an older one as it is. In a store, it is written at the end of the run.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub report: Option<PathBuf>,

    /// Make a page in FOLDER that shows what the run did, as `thumbgen gallery` does
    ///
    /// Failures first, then every thumbnail; a click opens the picture. The first {shard} in FOLDER is the number of
    /// --shard. FOLDER/index.html may be an older gallery, but no other file.
    #[arg(
        long,
        value_name = "FOLDER",
        conflicts_with = "compare",
        help_heading = "Output"
    )]
    pub gallery: Option<PathBuf>,

    /// List each picture's thumbnails with their sizes as JSON, for a web page's srcset
    ///
    /// FILE holds one object, "pictures", with a line for each picture. The first {shard} in FILE is the number of
    /// --shard. FILE may be an older list, but no other file.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "compare",
        help_heading = "Output"
    )]
    pub srcset: Option<PathBuf>,

    /// Add a tiny likeness of each picture to that list, to be shown until its thumbnail is there
    #[arg(
        long,
        value_enum,
        value_name = "KIND",
        requires = "srcset",
        help_heading = "Output"
    )]
    pub placeholder: Option<PlaceholderChoice>,

    /// Print errors only
    #[arg(short, long, conflicts_with_all = ["verbose", "debug"], help_heading = "Output")]
    pub quiet: bool,

    /// Print a line for each thumbnail
    #[arg(short, long, help_heading = "Output")]
    pub verbose: bool,

    /// Print also how each thumbnail was made, and what the walk skips
    #[arg(long, help_heading = "Output")]
    pub debug: bool,
}

/// The formats by their names, for help and completions; `jpg` is what many type.
fn formats() -> impl TypedValueParser<Value = Format> {
    let names = Format::ALL.iter().map(|format| match format {
        Format::Jpeg => PossibleValue::new(format.name()).alias("jpg"),
        _ => PossibleValue::new(format.name()),
    });
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Format>())
}

impl Cli {
    /// The message for more paths than a SOURCE and a DEST.
    pub(super) fn too_many_paths(&self) -> Option<String> {
        places::too_many(&self.source, self.dest.as_deref(), &self.more)
    }
}
