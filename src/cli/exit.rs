//! The exit statuses: a promise to scripts, cron and schedulers.

use std::process::ExitCode;

use crate::batch::counts::Counts;
use crate::cli::failure_limit::Allowance;
use crate::cli::signals::die_by;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Every picture has a fresh thumbnail; also if there were none.
    Success,
    /// The run finished, but some pictures failed.
    SomeFailed,
    /// Wrong usage, or SOURCE or DEST can't be used.
    Unusable,
    /// Another run holds DEST's lock.
    Busy,
    /// Reports of shards are missing or not finished.
    Incomplete,
    /// A signal ended the run early; this is its number.
    Interrupted(i32),
}

impl Exit {
    /// The process's exit status.
    pub const fn status(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::SomeFailed => 1,
            Self::Unusable => 2,
            // EX_TEMPFAIL of sysexits.h: the same command may succeed later.
            Self::Busy | Self::Incomplete => 75,
            // As shells report a death by signal.
            Self::Interrupted(signal) => 128 + signal as u8,
        }
    }
}

impl Exit {
    /// How a run ends that was not interrupted and counted `counts`, if the failures that are `allowed` don't count.
    pub fn of_counts(counts: &Counts, allowed: Allowance) -> Self {
        // Nobody knows how many pictures are in a folder that could not be visited.
        if counts.unvisited_folders == 0 && allowed.covers(counts.failed, counts.found) {
            Self::Success
        } else {
            Self::SomeFailed
        }
    }

    /// Ends the program: with its status, or where a signal ended the run, by that signal.
    pub fn leave(self) -> ExitCode {
        if let Self::Interrupted(signal) = self {
            die_by(signal);
        }
        ExitCode::from(self.status())
    }
}
