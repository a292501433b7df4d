//! Thumbnails that are looked into again, in a folder or in a store.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::picture::own_size;
use crate::tell::side_file::SideFiles;

#[cfg(feature = "object-store")]
use {
    crate::batch::store::{Span, Store},
    std::path::PathBuf,
};

/// More than any header that thumbgen writes has.
const HEAD: u64 = 4 << 10;

/// The longest one of which a likeness is made, in a store: who may write there may put anything in its place.
#[cfg(feature = "object-store")]
const LONGEST: u64 = 64 << 20;

/// Those below a DEST.
#[derive(Debug)]
pub(super) enum Thumbnails {
    /// A folder.
    Local,
    /// A place in a store, and how thumbnails' paths begin.
    #[cfg(feature = "object-store")]
    Object(Store, PathBuf),
}

impl Thumbnails {
    /// Those below `dest`.
    pub(super) fn below(dest: &Path, files: &SideFiles) -> io::Result<Self> {
        #[cfg(feature = "object-store")]
        if let Some(store) = files.place(dest)? {
            return Ok(Self::Object(store, dest.to_owned()));
        }
        let _ = (dest, files);
        Ok(Self::Local)
    }

    /// The size of the thumbnail at `path`, if it can be told.
    pub(super) fn size(&self, path: &Path) -> Option<(u32, u32)> {
        own_size(&self.read(path, Some(HEAD))?)
    }

    /// The file of the thumbnail at `path`.
    pub(super) fn bytes(&self, path: &Path) -> Option<Vec<u8>> {
        self.read(path, None)
    }

    fn read(&self, path: &Path, most: Option<u64>) -> Option<Vec<u8>> {
        match (self, most) {
            (Self::Local, None) => fs::read(path).ok(),
            (Self::Local, Some(most)) => {
                let mut head = Vec::new();
                File::open(path)
                    .ok()?
                    .take(most)
                    .read_to_end(&mut head)
                    .ok()?;
                Some(head)
            }
            #[cfg(feature = "object-store")]
            (Self::Object(store, dest), most) => {
                let key = path.strip_prefix(dest).ok()?.to_str()?;
                let span = match most {
                    Some(most) => Span::Part(0..most),
                    None => Span::Whole { most: LONGEST },
                };
                Some(store.get(key, span, None).ok()?.bytes)
            }
        }
    }
}
