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

/// A file that takes the place of an older one of its kind with the first byte that is written, and not before. It is this
/// process's as long as it is open.
#[derive(Debug)]
pub(crate) struct SideFile {
    file: File,
    is_begun: bool,
}

impl SideFile {
    /// The file at `path`, which may be an older one of its kind: see [`check`].
    pub(crate) fn create(path: &Path, beginning: &[u8]) -> io::Result<Self> {
        check(path, beginning)?;
        let mut options = File::options();
        let file = options
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        // What isn't a file (a pipe, /dev/null) may have several that write to it, and can't be emptied.
        let is_begun = !file.metadata()?.is_file();
        // A file system without locks has to do without.
        if !is_begun && matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            let text = "another run is writing it";
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, text));
        }
        Ok(Self { file, is_begun })
    }
}

impl Write for SideFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_begun {
            self.file.set_len(0)?;
            self.is_begun = true;
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
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
