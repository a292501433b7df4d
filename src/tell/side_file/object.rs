//! A run's file as an object in a store. A store's objects can't be added to, so it is written into a temporary file
//! first and becomes an object at the end.

use std::fs::File;
use std::io::{self, Seek};
use std::path::PathBuf;

use tempfile::NamedTempFile;

use crate::batch::store::{
    Head, Headers, Opener, Over, Refusal, Span, Store, StoreError, StoreUrl,
};

/// An object, which may not be there yet.
#[derive(Debug)]
pub(crate) struct Object {
    store: Store,
    key: String,
    head: Option<Head>,
}

impl Object {
    /// That at `url`.
    pub(super) fn at(opener: &Opener, url: &StoreUrl) -> Result<Self, StoreError> {
        let (store, key, head) = opener.object(url)?;
        Ok(Self { store, key, head })
    }

    /// Its first bytes.
    pub(super) fn beginning(&self, most: u64) -> Result<Vec<u8>, StoreError> {
        // Another may have come meanwhile.
        match self.store.head(&self.key)? {
            Some(head) if head.length > 0 => {
                let span = Span::Part(0..most.min(head.length));
                Ok(self.store.get(&self.key, span, None)?.bytes)
            }
            _ => Ok(Vec::new()),
        }
    }

    /// A copy of it in a temporary file, if it is there.
    pub(super) fn copy(&self) -> io::Result<Option<File>> {
        let mut file = tempfile::tempfile()?;
        if !self.store.copy_to(&self.key, &mut file)? {
            return Ok(None);
        }
        file.rewind()?;
        Ok(Some(file))
    }

    /// Makes it an empty object: whether it can be written is known then, and an old one doesn't pass for the new one
    /// if the run is killed.
    pub(super) fn empty(self) -> Result<Self, StoreError> {
        let over = self.head.as_ref().map_or(Over::Nothing, Over::This);
        let put = |over| {
            self.store
                .put(&self.key, Vec::new(), over, Headers::default())
        };
        match put(over) {
            Err(error) if error.refusal == Refusal::Unsupported => put(Over::Anything)?,
            // It may be the answer to a second try, where that to the first was lost.
            Err(error) if error.is_others() && self.is_empty()? => None,
            done => done?,
        };
        Ok(self)
    }

    fn is_empty(&self) -> Result<bool, StoreError> {
        let there = self.store.head(&self.key)?;
        Ok(there.is_some_and(|there| there.length == 0))
    }

    /// What becomes the object.
    pub(super) fn spool(self, media_type: &'static str) -> io::Result<Spool> {
        let file = tempfile::Builder::new()
            .prefix("thumbgen-output.")
            .tempfile()?;
        Ok(Spool {
            file,
            object: self,
            media_type,
        })
    }
}

/// The URLs of the objects right in the folder at `url` whose keys end with `ending`; `url` itself, if it is an object.
pub(super) fn in_folder(opener: &Opener, url: &StoreUrl, ending: &str) -> io::Result<Vec<PathBuf>> {
    let is_object = !url.prefix.is_empty() && opener.object(url)?.2.is_some();
    if is_object {
        return Ok(vec![url.to_string().into()]);
    }
    let (store, _) = opener.open(url)?;
    let mut keys = store.right_below()?;
    keys.retain(|key| key.ends_with(ending));
    let urls = keys.iter().map(|key| format!("{url}/{key}").into());
    Ok(urls.collect())
}

/// A temporary file that becomes an object.
#[derive(Debug)]
pub(crate) struct Spool {
    file: NamedTempFile,
    object: Object,
    media_type: &'static str,
}

impl Spool {
    pub(super) fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Puts the object there. If that can't be done, the file stays.
    pub(super) fn put(mut self) -> io::Result<()> {
        let Object { store, key, .. } = &self.object;
        let file = self.file.as_file_mut();
        let length = file.stream_position()?;
        file.rewind()?;
        let Err(error) = store.put_file(key, file, length, self.media_type) else {
            return Ok(());
        };
        match self.file.keep() {
            Ok((_, path)) => {
                let text = format!("{error}; it is in {} instead", path.display());
                Err(io::Error::new(error.kind(), text))
            }
            Err(_) => Err(error),
        }
    }
}
