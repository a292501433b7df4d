//! Pictures that a list names, instead of the walk: relative paths, one per line or each followed by a NUL.
//!
//! The list is read as it comes and never kept, so it may be endless, although no single path may be. It may also come
//! from anywhere, such as a database or a form, so a path that leads out of SOURCE is refused: that picture fails, and
//! the list goes on.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::batch::error::{FailureCause, PictureError, Refused, RunError};
use crate::batch::stage::Stage;
use crate::batch::stop::Stop;
use crate::batch::walk::SourcePicture;

/// How often a run that waits for its list checks whether it should end, in milliseconds.
const BETWEEN_LOOKS: u16 = 100;

/// A path that is longer can't be opened on Linux (PATH_MAX in linux/limits.h), wherever SOURCE is.
const LONGEST_PATH: usize = 4096;

/// A list of pictures, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Its file; `-` is stdin.
    pub path: PathBuf,
    /// Whether each path ends with a NUL instead of a line.
    pub nul: bool,
}

/// A list that is being read.
#[derive(Debug)]
pub struct FileList {
    listed: Listed,
    source: PathBuf,
    /// What keeps paths inside SOURCE; nothing, where there are no folders but keys.
    folders: Option<Folders>,
}

/// The paths of a list as they stand there, whatever they lead to.
#[derive(Debug)]
pub(super) struct Listed {
    lines: BufReader<UntilStopped>,
    end_of_path: u8,
    line: Vec<u8>,
}

/// What keeps paths inside SOURCE.
#[derive(Debug)]
struct Folders {
    /// SOURCE and DEST without links.
    real_source: PathBuf,
    real_dest: Option<PathBuf>,
    follow: bool,
    /// The folder looked at last, as it was named, and whether pictures directly in it may be taken.
    folder: PathBuf,
    verdict: Option<Refused>,
}

impl FileList {
    /// Opens `list`.
    ///
    /// # Errors
    ///
    /// When the list can't be opened, or SOURCE is no folder.
    pub fn open(
        list: &List,
        source: &Path,
        dest: &Path,
        follow: bool,
        stop: &Stop,
    ) -> Result<Self, RunError> {
        if !source.is_dir() {
            return Err(RunError::ListOfPicture(source.to_owned()));
        }
        let real_source =
            fs::canonicalize(source).map_err(|error| RunError::Source(source.to_owned(), error))?;
        Ok(Self {
            listed: Listed::open(list, stop)?,
            source: source.to_owned(),
            folders: Some(Folders {
                real_source,
                // A dry run goes on without a DEST.
                real_dest: fs::canonicalize(dest).ok(),
                follow,
                folder: PathBuf::new(),
                verdict: None,
            }),
        })
    }

    /// Opens `list`, of keys below `source`, a place in a store.
    ///
    /// # Errors
    ///
    /// When it can't be opened.
    #[cfg(feature = "object-store")]
    pub fn of_keys(list: &List, source: &Path, stop: &Stop) -> Result<Self, RunError> {
        Ok(Self {
            listed: Listed::open(list, stop)?,
            source: source.to_owned(),
            folders: None,
        })
    }
}

impl FileList {
    /// The next picture that `is_ours` says is ours, by its path below SOURCE; nothing at the list's end, or when the
    /// run is stopped.
    ///
    /// # Errors
    ///
    /// When the list can't be read on.
    pub fn next(
        &mut self,
        mut is_ours: impl FnMut(&Path) -> bool,
    ) -> io::Result<Option<Result<SourcePicture, PictureError>>> {
        while let Some((listed, relative)) = self.listed.next()? {
            if is_ours(&relative) {
                return Ok(Some(picture(
                    &self.source,
                    self.folders.as_mut(),
                    listed,
                    &relative,
                )));
            }
        }
        Ok(None)
    }
}

impl Listed {
    fn open(list: &List, stop: &Stop) -> Result<Self, RunError> {
        let List { path, nul } = list;
        let file = if *path == Path::new("-") {
            io::stdin().as_fd().try_clone_to_owned().map(File::from)
        } else {
            File::open(path)
        };
        let file = file.map_err(|error| RunError::FilesFrom(path.clone(), error))?;
        Ok(Self::of(file, *nul, stop))
    }

    fn of(file: File, nul: bool, stop: &Stop) -> Self {
        Self {
            lines: BufReader::new(UntilStopped {
                file,
                stop: stop.clone(),
            }),
            end_of_path: if nul { 0 } else { b'\n' },
            line: Vec::new(),
        }
    }

    /// The `list` a second time, if it can be read again: a pipe can't.
    pub(super) fn again(list: &List, stop: &Stop) -> Option<Self> {
        let is_file = fs::metadata(&list.path).is_ok_and(|found| found.is_file());
        if !is_file || list.path == Path::new("-") {
            return None;
        }
        Some(Self::of(File::open(&list.path).ok()?, list.nul, stop))
    }

    /// The next path as it is listed and as the walk would find it; nothing at the list's end, or when the run is
    /// stopped.
    pub(super) fn next(&mut self) -> io::Result<Option<(&Path, PathBuf)>> {
        loop {
            self.line.clear();
            let most = LONGEST_PATH as u64 + 1;
            let mut lines = self.lines.by_ref().take(most);
            if lines.read_until(self.end_of_path, &mut self.line)? == 0 {
                return Ok(None);
            }
            if self.line.len() > LONGEST_PATH && !self.line.ends_with(&[self.end_of_path]) {
                let text = "a path of more than 4096 bytes: --null is for paths that end with NULs, and only for those";
                return Err(io::Error::other(text));
            }
            let stopped = self.lines.get_ref().stop.is_set();
            if self.line.pop_if(|last| *last == self.end_of_path).is_none() && stopped {
                // The signal may have cut the path short.
                return Ok(None);
            }
            if !self.line.is_empty() {
                break;
            }
        }
        let listed = Path::new(std::ffi::OsStr::from_bytes(&self.line));
        Ok(Some((listed, plain(listed))))
    }
}

/// `path` as the walk would find it, `a/b.jpg` for `./a//b.jpg`: the hash of the two must be one.
fn plain(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| *part != Component::CurDir)
        .collect()
}

/// The picture at `relative` below `source`, as it is `listed`.
fn picture(
    source: &Path,
    folders: Option<&mut Folders>,
    listed: &Path,
    relative: &Path,
) -> Result<SourcePicture, PictureError> {
    let path = source.join(relative);
    let checked = check_parts(relative);
    let checked = checked.and_then(|()| folders.map_or(Ok(()), |folders| folders.check(&path)));
    match checked {
        Ok(()) => Ok(SourcePicture::below(source, path)),
        Err(cause) => Err(PictureError {
            // As it is listed, if it can't be placed anywhere below SOURCE.
            path: if matches!(
                cause,
                FailureCause::Refused(Refused::Absolute | Refused::Parent)
            ) {
                listed.to_owned()
            } else {
                path
            },
            stage: Stage::Walk,
            cause,
        }),
    }
}

/// Refuses a path that leads out of SOURCE whatever is there.
fn check_parts(relative: &Path) -> Result<(), FailureCause> {
    if relative.as_os_str().as_bytes().contains(&0) {
        return Err(Refused::Nul.into());
    }
    for part in relative.components() {
        match part {
            Component::Normal(_) => {}
            Component::ParentDir => return Err(Refused::Parent.into()),
            _ => return Err(Refused::Absolute.into()),
        }
    }
    Ok(())
}

impl Folders {
    fn check(&mut self, path: &Path) -> Result<(), FailureCause> {
        let folder = path.parent().unwrap_or(path);
        if folder != self.folder {
            self.folder.clear();
            self.verdict = self.of_real(&fs::canonicalize(folder)?);
            folder.clone_into(&mut self.folder);
        }
        if let Some(refused) = self.verdict {
            return Err(refused.into());
        }
        let mut found = fs::symlink_metadata(path)?;
        if found.is_symlink() {
            if let Some(refused) = self.of_real(&fs::canonicalize(path)?) {
                return Err(refused.into());
            }
            found = fs::metadata(path)?;
        }
        if found.is_file() {
            Ok(())
        } else if found.is_dir() {
            Err(Refused::Folder.into())
        } else {
            Err(Refused::NotFile.into())
        }
    }

    /// The objection, if any, to a path whose place without links is `real`.
    fn of_real(&self, real: &Path) -> Option<Refused> {
        if self
            .real_dest
            .as_ref()
            .is_some_and(|dest| real.starts_with(dest))
        {
            Some(Refused::InDest)
        } else if !self.follow && !real.starts_with(&self.real_source) {
            Some(Refused::Outside)
        } else {
            None
        }
    }
}

/// The list's file, which ends when the run is stopped: a program that writes into a pipe may take any time.
#[derive(Debug)]
struct UntilStopped {
    file: File,
    stop: Stop,
}

impl Read for UntilStopped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.stop.is_set() {
            let mut ready = [PollFd::new(self.file.as_fd(), PollFlags::POLLIN)];
            match poll(&mut ready, PollTimeout::from(BETWEEN_LOOKS)) {
                Ok(0) | Err(Errno::EINTR) => {}
                Ok(_) => return self.file.read(buffer),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_path_hashes_as_the_walks() {
        for listed in ["a/b.jpg", "./a/b.jpg", "a//b.jpg", "a/./b.jpg", "a/b.jpg/"] {
            assert_eq!(plain(Path::new(listed)), Path::new("a/b.jpg"), "{listed}");
        }
    }
}
