//! The pictures below a place in a store.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::client::Store;
use super::crypto::checksum;
use super::error::{Refusal, StoreError};
use super::ledger::RESERVED;
use super::listing::{Listed, Listing, Met};
use crate::batch::error::{FailureCause, PictureError};
use crate::batch::freshness::SourceVersion;
use crate::batch::source_type::named;
use crate::batch::stage::Stage;
use crate::batch::stop::Stop;
use crate::batch::walk::{Skipped, SourcePicture, WalkOptions};

/// What is gone through, and what of it is passed over.
#[derive(Debug, Clone)]
pub struct Tree {
    /// SOURCE.
    pub store: Store,
    /// SOURCE as pictures' paths have it.
    pub root: PathBuf,
    /// Which objects are visited.
    pub options: WalkOptions,
    /// DEST below SOURCE, if it is there.
    pub dest: Option<String>,
}

/// All keys that a listing had, as 64 bits of a hash of each.
#[derive(Debug, Clone, Default)]
pub struct Keys(Arc<Mutex<Vec<u64>>>);

impl Keys {
    fn add(&self, key: &str) {
        self.0
            .lock()
            .expect("BUG: poisoned keys")
            .push(checksum(key.as_bytes()));
    }

    /// Whether `key` may have been there: asked for after the listing.
    pub fn may_hold(&self) -> impl Fn(&str) -> bool + Sync {
        let mut keys = std::mem::take(&mut *self.0.lock().expect("BUG: poisoned keys"));
        keys.sort_unstable();
        move |key| keys.binary_search(&checksum(key.as_bytes())).is_ok()
    }
}

impl Tree {
    /// The pictures, in the order of their keys, until `stop` is set. `skipped` is told of what is passed over, and all
    /// keys go into `keys`, if there are such.
    pub fn pictures<'a>(
        self,
        keys: Option<Keys>,
        stop: &Stop,
        skipped: impl Fn(&Path, Skipped) + Send + 'a,
    ) -> impl Iterator<Item = Result<SourcePicture, PictureError>> + Send + 'a {
        Listing::new(&self.store, stop).filter_map(move |met| match met {
            Ok(Met::Object(object)) => {
                if let Some(keys) = &keys {
                    keys.add(&object.key);
                }
                let path = self.root.join(&object.key);
                match self.reason_not_to_take(&object) {
                    None => Some(Ok(self.picture(path, object))),
                    Some(reason) => {
                        skipped(&path, reason);
                        None
                    }
                }
            }
            Ok(Met::BadKey(key, why)) => {
                // Not joined: what begins with a slash would take the place of all before it.
                let path = PathBuf::from(format!("{}/{key}", self.root.display()));
                self.is_named_so(&key).then(|| {
                    let error = std::io::Error::from(StoreError::new(Refusal::Unsupported, why));
                    Err(PictureError::new(&path, Stage::Walk, error))
                })
            }
            Err(error) => Some(Err(PictureError {
                path: self.root.clone(),
                stage: Stage::Walk,
                cause: FailureCause::Folder(error.into()),
            })),
        })
    }

    /// Whether `key` ends like that of a picture of the formats that are visited.
    fn is_named_so(&self, key: &str) -> bool {
        named(Path::new(key)).is_some_and(|kind| self.options.types.contains(kind))
    }

    fn picture(&self, path: PathBuf, object: Listed) -> SourcePicture {
        SourcePicture::below(&self.root, path).with_listed(SourceVersion::Object {
            etag: object.etag,
            length: object.length,
        })
    }

    fn reason_not_to_take(&self, object: &Listed) -> Option<Skipped> {
        let key = object.key.as_str();
        let below = |dest: &String| {
            key.strip_prefix(dest.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
        };
        if self.dest.as_ref().is_some_and(below) {
            Some(Skipped::Dest)
        } else if key.starts_with(RESERVED)
            || !self.options.hidden && key.split('/').any(|part| part.starts_with('.'))
        {
            Some(Skipped::Hidden)
        } else if !self.is_named_so(key) {
            Some(Skipped::Name)
        } else {
            None
        }
    }
}
