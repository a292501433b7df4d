//! The exit statuses: a promise to scripts, cron and schedulers.

use std::process::ExitCode;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Every picture has a fresh thumbnail; also if there were none.
    Success,
    /// The run finished, but some pictures failed.
    SomeFailed,
    /// Wrong usage, or SOURCE or DEST can't be used.
    Unusable,
}

impl Exit {
    /// The process's exit status.
    pub const fn status(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::SomeFailed => 1,
            Self::Unusable => 2,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.status())
    }
}
