//! One run at a time on a DEST: a kernel lock on the folder itself, which ends with the process that holds it.
//!
//! It spares work and load; correctness never rests on it. Two runs at once leave the same bytes as one.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::stat::{major, minor};

use crate::interrupt::Interrupt;

/// How often a run that waits looks whether the lock is free.
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// How long to wait for another run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Not at all.
    No,
    /// So long.
    For(Duration),
    /// Until it has ended.
    Forever,
}

/// What came of trying to lock DEST.
#[derive(Debug)]
pub enum Lock {
    /// It is this run's until the value is dropped.
    Held(File),
    /// Another run has it: the holder, if that could be told.
    Busy(Option<String>),
    /// The file system can't lock.
    Unsupported(io::Error),
    /// A signal arrived while waiting.
    Interrupted,
}

/// Locks the folder `dest`, waiting for another run as `wait` says.
///
/// # Errors
///
/// When the folder can't be opened.
pub fn lock(dest: &Path, wait: Wait, interrupt: &Interrupt) -> io::Result<Lock> {
    let folder = File::open(dest)?;
    let start = Instant::now();
    loop {
        match folder.try_lock() {
            Ok(()) => return Ok(Lock::Held(folder)),
            Err(TryLockError::Error(error)) => return Ok(Lock::Unsupported(error)),
            Err(TryLockError::WouldBlock) => {}
        }
        let patient = match wait {
            Wait::No => false,
            Wait::For(limit) => start.elapsed() < limit,
            Wait::Forever => true,
        };
        if interrupt.is_set() {
            return Ok(Lock::Interrupted);
        }
        if !patient {
            return Ok(Lock::Busy(holder(&folder)));
        }
        thread::sleep(BETWEEN_TRIES);
    }
}

/// The process that holds a lock on `folder`, as Linux tells it in `/proc/locks`; a process of another host or of
/// another container is not told.
fn holder(folder: &File) -> Option<String> {
    let found = folder.metadata().ok()?;
    let device = found.dev();
    let id = format!(
        "{:02x}:{:02x}:{}",
        major(device),
        minor(device),
        found.ino()
    );
    let locks = fs::read_to_string("/proc/locks").ok()?;
    // 1: FLOCK  ADVISORY  WRITE 4711 fe:00:10011755 0 EOF
    let process = locks.lines().find_map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        match words[..] {
            [_, "FLOCK", _, "WRITE", process, file, ..] if file == id => {
                process.parse::<u32>().ok()
            }
            _ => None,
        }
    })?;
    let name = fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
    Some(format!("process {process} ({})", name.trim_end()))
}
