//! How many requests fit the files that the process may open: a connection counts as one.

use std::num::NonZeroUsize;

use nix::sys::resource::{Resource, getrlimit};

/// Files that are open besides: what is inherited, the threads' queues of events, lists and reports. Some 15 have been
/// counted; looking up names takes more for a moment.
const BESIDES: u64 = 64;

/// Each request may have a connection to SOURCE and one to DEST, which are kept for the next ones, or a file in place
/// of one.
const FILES_TO_A_REQUEST: u64 = 2;

/// How many files the process may open, and how many requests fit that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilesLimit {
    /// The files.
    pub files: u64,
    /// The requests that may be made at the same time, for each of SOURCE and DEST.
    pub requests: usize,
}

impl FilesLimit {
    /// That of a run that makes `workers` pictures at the same time; nothing where the system doesn't say.
    pub fn for_workers(workers: NonZeroUsize) -> Option<Self> {
        let (files, _) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
        Some(Self::of(files, workers))
    }

    fn of(files: u64, workers: NonZeroUsize) -> Self {
        // A picture that is decoded may be an open file; where there are threads without number, few of them have one.
        let decoded = (workers.get() as u64).min(files / 4);
        let left = files.saturating_sub(BESIDES + decoded) / FILES_TO_A_REQUEST;
        Self {
            files,
            requests: usize::try_from(left).unwrap_or(usize::MAX).max(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_leave_files_for_all_else() {
        for (files, workers, requests) in [
            (128, 2, 31),
            (256, 48, 72),
            (1024, 2, 479),
            (1024, 1024, 352),
            (16, 2, 1),
            (0, 1, 1),
        ] {
            let workers = NonZeroUsize::new(workers).unwrap();
            let limit = FilesLimit::of(files, workers);
            assert_eq!(limit.requests, requests, "{files} {workers}");
        }
        let unlimited = FilesLimit::of(u64::MAX, NonZeroUsize::MIN);
        assert!(unlimited.requests > 1 << 30);
    }
}
