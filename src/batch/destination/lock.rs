//! Who may work on a DEST at the same time: kernel locks, which end with the process that holds them.
//!
//! | run | lock on the folder DEST | lock on DEST's `.thumbgen.shard-I-of-N.lock` |
//! |---|---|---|
//! | of the whole tree | exclusive | |
//! | `--files-from` | shared | |
//! | `--shard I/N` | shared | exclusive |
//!
//! So a run of the whole tree is alone, and two runs of the same shard exclude each other; all others may go on side by
//! side. A shard's file is what is locked, not the lock: its existence means nothing, and a run that finds one takes it
//! over. It is removed at the end of the run, while it is still locked; a run that has opened it in the meantime sees
//! that it is no longer in its place, and begins again.
//!
//! On NFS a lock on a folder excludes processes of the same host only; a lock on a file excludes those of all hosts.
//!
//! Locks spare work and load; correctness never rests on them. Two runs at once leave the same bytes as one.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;

use crate::batch::destination::holder::{holder, plain};
use crate::batch::shard::Shard;
use crate::batch::stop::Stop;
use crate::batch::walk::FileId;

/// How often a waiting run checks whether the lock is free.
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// How often in a row a shard's file may go just when it is locked: by then, it isn't other runs that take it away.
const MOST_GONE: u32 = 100;

/// How the names of shards' files begin and end.
const PREFIX: &str = ".thumbgen.shard-";
const SUFFIX: &str = ".lock";

/// Whoever can write to DEST can put a link or a pipe in the place of a shard's file.
const NEITHER_FOLLOWED_NOR_WAITED_FOR: OFlag = OFlag::O_NOFOLLOW.union(OFlag::O_NONBLOCK);

/// How long to wait for another run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Not at all.
    No,
    /// At most this long.
    For(Duration),
    /// Until it has ended.
    Forever,
}

/// What a run works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The whole tree.
    Whole,
    /// The pictures of a list.
    List,
    /// One part of the tree.
    Shard(Shard),
}

/// What came of trying to lock DEST.
#[derive(Debug)]
pub enum Lock {
    /// The lock is this run's until the value is dropped.
    Held(Held),
    /// Another run has it: the holder, if that could be told.
    Busy(Option<String>),
    /// The file system can't lock.
    Unsupported(io::Error),
    /// The run was stopped while it waited.
    Stopped,
}

/// Locks that are held as long as this lives.
#[derive(Debug)]
pub struct Held {
    // In this order: the shard's file goes while DEST is still held.
    _shard: Option<ShardFile>,
    _folder: File,
}

/// A shard's file, locked.
#[derive(Debug)]
struct ShardFile {
    path: PathBuf,
    _locked: File,
}

impl Drop for ShardFile {
    fn drop(&mut self) {
        // If it stays, it does no harm.
        let _ = fs::remove_file(&self.path);
    }
}

/// Locks what `claim` needs of the folder `dest`, waiting for other runs as `wait` says.
///
/// # Errors
///
/// When the folder can't be opened.
pub fn lock(dest: &Path, claim: Claim, wait: Wait, stop: &Stop) -> io::Result<Lock> {
    let waiting = Waiting {
        start: Instant::now(),
        wait,
        stop,
    };
    let folder = File::open(dest)?;
    let free = || {
        let locked = match claim {
            Claim::Whole => folder.try_lock(),
            Claim::List | Claim::Shard(_) => folder.try_lock_shared(),
        };
        locked.map(Some)
    };
    match waiting.until(free) {
        Until::Got(()) => {}
        Until::Busy => return Ok(Lock::Busy(holder(&folder))),
        Until::Failed(error) => return Ok(Lock::Unsupported(error)),
        Until::Stopped => return Ok(Lock::Stopped),
    }
    let shard = match claim {
        Claim::Shard(shard) => {
            let path = dest.join(format!(
                "{PREFIX}{}-of-{}{SUFFIX}",
                shard.index, shard.count
            ));
            match waiting.until(|| lock_file(&path)) {
                Until::Got(locked) => Some(ShardFile {
                    path,
                    _locked: locked,
                }),
                Until::Busy => return Ok(Lock::Busy(Some(holder_of_shard(shard, &path)))),
                Until::Failed(error) => return Ok(Lock::Unsupported(error)),
                Until::Stopped => return Ok(Lock::Stopped),
            }
        }
        Claim::List => None,
        Claim::Whole => {
            remove_left(dest);
            None
        }
    };
    Ok(Lock::Held(Held {
        _shard: shard,
        _folder: folder,
    }))
}

/// How long a run has been waiting, and how long it may.
struct Waiting<'a> {
    start: Instant,
    wait: Wait,
    stop: &'a Stop,
}

enum Until<T> {
    Got(T),
    Busy,
    Failed(io::Error),
    Stopped,
}

impl Waiting<'_> {
    /// Tries `locked` until it returns something or the wait is over. When it returns nothing, it is tried again at
    /// once, but not for ever.
    fn until<T>(&self, locked: impl Fn() -> Result<Option<T>, TryLockError>) -> Until<T> {
        let mut gone = 0;
        loop {
            match locked() {
                Ok(Some(got)) => return Until::Got(got),
                Ok(None) if gone < MOST_GONE => {
                    gone += 1;
                    continue;
                }
                Ok(None) => return Until::Failed(io::Error::other(FileGone)),
                Err(TryLockError::Error(error)) => return Until::Failed(error),
                Err(TryLockError::WouldBlock) => {}
            }
            let patient = match self.wait {
                Wait::No => false,
                Wait::For(limit) => self.start.elapsed() < limit,
                Wait::Forever => true,
            };
            if self.stop.is_set() {
                return Until::Stopped;
            }
            if !patient {
                return Until::Busy;
            }
            thread::sleep(BETWEEN_TRIES);
        }
    }
}

/// A shard's file is never where it was opened.
#[derive(Debug, thiserror::Error)]
#[error("the shard's file doesn't stay in its place")]
struct FileGone;

/// Something else is where a shard's file belongs.
#[derive(Debug, thiserror::Error)]
#[error("what is in the place of the shard's file is not a file")]
struct NotFile;

/// The shard's file at `path`, locked; nothing if the run that had it has just removed it.
fn lock_file(path: &Path) -> Result<Option<File>, TryLockError> {
    // For writing: NFS locks no other file exclusively.
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .custom_flags(NEITHER_FOLLOWED_NOR_WAITED_FOR.bits())
        .open(path)
        .map_err(TryLockError::Error)?;
    if !file.metadata().map_err(TryLockError::Error)?.is_file() {
        return Err(TryLockError::Error(io::Error::other(NotFile)));
    }
    file.try_lock()?;
    if !is_at(&file, path) {
        return Ok(None);
    }
    // For a run on any host that finds the shard busy.
    let host = nix::unistd::gethostname().unwrap_or_default();
    let text = format!("process {} on {}\n", std::process::id(), host.display());
    let _ = file
        .set_len(0)
        .and_then(|()| file.write_all(text.as_bytes()));
    Ok(Some(file))
}

fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(opened), Ok(there)) => FileId::of(&opened) == FileId::of(&there),
        _ => false,
    }
}

fn holder_of_shard(shard: Shard, path: &Path) -> String {
    let run = format!("another run of shard {shard}");
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(NEITHER_FOLLOWED_NOR_WAITED_FOR.bits())
        .open(path);
    match file.ok().and_then(plain) {
        Some(holder) => format!("{run}, {holder}"),
        None => run,
    }
}

/// Removes the files that killed runs of shards left in `dest`. This run has `dest` to itself.
fn remove_left(dest: &Path) {
    let Ok(entries) = fs::read_dir(dest) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_lock = name.to_str().is_some_and(is_shards_file)
            && entry.file_type().is_ok_and(|kind| kind.is_file());
        // Locked, it may be that of a run on another host.
        if is_lock
            && let Ok(file) = OpenOptions::new()
                .write(true)
                .custom_flags(NEITHER_FOLLOWED_NOR_WAITED_FOR.bits())
                .open(entry.path())
            && file.try_lock().is_ok()
            && is_at(&file, &entry.path())
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether `name` is that of a shard's file, to the letter: such a file may be removed.
fn is_shards_file(name: &str) -> bool {
    let shard = name
        .strip_prefix(PREFIX)
        .and_then(|name| name.strip_suffix(SUFFIX));
    let numbers = shard.and_then(|shard| shard.split_once("-of-"));
    numbers.is_some_and(|(index, count)| {
        [index, count]
            .into_iter()
            .all(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    })
}
