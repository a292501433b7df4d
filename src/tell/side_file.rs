//! The files that a run writes beside its thumbnails: reports, charts.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read};
use std::path::Path;

/// Whether `path` means stdout.
pub(crate) fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

/// Makes the file at `path`, in place of an older one of its kind: see [`check`]. It is this process's as long as it is
/// open.
pub(crate) fn create(path: &Path, beginning: &[u8]) -> io::Result<File> {
    check(path, beginning)?;
    let mut options = File::options();
    let file = options
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    // What isn't a file (a pipe, /dev/null) may have several that write to it.
    if file.metadata()?.is_file() {
        // Without locks, it has to do without.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            let text = "another run is writing it";
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, text));
        }
        file.set_len(0)?;
    }
    Ok(file)
}

/// Refuses a file at `path` that doesn't have the `beginning` of its kind, unless it is empty: it may be a picture that
/// was named by mistake.
pub(crate) fn check(path: &Path, beginning: &[u8]) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|file| file.is_file()) {
        let mut found = Vec::new();
        let most = beginning.len() as u64;
        File::open(path)?.take(most).read_to_end(&mut found)?;
        if !found.is_empty() && found != beginning {
            let text = "it already exists, and holds something else";
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
        }
    }
    Ok(())
}
