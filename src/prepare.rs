//! What is refused before any work is done.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use nix::unistd::{AccessFlags, access};

use crate::error::RunError;

/// Refuses a SOURCE and a DEST that can't go well, and makes DEST if it is not there; a dry run makes nothing.
///
/// # Errors
///
/// What is wrong with which of them.
pub fn prepare(source: &Path, dest: &Path, dry_run: bool) -> Result<(), RunError> {
    let folder = source_folder(source)?;
    let unusable = |error| RunError::Dest(dest.to_owned(), error);
    match fs::canonicalize(dest) {
        Ok(there) if !there.is_dir() => return Err(RunError::DestNotFolder(dest.to_owned())),
        Ok(there) if there == folder => return Err(RunError::SameFolder(dest.to_owned())),
        Ok(there) if folder.starts_with(&there) => {
            return Err(RunError::DestContainsSource(dest.to_owned()));
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound && dry_run => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(dest).map_err(unusable)?;
        }
        Err(error) => return Err(unusable(error)),
    }
    let needed = if dry_run {
        AccessFlags::R_OK
    } else {
        AccessFlags::R_OK | AccessFlags::W_OK | AccessFlags::X_OK
    };
    access(dest, needed).map_err(|error| unusable(error.into()))
}

/// The folder that SOURCE is, or that it stands in if it is one picture.
fn source_folder(source: &Path) -> Result<PathBuf, RunError> {
    let unusable = |error| RunError::Source(source.to_owned(), error);
    let kind = fs::metadata(source).map_err(unusable)?;
    let there = fs::canonicalize(source).map_err(unusable)?;
    if kind.is_dir() {
        fs::read_dir(source).map_err(unusable)?;
        Ok(there)
    } else if kind.is_file() {
        // A thumbnail in the picture's own folder would take the picture's place.
        Ok(there.parent().map_or_else(PathBuf::new, Path::to_owned))
    } else {
        Err(RunError::SourceKind(source.to_owned()))
    }
}
