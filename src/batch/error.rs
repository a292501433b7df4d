//! What can go wrong: with one picture, which is data, or with the whole run, which ends it.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::batch::names::NamesError;
use crate::batch::stage::Stage;
use crate::picture::{self, Options, Step, ThumbnailError};

/// One picture (or folder) failed. The run goes on.
#[derive(Debug, Error)]
#[error("{}: {stage}: {cause}", shown(path))]
pub struct PictureError {
    /// What failed: the source, or the thumbnail if it could not be written.
    pub path: PathBuf,
    /// The step that failed.
    pub stage: Stage,
    /// Why.
    pub cause: FailureCause,
}

impl PictureError {
    /// `path` failed in `stage`.
    pub fn new(path: &Path, stage: Stage, cause: impl Into<FailureCause>) -> Self {
        Self {
            path: path.to_owned(),
            stage,
            cause: cause.into(),
        }
    }

    /// Whether it is a folder that could not be visited: nobody knows how many pictures are in it.
    pub fn is_unvisited_folder(&self) -> bool {
        matches!(
            self.cause,
            FailureCause::Folder(_) | FailureCause::LinkLoop(_)
        )
    }

    /// An error in making the thumbnail of `path`, which names its own step.
    pub fn from_thumbnail(path: &Path, error: ThumbnailError, options: &Options) -> Self {
        Self {
            path: path.to_owned(),
            stage: error.step.into(),
            cause: FailureCause::Thumbnail {
                remedy: remedy(&error, options),
                error,
            },
        }
    }
}

/// Why a picture failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FailureCause {
    /// The system said no.
    #[error("{}", plain(.0))]
    Io(#[from] io::Error),
    /// The bytes could not be turned into a thumbnail.
    #[error("{}{}", error.cause, remedy.map(|remedy| format!(" ({remedy})")).unwrap_or_default())]
    Thumbnail {
        /// Why.
        #[source]
        error: ThumbnailError,
        /// What the user can do about it, if anything.
        remedy: Option<&'static str>,
    },
    /// A folder can't be read: what is in it is not known.
    #[error("{}", plain(.0))]
    Folder(#[source] io::Error),
    /// A linked folder leads back to one that contains it.
    #[error("link leads back to {}", shown(.0))]
    LinkLoop(PathBuf),
    /// A list names it, and it is not a picture below SOURCE.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// It was named as a picture, and carries thumbgen's stamp.
    #[error(
        "not a picture but a thumbnail that thumbgen made: there are no thumbnails of thumbnails"
    )]
    OwnThumbnail,
    /// Another picture's thumbnail has the same name.
    #[error("its thumbnail would be that of {} as well: one of the two has to be renamed", shown(.0))]
    Rival(PathBuf),
    /// A template makes a path of its name that leads elsewhere.
    #[error("--name calls its thumbnail {}, and no part of a path may be empty, . or ..", shown(.0))]
    Misnamed(PathBuf),
    /// The file is longer than a worker may hold in memory.
    #[error("file of {length} bytes is over the limit of {limit} bytes (--max-memory)")]
    TooLong {
        /// Length of the file in bytes.
        length: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The file was written to while it was read, each time that was tried.
    #[error("changing: it was written to while it was read, {}", times(*.0))]
    Changing(u32),
    /// A bug in thumbgen, caught so that the other pictures are still made.
    #[error("bug in thumbgen, please report it: {0}")]
    Panic(String),
}

/// Why a path of a list is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refused {
    /// It begins at the root.
    #[error("refused: not relative to SOURCE")]
    Absolute,
    /// It climbs with `..`.
    #[error("refused: it contains ..")]
    Parent,
    /// No name can have it.
    #[error("refused: it contains a NUL byte (see --null)")]
    Nul,
    /// A link on the way leads out.
    #[error("refused: a link leads out of SOURCE (see --follow)")]
    Outside,
    /// It is one of the thumbnails.
    #[error("refused: inside the folder for the thumbnails")]
    InDest,
    /// It is a folder.
    #[error("refused: a folder, and a list names pictures")]
    Folder,
    /// It is a device, a socket or a pipe.
    #[error("refused: not a file")]
    NotFile,
}

fn times(count: u32) -> String {
    match count {
        1 => "once".into(),
        many => format!("{many} times"),
    }
}

/// The option that helps, for messages: the decoder knows limits, but not the command line.
fn remedy(error: &ThumbnailError, options: &Options) -> Option<&'static str> {
    use crate::picture::jpeg::{Bound, Error};
    use crate::picture::{DecodeError, ForeignError};
    let cause = match &error.cause {
        picture::Cause::Decode(cause) => cause,
        picture::Cause::TooMuchMemory { .. } => return Some("--max-memory"),
        _ => return None,
    };
    match cause {
        DecodeError::Jpeg(Error::Limit { which, .. })
        | DecodeError::Other(ForeignError::Limit { which, .. }) => match which {
            Bound::Pixels => Some("--max-pixels"),
            Bound::Memory => Some("--max-memory"),
            _ => None,
        },
        DecodeError::Other(ForeignError::Memory) => Some("--max-memory"),
        // Without a whole header there is nothing to make a thumbnail from.
        DecodeError::Jpeg(Error::Truncated { .. } | Error::Damaged { .. })
        | DecodeError::Other(ForeignError::Truncated | ForeignError::Damaged(_))
            if error.step == Step::Decode && !options.allow_damaged =>
        {
            Some("--allow-damaged makes a thumbnail of what is there")
        }
        _ => None,
    }
}

/// What ends a run, or keeps it from beginning.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunError {
    /// SOURCE can't be used.
    #[error("SOURCE {} can't be used: {}", shown(.0), plain(.1))]
    Source(PathBuf, #[source] io::Error),
    /// SOURCE is neither a folder nor a file.
    #[error("SOURCE {} is neither a folder nor a file", shown(.0))]
    SourceKind(PathBuf),
    /// DEST can't be used.
    #[error("DEST {} can't be used: {}", shown(.0), plain(.1))]
    Dest(PathBuf, #[source] io::Error),
    /// DEST is not a folder.
    #[error("DEST {} is not a folder", shown(.0))]
    DestNotFolder(PathBuf),
    /// SOURCE and DEST are one folder.
    #[error("SOURCE and DEST are the same folder ({}): thumbnails would replace the pictures", shown(.0))]
    SameFolder(PathBuf),
    /// DEST is the picture itself.
    #[error("DEST {} is the picture: its thumbnail would replace it", shown(.0))]
    SameFile(PathBuf),
    /// DEST contains SOURCE.
    #[error("DEST {} contains SOURCE: thumbnails could replace pictures there", shown(.0))]
    DestContainsSource(PathBuf),
    /// SOURCE holds thumbnails and no pictures.
    #[error(
        "SOURCE {} holds nothing but thumbnails that thumbgen made: are SOURCE and DEST swapped? Nothing was touched",
        shown(.0)
    )]
    OnlyThumbnails(PathBuf),
    /// Two thumbnails would be one file, or have no name.
    #[error(transparent)]
    Names(#[from] NamesError),
    /// One name was given for several thumbnails, or for none.
    #[error(
        "DEST is the name of one thumbnail, and {0} are to be made of the picture: name a folder"
    )]
    OneName(usize),
    /// A name was given for the thumbnail, and a template for names.
    #[error("DEST is the name of one thumbnail, and --name calls it otherwise: name a folder")]
    NamedTwice,
    /// What is to be the thumbnail's name is the path of something elsewhere.
    #[error("{} is not the name of a file", shown(.0))]
    NotAName(PathBuf),
    /// The threads could not be started.
    #[error("the threads can't be started: {}", plain(.0))]
    Threads(#[source] io::Error),
    /// Another run holds DEST's lock.
    #[error("DEST {} is in use by {}", shown(.0), .1.as_deref().unwrap_or("another run"))]
    Busy(PathBuf, Option<String>),
    /// There is no folder to compare DEST with.
    #[error("--prune needs a SOURCE that is a folder, and {} is not one", shown(.0))]
    PruneOfPicture(PathBuf),
    /// The list of pictures can't be read.
    #[error("list {} can't be read: {}", shown(.0), plain(.1))]
    FilesFrom(PathBuf, #[source] io::Error),
    /// There is no folder for the list's paths to be relative to.
    #[error("--files-from needs a SOURCE that is a folder, and {} is not one", shown(.0))]
    ListOfPicture(PathBuf),
    /// The URL of a store makes no sense, or holds what it may not. It is not repeated.
    #[error("{0} can't be used: {1}")]
    Url(&'static str, String),
    /// The URL of something that is neither a folder nor a store.
    #[error("{0} can't be used: {1}:// is no object store; a folder of that name is ./{1}:")]
    Scheme(&'static str, String),
    /// Stores are known only to builds with the feature.
    #[error(
        "{0}:// is an object store, and this thumbgen was built without them: cargo build --features object-store"
    )]
    NoStores(&'static str),
    /// There is no TLS on this processor.
    #[error("stores can't be talked to: {0}")]
    NoTls(String),
    /// DEST was named like a thumbnail, and there is more than one picture.
    #[error("DEST is the name of one thumbnail, and SOURCE {} is a folder: name a folder", shown(.0))]
    NotOnePicture(PathBuf),
    /// What was asked for can't be had with a store.
    #[error("{0}")]
    NotInStore(&'static str),
    /// SOURCE failed in a way that every other picture would meet too.
    #[error("stopped: {0}")]
    SourceFailed(#[source] PictureError),
    /// DEST failed in a way that every other picture would meet too.
    #[error("stopped: {0}")]
    DestFailed(#[source] PictureError),
}

/// `path` for a person: as it is, or quoted and escaped if it holds characters that a terminal would act on or can't
/// show.
pub fn shown(path: &Path) -> Cow<'_, str> {
    match path.to_str() {
        Some(text) if !text.is_empty() && !text.chars().any(char::is_control) => {
            Cow::Borrowed(text)
        }
        _ => Cow::Owned(format!("{path:?}")),
    }
}

/// The system's message without the "(os error 2)" that Rust appends.
pub fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    match error.raw_os_error() {
        Some(code) => text.replace(&format!(" (os error {code})"), ""),
        None => text,
    }
}

/// Whether a failure to write means that no thumbnail at all can be written: the disk is full, over quota or read-only.
pub fn ends_the_run(error: &io::Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    matches!(
        error.kind(),
        StorageFull | QuotaExceeded | ReadOnlyFilesystem
    )
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn paths_are_shown_plainly_unless_a_terminal_would_suffer() {
        assert_eq!(shown(Path::new("a b/ü.jpg")), "a b/ü.jpg");
        assert_eq!(shown(Path::new("a\nb.jpg")), r#""a\nb.jpg""#);
        assert_eq!(shown(Path::new("\u{1b}[31m.jpg")), r#""\u{1b}[31m.jpg""#);
        assert_eq!(
            shown(Path::new(OsStr::from_bytes(b"\xff.jpg"))),
            r#""\xFF.jpg""#
        );
        assert_eq!(shown(Path::new("")), r#""""#);
    }

    #[test]
    fn system_errors_are_told_in_words() {
        assert_eq!(
            plain(&io::Error::from_raw_os_error(2)),
            "No such file or directory"
        );
    }
}
