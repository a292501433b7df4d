//! Where a picture's thumbnail belongs.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::batch::walk::SourcePicture;

/// One picture to be looked at: the source and the place of its thumbnail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The picture.
    pub source: SourcePicture,
    /// Where its thumbnail belongs.
    pub thumbnail: PathBuf,
}

impl Job {
    /// The job of making the thumbnail of `source` below `dest`.
    ///
    /// The relative path and the whole file name are kept, so no two sources share a thumbnail: `photo.jpg` and
    /// `photo.jpeg`, or `photo.1.jpg` and `photo.2.jpg`, stay apart without any list of names. With a `name`, which only
    /// one picture can have, the thumbnail has that.
    pub fn new(source: SourcePicture, dest: &Path, name: Option<&OsStr>) -> Self {
        let thumbnail = dest.join(name.map_or(source.relative(), Path::new));
        Self { source, thumbnail }
    }
}
