//! Where pictures come from.
//!
//! ```text
//! local  pictures read from files       object  pictures read from a store
//! ```

pub mod local;
#[cfg(feature = "object-store")]
pub mod object;

use std::fs;
use std::io;
use std::path::Path;

use crate::batch::error::FailureCause;
use crate::batch::freshness::SourceVersion;
use crate::batch::ownership::is_thumbnail;
use crate::batch::walk::SourcePicture;
use crate::picture::Reading;

/// Reads one worker's pictures.
#[derive(Debug)]
pub enum Source {
    /// From files.
    Local(local::ReadBuffer),
    /// From a store.
    #[cfg(feature = "object-store")]
    Object(object::Reader),
}

impl Source {
    /// What was read of the last picture.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Local(buffer) => buffer.bytes(),
            #[cfg(feature = "object-store")]
            Self::Object(reader) => reader.bytes(),
        }
    }

    /// Forgets the picture, and keeps its memory for the next one.
    pub fn clear(&mut self) {
        match self {
            Self::Local(buffer) => buffer.clear(),
            #[cfg(feature = "object-store")]
            Self::Object(reader) => reader.clear(),
        }
    }

    /// Hands over what was read of the last picture, and forgets it.
    pub fn take(&mut self) -> Vec<u8> {
        match self {
            Self::Local(buffer) => buffer.take(),
            #[cfg(feature = "object-store")]
            Self::Object(reader) => reader.take(),
        }
    }

    /// Which state of `picture` there is now.
    ///
    /// # Errors
    ///
    /// If that can't be found out.
    pub fn version(&self, picture: &SourcePicture) -> io::Result<SourceVersion> {
        match self {
            Self::Local(_) => Ok(SourceVersion::of(&fs::metadata(picture.path())?)),
            #[cfg(feature = "object-store")]
            Self::Object(reader) => reader.version(picture),
        }
    }

    /// Whether there is a picture at `path`, which is below the same SOURCE as `picture`.
    ///
    /// # Errors
    ///
    /// If a store doesn't say.
    pub fn has(&self, picture: &SourcePicture, path: &Path) -> io::Result<bool> {
        // It is a store's key that is below SOURCE.
        let _ = picture;
        match self {
            Self::Local(_) => Ok(path.is_file()),
            #[cfg(feature = "object-store")]
            Self::Object(reader) => reader.has(picture, path),
        }
    }

    /// Reads `picture`, which had this `version`, of at most `limit` bytes, as far as `reading` says that it is needed:
    /// one state of it, which is told.
    ///
    /// # Errors
    ///
    /// If it can't be read, is longer than `limit`, or is written to all the time.
    pub fn read(
        &mut self,
        picture: &SourcePicture,
        version: &SourceVersion,
        limit: u64,
        reading: &mut Reading<'_>,
    ) -> Result<local::ReadSource, FailureCause> {
        // Only a store's objects are asked for by their version.
        let _ = version;
        match self {
            Self::Local(buffer) => buffer.read(picture.path(), limit, reading),
            #[cfg(feature = "object-store")]
            Self::Object(reader) => {
                let version = reader.read(picture, version, limit, reading)?;
                Ok(local::ReadSource {
                    version,
                    file: None,
                })
            }
        }
    }

    /// Whether `picture` is a thumbnail of ours.
    ///
    /// # Errors
    ///
    /// If it can't be read.
    pub fn is_thumbnail(&self, picture: &SourcePicture) -> io::Result<bool> {
        match self {
            Self::Local(_) => is_thumbnail(picture.path()),
            #[cfg(feature = "object-store")]
            Self::Object(reader) => reader.is_thumbnail(picture),
        }
    }
}
