//! A whole run: walk, plan, execute, prune, and what is told of it.

use std::borrow::Cow;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::iter;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::batch::check_places::prepare;
use crate::batch::cpu_time::CpuTime;
use crate::batch::destination::local::{Owner, Writer};
use crate::batch::destination::lock::{Claim, Held, Lock, lock};
use crate::batch::error::{PictureError, RunError, shown};
use crate::batch::execute::execute;
use crate::batch::job::{Job, plan};
use crate::batch::list::FileList;
use crate::batch::make::{Process, Processed};
use crate::batch::prune::{Prune, prune};
use crate::batch::shard::Shard;
use crate::batch::stop::Interrupt;
use crate::batch::throttle::Throttle;
use crate::batch::walk::{FileId, SourcePicture, walk};
use crate::cli::config::Config;
use crate::cli::exit::Exit;
use crate::cli::failure_limit::Allowance;
use crate::tell::report::{Report, RunRecord};
use crate::tell::summary::{self, Summary};
use crate::tell::teller::Tally;

/// Makes the thumbnails that `config` asks for, and tells of it.
///
/// # Errors
///
/// When SOURCE or DEST can't be used, there is no telling which shard this is, DEST is in use by another run or fails on the way, or the report can't be written.
pub fn run(config: &Config) -> Result<Exit, RunError> {
    if config.prune && !config.source.is_dir() {
        return Err(RunError::PruneOfPicture(config.source.clone()));
    }
    let (shard, engine) = match config
        .shard
        .map(|choice| choice.resolve(|name| env::var_os(name)))
    {
        Some(resolved) => resolved.map(|(shard, engine)| (Some(shard), engine))?,
        None => (None, None),
    };
    prepare(&config.source, &config.dest, config.dry_run)?;
    let interrupt = Interrupt::catch().map_err(RunError::Signals)?;
    let mut tally = Tally::new(config.verbosity, config.dry_run, interrupt.clone());
    if let (Some(shard), Some(engine)) = (shard, engine) {
        tally.warn(&format!("shard {shard}, says {engine}"));
    }
    let _lock = hold_dest(config, shard, &interrupt, &tally)?;
    // Not before: the run that holds the lock may be writing to a report of the same name.
    if let Some(path) = &config.report {
        tally.report_to(create_report(path, shard)?);
    }
    let owner = Owner::this_process();
    let process = Process::new(config.thumbnail.clone(), config.force, config.dry_run);
    let (clock, cpu) = (Instant::now(), CpuTime::now());
    let mut part = Part {
        shard,
        source: &config.source,
        seen: 0,
        errors_of_others: 0,
    };
    let pictures = pictures(config, &mut part, &interrupt, &tally)?;
    let walk = make_all(config, pictures, &process, &owner, &tally)?;
    if config.prune {
        prune_orphans(config, &part, &owner, &tally);
    }
    let run = summary::Run {
        strategy: config.strategy,
        workers: config.workers,
        cores: config.cores,
        elapsed: clock.elapsed(),
        cpu: CpuTime::now().since(cpu),
        walk,
    };
    end(config, shard, &process, tally, &run, interrupt.signal())
}

/// Locks DEST for this run, as long as the value lives; nothing if a signal came while waiting, or if it can't be locked.
fn hold_dest(
    config: &Config,
    shard: Option<Shard>,
    interrupt: &Interrupt,
    tally: &Tally,
) -> Result<Option<Held>, RunError> {
    if config.dry_run {
        return Ok(None);
    }
    let dest = &config.dest;
    let claim = match (shard, &config.files_from) {
        (Some(shard), _) => Claim::Shard(shard),
        (None, Some(_)) => Claim::List,
        (None, None) => Claim::Whole,
    };
    match lock(dest, claim, config.wait, interrupt)
        .map_err(|error| RunError::Dest(dest.clone(), error))?
    {
        Lock::Held(held) => Ok(Some(held)),
        Lock::Busy(holder) => Err(RunError::Busy(dest.clone(), holder)),
        Lock::Interrupted => Ok(None),
        Lock::Unsupported(error) => {
            tally.warn(&format!(
                "{} can't be locked ({error}); going on without",
                shown(dest)
            ));
            Ok(None)
        }
    }
}

/// A report of `shard` in `path`. Reports of shards are many: the folder for them is made if need be.
fn create_report(path: &Path, shard: Option<Shard>) -> Result<Report, RunError> {
    let path = report_path(path, shard);
    if let Cow::Owned(path) = &path
        && let Some(folder) = path.parent()
    {
        fs::create_dir_all(folder).map_err(|error| RunError::Report(path.to_path_buf(), error))?;
    }
    Report::create(&path)
}

/// Where the report of `shard` goes: `path`, with the number of the shard in place of `{shard}`.
fn report_path(path: &Path, shard: Option<Shard>) -> Cow<'_, Path> {
    const PLACE: &[u8] = b"{shard}";
    let bytes = path.as_os_str().as_bytes();
    let place = bytes.windows(PLACE.len()).position(|part| part == PLACE);
    match (shard, place) {
        (Some(shard), Some(at)) => {
            let index = shard.index.to_string();
            let bytes = [&bytes[..at], index.as_bytes(), &bytes[at + PLACE.len()..]].concat();
            Cow::Owned(PathBuf::from(OsStr::from_bytes(&bytes)))
        }
        _ => Cow::Borrowed(path),
    }
}

/// What of the tree is this run's, and what was met of the rest.
struct Part<'a> {
    shard: Option<Shard>,
    source: &'a Path,
    /// Pictures that the walk found, whosever they are.
    seen: u64,
    /// Entries that could not be visited and are another shard's to tell of.
    errors_of_others: u64,
}

impl Part<'_> {
    fn holds(&self, relative: &Path) -> bool {
        self.shard.is_none_or(|shard| shard.holds(relative))
    }

    /// Whether what the walk met is this run's. A folder that can't be visited may hold pictures of every shard, and
    /// be visited well on the next shard's host: it is everybody's.
    fn takes(&mut self, met: &Result<SourcePicture, PictureError>) -> bool {
        match met {
            Ok(picture) => {
                self.seen += 1;
                self.holds(picture.relative())
            }
            Err(error) => {
                let below = error.path.strip_prefix(self.source);
                let ours = error.path.is_dir() || below.is_ok_and(|below| self.holds(below));
                self.errors_of_others += u64::from(!ours);
                ours
            }
        }
    }
}

type Pictures<'a> = Box<dyn Iterator<Item = Result<SourcePicture, PictureError>> + Send + 'a>;

/// The pictures of this run's `part`: those of the list, if there is one, or those that the walk finds.
fn pictures<'a>(
    config: &'a Config,
    part: &'a mut Part<'_>,
    interrupt: &Interrupt,
    tally: &'a Tally,
) -> Result<Pictures<'a>, RunError> {
    let Some(list) = &config.files_from else {
        let dest = folder_id(&config.dest);
        let pictures = walk(&config.source, dest, config.walk, |path, reason| {
            tally.debug(|| format!("skipped {}: {reason}", shown(path)));
        });
        return Ok(Box::new(pictures.filter(|met| part.takes(met))));
    };
    let Config { source, dest, .. } = config;
    let follow = config.walk.follow;
    let mut lines = FileList::open(&list.path, list.nul, source, dest, follow, interrupt)?;
    Ok(Box::new(iter::from_fn(move || {
        lines
            .next(|relative| part.holds(relative))
            .unwrap_or_else(|error| {
                // The rest of the list is not known: the run has not finished.
                tally.fail(RunError::FilesFrom(list.path.clone(), error));
                None
            })
    })))
}

/// Only a dry run goes on without a DEST.
fn folder_id(dest: &Path) -> Option<FileId> {
    fs::metadata(dest).ok().map(|dest| FileId::of(&dest))
}

/// Takes all `pictures` through their steps. Gives the time that finding them took.
fn make_all(
    config: &Config,
    mut pictures: Pictures<'_>,
    process: &Process,
    owner: &Owner,
    tally: &Tally,
) -> Result<Duration, RunError> {
    let dest = folder_id(&config.dest);
    let mut walked = Duration::ZERO;
    let jobs = iter::from_fn(|| {
        let clock = Instant::now();
        let picture = tally.next(&mut pictures);
        walked += clock.elapsed();
        picture.map(|picture| plan(picture, &config.dest))
    });
    let throttle = config.max_load.map(Throttle::new);
    let work = |worker: &mut _, job: &Job| {
        if let Some(throttle) = &throttle {
            tally.paused(throttle.wait(|| tally.is_stopped(), |load| tally.pausing(load)));
        }
        if tally.is_stopped() {
            Processed::not_begun()
        } else {
            process.run(worker, job)
        }
    };
    let new_worker = || process.worker(Writer::new(&config.source, &config.dest, dest, owner));
    execute(
        jobs,
        config.strategy,
        config.workers,
        new_worker,
        work,
        |job, result| tally.done(&job, result),
    )
    .map_err(RunError::Threads)?;
    drop(pictures);
    Ok(walked)
}

/// Removes thumbnails whose source is gone, unless there is the least doubt about what is there.
fn prune_orphans(config: &Config, part: &Part<'_>, owner: &Owner, tally: &Tally) {
    let so_far = tally.so_far();
    if tally.is_stopped() {
        tally.warn("nothing pruned: the run was stopped");
    } else if so_far.walk_errors + part.errors_of_others > 0 {
        tally.warn("nothing pruned: not all of SOURCE could be visited");
    } else if part.seen == 0 {
        tally.warn("nothing pruned: no picture found in SOURCE");
    } else if config.dest.is_dir() {
        prune(
            Prune {
                source: &config.source,
                dest: &config.dest,
                shard: part.shard,
                owner,
                dry_run: config.dry_run,
            },
            || !tally.is_stopped(),
            |thumbnail| tally.pruned(thumbnail),
            |error| tally.failed(error),
        );
    }
}

fn end(
    config: &Config,
    shard: Option<Shard>,
    process: &Process,
    tally: Tally,
    run: &summary::Run,
    signal: Option<i32>,
) -> Result<Exit, RunError> {
    let summary = tally.so_far();
    let record = RunRecord {
        source: config.source.to_string_lossy().into_owned(),
        destination: config.dest.to_string_lossy().into_owned(),
        settings: process.settings().to_string(),
        shard,
        ..RunRecord::new(&summary, run, !tally.is_stopped())
    };
    let text = if config.dry_run {
        summary::counts(&summary)
    } else {
        summary::text(&summary, run)
    };
    tally.end(record, text.trim_end())?;
    Ok(exit(&summary, config.allow_failures, signal))
}

fn exit(summary: &Summary, allowed: Allowance, signal: Option<i32>) -> Exit {
    match signal {
        Some(signal) => Exit::Interrupted(signal),
        // Nobody knows how many pictures are in a folder that could not be visited.
        None if summary.folder_errors == 0 && allowed.covers(summary.failed, summary.found()) => {
            Exit::Success
        }
        None => Exit::SomeFailed,
    }
}
