//! What is refused before any work is done.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use nix::unistd::{AccessFlags, access};

use crate::batch::error::RunError;
use crate::batch::walk::FileId;

/// Refuses a SOURCE and a DEST that can't work, and makes DEST if it is not there; a dry run makes nothing. A
/// thumbnail with a `name` of its own may be in the picture's folder.
///
/// # Errors
///
/// What is wrong with either of them.
pub fn prepare(
    source: &Path,
    dest: &Path,
    name: Option<&OsStr>,
    dry_run: bool,
) -> Result<(), RunError> {
    let folders = source_folders(source)?;
    let unusable = |error| RunError::Dest(dest.to_owned(), error);
    if !make(dest, dry_run)? {
        return Ok(());
    }
    // Only now: until there is a `new`, it is impossible to tell that `new/../images` is `images`.
    let there = fs::canonicalize(dest).map_err(unusable)?;
    if let Some(name) = name {
        let thumbnail = dest.join(name);
        let id = |path: &Path| fs::metadata(path).ok().map(|there| FileId::of(&there));
        if id(&thumbnail).is_some_and(|there| id(source) == Some(there)) {
            return Err(RunError::SameFile(thumbnail));
        }
    }
    for folder in folders.iter().filter(|_| name.is_none()) {
        if there == *folder {
            return Err(RunError::SameFolder(dest.to_owned()));
        }
        if folder.starts_with(&there) {
            return Err(RunError::DestContainsSource(dest.to_owned()));
        }
    }
    check_access(dest, dry_run)
}

/// The same for a DEST whose SOURCE is in a store.
///
/// # Errors
///
/// What is wrong with it.
#[cfg(feature = "object-store")]
pub(super) fn prepare_dest(dest: &Path, dry_run: bool) -> Result<(), RunError> {
    match make(dest, dry_run)? {
        true => check_access(dest, dry_run),
        false => Ok(()),
    }
}

/// Makes DEST if it is not there, and says whether it is; after a dry run it need not be.
fn make(dest: &Path, dry_run: bool) -> Result<bool, RunError> {
    let unusable = |error| RunError::Dest(dest.to_owned(), error);
    match fs::metadata(dest) {
        Ok(there) if !there.is_dir() => return Err(RunError::DestNotFolder(dest.to_owned())),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound && dry_run => return Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(dest).map_err(unusable)?;
        }
        Err(error) => return Err(unusable(error)),
    }
    Ok(true)
}

fn check_access(dest: &Path, dry_run: bool) -> Result<(), RunError> {
    let needed = if dry_run {
        AccessFlags::R_OK
    } else {
        AccessFlags::R_OK | AccessFlags::W_OK | AccessFlags::X_OK
    };
    access(dest, needed).map_err(|error| RunError::Dest(dest.to_owned(), error.into()))
}

/// The folder that SOURCE is; or, if it is one picture, the picture's folder and that of the link that leads to it.
pub(super) fn source_folders(source: &Path) -> Result<Vec<PathBuf>, RunError> {
    let unusable = |error| RunError::Source(source.to_owned(), error);
    let kind = fs::metadata(source).map_err(unusable)?;
    let there = fs::canonicalize(source).map_err(unusable)?;
    if kind.is_dir() {
        fs::read_dir(source).map_err(unusable)?;
        Ok(vec![there])
    } else if kind.is_file() {
        // A thumbnail in its own folder would take the picture's place, or the link's.
        let folder = std::path::absolute(source).map_err(unusable)?;
        let folders = [there.parent(), folder.parent()].into_iter().flatten();
        folders
            .map(|folder| fs::canonicalize(folder).map_err(unusable))
            .collect()
    } else {
        Err(RunError::SourceKind(source.to_owned()))
    }
}
