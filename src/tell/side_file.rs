//! The files that a run writes beside its thumbnails: reports, charts, lists, galleries.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::Path;

/// Whether `path` means stdout.
pub(crate) fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

/// The folder of the file at `path`.
pub(crate) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Makes the file at `path`, in place of an older one of its kind: see [`check`].
pub(crate) fn create(path: &Path, beginning: &[u8]) -> io::Result<File> {
    let file = open(path, beginning)?;
    empty(&file)?;
    Ok(file)
}

/// The same, but an older one is there as it is until the first byte is written. The file is this process's as long as it
/// is open.
pub(crate) fn create_late(path: &Path, beginning: &[u8]) -> io::Result<impl Write + Send + use<>> {
    Ok(Late {
        file: open(path, beginning)?,
        is_begun: false,
    })
}

/// A file that is emptied by what is first written to it.
struct Late {
    file: File,
    is_begun: bool,
}

impl Write for Late {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_begun {
            empty(&self.file)?;
            self.is_begun = true;
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Empties what can be empty: a pipe can't.
fn empty(file: &File) -> io::Result<()> {
    match file.metadata()?.is_file() {
        true => file.set_len(0),
        false => Ok(()),
    }
}

fn open(path: &Path, beginning: &[u8]) -> io::Result<File> {
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
