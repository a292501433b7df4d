//! A pool of threads fed through a bounded channel by the calling thread.

use std::io;
use std::num::NonZeroUsize;
use std::thread;

/// Jobs that may wait for a worker. Enough that a feeder with quick jobs (a million fresh thumbnails) is not put to
/// sleep and woken for each: 16 cost 6% more there. Few enough that memory stays flat; an interrupted run does not
/// begin them.
pub(super) const QUEUED_PER_WORKER: usize = 128;

/// The most of them in all: where there are hundreds of workers, most wait for a store.
const MOST_QUEUED: usize = 1024;

pub(super) fn run<J: Send, S>(
    jobs: impl Iterator<Item = J>,
    workers: NonZeroUsize,
    new_worker: &(impl Fn() -> S + Sync),
    run: &(impl Fn(&mut S, J) + Sync),
) -> io::Result<()> {
    let queued = MOST_QUEUED.min(workers.get().saturating_mul(QUEUED_PER_WORKER));
    let (sender, receiver) = crossbeam_channel::bounded(queued);
    // `move`: if a thread can't be started, the sender is dropped on the way out, which ends the others.
    thread::scope(move |scope| {
        for number in 0..workers.get() {
            let receiver = receiver.clone();
            let work = move || {
                let mut state = new_worker();
                for job in receiver {
                    run(&mut state, job);
                }
            };
            thread::Builder::new()
                .name(format!("worker {number}"))
                .spawn_scoped(scope, work)?;
        }
        drop(receiver);
        for job in jobs {
            if sender.send(job).is_err() {
                break;
            }
        }
        Ok(())
    })
}
