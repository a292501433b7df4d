//! Whole batches: each strategy making all thumbnails, and finding them all fresh.
//!
//! `cargo bench --bench batch`. The pictures are `testdata/pictures`, and those of `THUMBGEN_CORPUS` if that is set.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Parser;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use thumbgen::batch::execute::Strategy;
use thumbgen::cli::command_line::CommandLine;
use thumbgen::cli::config::Config;
use thumbgen::cli::exit::Exit;
use thumbgen::cli::run::run;

fn main() {
    divan::main();
}

/// Folders of pictures, all sound.
fn sources() -> Vec<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/pictures");
    let corpus = std::env::var_os("THUMBGEN_CORPUS").map(PathBuf::from);
    [own].into_iter().chain(corpus).collect()
}

struct Batch {
    config: Config,
    dests: AtomicUsize,
    items: ItemsCount,
    bytes: BytesCount,
    folder: tempfile::TempDir,
}

impl Batch {
    fn new(source: &Path, strategy: Strategy) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let dest = folder.path().join("thumbs").into();
        let strategy = OsString::from(format!("--strategy={strategy}"));
        let arguments = ["thumbgen".into(), source.into(), dest];
        let arguments = arguments.into_iter().chain(["-q".into(), strategy]);
        let lengths: Vec<u64> = walkdir::WalkDir::new(source)
            .into_iter()
            .filter_map(|entry| entry.ok()?.metadata().ok())
            .filter(fs::Metadata::is_file)
            .map(|metadata| metadata.len())
            .collect();
        Self {
            config: Config::from(CommandLine::parse_from(arguments).run.expect("a run")),
            dests: AtomicUsize::new(0),
            items: ItemsCount::new(lengths.len()),
            bytes: BytesCount::new(lengths.iter().sum::<u64>()),
            folder,
        }
    }

    /// The same batch into a folder that does not exist yet. Earlier folders stay until the end: ext4 takes long to
    /// find an inode that was not just freed.
    fn anew(&self) -> Config {
        let number = self.dests.fetch_add(1, Ordering::Relaxed);
        let mut config = self.config.clone();
        config.batch.dest = self.folder.path().join(number.to_string());
        config
    }

    fn run(config: &Config) {
        let exit = run(config);
        assert_eq!(exit.expect("a usable folder"), Exit::Success);
    }
}

/// Every picture has to be made.
#[divan::bench(args = cases(), sample_count = 5, sample_size = 1)]
fn make(bencher: Bencher<'_, '_>, case: &Case) {
    let batch = Batch::new(&case.source, case.strategy);
    bencher
        .counter(batch.items)
        .counter(batch.bytes)
        .with_inputs(|| batch.anew())
        .bench_refs(|config| Batch::run(config));
}

/// Every thumbnail is there and fresh.
#[divan::bench(args = cases(), sample_count = 20, sample_size = 1)]
fn find_fresh(bencher: Bencher<'_, '_>, case: &Case) {
    let batch = Batch::new(&case.source, case.strategy);
    Batch::run(&batch.config);
    bencher
        .counter(batch.items)
        .bench(|| Batch::run(&batch.config));
}

#[derive(Debug)]
struct Case {
    source: PathBuf,
    strategy: Strategy,
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.source.file_name().unwrap_or_default();
        write!(f, "{} {}", name.display(), self.strategy)
    }
}

fn cases() -> Vec<Case> {
    let with = |source: PathBuf| {
        Strategy::ALL.map(|strategy| Case {
            source: source.clone(),
            strategy,
        })
    };
    sources().into_iter().flat_map(with).collect()
}
