//! A whole run: find, execute, prune. It prints nothing and catches no signals.

use std::iter;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::batch::check_places::prepare;
use crate::batch::count_ahead::CountAhead;
use crate::batch::counts::Totals;
use crate::batch::cpu_time::CpuTime;
use crate::batch::destination::local::{Owner, Writer};
use crate::batch::destination::lock::{Claim, Held, Lock, lock};
use crate::batch::error::{PictureError, RunError};
use crate::batch::execute::execute;
use crate::batch::freshness::Fingerprint;
use crate::batch::job::Job;
use crate::batch::list::FileList;
use crate::batch::make::{Maker, Processed};
use crate::batch::names::{Label, Names};
use crate::batch::observer::{Doubt, Event, Observer, Warning};
use crate::batch::outcomes::Outcomes;
use crate::batch::prune::{Prune, prune};
use crate::batch::selection::Selection;
use crate::batch::settings::Batch;
use crate::batch::stop::Stop;
use crate::batch::throttle::Throttle;
use crate::batch::walk::{SourcePicture, walk};

/// A batch whose places are checked and whose DEST is locked.
#[derive(Debug)]
pub struct Ready<'a> {
    batch: &'a Batch,
    names: Names,
    stop: &'a Stop,
    _lock: Option<Held>,
}

/// The result of a run.
#[derive(Debug)]
#[non_exhaustive]
pub struct Ran {
    /// Counts and sums over the pictures.
    pub totals: Totals,
    /// Whether every picture was gone through: the run was neither stopped nor ended before its time.
    pub finished: bool,
    /// What ended the run before its time: DEST failed, or the list could not be read on.
    pub ended_by: Option<RunError>,
    /// The settings of each variant as they stand in a stamp.
    pub settings: Vec<Fingerprint>,
    /// From the first job to the last.
    pub elapsed: Duration,
    /// Processor time that the process used meanwhile.
    pub cpu: CpuTime,
}

impl Batch {
    /// Checks SOURCE and DEST, makes DEST if it is not there, and locks it. If `stop` is set while it waits for the
    /// lock, it goes on without one: the run will do nothing.
    ///
    /// # Errors
    ///
    /// When SOURCE or DEST can't be used, another run holds DEST's lock, or two thumbnails would be one file.
    pub fn prepare<'a>(
        &'a self,
        observer: &dyn Observer,
        stop: &'a Stop,
    ) -> Result<Ready<'a>, RunError> {
        let labels = self.variants.iter().map(Label::of).collect();
        let names = Names::new(labels, self.names.clone())?;
        if self.name.is_some() && names.count() != 1 {
            return Err(RunError::OneName(names.count()));
        }
        if self.prune && !self.source.is_dir() {
            return Err(RunError::PruneOfPicture(self.source.clone()));
        }
        prepare(&self.source, &self.dest, self.name.as_deref(), self.dry_run)?;
        Ok(Ready {
            batch: self,
            names,
            stop,
            _lock: self.hold_dest(observer, stop)?,
        })
    }

    /// Makes the thumbnails, and tells `observer` what happens; the same as [`prepare`](Self::prepare) and
    /// [`Ready::run`].
    ///
    /// # Errors
    ///
    /// The same. What ends a run that has begun is in [`Ran`].
    pub fn run(&self, observer: &dyn Observer, stop: &Stop) -> Result<Ran, RunError> {
        self.prepare(observer, stop)?.run(observer)
    }

    /// Locks DEST as long as the value lives; nothing if that was stopped, or if DEST can't be locked.
    fn hold_dest(&self, observer: &dyn Observer, stop: &Stop) -> Result<Option<Held>, RunError> {
        if self.dry_run {
            return Ok(None);
        }
        let dest = &self.dest;
        let claim = match (self.shard, &self.list, &self.name) {
            (Some(shard), ..) => Claim::Shard(shard),
            (None, Some(_), _) => Claim::List,
            // Other thumbnails may be made in the same folder meanwhile.
            (None, None, Some(_)) => Claim::List,
            (None, None, None) => Claim::Whole,
        };
        match lock(dest, claim, self.wait, stop)
            .map_err(|error| RunError::Dest(dest.clone(), error))?
        {
            Lock::Held(held) => Ok(Some(held)),
            Lock::Busy(holder) => Err(RunError::Busy(dest.clone(), holder)),
            Lock::Stopped => Ok(None),
            Lock::Unsupported(error) => {
                let warning = Warning::NotLocked(dest.clone(), error);
                observer.event(Event::Warning(warning));
                Ok(None)
            }
        }
    }
}

impl Ready<'_> {
    /// Makes the thumbnails, and tells `observer` what happens.
    ///
    /// # Errors
    ///
    /// When the list can't be opened, or the threads can't be started.
    pub fn run(self, observer: &dyn Observer) -> Result<Ran, RunError> {
        let batch = self.batch;
        let outcomes = Outcomes::new(observer, self.stop);
        let owner = Owner::this_process();
        let maker = Maker::new(batch.options.clone(), batch.variants.clone(), batch.rules());
        let (clock, cpu) = (Instant::now(), CpuTime::now());
        let mut selection = Selection::new(&batch.source, batch.shard);
        let pictures = self.pictures(&mut selection, &outcomes)?;
        batch.counting_ahead(self.stop, &outcomes, || {
            batch.make_all(pictures, &self.names, &maker, &owner, &outcomes)
        })?;
        // Had they been swapped, a DEST inside SOURCE would have been refused.
        if batch.holds_only_thumbnails(&mut selection, &outcomes) && !batch.is_dest_inside() {
            outcomes.end_by(RunError::OnlyThumbnails(batch.source.clone()));
        } else if batch.prune {
            batch.prune_orphans(&selection, &self.names, &owner, &outcomes);
        }
        let finished = !outcomes.is_stopped();
        let (totals, ended_by) = outcomes.into_parts();
        Ok(Ran {
            totals,
            finished,
            ended_by,
            settings: maker.settings().to_vec(),
            elapsed: clock.elapsed(),
            cpu: CpuTime::now().since(cpu),
        })
    }

    /// The pictures of the `selection`: those of the list, if there is one, or those that the walk finds.
    fn pictures<'a>(
        &'a self,
        selection: &'a mut Selection<'_>,
        outcomes: &'a Outcomes<'_>,
    ) -> Result<Pictures<'a>, RunError> {
        let Batch { source, dest, .. } = self.batch;
        let Some(list) = &self.batch.list else {
            let not_entered = self.batch.not_entered();
            let pictures = walk(source, not_entered, self.batch.walk, |path, reason| {
                outcomes.tell(Event::PassedOver(path, reason));
            });
            return Ok(Box::new(pictures.filter(|met| selection.takes(met))));
        };
        let follow = self.batch.walk.follow;
        let mut lines = FileList::open(list, source, dest, follow, self.stop)?;
        Ok(Box::new(iter::from_fn(move || {
            lines
                .next(|relative| selection.holds(relative))
                .unwrap_or_else(|error| {
                    // The rest of the list is not known: the run has not finished.
                    outcomes.end_by(RunError::FilesFrom(list.path.clone(), error));
                    None
                })
        })))
    }
}

type Pictures<'a> = Box<dyn Iterator<Item = Result<SourcePicture, PictureError>> + Send + 'a>;

impl Batch {
    /// Runs `make`, with a thread of its own counting ahead if that is wanted.
    fn counting_ahead<T>(
        &self,
        stop: &Stop,
        outcomes: &Outcomes<'_>,
        make: impl FnOnce() -> T,
    ) -> T {
        let ended = AtomicBool::new(false);
        let count = || {
            let ahead = CountAhead {
                source: &self.source,
                not_entered: self.not_entered(),
                walk: self.walk,
                list: self.list.as_ref(),
                selection: Selection::new(&self.source, self.shard),
            };
            let goes_on = || !ended.load(Ordering::Relaxed) && !outcomes.is_stopped();
            let counted = |pictures| outcomes.tell(Event::Counted(pictures));
            if ahead.run(stop, goes_on, counted) {
                outcomes.tell(Event::AllCounted);
            }
        };
        thread::scope(|scope| {
            if self.count_ahead {
                // If it can't be started, the total is just not known before the end.
                let _ = thread::Builder::new()
                    .name("counter".into())
                    .spawn_scoped(scope, count);
            }
            let made = make();
            ended.store(true, Ordering::Relaxed);
            made
        })
    }

    /// Takes all `pictures` through their steps.
    fn make_all(
        &self,
        mut pictures: Pictures<'_>,
        names: &Names,
        maker: &Maker,
        owner: &Owner,
        outcomes: &Outcomes<'_>,
    ) -> Result<(), RunError> {
        let dest = self.dest_id();
        let jobs = iter::from_fn(|| {
            let picture = next(&mut pictures, outcomes)?;
            Some(Job::new(picture, &self.dest, names, self.name.as_deref()))
        });
        let throttle = self.max_load.map(Throttle::new);
        if throttle
            .as_ref()
            .is_some_and(|throttle| !throttle.knows_the_load())
        {
            outcomes.tell(Event::Warning(Warning::LoadUnknown));
        }
        let work = |worker: &mut _, job: &Job| {
            if let Some(throttle) = &throttle {
                let pausing = |load| outcomes.tell(Event::Pausing(load));
                outcomes.paused(throttle.wait(|| outcomes.is_stopped(), pausing));
            }
            if outcomes.is_stopped() {
                Processed::not_begun()
            } else {
                maker.run(worker, job)
            }
        };
        execute(
            jobs,
            self.strategy,
            self.workers,
            || maker.worker(Writer::new(&self.source, &self.dest, dest, owner)),
            work,
            |job, result| outcomes.done(&job, result),
        )
        .map_err(RunError::Threads)
    }

    /// Removes thumbnails whose source is gone, unless there is any doubt about what is there.
    fn prune_orphans(
        &self,
        selection: &Selection<'_>,
        names: &Names,
        owner: &Owner,
        outcomes: &Outcomes<'_>,
    ) {
        let doubt = if outcomes.is_stopped() {
            Doubt::Stopped
        } else if !selection.saw_all() {
            Doubt::Unvisited
        } else if selection.saw_nothing() {
            Doubt::NoPicture
        } else if self.dest.is_dir() {
            return prune(
                Prune {
                    source: &self.source,
                    dest: &self.dest,
                    names,
                    other_variants: self.prune_variants,
                    shard: self.shard,
                    owner,
                    dry_run: self.dry_run,
                },
                || !outcomes.is_stopped(),
                |thumbnail| outcomes.pruned(thumbnail, self.dry_run),
                |error| outcomes.failed(error),
            );
        } else {
            return;
        };
        outcomes.tell(Event::Warning(Warning::NotPruned(doubt)));
    }
}

/// The next picture, unless the run is stopped. What can't be visited is reported and skipped.
fn next(pictures: &mut Pictures<'_>, outcomes: &Outcomes<'_>) -> Option<SourcePicture> {
    while !outcomes.is_stopped() {
        match pictures.next() {
            Some(Ok(picture)) => {
                outcomes.tell(Event::Found);
                return Some(picture);
            }
            Some(Err(error)) => outcomes.unvisited(error),
            None => {
                outcomes.tell(Event::AllFound);
                break;
            }
        }
    }
    None
}
