//! Where thumbnails go.
//!
//! ```text
//! local   thumbnails written whole or not at all      lock    one run in a DEST, or in a shard of it
//! object  thumbnails as a store's objects             thumbnail  one that is looked at or written
//! temporary  files that are written before they are renamed, and what killed runs left of them
//! holder  which process holds a lock, where the system says so
//! claim   what a store has in place of a lock: an object that runs out
//! ```

#[cfg(feature = "object-store")]
pub mod claim;
mod holder;
pub mod local;
pub mod lock;
#[cfg(feature = "object-store")]
pub mod object;
pub mod temporary;
mod thumbnail;

use std::io;
use std::path::Path;

use crate::batch::freshness::{Checker, Freshness};
use crate::batch::job::Job;

pub use thumbnail::{Thumbnail, Wanted, Written};

/// Looks at and writes one worker's thumbnails.
#[derive(Debug)]
pub enum Destination {
    /// In a folder.
    Local(Box<Folder>),
    /// In a store.
    #[cfg(feature = "object-store")]
    Object(object::Place),
}

/// A folder of thumbnails.
#[derive(Debug)]
pub struct Folder {
    checker: Checker,
    writer: local::Writer,
}

impl Destination {
    /// The folder that `writer` writes to.
    pub fn local(writer: local::Writer) -> Self {
        Self::Local(Box::new(Folder {
            checker: Checker::default(),
            writer,
        }))
    }

    /// A new job begins.
    pub fn begin(&mut self) {
        match self {
            Self::Local(_) => {}
            #[cfg(feature = "object-store")]
            Self::Object(place) => place.begin(),
        }
    }

    /// Whether thumbnail number `variant` of `job` is what is wanted.
    ///
    /// # Errors
    ///
    /// If that can't be found out.
    pub fn look(&mut self, job: &Job, variant: usize, wanted: Wanted<'_>) -> io::Result<Freshness> {
        match self {
            Self::Local(folder) => folder.checker.check(
                &job.thumbnails[variant],
                wanted.version,
                wanted.settings,
                wanted.allow_damaged,
            ),
            #[cfg(feature = "object-store")]
            Self::Object(place) => Ok(place.look(job, variant, wanted)?),
        }
    }

    /// Refuses a `folder`, that of a thumbnail in variant number `variant`, that leads among the pictures.
    ///
    /// # Errors
    ///
    /// If it does.
    pub fn check(&mut self, variant: usize, folder: &Path) -> io::Result<()> {
        match self {
            Self::Local(there) => there.writer.check(variant, folder),
            #[cfg(feature = "object-store")]
            Self::Object(_) => Ok(()),
        }
    }

    /// Puts `thumbnail` in its place, whole or not at all, unless something foreign is there that may not be replaced.
    ///
    /// # Errors
    ///
    /// If it can't be written.
    pub fn write(
        &mut self,
        thumbnail: Thumbnail<'_>,
        replace_foreign: bool,
    ) -> io::Result<Written> {
        match self {
            Self::Local(folder) => {
                let place = &thumbnail.job.thumbnails[thumbnail.variant];
                let picture = thumbnail.job.source.path();
                let replaced_for = replace_foreign.then_some(picture);
                let Thumbnail { variant, bytes, .. } = thumbnail;
                folder.writer.write(variant, place, bytes, replaced_for)
            }
            #[cfg(feature = "object-store")]
            Self::Object(place) => Ok(place.write(thumbnail, replace_foreign)?),
        }
    }
}
