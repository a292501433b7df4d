//! Removes thumbnails whose source is gone, and the folders that this empties.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::batch::destination::local::{Owner, is_temporary, sweep_file};
use crate::batch::error::{Cause, PictureError};
use crate::batch::ownership::is_thumbnail;
use crate::batch::shard::Shard;
use crate::batch::stage::Stage;

/// What is pruned, and how.
#[derive(Debug, Clone, Copy)]
pub struct Prune<'a> {
    /// The folder of pictures.
    pub source: &'a Path,
    /// The folder of thumbnails.
    pub dest: &'a Path,
    /// The part of it that is looked at; all, if there is none.
    pub shard: Option<Shard>,
    /// This process, as the names of temporary files have it.
    pub owner: &'a Owner,
    /// Whether it is only reported.
    pub dry_run: bool,
}

/// Removes from DEST every stamped thumbnail that has no source below SOURCE; in a dry run it only reports them.
///
/// `pruned` is told of each path before it is removed, and says whether to go on; `failed` of each error. Files without
/// a stamp are another's and stay, whatever their name. Links are neither followed nor removed. What disappears meanwhile
/// is not an error: runs of other shards prune the same folders.
pub fn prune(
    what: Prune<'_>,
    mut goes_on: impl FnMut() -> bool,
    mut pruned: impl FnMut(&Path),
    mut failed: impl FnMut(PictureError),
) {
    let Prune {
        source,
        dest,
        shard,
        owner,
        dry_run,
    } = what;
    for entry in WalkDir::new(dest).min_depth(1) {
        if !goes_on() {
            return;
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if is_gone(error.io_error()) => continue,
            Err(error) => {
                let path = error.path().unwrap_or(dest).to_owned();
                let error = error
                    .into_io_error()
                    .unwrap_or_else(|| io::Error::other("unknown error"));
                failed(PictureError {
                    path,
                    stage: Stage::Walk,
                    cause: Cause::Io(error),
                });
                continue;
            }
        };
        if !entry.file_type().is_file() || (!dry_run && sweep_file(entry.path(), owner)) {
            continue;
        }
        // It has a stamp and no source, and is a thumbnail that another shard's run is making.
        if is_temporary(entry.path()) {
            continue;
        }
        let relative = entry
            .path()
            .strip_prefix(dest)
            .expect("BUG: an entry outside the tree");
        if shard.is_some_and(|shard| !shard.holds(relative)) {
            continue;
        }
        match is_orphan(entry.path(), &source.join(relative)) {
            Ok(false) => {}
            Ok(true) => {
                pruned(entry.path());
                if !dry_run
                    && let Err(error) = remove(entry.path(), dest)
                    && !is_gone(Some(&error))
                {
                    failed(PictureError::new(entry.path(), Stage::Write, error));
                }
            }
            Err(error) if is_gone(Some(&error)) => {}
            Err(error) => failed(PictureError::new(entry.path(), Stage::Freshness, error)),
        }
    }
}

fn is_gone(error: Option<&io::Error>) -> bool {
    error.is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// Whether `thumbnail` is thumbgen's and has no `source`. A source that can't be looked at need not be gone.
fn is_orphan(thumbnail: &Path, source: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(source) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) => {}
        Err(error) => return Err(error),
        Ok(_) => return Ok(false),
    }
    is_thumbnail(thumbnail)
}

/// Removes `thumbnail`, and then every folder between it and `dest` that is empty now.
fn remove(thumbnail: &Path, dest: &Path) -> io::Result<()> {
    fs::remove_file(thumbnail)?;
    let emptied = thumbnail
        .ancestors()
        .skip(1)
        .take_while(|folder| *folder != dest);
    for folder in emptied.map(PathBuf::from) {
        // A folder that holds anything refuses; that is how it is known to be empty.
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}
