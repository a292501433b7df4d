//! Several requests at a time.

use std::iter;
use std::panic::resume_unwind;
use std::sync::Mutex;
use std::thread;

/// How many.
const AT_A_TIME: usize = 8;

/// `work` on each of `items`, several at a time; in no order.
pub fn in_parallel<T: Sync + Send, R: Send>(
    items: Vec<T>,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<(T, R)> {
    let most = AT_A_TIME.min(items.len());
    let items = Mutex::new(items.into_iter());
    let next = || items.lock().expect("BUG: poisoned items").next();
    let work = || {
        let worked = iter::from_fn(next).map(|item| {
            let result = work(&item);
            (item, result)
        });
        worked.collect::<Vec<_>>()
    };
    thread::scope(|scope| {
        // A thread that can't be started leaves more to the others, and all to this one if there is none.
        let start = |_| thread::Builder::new().spawn_scoped(scope, work).ok();
        let threads: Vec<_> = (1..most).filter_map(start).collect();
        let own = work();
        let joined = threads.into_iter().map(thread::ScopedJoinHandle::join);
        joined
            .flat_map(|worked| worked.unwrap_or_else(|panic| resume_unwind(panic)))
            .chain(own)
            .collect()
    })
}
