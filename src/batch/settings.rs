//! What a run is to do, and what it does by default.

use std::ffi::OsString;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;

use crate::batch::destination::lock::Wait;
use crate::batch::execute::Strategy;
use crate::batch::list::List;
use crate::batch::names::Template;
use crate::batch::shard::Shard;
#[cfg(feature = "object-store")]
use crate::batch::store::StoreOptions;
use crate::batch::walk::{FileId, WalkOptions};
use crate::picture::{Options, Variant};

/// What a run is to do.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Batch {
    /// SOURCE: the folder of pictures, or the picture.
    pub source: PathBuf,
    /// DEST: the folder for the thumbnails.
    pub dest: PathBuf,
    /// The thumbnail's name in DEST where SOURCE is one picture; the picture's own, if there is none.
    pub name: Option<OsString>,
    /// The folder that the walk does not enter, if that is not DEST.
    pub not_entered: Option<PathBuf>,
    /// Which entries of SOURCE are visited.
    pub walk: WalkOptions,
    /// How pictures are read, and the limits.
    pub options: Options,
    /// Size, shape and format of each picture's thumbnails: one of each.
    pub variants: Vec<Variant>,
    /// What the thumbnails are called below DEST; if nothing is said, they mirror SOURCE, in a folder for each variant
    /// where there are several.
    pub names: Option<Template>,
    /// Whether fresh thumbnails are made again.
    pub force: bool,
    /// Whether what is not thumbgen's may be replaced where a thumbnail belongs.
    pub replace_foreign: bool,
    /// Whether thumbgen's own thumbnails are pictures like any other.
    pub thumbnails_too: bool,
    /// Whether the run only tells what it would do.
    pub dry_run: bool,
    /// Whether thumbnails whose source is gone are removed.
    pub prune: bool,
    /// Whether pruning also removes thumbnails that no variant's name fits: those of variants that are made no longer.
    pub prune_variants: bool,
    /// Whether a thread of its own counts the pictures ahead, by their names, and tells how many there are.
    pub count_ahead: bool,
    /// Which part of SOURCE is gone through; all of it, if there is none.
    pub shard: Option<Shard>,
    /// The list of pictures that takes the walk's place.
    pub list: Option<List>,
    /// How stores are talked to.
    #[cfg(feature = "object-store")]
    pub stores: StoreOptions,
    /// How long to wait for another run on DEST.
    pub wait: Wait,
    /// The 1-minute load average above which no picture is begun.
    pub max_load: Option<f64>,
    /// How pictures are spread over threads.
    pub strategy: Strategy,
    /// On how many threads.
    pub workers: NonZeroUsize,
}

impl Batch {
    /// Thumbnails of all pictures below `source` in the same tree below `dest`, with the defaults of [`Options`], on
    /// as many threads as the process may use cores.
    pub fn new(source: impl Into<PathBuf>, dest: impl Into<PathBuf>) -> Self {
        Self {
            source: source.into(),
            dest: dest.into(),
            name: None,
            not_entered: None,
            walk: WalkOptions::default(),
            options: Options::default(),
            variants: vec![Variant::default()],
            names: None,
            force: false,
            replace_foreign: false,
            thumbnails_too: false,
            dry_run: false,
            prune: false,
            prune_variants: false,
            count_ahead: false,
            shard: None,
            list: None,
            #[cfg(feature = "object-store")]
            stores: StoreOptions::default(),
            wait: Wait::No,
            max_load: None,
            strategy: Strategy::default(),
            workers: cores(),
        }
    }

    /// The same batch with other options.
    #[must_use]
    pub fn with_options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// The same batch, making one thumbnail of each picture for each of the `variants`, from one decode.
    #[must_use]
    pub fn with_variants(mut self, variants: impl IntoIterator<Item = Variant>) -> Self {
        self.variants = variants.into_iter().collect();
        self
    }

    /// The same batch with thumbnails that are called otherwise.
    #[must_use]
    pub fn with_names(mut self, template: Template) -> Self {
        self.names = Some(template);
        self
    }

    /// The same batch, spread over threads in another way.
    #[must_use]
    pub fn with_strategy(mut self, strategy: Strategy, jobs: NonZeroUsize) -> Self {
        self.strategy = strategy;
        self.workers = strategy.workers(jobs);
        self
    }

    /// The same batch, visiting other entries of SOURCE.
    #[must_use]
    pub fn with_walk(mut self, walk: WalkOptions) -> Self {
        self.walk = walk;
        self
    }

    /// The same batch; with `force`, fresh thumbnails are made again.
    #[must_use]
    pub fn with_force(mut self, force: bool) -> Self {
        self.force = force;
        self
    }

    /// The same batch; with `replace_foreign`, files that thumbgen did not make may be replaced.
    #[must_use]
    pub fn with_replace_foreign(mut self, replace_foreign: bool) -> Self {
        self.replace_foreign = replace_foreign;
        self
    }

    /// The same batch; as a `dry_run` it only tells what it would do.
    #[must_use]
    pub fn with_dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }

    /// The same batch; with `prune`, thumbnails whose source is gone are removed.
    #[must_use]
    pub fn with_prune(mut self, prune: bool) -> Self {
        self.prune = prune;
        self
    }

    /// The same batch; with `prune_variants`, pruning also removes the thumbnails of variants that it doesn't make.
    #[must_use]
    pub fn with_prune_variants(mut self, prune_variants: bool) -> Self {
        self.prune_variants = prune_variants;
        self
    }

    /// The same batch; with `count_ahead`, [`Event::Counted`](crate::batch::Event::Counted) tells the total early.
    #[must_use]
    pub fn with_count_ahead(mut self, count_ahead: bool) -> Self {
        self.count_ahead = count_ahead;
        self
    }

    /// The same batch, but for the pictures of one `shard` only.
    #[must_use]
    pub fn with_shard(mut self, shard: Shard) -> Self {
        self.shard = Some(shard);
        self
    }

    /// The same batch, but for the pictures of a `list` instead of those that the walk finds.
    #[must_use]
    pub fn with_list(mut self, list: List) -> Self {
        self.list = Some(list);
        self
    }

    /// The same batch; how long it waits if another run holds DEST's lock.
    #[must_use]
    pub fn with_wait(mut self, wait: Wait) -> Self {
        self.wait = wait;
        self
    }

    /// The same batch, beginning no picture while the 1-minute load average is above `max_load`.
    #[must_use]
    pub fn with_max_load(mut self, max_load: f64) -> Self {
        self.max_load = Some(max_load);
        self
    }

    /// The folder that the walk does not enter.
    pub(super) fn not_entered(&self) -> Option<FileId> {
        self.not_entered
            .as_deref()
            .map_or_else(|| self.dest_id(), folder_id)
    }

    /// Which folder SOURCE is; none if it is in a store, or gone.
    pub(super) fn source_id(&self) -> Option<FileId> {
        folder_id(&self.source)
    }

    /// Only a dry run goes on without a DEST.
    pub(super) fn dest_id(&self) -> Option<FileId> {
        folder_id(&self.dest)
    }
}

fn folder_id(folder: &Path) -> Option<FileId> {
    fs::metadata(folder).ok().map(|folder| FileId::of(&folder))
}

/// Cores that the process may use.
pub fn cores() -> NonZeroUsize {
    // Knows of affinity and of cgroup quotas: what a container may use, not what the machine has.
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
