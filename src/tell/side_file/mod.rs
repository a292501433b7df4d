//! The files that a run writes beside its thumbnails, in a folder or in a store: reports, lists, charts.
//!
//! ```text
//! object  one in a store
//! ```

#[cfg(feature = "object-store")]
mod object;

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

#[cfg(feature = "object-store")]
use {
    crate::batch::store::{Opener, Store, StoreOptions, StoreUrl},
    object::{Object, Spool},
    std::cell::OnceCell,
};

/// Whether `path` means stdout.
pub(crate) fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

/// Where a run's files are.
#[derive(Debug, Default)]
pub struct SideFiles {
    #[cfg(feature = "object-store")]
    options: StoreOptions,
    #[cfg(feature = "object-store")]
    opener: OnceCell<Opener>,
}

impl SideFiles {
    /// Those of a run that talks to stores as `options` say.
    #[cfg(feature = "object-store")]
    pub fn new(options: &StoreOptions) -> Self {
        Self {
            options: options.clone(),
            opener: OnceCell::new(),
        }
    }

    /// The file at `path`, which may be a store's URL.
    ///
    /// # Errors
    ///
    /// If the store doesn't answer.
    pub(crate) fn at(&self, path: &Path) -> io::Result<SideFile> {
        #[cfg(feature = "object-store")]
        if let Some(url) = StoreUrl::parse(path) {
            let url = url.map_err(io::Error::other)?;
            return Ok(SideFile::Object(Box::new(Object::at(
                self.opener()?,
                &url,
            )?)));
        }
        Ok(SideFile::Local(path.to_owned()))
    }

    /// The place at `path`, if that is in a store.
    ///
    /// # Errors
    ///
    /// If there is no such store to be had.
    #[cfg(feature = "object-store")]
    pub(crate) fn place(&self, path: &Path) -> io::Result<Option<Store>> {
        match StoreUrl::parse(path) {
            Some(url) => {
                let url = url.map_err(io::Error::other)?;
                Ok(Some(self.opener()?.place(&url)?))
            }
            None => Ok(None),
        }
    }

    /// The URLs of what is right in the folder at `path` and ends with `ending`, if that is in a store.
    ///
    /// # Errors
    ///
    /// If the store doesn't answer.
    pub fn in_store(&self, path: &Path, ending: &str) -> io::Result<Option<Vec<PathBuf>>> {
        #[cfg(feature = "object-store")]
        if let Some(url) = StoreUrl::parse(path) {
            let url = url.map_err(io::Error::other)?;
            return object::in_folder(self.opener()?, &url, ending).map(Some);
        }
        let _ = (path, ending);
        Ok(None)
    }

    #[cfg(feature = "object-store")]
    fn opener(&self) -> io::Result<&Opener> {
        if self.opener.get().is_none() {
            let opener = Opener::new(self.options.clone())?;
            let _ = self.opener.set(opener);
        }
        Ok(self.opener.get().expect("BUG: set just now"))
    }
}

/// A file that is to be written.
#[derive(Debug)]
pub(crate) enum SideFile {
    /// In a folder.
    Local(PathBuf),
    /// In a store.
    #[cfg(feature = "object-store")]
    Object(Box<Object>),
}

impl SideFile {
    /// Refuses a file that doesn't have the `beginning` of its kind, unless it is empty: it may be a picture that was
    /// named by mistake.
    pub(crate) fn check(&self, beginning: &[u8]) -> io::Result<()> {
        self.is_there(beginning).map(|_| ())
    }

    /// Whether there is one, with anything in it; the same is refused.
    pub(crate) fn is_there(&self, beginning: &[u8]) -> io::Result<bool> {
        let found = match self {
            Self::Local(path) => beginning_of(path, beginning.len() as u64)?,
            #[cfg(feature = "object-store")]
            Self::Object(object) => object.beginning(beginning.len() as u64)?,
        };
        if !found.is_empty() && found != beginning {
            let text = "it already exists, and holds something else";
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
        }
        Ok(!found.is_empty())
    }

    /// Refuses a place that has no folder to be in.
    pub(crate) fn check_folder(&self) -> io::Result<()> {
        match self {
            Self::Local(path) => fs::read_dir(folder(path)).map(|_| ()),
            #[cfg(feature = "object-store")]
            Self::Object(_) => Ok(()),
        }
    }

    /// Makes it, in place of an older one of its kind: see [`check`](Self::check). An older one is there as it is until
    /// the first byte is written, and the file is this process's as long as it is open. In a store, an older one is
    /// emptied at once, and what is written goes there when it is [finished](Output::finish).
    pub(crate) fn create(self, kind: Kind) -> io::Result<Output> {
        self.check(kind.beginning)?;
        match self {
            Self::Local(path) => open(&path),
            #[cfg(feature = "object-store")]
            Self::Object(object) => Ok(Output::Spool(
                object.empty()?.spool(kind.media_type)?.into(),
            )),
        }
    }

    /// Something that takes its place when it is finished.
    pub(crate) fn replace(self, kind: Kind) -> io::Result<Output> {
        // Only objects have a media type.
        let _ = kind.media_type;
        // Another file may have come into its place meanwhile.
        self.check(kind.beginning)?;
        match self {
            Self::Local(path) => {
                // Made as a plain file, so that a web server may read it if the umask lets it.
                let file = tempfile::Builder::new()
                    .prefix(".thumbgen-output.")
                    .make_in(folder(&path), |path| File::create_new(path))?;
                Ok(Output::Replacement(file, path))
            }
            #[cfg(feature = "object-store")]
            Self::Object(object) => Ok(Output::Spool(object.spool(kind.media_type)?.into())),
        }
    }

    /// What is in it, if it is there and can be read.
    pub(crate) fn read(&self) -> Option<File> {
        match self {
            Self::Local(path) => {
                let is_file = fs::metadata(path).is_ok_and(|file| file.is_file());
                is_file.then(|| File::open(path).ok()).flatten()
            }
            #[cfg(feature = "object-store")]
            Self::Object(object) => object.copy().ok().flatten(),
        }
    }
}

/// The folder that a file at `path` is in.
pub(crate) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// What kind of file it is.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// How each begins.
    pub beginning: &'static [u8],
    /// Content-Type of an object.
    pub media_type: &'static str,
}

fn beginning_of(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut found = Vec::new();
    if fs::metadata(path).is_ok_and(|file| file.is_file()) {
        File::open(path)?.take(most).read_to_end(&mut found)?;
    }
    Ok(found)
}

/// Refuses a file at `path`, in a folder: see [`SideFile::check`].
pub(crate) fn check(path: &Path, beginning: &[u8]) -> io::Result<()> {
    SideFile::Local(path.to_owned()).check(beginning)
}

fn open(path: &Path) -> io::Result<Output> {
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
    Ok(Output::File(file, is_begun))
}

/// Where a file's bytes go.
#[derive(Debug)]
pub(crate) enum Output {
    /// Into it; whether it has begun.
    File(File, bool),
    /// Into one that takes the place of another.
    Replacement(tempfile::NamedTempFile<File>, PathBuf),
    /// Into one that becomes an object.
    #[cfg(feature = "object-store")]
    Spool(Box<Spool>),
}

impl Output {
    /// Ends it: all of it is where it belongs.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self {
            Self::File(mut file, _) => file.flush(),
            Self::Replacement(file, path) => {
                file.persist(path)?;
                Ok(())
            }
            #[cfg(feature = "object-store")]
            Self::Spool(spool) => spool.put(),
        }
    }

    fn file(&mut self) -> &mut File {
        match self {
            Self::File(file, _) => file,
            Self::Replacement(file, _) => file.as_file_mut(),
            #[cfg(feature = "object-store")]
            Self::Spool(spool) => spool.file(),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Self::File(file, begun @ false) = self {
            file.set_len(0)?;
            *begun = true;
        }
        self.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file().flush()
    }
}
