//! A panic inside a job is that job's error.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};

use thiserror::Error;

/// A job panicked; the text says where and why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Panicked(pub String);

thread_local! {
    /// Whether this thread is inside a job, so that its panic will be reported with the job.
    static IN_JOB: Cell<bool> = const { Cell::new(false) };
    /// What the panic hook saw last on this thread. Only the hook learns where a panic happened.
    static SEEN: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Installs a panic hook that keeps panics inside jobs off stderr, since they are reported as the job's error, and
/// leaves all others to the hook that was there. For programs; a library user's hook is not touched otherwise.
pub fn keep_quiet_about_jobs() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if IN_JOB.get() {
            let place = info
                .location()
                .map_or_else(String::new, |place| format!(" ({place})"));
            SEEN.set(Some(format!("{}{place}", text(info.payload()))));
        } else {
            before(info);
        }
    }));
}

/// Keeps panics on this thread off stderr from now on: what it does is reported otherwise.
#[cfg(feature = "object-store")]
pub(in crate::batch) fn panics_are_reported() {
    IN_JOB.set(true);
}

/// `job`'s result, or what it panicked with.
pub(in crate::batch) fn caught<R>(job: impl FnOnce() -> R) -> Result<R, Panicked> {
    IN_JOB.set(true);
    // All that the closure may leave half changed is the worker's state, which the caller throws away.
    let result = panic::catch_unwind(AssertUnwindSafe(job));
    IN_JOB.set(false);
    result.map_err(|payload| Panicked(SEEN.take().unwrap_or_else(|| text(&*payload).to_owned())))
}

fn text(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("panic without a message")
}
