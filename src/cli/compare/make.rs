//! One contender makes all pictures, as a run of the program would.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use super::error::CompareError;
use super::figures::{Contender, Measured};
use super::settings::Settings;
use crate::batch::job::Job;
use crate::batch::make::{Outcome, Processed};
use crate::batch::observer::{Event, Observer};
use crate::batch::settings::Batch;
use crate::batch::stage::Stage;
use crate::batch::stop::Stop;

/// What became of a picture, whoever made it: two contenders agree if this is the same and so are the thumbnail's
/// bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Its thumbnails are in their places.
    Made(Vec<PathBuf>),
    /// It failed, with this message.
    Failed(String),
}

/// What one contender made in one round.
#[derive(Debug, Clone)]
pub struct Round {
    /// What it took.
    pub measured: Measured,
    /// Every picture that was gone through, by its path below SOURCE.
    pub fates: HashMap<PathBuf, Fate>,
    /// A picture that was gone through twice.
    pub twice: Option<PathBuf>,
}

/// Makes all pictures in the way of `contender` into `dest`, an empty folder; `done` is called after each.
///
/// # Errors
///
/// When threads can't be started, or thumbnails can't be written.
pub fn make_all(
    settings: &Settings,
    contender: Contender,
    dest: &Path,
    stop: &Stop,
    done: &(dyn Fn() + Sync),
) -> Result<Round, CompareError> {
    let mut batch = Batch::new(&settings.source, dest)
        .with_options(settings.options.clone())
        .with_variants(settings.variants.clone())
        .with_strategy(contender.strategy, contender.jobs);
    batch.walk = settings.walk;
    batch.names.clone_from(&settings.names);
    // Nothing can be lost here, and every file is work that can be measured.
    batch.thumbnails_too = true;
    // The folders of all contenders lie side by side, perhaps below SOURCE.
    batch.not_entered = dest.parent().map(Path::to_owned);

    let gathered = Gathered {
        done,
        state: Mutex::default(),
    };
    let ran = batch.run(&gathered, stop)?;
    if stop.is_set() {
        return Err(CompareError::Stopped);
    }
    let State {
        fates,
        twice,
        unwritten,
    } = gathered.state.into_inner().expect("BUG: poisoned results");
    let ended_by = ran.ended_by.map(|error| error.to_string());
    if let Some(cause) = ended_by.or(unwritten) {
        let folder = dest.to_owned();
        return Err(CompareError::Temporary { folder, cause });
    }
    Ok(Round {
        measured: Measured {
            elapsed: ran.elapsed,
            cpu: ran.cpu,
            times: ran.totals.times,
            bytes_read: ran.totals.bytes_read,
        },
        fates,
        twice,
    })
}

/// What became of the pictures of a round.
struct Gathered<'a> {
    done: &'a (dyn Fn() + Sync),
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    fates: HashMap<PathBuf, Fate>,
    twice: Option<PathBuf>,
    /// A thumbnail that could not be written.
    unwritten: Option<String>,
}

impl Observer for Gathered<'_> {
    fn event(&self, event: Event<'_>) {
        // What can't be visited was reported when the pictures were first read.
        if let Event::Done(job, processed) | Event::DestFailed(job, processed) = event {
            self.state().add(job, processed);
            (self.done)();
        }
    }
}

impl Gathered<'_> {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("BUG: poisoned results")
    }
}

impl State {
    fn add(&mut self, job: &Job, processed: &Processed) {
        let fate = self.fate(job, &processed.outcome);
        let relative = job.source.relative().to_owned();
        if self.fates.insert(relative.clone(), fate).is_some() {
            self.twice = Some(relative);
        }
    }

    fn fate(&mut self, job: &Job, outcome: &Outcome) -> Fate {
        if let Some(error) = outcome.errors().next() {
            if error.stage == Stage::Write {
                self.unwritten.get_or_insert_with(|| error.to_string());
            }
            return Fate::Failed(error.to_string());
        }
        // The folder was empty and nothing stops the run: there is nothing else that could become of a thumbnail.
        match outcome.made().count() == job.thumbnails.len() {
            true => Fate::Made(job.thumbnails.clone()),
            false => Fate::Failed("bug in thumbgen: not made".into()),
        }
    }
}
