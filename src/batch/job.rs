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
    /// The name of one of them that leads elsewhere than it says, if there is such: then none is made.
    pub misnamed: Option<PathBuf>,
    /// What a listing of DEST says of each; nothing, if there was none.
    #[doc(hidden)]
    pub there: Vec<There>,
}

/// What a listing of DEST says of a thumbnail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum There {
    /// Nothing: there was no listing.
    #[default]
    Unknown,
    /// That there is none.
    Nothing,
    /// That there is an object, with this entity tag.
    Object(String),
}

impl Job {
    /// The job of making the thumbnails of `source` below `dest`, named as `names` say. With a `name`, which only one
    /// picture can have, its only thumbnail has that.
    pub fn new(source: SourcePicture, dest: &Path, names: &Names, name: Option<&OsStr>) -> Self {
        if let Some(name) = name {
            return Self {
                source,
                thumbnails: vec![dest.join(name)],
                misnamed: None,
                there: Vec::new(),
            };
        }
        let thumbnail = |variant| names.thumbnail(variant, source.relative());
        let thumbnails: Vec<_> = (0..names.count()).map(thumbnail).collect();
        let misnamed = thumbnails.iter().find(|name| names.is_misnamed(name));
        Self {
            misnamed: misnamed.cloned(),
            thumbnails: thumbnails.iter().map(|name| dest.join(name)).collect(),
            source,
            there: Vec::new(),
        }
    }
}
