//! A whole run: walk, plan, execute, prune, and what is told of it.

use std::fs::{self, File};
use std::iter;
use std::time::{Duration, Instant};

use crate::config::Config;
use crate::error::{RunError, shown};
use crate::execute::execute;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::job::{Process, Processed};
use crate::lock::{Lock, lock};
use crate::plan::{Job, plan};
use crate::prepare::prepare;
use crate::prune::prune;
use crate::report::{Report, RunRecord};
use crate::summary::{self, Summary};
use crate::tally::Tally;
use crate::throttle::Throttle;
use crate::usage::CpuTime;
use crate::walk::{FileId, walk};
use crate::write::{Owner, Writer};

/// Makes the thumbnails that `config` asks for, and tells of it.
///
/// # Errors
///
/// When SOURCE or DEST can't be used, DEST is in use by another run or fails on the way, or the report can't be written.
pub fn run(config: &Config) -> Result<Exit, RunError> {
    if config.prune && !config.source.is_dir() {
        return Err(RunError::PruneOfPicture(config.source.clone()));
    }
    prepare(&config.source, &config.dest, config.dry_run)?;
    let interrupt = Interrupt::catch().map_err(RunError::Signals)?;
    let report = config
        .report
        .as_deref()
        .map(Report::create)
        .transpose()
        .map_err(RunError::Report)?;
    let tally = Tally::new(config.verbosity, config.dry_run, report, interrupt.clone());
    let _lock = hold_dest(config, &interrupt, &tally)?;
    let owner = Owner::this_process();
    let process = Process::new(config.thumbnail.clone(), config.force, config.dry_run);
    let (clock, cpu) = (Instant::now(), CpuTime::now());
    let walk = make_all(config, &process, &owner, &tally)?;
    if config.prune {
        prune_orphans(config, &owner, &tally);
    }
    let run = summary::Run {
        strategy: config.strategy,
        workers: config.workers,
        cores: config.cores,
        elapsed: clock.elapsed(),
        cpu: CpuTime::now().since(cpu),
        walk,
    };
    end(config, &process, tally, &run, interrupt.signal())
}

/// Locks DEST for this run, as long as the value lives; nothing if a signal came while waiting, or if it can't be locked.
fn hold_dest(
    config: &Config,
    interrupt: &Interrupt,
    tally: &Tally,
) -> Result<Option<File>, RunError> {
    if config.dry_run {
        return Ok(None);
    }
    let dest = &config.dest;
    match lock(dest, config.wait, interrupt).map_err(|error| RunError::Dest(dest.clone(), error))? {
        Lock::Held(folder) => Ok(Some(folder)),
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

/// Takes every picture of the walk through its steps. Gives the time that the walk took.
fn make_all(
    config: &Config,
    process: &Process,
    owner: &Owner,
    tally: &Tally,
) -> Result<Duration, RunError> {
    // Only a dry run goes on without a DEST.
    let dest = fs::metadata(&config.dest)
        .ok()
        .map(|dest| FileId::of(&dest));
    let mut pictures = walk(&config.source, dest, config.walk, |path, reason| {
        tally.debug(|| format!("skipped {}: {reason}", shown(path)));
    });
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
    let new_worker = || process.worker(Writer::new(&config.dest, dest, owner));
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
fn prune_orphans(config: &Config, owner: &Owner, tally: &Tally) {
    let so_far = tally.so_far();
    if tally.is_stopped() {
        tally.warn("nothing pruned: the run was stopped");
    } else if so_far.walk_errors > 0 {
        tally.warn("nothing pruned: not all of SOURCE could be visited");
    } else if so_far.found() == 0 {
        tally.warn("nothing pruned: no picture found in SOURCE");
    } else if config.dest.is_dir() {
        prune(
            &config.source,
            &config.dest,
            owner,
            config.dry_run,
            || !tally.is_stopped(),
            |thumbnail| tally.pruned(thumbnail),
            |error| tally.failed(error),
        );
    }
}

fn end(
    config: &Config,
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
        ..RunRecord::new(&summary, run, !tally.is_stopped())
    };
    let text = if config.dry_run {
        summary::counts(&summary)
    } else {
        summary::text(&summary, run)
    };
    tally.end(record, text.trim_end())?;
    Ok(exit(&summary, signal))
}

fn exit(summary: &Summary, signal: Option<i32>) -> Exit {
    match signal {
        Some(signal) => Exit::Interrupted(signal),
        None if summary.failed > 0 => Exit::SomeFailed,
        None => Exit::Success,
    }
}
