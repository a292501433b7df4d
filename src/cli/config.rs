//! What a run is to do: plain, validated values.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use crate::batch::destination::lock::Wait;
use crate::batch::list::List;
use crate::batch::place::to_path;
use crate::batch::settings::{Batch, cores};
use crate::batch::shard::ShardChoice;
#[cfg(feature = "object-store")]
use crate::batch::store::StoreOptions;
use crate::batch::walk::WalkOptions;
use crate::cli::command_line::Cli;
use crate::cli::failure_limit::Allowance;
use crate::cli::variants::variants;
use crate::picture::Options;
use crate::tell::srcset::Placeholder;
use crate::tell::teller::Verbosity;

/// What a run is to do.
#[derive(Debug, Clone)]
pub struct Config {
    /// What is made, from what and where.
    pub batch: Batch,
    /// Whether the formats were typed; if not, the name of a single thumbnail may tell its format.
    pub formats_typed: bool,
    /// Which part of SOURCE is gone through; all of it, if there is none.
    pub shard: Option<ShardChoice>,
    /// How many pictures may fail before the exit status says so.
    pub allow_failures: Allowance,
    /// Where the report goes; `-` is stdout.
    pub report: Option<PathBuf>,
    /// The folder for a page that shows what the run did.
    pub gallery: Option<PathBuf>,
    /// Where each picture's thumbnails are listed for a web template.
    pub srcset: Option<PathBuf>,
    /// The tiny likeness of each picture in that list.
    pub placeholder: Option<Placeholder>,
    /// Cores that the process may use.
    pub cores: NonZeroUsize,
    /// How much is printed.
    pub verbosity: Verbosity,
}

impl From<&Cli> for Options {
    fn from(cli: &Cli) -> Self {
        Self::default()
            .with_rotate(!cli.no_rotate)
            .with_max_pixels(cli.max_pixels)
            .with_max_memory(cli.max_memory)
            .with_allow_damaged(cli.allow_damaged)
    }
}

#[cfg(feature = "object-store")]
impl From<&Cli> for StoreOptions {
    fn from(cli: &Cli) -> Self {
        let mut options = Self::for_workers(cli.jobs.unwrap_or_else(cores));
        if let Some(requests) = cli.requests {
            options.requests = requests.get();
        }
        options.retry_timeout = cli.retry_timeout;
        options.allow_http = cli.allow_http;
        options.cache_control.clone_from(&cli.cache_control);
        options
    }
}

impl From<&Cli> for WalkOptions {
    fn from(cli: &Cli) -> Self {
        Self {
            hidden: cli.hidden,
            follow: cli.follow,
            types: cli.types.unwrap_or_default(),
            by_key: false,
        }
    }
}

impl From<Cli> for Config {
    fn from(cli: Cli) -> Self {
        let cores = cores();
        let (options, variants) = (Options::from(&cli), variants(&cli));
        #[cfg(feature = "object-store")]
        let stores = StoreOptions::from(&cli);
        let walk = WalkOptions::from(&cli);
        let formats_typed = !cli.format.is_empty();
        let dest = cli.dest.expect("BUG: only --compare goes without a DEST");
        let mut batch = Batch::new(to_path(cli.source), to_path(dest))
            .with_options(options)
            .with_variants(variants)
            .with_strategy(cli.strategy.into(), cli.jobs.unwrap_or(cores));
        batch.walk = walk;
        batch.force = cli.force;
        batch.replace_foreign = cli.replace_foreign;
        batch.dry_run = cli.dry_run;
        batch.prune = cli.prune;
        batch.prune_variants = cli.prune_variants;
        batch.names = cli.name;
        batch.list = cli.files_from.map(|path| List {
            path,
            nul: cli.null,
        });
        batch.wait = match cli.wait {
            None => Wait::No,
            Some(None) => Wait::Forever,
            Some(Some(limit)) => Wait::For(limit),
        };
        batch.max_load = cli.max_load;
        #[cfg(feature = "object-store")]
        {
            batch.stores = stores;
        }
        Self {
            batch,
            formats_typed,
            shard: cli.shard,
            allow_failures: cli.allow_failures.unwrap_or_default(),
            report: cli.report.map(to_path),
            gallery: cli.gallery.map(to_path),
            srcset: cli.srcset.map(to_path),
            placeholder: cli.placeholder.map(Into::into),
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
