//! Whose file stands at a thumbnail's place.
//!
//! A file with a stamp is ours. An empty file, or one of zeros only, is nobody's: a power cut leaves such files.
//! Everything else is foreign, and stays: another tool's thumbnail, a picture, a link. A file that can't be read is an
//! error, because it could be anybody's; and so is a folder, which nothing can replace.

use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::fcntl::OFlag;

use crate::picture::stamp::{Found, Stamp, find};

/// What is read of a file to see whose it is: more than the segments before the stamp and the stamp itself take.
pub(crate) const HEAD: usize = 4 << 10;

/// Something at a thumbnail's place that is not thumbgen's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Foreign {
    /// A file without a stamp.
    File,
    /// A link to something without a stamp, or to nothing.
    Link,
    /// A device, a socket or a pipe.
    Special,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::File => "without a stamp",
            Self::Link => "a link",
            Self::Special => "not a file",
        })
    }
}

/// What stands at a thumbnail's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing<'a> {
    /// Nothing.
    Nothing,
    /// A thumbnail of ours and its length in bytes, or a link to one.
    Ours(Stamp<'a>, u64),
    /// A thumbnail of ours that ends with its stamp, or a file that holds nothing.
    Remains,
    /// What is not ours.
    Foreign(Foreign),
}

/// What stands at `path`: one open and one read, if it is a thumbnail of ours and `buffer` holds it.
///
/// # Errors
///
/// If that can't be found out.
pub(crate) fn look<'b>(path: &Path, buffer: &'b mut [u8]) -> io::Result<Standing<'b>> {
    match try_to_look(path, buffer) {
        // It came or went in the meantime. The writer looks again.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Standing::Nothing),
        result => result,
    }
}

fn try_to_look<'b>(path: &Path, buffer: &'b mut [u8]) -> io::Result<Standing<'b>> {
    let mut file = match open(path) {
        Ok(file) => file,
        Err(error) => return unopened(path, error),
    };
    let count = match read(&mut file, buffer) {
        Ok(count) => count,
        Err(error) => {
            let found = file.metadata()?;
            let kind = foreign(path, &found)?;
            return match kind {
                Foreign::File => Err(error),
                Foreign::Link | Foreign::Special => Ok(Standing::Foreign(kind)),
            };
        }
    };
    let all_read = count < buffer.len();
    let head: &[u8] = &buffer[..count];
    match find(head) {
        Found::Stamp(stamp) if all_read => Ok(Standing::Ours(stamp, count as u64)),
        Found::Stamp(stamp) => Ok(Standing::Ours(stamp, file.metadata()?.len())),
        Found::CutShort if all_read => Ok(Standing::Remains),
        Found::CutShort | Found::Nothing => {
            let kind = foreign(path, &file.metadata()?)?;
            // A link is the user's, whatever it leads to.
            Ok(if kind == Foreign::File && are_zeros(head, &mut file)? {
                Standing::Remains
            } else {
                Standing::Foreign(kind)
            })
        }
    }
}

/// Opens a file to read it, and doesn't wait: opening a pipe would block until there is a writer.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    File::options()
        .read(true)
        .custom_flags(OFlag::O_NONBLOCK.bits())
        .open(path)
}

/// What stands at `path`, which could not be opened because of `error`.
fn unopened(path: &Path, error: io::Error) -> io::Result<Standing<'static>> {
    use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound};
    let is_nothing =
        |error: &io::Error| matches!(error.kind(), NotFound | NotADirectory | InvalidFilename);
    // A link that leads nowhere is there all the same.
    match fs::symlink_metadata(path) {
        Err(unfound) if is_nothing(&unfound) => Ok(Standing::Nothing),
        Ok(found) => match foreign(path, &found)? {
            Foreign::File => Err(error),
            kind => Ok(Standing::Foreign(kind)),
        },
        Err(_) => Err(error),
    }
}

/// What `path` is, where `found` was opened and is not ours. A folder is taken for a file that can't be read.
fn foreign(path: &Path, found: &Metadata) -> io::Result<Foreign> {
    Ok(if fs::symlink_metadata(path)?.is_symlink() {
        Foreign::Link
    } else if found.is_file() || found.is_dir() {
        Foreign::File
    } else {
        Foreign::Special
    })
}

/// No thumbnail is longer, nor what a power cut leaves of one. Files with holes can be far longer than the disk.
const LONGEST: u64 = 64 << 20;

/// Whether `head` and what is left to read of `file` are zeros only, and could have been a thumbnail.
fn are_zeros(head: &[u8], file: &mut File) -> io::Result<bool> {
    let is_zero = |byte: &u8| *byte == 0;
    if !head.iter().all(is_zero) || file.metadata()?.len() > LONGEST {
        return Ok(false);
    }
    let mut part = [0; HEAD];
    loop {
        match read(file, &mut part)? {
            0 => return Ok(true),
            count if part[..count].iter().all(is_zero) => {}
            _ => return Ok(false),
        }
    }
}

fn read(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// What is foreign at `path`; nothing, if a thumbnail may be put there.
///
/// # Errors
///
/// If that can't be found out.
pub(crate) fn foreign_at(path: &Path) -> io::Result<Option<Foreign>> {
    Ok(match look(path, &mut [0; HEAD])? {
        Standing::Foreign(what) => Some(what),
        Standing::Nothing | Standing::Ours(..) | Standing::Remains => None,
    })
}

/// Whether the file at `path` is a thumbnail of ours.
///
/// # Errors
///
/// If it can't be read.
pub(crate) fn is_thumbnail(path: &Path) -> io::Result<bool> {
    is_thumbnail_with(path, |_| true)
}

/// Whether the file at `path` is a thumbnail of ours with such a stamp.
///
/// # Errors
///
/// If it can't be read.
pub(crate) fn is_thumbnail_with(
    path: &Path,
    is_such: impl FnOnce(&Stamp<'_>) -> bool,
) -> io::Result<bool> {
    let mut head = [0; HEAD];
    let count = read(&mut open(path)?, &mut head)?;
    Ok(match find(&head[..count]) {
        Found::Stamp(stamp) => is_such(&stamp),
        Found::CutShort | Found::Nothing => false,
    })
}

/// Whether a file that begins with `bytes` is a thumbnail of ours.
pub(crate) fn is_thumbnails(bytes: &[u8]) -> bool {
    matches!(find(bytes), Found::Stamp(_))
}
