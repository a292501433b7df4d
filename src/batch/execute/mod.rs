//! Scheduling: the same work on every job, in one of three ways.
//!
//! The jobs come from an iterator that is asked for the next one only when there is room for it, so a slow worker
//! holds the source of jobs back and memory does not grow with their number. Strategies differ in scheduling only.
//!
//! ```text
//! seq  on the calling thread       threads  a pool behind a channel       rayon  a pool that draws from the iterator
//! caught  what becomes of a job that panics
//! ```

mod caught;
mod rayon;
mod seq;
mod threads;

use std::fmt;
use std::io;
use std::num::NonZeroUsize;

pub(in crate::batch) use caught::caught;
#[cfg(feature = "object-store")]
pub(in crate::batch) use caught::panics_are_reported;
pub use caught::{Panicked, keep_quiet_about_jobs};

/// How jobs are spread over threads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// One after the other on the calling thread, no queue: the baseline.
    Seq,
    /// A pool of threads fed through a bounded channel.
    #[default]
    Threads,
    /// A local rayon pool whose threads draw from the iterator in turn.
    Rayon,
}

impl Strategy {
    /// All strategies, the baseline first.
    pub const ALL: [Self; 3] = [Self::Seq, Self::Threads, Self::Rayon];

    /// The strategy's name, one lower-case word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seq => "seq",
            Self::Threads => "threads",
            Self::Rayon => "rayon",
        }
    }

    /// How many workers this strategy has for `jobs`.
    pub fn workers(self, jobs: NonZeroUsize) -> NonZeroUsize {
        match self {
            Self::Seq => NonZeroUsize::MIN,
            Self::Threads | Self::Rayon => jobs,
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Runs `work` on every job, on `workers` threads, each with a state of its own made by `new_worker`.
///
/// `done` is given each job with its result, on the thread that did the work, in the order in which jobs end. A job
/// that panics ends in [`Panicked`]; its worker goes on with a new state, since the old one may be half changed.
///
/// # Errors
///
/// When the threads can't be started. Then some jobs may have been done.
pub fn execute<J: Send, S, R>(
    jobs: impl Iterator<Item = J> + Send,
    strategy: Strategy,
    workers: NonZeroUsize,
    new_worker: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &J) -> R + Sync,
    done: impl Fn(J, Result<R, Panicked>) + Sync,
) -> io::Result<()> {
    let run = |state: &mut S, job: J| {
        let result = caught(|| work(state, &job));
        if result.is_err() {
            *state = new_worker();
        }
        done(job, result);
    };
    match strategy {
        Strategy::Seq => seq::run(jobs, &new_worker, &run),
        Strategy::Threads => threads::run(jobs, workers, &new_worker, &run)?,
        Strategy::Rayon => rayon::run(jobs, workers, &new_worker, &run)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread::ThreadId;
    use std::time::Duration;

    use super::*;

    const FOUR: NonZeroUsize = NonZeroUsize::new(4).unwrap();

    #[test]
    fn every_strategy_does_every_job_once() {
        for strategy in Strategy::ALL {
            let seen = Mutex::new(Vec::new());
            execute(
                0..1000,
                strategy,
                FOUR,
                || (),
                |(), job| job * 2,
                |job, result| {
                    seen.lock().unwrap().push((job, result.unwrap()));
                },
            )
            .unwrap();
            let mut seen = seen.into_inner().unwrap();
            seen.sort_unstable();
            assert_eq!(
                seen,
                (0..1000).map(|job| (job, job * 2)).collect::<Vec<_>>(),
                "{strategy}"
            );
        }
    }

    #[test]
    fn panic_is_that_jobs_error_and_its_worker_starts_afresh() {
        keep_quiet_about_jobs();
        for strategy in Strategy::ALL {
            let results = Mutex::new(Vec::new());
            execute(
                0..100,
                strategy,
                FOUR,
                || false,
                |spoilt, job| {
                    assert!(!*spoilt, "state of a panicked job is used again");
                    if job % 10 == 3 {
                        *spoilt = true;
                        panic!("job {job}");
                    }
                },
                |job, result| {
                    results
                        .lock()
                        .unwrap()
                        .push((job, result.map_err(|panic| panic.to_string())));
                },
            )
            .unwrap();
            let results = results.into_inner().unwrap();
            assert_eq!(results.len(), 100, "{strategy}");
            for (job, result) in results {
                match result {
                    Ok(()) => assert_ne!(job % 10, 3),
                    Err(text) => {
                        assert!(text.contains(&format!("job {job}")), "{strategy}: {text}");
                        assert!(text.contains("mod.rs:"), "{strategy}: {text}");
                    }
                }
            }
        }
    }

    #[test]
    fn seq_stays_on_the_calling_thread_and_the_others_use_all_workers() {
        for strategy in Strategy::ALL {
            let threads: Mutex<BTreeSet<String>> = Mutex::default();
            let note = |id: ThreadId| threads.lock().unwrap().insert(format!("{id:?}"));
            execute(
                0..200,
                strategy,
                FOUR,
                || (),
                |(), _| std::thread::sleep(Duration::from_millis(1)),
                |_, _| {
                    note(std::thread::current().id());
                },
            )
            .unwrap();
            let threads = threads.into_inner().unwrap();
            match strategy {
                Strategy::Seq => assert_eq!(
                    threads,
                    [format!("{:?}", std::thread::current().id())].into()
                ),
                Strategy::Threads | Strategy::Rayon => assert_eq!(threads.len(), 4, "{strategy}"),
            }
        }
    }

    #[test]
    fn slow_workers_hold_the_source_of_jobs_back() {
        for strategy in Strategy::ALL {
            let (taken, ended, most) = (
                AtomicUsize::new(0),
                AtomicUsize::new(0),
                AtomicUsize::new(0),
            );
            let jobs = (0..300).inspect(|_| {
                let ahead = taken.fetch_add(1, Ordering::SeqCst) + 1 - ended.load(Ordering::SeqCst);
                most.fetch_max(ahead, Ordering::SeqCst);
            });
            execute(
                jobs,
                strategy,
                FOUR,
                || (),
                |(), _| std::thread::sleep(Duration::from_micros(500)),
                |_, _| {
                    ended.fetch_add(1, Ordering::SeqCst);
                },
            )
            .unwrap();
            let most = most.into_inner();
            assert!(
                most <= 4 * (threads::QUEUED_PER_WORKER + 1) + 1,
                "{strategy}: {most} jobs taken ahead"
            );
        }
    }

    #[test]
    fn no_jobs_is_no_work() {
        for strategy in Strategy::ALL {
            let none = std::iter::empty::<()>();
            execute(
                none,
                strategy,
                FOUR,
                || (),
                |(), ()| (),
                |(), _| panic!("there was no job"),
            )
            .unwrap();
        }
    }
}
