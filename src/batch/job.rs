//! Where a picture's thumbnails belong.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::batch::names::Names;
use crate::batch::walk::SourcePicture;

/// One picture to be looked at: the source and the places of its thumbnails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The picture.
    pub source: SourcePicture,
    /// Where its thumbnails belong, in the order of the batch's variants.
    pub thumbnails: Vec<PathBuf>,
}

impl Job {
    /// The job of making the thumbnails of `source` below `dest`, named as `names` say. With a `name`, which only one
    /// picture can have, its only thumbnail has that.
    pub fn new(source: SourcePicture, dest: &Path, names: &Names, name: Option<&OsStr>) -> Self {
        let thumbnails = match name {
            Some(name) => vec![dest.join(name)],
            None => (0..names.count())
                .map(|variant| dest.join(names.thumbnail(variant, source.relative())))
                .collect(),
        };
        Self { source, thumbnails }
    }
}
