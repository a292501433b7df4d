//! One variant makes all pictures, as a run of the program would.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::figures::{Measured, Variant};
use super::{CompareError, Settings};
use crate::batch::cpu_time::CpuTime;
use crate::batch::destination::local::{Owner, Writer};
use crate::batch::error::PictureError;
use crate::batch::error::RunError;
use crate::batch::execute::{Panicked, execute};
use crate::batch::job::{Job, plan};
use crate::batch::make::{self, Process, Processed};
use crate::batch::stop::Interrupt;
use crate::batch::walk::{FileId, walk};
use crate::picture::Stage;

/// What became of a picture, whoever made it: two variants agree if this is the same and the thumbnail's bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Its thumbnail is in its place.
    Made,
    /// It failed, and this is told of it.
    Failed(String),
}

/// What one variant made in one round.
#[derive(Debug, Clone)]
pub struct Made {
    /// What it took.
    pub measured: Measured,
    /// Every picture that was gone through, by its path below SOURCE.
    pub outcomes: HashMap<PathBuf, Outcome>,
    /// A picture that was gone through twice.
    pub twice: Option<PathBuf>,
}

/// What the workers bring together.
#[derive(Default)]
struct Gathered {
    measured: Measured,
    outcomes: HashMap<PathBuf, Outcome>,
    twice: Option<PathBuf>,
    /// A thumbnail that could not be written.
    unwritten: Option<PictureError>,
}

/// Makes all pictures in the way of `variant` into `dest`, an empty folder; `done` is called after each.
///
/// # Errors
///
/// When threads can't be started, or thumbnails not be written.
pub fn make_all(
    settings: &Settings,
    variant: Variant,
    dest: &Path,
    interrupt: &Interrupt,
    done: &(dyn Fn() + Sync),
) -> Result<Made, RunError> {
    let unusable = |cause: String| CompareError::Temporary {
        folder: dest.to_owned(),
        cause,
    };
    let owner = Owner::this_process();
    let writer = Writer::new(&settings.source, dest, folder_id(dest), &owner);
    let dest_id = folder_id(dest.parent().unwrap_or(dest));
    let process = Process::new(settings.thumbnail.clone(), false, false);
    let gathered = Mutex::new(Gathered::default());

    let (clock, cpu) = (Instant::now(), CpuTime::now());
    // What can't be visited was told when the pictures were read first.
    let pictures = walk(&settings.source, dest_id, settings.walk, |_, _| ())
        .take_while(|_| !interrupt.is_set())
        .filter_map(Result::ok);
    execute(
        pictures.map(|picture| plan(picture, dest)),
        variant.strategy,
        variant.jobs,
        || process.worker(writer.clone()),
        |worker, job: &Job| {
            let clock = Instant::now();
            let processed = process.run(worker, job);
            (processed, clock.elapsed())
        },
        |job, result| {
            let mut gathered = gathered.lock().expect("BUG: poisoned results");
            gathered.add(&job, result);
            drop(gathered);
            done();
        },
    )
    .map_err(RunError::Threads)?;
    let mut gathered = gathered.into_inner().expect("BUG: poisoned results");
    gathered.measured.elapsed = clock.elapsed();
    gathered.measured.cpu = CpuTime::now().since(cpu);

    if let Some(signal) = interrupt.signal() {
        return Err(CompareError::Interrupted(signal).into());
    }
    match gathered.unwritten {
        Some(error) => Err(unusable(error.to_string()).into()),
        None => Ok(Made {
            measured: gathered.measured,
            outcomes: gathered.outcomes,
            twice: gathered.twice,
        }),
    }
}

/// The folder that a walk must not enter, should it be below SOURCE.
pub(super) fn folder_id(folder: &Path) -> Option<FileId> {
    fs::metadata(folder).ok().map(|folder| FileId::of(&folder))
}

impl Gathered {
    fn add(&mut self, job: &Job, result: Result<(Processed, Duration), Panicked>) {
        let outcome = match result {
            Ok((processed, busy)) => {
                self.measured.busy += busy;
                self.measured.times += processed.times;
                self.measured.bytes_read += processed.bytes_read;
                self.outcome(processed.outcome)
            }
            Err(panic) => Outcome::Failed(format!("bug in thumbgen, please report it: {panic}")),
        };
        let relative = job.source.relative().to_owned();
        if self.outcomes.insert(relative.clone(), outcome).is_some() {
            self.twice = Some(relative);
        }
    }

    fn outcome(&mut self, outcome: make::Outcome) -> Outcome {
        match outcome {
            make::Outcome::Made(_) => Outcome::Made,
            make::Outcome::Failed(error) if error.stage == Stage::Write => {
                let told = Outcome::Failed(io::ErrorKind::Other.to_string());
                self.unwritten.get_or_insert(error);
                told
            }
            make::Outcome::Failed(error) => Outcome::Failed(error.to_string()),
            // The folder was empty and nothing stops the run.
            make::Outcome::Fresh | make::Outcome::WouldMake(_) | make::Outcome::NotBegun => {
                Outcome::Failed("bug in thumbgen: not made".into())
            }
        }
    }
}
