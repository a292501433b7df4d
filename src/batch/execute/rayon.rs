//! A local rayon pool whose threads draw from the iterator in turn.

use std::io;
use std::num::NonZeroUsize;

use ::rayon::ThreadPoolBuilder;
use ::rayon::iter::{ParallelBridge, ParallelIterator};

pub(super) fn run<J: Send, S>(
    jobs: impl Iterator<Item = J> + Send,
    workers: NonZeroUsize,
    new_worker: &(impl Fn() -> S + Sync),
    run: &(impl Fn(&mut S, J) + Sync),
) -> io::Result<()> {
    let pool = ThreadPoolBuilder::new()
        .num_threads(workers.get())
        .thread_name(|number| format!("worker {number}"))
        .build()
        .map_err(io::Error::other)?;
    pool.install(|| jobs.par_bridge().for_each_init(new_worker, run));
    Ok(())
}
