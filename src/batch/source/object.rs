//! Reading a picture from a store: the object that was listed, and no more of it than is worth a request.

use std::io;
use std::path::Path;

use crate::batch::error::FailureCause;
use crate::batch::freshness::SourceVersion;
use crate::batch::ownership::{HEAD, is_thumbnails};
use crate::batch::store::{Head, NotUtf8, Refusal, Span, Store, StoreError};
use crate::batch::walk::SourcePicture;
use crate::picture::{Need, Reading};

/// How often a picture is read that is replaced meanwhile, before that is an error.
const READS_OF_A_CHANGING_PICTURE: u32 = 3;

/// Objects of this length and more are read in parts. Progressive pictures need about half of their bytes, and a
/// request of 20 ms costs what 2 MB do on a connection of 100 MB/s. Of those of 2 to 3 MB, parts made a run slower by a
/// fifth with 16 requests at a time, and no faster with 64.
const IN_PARTS_FROM: u64 = 4 << 20;

/// The first part of such an object is its length divided by this. As a rule, the passages of a progressive picture
/// that a thumbnail needs are in the first third.
const FIRST_PART: u64 = 3;

/// What a stamp has room for: S3 takes 2 KB of user metadata, and an escaped byte takes three. Real tags are
/// shorter than 100.
const LONGEST_ETAG: usize = 512;

/// Reads pictures from a store, and holds the last one.
#[derive(Debug)]
pub struct Reader {
    store: Store,
    bytes: Vec<u8>,
}

impl Reader {
    /// A reader of pictures in `store`.
    pub fn new(store: Store) -> Self {
        Self {
            store,
            bytes: Vec::new(),
        }
    }

    /// What was read of the last picture.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets the picture.
    pub fn clear(&mut self) {
        self.bytes = Vec::new();
    }

    /// Hands over what was read of the last picture, and forgets it.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// Which state of `picture` there is: the one that was listed, if it was.
    ///
    /// # Errors
    ///
    /// If the store doesn't say.
    pub fn version(&self, picture: &SourcePicture) -> io::Result<SourceVersion> {
        match picture.listed() {
            Some(version) => Ok(version.clone()),
            None => Ok(self.now(key(picture)?)?),
        }
    }

    /// Whether there is an object at `path`, which is below the same SOURCE as `picture`.
    ///
    /// # Errors
    ///
    /// If the store doesn't say.
    pub fn has(&self, picture: &SourcePicture, path: &Path) -> io::Result<bool> {
        let root = picture.path().as_os_str().len() - picture.relative().as_os_str().len();
        match path.to_str().and_then(|path| path.get(root..)) {
            Some(key) => match self.store.head(key) {
                // So stores answer where nothing is, too, if not all of the bucket may be listed.
                Err(error) if error.refusal == Refusal::Denied => Ok(false),
                found => Ok(found?.is_some()),
            },
            None => Ok(false),
        }
    }

    fn now(&self, key: &str) -> Result<SourceVersion, StoreError> {
        let head = self.store.head(key)?;
        head.map(|head| version_of(&head))
            .ok_or_else(StoreError::not_found)
    }

    /// Reads `picture`: the object of this `version`, or if that was replaced, the one that is there now.
    ///
    /// # Errors
    ///
    /// If it can't be read, is longer than `limit`, or is replaced all the time.
    pub fn read(
        &mut self,
        picture: &SourcePicture,
        version: &SourceVersion,
        limit: u64,
        reading: &mut Reading<'_>,
    ) -> Result<SourceVersion, FailureCause> {
        let key = key(picture)?;
        let mut version = version.clone();
        let mut was_of_other_length = false;
        for _ in 0..READS_OF_A_CHANGING_PICTURE {
            self.clear();
            reading.start_over();
            let length = version.length();
            if length > limit {
                return Err(FailureCause::TooLong { length, limit });
            }
            match self.read_needed(key, &version, reading) {
                Ok(()) => return Ok(version),
                Err(error) if error.refusal == Refusal::Changed => {}
                // Once more: another answer may be whole.
                Err(error) if error.refusal == Refusal::OtherLength && !was_of_other_length => {
                    was_of_other_length = true;
                }
                Err(error) => return Err(io::Error::from(error).into()),
            }
            version = self.now(key).map_err(io::Error::from)?;
        }
        Err(FailureCause::Changing(READS_OF_A_CHANGING_PICTURE))
    }

    fn read_needed(
        &mut self,
        key: &str,
        version: &SourceVersion,
        reading: &mut Reading<'_>,
    ) -> Result<(), StoreError> {
        let SourceVersion::Object { etag, length } = version else {
            unreachable!("BUG: a file in a store")
        };
        if etag.len() > LONGEST_ETAG {
            let text = "its entity tag is too long for a stamp";
            return Err(StoreError::new(Refusal::Other, text));
        }
        let length = *length;
        let mut end = match length {
            IN_PARTS_FROM.. => length / FIRST_PART,
            _ => length,
        };
        loop {
            let begin = self.bytes.len() as u64;
            let span = match begin > 0 || end < length {
                true => Span::Part(begin..end),
                false => Span::Whole { most: length },
            };
            let bytes = std::mem::take(&mut self.bytes);
            self.bytes = self.store.get_onto(key, span, Some(etag), bytes)?.bytes;
            let got = self.bytes.len() as u64;
            if got != end {
                return Err(StoreError::other_length(got, end));
            }
            if end == length {
                return Ok(());
            }
            end = match reading.need(&self.bytes) {
                Need::Enough => return Ok(()),
                // Parts grow, so that there are few of them.
                Need::UpTo(bytes) => length.min((bytes as u64).max(end * 2)),
                // A store's objects are not read here and there.
                Need::All | Need::File => length,
            };
        }
    }

    /// Whether `picture` is a thumbnail of ours: by its first bytes.
    ///
    /// # Errors
    ///
    /// If it can't be read.
    pub fn is_thumbnail(&self, picture: &SourcePicture) -> io::Result<bool> {
        let span = Span::Part(0..HEAD as u64);
        Ok(is_thumbnails(
            &self.store.get(key(picture)?, span, None)?.bytes,
        ))
    }
}

/// The version that `head` tells.
fn version_of(head: &Head) -> SourceVersion {
    SourceVersion::Object {
        etag: head.etag.clone(),
        length: head.length,
    }
}

/// The key of `picture` below SOURCE.
fn key(picture: &SourcePicture) -> Result<&str, io::Error> {
    let key = picture.relative().to_str();
    key.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidFilename, NotUtf8))
}
