//! A whole run: find, execute, prune. It prints nothing and catches no signals.

use std::fs;
use std::iter;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::batch::count_ahead::CountAhead;
use crate::batch::counts::Totals;
use crate::batch::cpu_time::CpuTime;
use crate::batch::destination::local::Writer;
use crate::batch::destination::temporary::Owner;
use crate::batch::ends::Ends;
use crate::batch::error::{PictureError, RunError};
use crate::batch::execute::execute;
use crate::batch::freshness::Fingerprint;
use crate::batch::job::Job;
use crate::batch::list::{FileList, List};
use crate::batch::make::{Maker, Processed};
use crate::batch::observer::{Doubt, Event, Observer, Warning};
use crate::batch::outcomes::Outcomes;
use crate::batch::prune::{Prune, prune};
use crate::batch::ready::Ready;
use crate::batch::selection::Selection;
use crate::batch::settings::Batch;
use crate::batch::stop::Stop;
use crate::batch::throttle::Throttle;
use crate::batch::walk::{FileId, SourcePicture, WalkOptions, walk};

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
    /// Makes the thumbnails, and tells `observer` what happens; the same as [`prepare`](Self::prepare) and
    /// [`Ready::run`].
    ///
    /// # Errors
    ///
    /// The same. What ends a run that has begun is in [`Ran`].
    pub fn run(&self, observer: &dyn Observer, stop: &Stop) -> Result<Ran, RunError> {
        self.prepare(observer, stop)?.run(observer)
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
        let rules = batch.rules(&self.ends);
        let maker = Maker::new(batch.options.clone(), batch.variants.clone(), rules)
            .with_names(batch.name.is_none().then(|| self.names.clone()))
            .with_overlap(batch.overlap(&self.ends).map_err(RunError::Threads)?);
        let (clock, cpu) = (Instant::now(), CpuTime::now());
        let walked = batch.source_id();
        let mut selection = Selection::new(&batch.source, batch.shard);
        let pictures = self.pictures(&mut selection, &outcomes)?;
        batch.counting_ahead(&self.ends, self.stop, &outcomes, || {
            self.make_all(pictures, &maker, &owner, &outcomes)
        })?;
        // Had they been swapped, a DEST inside SOURCE would have been refused.
        let only_thumbnails = batch.holds_only_thumbnails(&self.ends, &mut selection, &outcomes);
        if only_thumbnails && !batch.is_dest_inside() {
            outcomes.end_by(RunError::OnlyThumbnails(batch.source.clone()));
        } else if batch.prune {
            self.prune_orphans(maker.settings(), &selection, walked, &owner, &outcomes);
        }
        if !outcomes.has_dest_failed() {
            self.save_ledger(&outcomes);
        }
        self.tell_loss(&outcomes);
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
        let passed_over = |path: &Path, reason| outcomes.tell(Event::PassedOver(path, reason));
        let Some(list) = &self.batch.list else {
            #[cfg(feature = "object-store")]
            if let Some(pictures) = self.pictures_of_store(passed_over) {
                return Ok(Box::new(pictures.filter(|met| selection.takes(met))));
            }
            let not_entered = self.batch.not_entered();
            let options = WalkOptions {
                by_key: self.ends.is_dest_in_store(),
                ..self.batch.walk
            };
            let pictures = walk(source, not_entered, options, passed_over);
            return Ok(Box::new(pictures.filter(|met| selection.takes(met))));
        };
        let mut lines = self.open_list(list, source, dest)?;
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

    fn open_list(&self, list: &List, source: &Path, dest: &Path) -> Result<FileList, RunError> {
        #[cfg(feature = "object-store")]
        if self.ends.is_source_in_store() {
            return match self.ends.is_tree(self.batch) {
                true => FileList::of_keys(list, source, self.stop),
                false => Err(RunError::ListOfPicture(source.to_owned())),
            };
        }
        FileList::open(list, source, dest, self.batch.walk.follow, self.stop)
    }

    /// Takes all `pictures` through their steps.
    fn make_all(
        &self,
        mut pictures: Pictures<'_>,
        maker: &Maker,
        owner: &Owner,
        outcomes: &Outcomes<'_>,
    ) -> Result<(), RunError> {
        let batch = self.batch;
        let (dest, dest_id) = (&batch.dest, batch.dest_id());
        let mut places = self.places();
        let jobs = iter::from_fn(|| {
            let picture = next(&mut pictures, outcomes)?;
            self.tell_loss(outcomes);
            let mut job = Job::new(picture, dest, &self.names, batch.name.as_deref());
            if let Some(error) = places.fill_in(&mut job, dest) {
                outcomes.tell(Event::Warning(Warning::NoListing(dest.clone(), error)));
            }
            Some(job)
        });
        let throttle = batch.max_load.map(Throttle::new);
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
                maker.run(worker, job, &|| outcomes.is_stopped())
            }
        };
        execute(
            jobs,
            batch.strategy,
            batch.workers_for(&self.ends),
            || {
                let writer = || Writer::new(&batch.source, dest, dest_id, owner);
                maker.worker(
                    self.ends.source_of_worker(),
                    self.ends.dest_of_worker(writer),
                )
            },
            work,
            |job, result| outcomes.done(&job, result),
        )
        .map_err(RunError::Threads)
    }

    /// Tells that another run is at work on DEST, too: they leave the same bytes, but twice the load.
    fn tell_loss(&self, outcomes: &Outcomes<'_>) {
        if let Some(warning) = self.take_loss() {
            outcomes.tell(Event::Warning(warning));
        }
    }

    /// Removes thumbnails whose source is gone, unless there is any doubt about what is there.
    fn prune_orphans(
        &self,
        settings: &[Fingerprint],
        selection: &Selection<'_>,
        walked: Option<FileId>,
        owner: &Owner,
        outcomes: &Outcomes<'_>,
    ) {
        let batch = self.batch;
        let doubt = if outcomes.is_stopped() {
            Doubt::Stopped
        } else if !selection.saw_all() {
            Doubt::Unvisited
        } else if selection.saw_nothing() {
            if fs::read_dir(&batch.dest).is_ok_and(|mut entries| entries.next().is_none()) {
                return;
            }
            Doubt::NoPicture
        } else {
            if !self.prune_in_store(settings, walked, outcomes) && batch.dest.is_dir() {
                prune(
                    Prune {
                        dest: &batch.dest,
                        names: &self.names,
                        settings,
                        other_variants: batch.prune_variants,
                        shard: batch.shard,
                        owner,
                        dry_run: batch.dry_run,
                        any_is_there: &*self.any_is_there(walked),
                    },
                    || !outcomes.is_stopped(),
                    |thumbnail| outcomes.pruned(thumbnail, batch.dry_run),
                    |error| outcomes.failed_in_dest(error),
                );
            }
            if batch.source_id() == walked {
                return;
            }
            Doubt::Replaced
        };
        outcomes.tell(Event::Warning(Warning::NotPruned(doubt)));
    }
}

type Pictures<'a> = Box<dyn Iterator<Item = Result<SourcePicture, PictureError>> + Send + 'a>;

impl Batch {
    /// Runs `make`, with a thread of its own counting ahead if that is wanted.
    fn counting_ahead<T>(
        &self,
        ends: &Ends,
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
            // Another listing of a store would cost, and end no sooner than the first.
            if self.count_ahead && !ends.is_source_in_store() {
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
            None if outcomes.is_stopped() => break,
            None => {
                outcomes.tell(Event::AllFound);
                break;
            }
        }
    }
    None
}
