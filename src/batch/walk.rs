//! The tree of sources: every picture below SOURCE, one at a time, never all at once.

use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::{DirEntry, WalkDir};

use crate::batch::error::{FailureCause, PictureError};
use crate::batch::freshness::SourceVersion;
use crate::batch::source_type::{SourceTypes, named};
use crate::batch::stage::Stage;

/// A picture that the walk found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePicture {
    path: PathBuf,
    relative_from: usize,
    /// What a listing says of it.
    listed: Option<SourceVersion>,
}

impl SourcePicture {
    /// Path as it can be opened: SOURCE as given, and the path below it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Path below SOURCE; where SOURCE is the picture itself, its file name.
    pub fn relative(&self) -> &Path {
        let bytes = self.path.as_os_str().as_bytes();
        Path::new(OsStr::from_bytes(&bytes[self.relative_from..]))
    }

    /// Its version, where a listing of a store has told that already.
    pub fn listed(&self) -> Option<&SourceVersion> {
        self.listed.as_ref()
    }

    /// The same picture, which is listed with this `version`.
    #[cfg(feature = "object-store")]
    pub(crate) fn with_listed(mut self, version: SourceVersion) -> Self {
        self.listed = Some(version);
        self
    }

    /// The picture at `path`, which begins with `root`, SOURCE.
    pub(crate) fn below(root: &Path, path: PathBuf) -> Self {
        let root = root.as_os_str().as_bytes();
        let slash = usize::from(!root.ends_with(b"/"));
        Self {
            path,
            relative_from: root.len() + slash,
            listed: None,
        }
    }

    /// The path of another picture, which is at `relative` below the same SOURCE.
    pub(crate) fn path_of(&self, relative: &Path) -> PathBuf {
        let root = &self.path.as_os_str().as_bytes()[..self.relative_from];
        let path = [root, relative.as_os_str().as_bytes()].concat();
        std::ffi::OsString::from_vec(path).into()
    }

    pub(crate) fn alone(path: PathBuf) -> Self {
        // With slashes behind it, as a store's URL may have them, the name would not be at the end.
        let bytes = path.as_os_str().as_bytes();
        let slashes = bytes.iter().rev().take_while(|&&byte| byte == b'/').count();
        let path = match slashes {
            0 => path,
            _ => OsStr::from_bytes(&bytes[..bytes.len() - slashes]).into(),
        };
        let name = path.file_name().map_or(0, |name| name.as_bytes().len());
        Self {
            relative_from: path.as_os_str().as_bytes().len() - name,
            path,
            listed: None,
        }
    }
}

/// Which entries are visited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WalkOptions {
    /// Visit entries whose name begins with a dot.
    pub hidden: bool,
    /// Enter linked folders. Linked files are read either way.
    pub follow: bool,
    /// Formats of pictures that are visited, as names tell.
    pub types: SourceTypes,
    /// In the order of their paths' bytes, as stores list.
    pub by_key: bool,
}

/// Why the walk passed an entry over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skipped {
    /// Its name begins with a dot.
    Hidden,
    /// It is DEST.
    Dest,
    /// Its name does not end like that of a picture of the formats that are visited.
    Name,
    /// It is a linked folder.
    LinkedFolder,
    /// It is a device, a socket or a pipe.
    Special,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Hidden => "hidden (see --hidden)",
            Self::Dest => "the folder for the thumbnails",
            Self::Name => "not named like a picture of --types",
            Self::LinkedFolder => "linked folder (see --follow)",
            Self::Special => "not a file",
        })
    }
}

/// Device and inode: what tells whether two paths are one folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    /// Identity of what `metadata` describes.
    pub fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }
}

/// Walks `source`, a folder or a single picture, without ever entering the folder `dest`; `skipped` is told what is
/// passed over.
///
/// An entry that can't be visited (a folder without permission, a broken link, a loop of links) is an error in that
/// entry's place, and the walk goes on. Memory does not depend on the number of pictures.
pub fn walk<'a>(
    source: &Path,
    dest: Option<FileId>,
    options: WalkOptions,
    skipped: impl Fn(&Path, Skipped) + Send + Sync + 'a,
) -> Box<dyn Iterator<Item = Result<SourcePicture, PictureError>> + Send + 'a> {
    walk_while(source, dest, options, skipped, || true)
}

/// The same, as long as `goes_on` says so, which is asked at each entry, whether it is a picture or not.
pub fn walk_while<'a>(
    source: &Path,
    dest: Option<FileId>,
    options: WalkOptions,
    skipped: impl Fn(&Path, Skipped) + Send + Sync + 'a,
    goes_on: impl Fn() -> bool + Send + 'a,
) -> Box<dyn Iterator<Item = Result<SourcePicture, PictureError>> + Send + 'a> {
    match fs::metadata(source) {
        Ok(there) if there.is_dir() => {}
        // A picture that is named by the user needs no extension: the decoder will tell what it is.
        Ok(_) => return Box::new(std::iter::once(Ok(SourcePicture::alone(source.to_owned())))),
        // What has gone since the run was prepared may have been a folder.
        Err(error) => return Box::new(std::iter::once(Err(not_entered(source, error)))),
    }
    let root = source.to_owned();
    let skipped = Arc::new(skipped);
    let skip = Arc::clone(&skipped);
    let mut entries = WalkDir::new(source).follow_links(options.follow);
    if options.by_key {
        entries = entries.sort_by(|one, other| key_order(one).cmp(key_order(other)));
    }
    let entries = entries.into_iter();
    let visited = entries.filter_entry(move |entry| {
        if !goes_on() {
            return false;
        }
        let reason = if entry.depth() == 0 {
            None
        } else {
            reason_not_to_visit(entry, dest, options)
        };
        reason
            .inspect(|reason| skip(entry.path(), *reason))
            .is_none()
    });
    let mut entered = PathBuf::new();
    Box::new(visited.filter_map(move |entry| match entry {
        Ok(entry) if entry.file_type().is_dir() => {
            entry.path().clone_into(&mut entered);
            None
        }
        // It was a folder when this began.
        Ok(entry) if entry.depth() == 0 => {
            let is_link = entry.path_is_symlink();
            (!is_link).then(|| Err(not_entered(&root, io::ErrorKind::NotADirectory.into())))
        }
        Ok(entry) => match reason_not_to_take(&entry, options.types) {
            Ok(None) => Some(Ok(SourcePicture::below(&root, entry.into_path()))),
            Ok(Some(reason)) => {
                skipped(entry.path(), reason);
                None
            }
            Err(error) => Some(Err(PictureError::new(entry.path(), Stage::Walk, error))),
        },
        // An entry that can't be looked at never reaches the filter above.
        Err(error) if error.depth() > 0 && !options.hidden && is_hidden(error.path()) => None,
        Err(error) => Some(Err(unvisited(&root, &entered, error))),
    }))
}

/// Why nothing of SOURCE, at `source`, is visited.
fn not_entered(source: &Path, error: io::Error) -> PictureError {
    PictureError {
        path: source.to_owned(),
        stage: Stage::Walk,
        cause: FailureCause::Folder(error),
    }
}

/// What an entry of a folder is ordered by: what is in a folder has a slash behind the folder's name.
fn key_order(entry: &DirEntry) -> impl Iterator<Item = &u8> {
    let slash: &[u8] = if entry.file_type().is_dir() {
        b"/"
    } else {
        b""
    };
    entry.file_name().as_bytes().iter().chain(slash)
}

fn reason_not_to_visit(
    entry: &DirEntry,
    dest: Option<FileId>,
    options: WalkOptions,
) -> Option<Skipped> {
    if !options.hidden && is_hidden(Some(entry.path())) {
        Some(Skipped::Hidden)
    } else if is_folder(entry, dest) {
        Some(Skipped::Dest)
    } else {
        None
    }
}

fn is_hidden(path: Option<&Path>) -> bool {
    path.and_then(Path::file_name)
        .is_some_and(|name| name.as_bytes().starts_with(b"."))
}

/// Whether `entry` is the folder `id`, or a link into it. It takes a stat of each folder, because where something is
/// mounted the listing has the inode of the folder beneath.
fn is_folder(entry: &DirEntry, id: Option<FileId>) -> bool {
    let is = |path: &Path, id| fs::metadata(path).is_ok_and(|there| FileId::of(&there) == id);
    id.is_some_and(|id| match entry.file_type().is_dir() {
        // A link may also lead to any folder inside.
        true if entry.path_is_symlink() => fs::canonicalize(entry.path())
            .is_ok_and(|there| there.ancestors().any(|folder| is(folder, id))),
        true => is(entry.path(), id),
        false => false,
    })
}

fn reason_not_to_take(entry: &DirEntry, types: SourceTypes) -> io::Result<Option<Skipped>> {
    if !named(entry.path()).is_some_and(|kind| types.contains(kind)) {
        return Ok(Some(Skipped::Name));
    }
    let kind = entry.file_type();
    // A link that the walk doesn't follow: a linked file is a picture all the same, but a linked folder is not entered.
    let kind = if kind.is_symlink() {
        fs::metadata(entry.path())?.file_type()
    } else {
        kind
    };
    Ok(if kind.is_file() {
        None
    } else if kind.is_dir() {
        Some(Skipped::LinkedFolder)
    } else {
        Some(Skipped::Special)
    })
}

/// What is wrong with an entry. The error of a folder that can't be read directly follows the folder's own entry,
/// `entered`; an error in the middle of its entries has no path.
fn unvisited(root: &Path, entered: &Path, error: walkdir::Error) -> PictureError {
    let folder = error
        .path()
        .is_none_or(|path| path == root || path == entered);
    let path = error.path().unwrap_or(root).to_owned();
    let cause = if let Some(ancestor) = error.loop_ancestor() {
        FailureCause::LinkLoop(ancestor.to_owned())
    } else {
        let error = error.into_io_error();
        let error = error.unwrap_or_else(|| io::Error::other("unknown error"));
        if folder {
            FailureCause::Folder(error)
        } else {
            FailureCause::Io(error)
        }
    };
    PictureError {
        path,
        stage: Stage::Walk,
        cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_path_does_not_depend_on_a_trailing_slash() {
        for root in ["images", "images/", "./images", "/a/images//"] {
            let path = Path::new(root).join("a/b c.JPEG");
            let picture = SourcePicture::below(Path::new(root), path);
            assert_eq!(picture.relative(), Path::new("a/b c.JPEG"), "{root}");
        }
    }

    #[test]
    fn single_picture_is_mirrored_by_its_name() {
        assert_eq!(
            SourcePicture::alone("x/y.jpg".into()).relative(),
            Path::new("y.jpg")
        );
        assert_eq!(
            SourcePicture::alone("y.jpg".into()).relative(),
            Path::new("y.jpg")
        );
        let of_store = SourcePicture::alone("s3://shop/y.jpg//".into());
        assert_eq!(of_store.relative(), Path::new("y.jpg"));
        assert_eq!(of_store.path().as_os_str(), "s3://shop/y.jpg");
    }
}
