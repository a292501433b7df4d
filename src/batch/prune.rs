//! Removes thumbnails whose source is gone, and the folders that this empties.
//!
//! A thumbnail's name tells which picture it is of; one that no variant's name fits is of a variant that is made no
//! longer, or was named otherwise. So is one whose stamp has a size or format that the run doesn't make. It stays
//! unless such variants are to go, too: a run with other sizes than usual must not cost the thumbnails of all others.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::batch::destination::temporary::{Owner, is_temporary, sweep_file};
use crate::batch::error::{FailureCause, PictureError};
use crate::batch::freshness::Fingerprint;
use crate::batch::names::{Label, Names};
use crate::batch::ownership::is_thumbnail_with;
use crate::batch::shard::Shard;
use crate::batch::stage::Stage;
use crate::picture::stamp::Stamp;

/// What is pruned, and how.
#[derive(Clone, Copy)]
pub struct Prune<'a> {
    /// The folder of thumbnails.
    pub dest: &'a Path,
    /// What thumbnails are called.
    pub names: &'a Names,
    /// The settings of each variant.
    pub settings: &'a [Fingerprint],
    /// Whether those of other variants are removed.
    pub other_variants: bool,
    /// The part of it that is looked at; all, if there is none.
    pub shard: Option<Shard>,
    /// This process, as the names of temporary files have it.
    pub owner: &'a Owner,
    /// Whether it is only reported.
    pub dry_run: bool,
    /// Whether any of these pictures, or folders if the paths end with a slash, is below SOURCE.
    pub any_is_there: &'a dyn Fn(&[PathBuf]) -> io::Result<bool>,
}

/// Removes from DEST every stamped thumbnail that has no source below SOURCE; in a dry run it only reports them.
///
/// `pruned` is told of each path that was removed; `failed` of each error; `goes_on` says whether to go on. Files
/// without a stamp are another's and stay, whatever their name. Links are neither followed nor removed. What disappears
/// meanwhile is not an error: runs of other shards prune the same folders.
pub fn prune(
    what: Prune<'_>,
    mut goes_on: impl FnMut() -> bool,
    mut pruned: impl FnMut(&Path),
    mut failed: impl FnMut(PictureError),
) {
    let Prune {
        dest,
        names,
        settings,
        other_variants,
        shard,
        owner,
        dry_run,
        any_is_there,
    } = what;
    let is_variant = |stamp: &Stamp<'_>| is_pruned(stamp, settings, other_variants);
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
                    cause: FailureCause::Io(error),
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
        let orphan = has_no_picture(relative, names, other_variants, shard, any_is_there);
        match orphan.and_then(|orphan| Ok(orphan && is_thumbnail_with(entry.path(), is_variant)?)) {
            Ok(false) => {}
            Ok(true) if dry_run => pruned(entry.path()),
            Ok(true) => match remove(entry.path(), dest) {
                Ok(()) => pruned(entry.path()),
                Err(error) if is_gone(Some(&error)) => {}
                Err(error) => failed(PictureError::new(entry.path(), Stage::Write, error)),
            },
            Err(error) if is_gone(Some(&error)) => {}
            Err(error) => failed(PictureError::new(entry.path(), Stage::Freshness, error)),
        }
    }
}

fn is_gone(error: Option<&io::Error>) -> bool {
    error.is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// Whether a thumbnail with this `stamp` is pruned if it is an orphan: it is of a variant that has these `settings`, or
/// all go.
pub(super) fn is_pruned(stamp: &Stamp<'_>, settings: &[Fingerprint], other_variants: bool) -> bool {
    let mut settings = settings.iter();
    other_variants || settings.any(|settings| settings.is_variant_of(stamp))
}

/// Whether the file at `relative` below DEST would be an orphan, if it is a thumbnail: it is one of this `shard`, and
/// none of the pictures that it may be of, by its name, is there. A picture that can't be looked at need not be gone.
pub(super) fn has_no_picture(
    relative: &Path,
    names: &Names,
    other_variants: bool,
    shard: Option<Shard>,
    any_is_there: &dyn Fn(&[PathBuf]) -> io::Result<bool>,
) -> io::Result<bool> {
    let mut pictures = names.sources(relative);
    if names.is_mirror() && is_other_variants(relative, any_is_there)? {
        pictures.clear();
    }
    let of = pictures.first().map_or(relative, PathBuf::as_path);
    if shard.is_some_and(|shard| !shard.holds(of)) || (pictures.is_empty() && !other_variants) {
        return Ok(false);
    }
    Ok(!any_is_there(&pictures)?)
}

/// Whether there is anything at one of these `paths` below `root`; a folder, if it ends with a slash.
pub(super) fn any_is_there(root: &Path, paths: &[PathBuf]) -> io::Result<bool> {
    for path in paths {
        if is_there(&root.join(path))? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_there(path: &Path) -> io::Result<bool> {
    use io::ErrorKind::{NotADirectory, NotFound};
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether the thumbnail at `relative` below DEST is in a folder that is called like that of one variant among several,
/// and SOURCE has no folder of that name.
fn is_other_variants(
    relative: &Path,
    any_is_there: &dyn Fn(&[PathBuf]) -> io::Result<bool>,
) -> io::Result<bool> {
    let mut parts = relative.components();
    let folder = parts.next().map(|part| Path::new(part.as_os_str()));
    match (folder, parts.next()) {
        (Some(folder), Some(_)) if Label::is_folder(folder) => {
            Ok(!any_is_there(&[folder.join("")])?)
        }
        _ => Ok(false),
    }
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
