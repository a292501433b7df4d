//! SOURCE and DEST, opened: folders, or places in stores.

use std::path::Path;

use crate::batch::check_places::prepare;
use crate::batch::destination::Destination;
use crate::batch::destination::local::Writer;
use crate::batch::error::RunError;
use crate::batch::place::other_scheme;
#[cfg(not(feature = "object-store"))]
use crate::batch::place::store_scheme;
use crate::batch::settings::Batch;
use crate::batch::source::Source;
use crate::batch::source::local::ReadBuffer;

#[cfg(feature = "object-store")]
use {
    crate::batch::check_places::{prepare_dest, source_folders},
    crate::batch::destination::object::{Bucket, Place},
    crate::batch::source::object::Reader,
    crate::batch::store::{Keys, Ledger, Opener, Store, StoreUrl},
    std::io,
    std::sync::Arc,
};

/// SOURCE and DEST, opened.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// SOURCE, if it is in a store.
    #[cfg(feature = "object-store")]
    pub source: Option<Store>,
    /// DEST, if it is in a store.
    #[cfg(feature = "object-store")]
    pub dest: Option<Arc<Bucket>>,
    /// The key of the only picture in SOURCE, where it is one object in a store.
    #[cfg(feature = "object-store")]
    pub only: Option<String>,
    /// All keys that there are in SOURCE, where that is needed.
    #[cfg(feature = "object-store")]
    pub keys: Keys,
}

impl Batch {
    /// Whether SOURCE or DEST is in a store.
    ///
    /// # Errors
    ///
    /// If the URL makes no sense or holds a secret, or this build knows no stores.
    pub fn is_in_store(&self) -> Result<bool, RunError> {
        let mut any = false;
        for (place, end) in [(&self.source, "SOURCE"), (&self.dest, "DEST")] {
            any |= is_in_store(place, end)?;
        }
        Ok(any)
    }
}

/// Whether `place`, which is called `end`, is in a store.
///
/// # Errors
///
/// If the URL makes no sense or holds a secret, or this build knows no stores.
#[cfg(not(feature = "object-store"))]
pub fn is_in_store(place: &Path, end: &'static str) -> Result<bool, RunError> {
    check_scheme(place, end)?;
    match store_scheme(place) {
        Some(scheme) => Err(RunError::NoStores(scheme)),
        None => Ok(false),
    }
}

/// Refuses URLs of what is neither a folder nor a store.
fn check_scheme(place: &Path, end: &'static str) -> Result<(), RunError> {
    match other_scheme(place) {
        Some(scheme) => Err(RunError::Scheme(end, scheme.to_owned())),
        None => Ok(()),
    }
}

/// Whether `place`, which is called `end`, is in a store.
///
/// # Errors
///
/// If the URL makes no sense or holds a secret, or this build knows no stores.
#[cfg(feature = "object-store")]
pub fn is_in_store(place: &Path, end: &'static str) -> Result<bool, RunError> {
    check_scheme(place, end)?;
    Ok(url(place, end)?.is_some())
}

#[cfg(feature = "object-store")]
fn url(place: &Path, end: &'static str) -> Result<Option<StoreUrl>, RunError> {
    match StoreUrl::parse(place) {
        Some(Err(error)) => Err(RunError::Url(end, error.to_string())),
        Some(Ok(url)) => Ok(Some(url)),
        None => Ok(None),
    }
}

#[cfg(not(feature = "object-store"))]
impl Ends {
    /// Checks both, and makes DEST if it is not there.
    pub(super) fn open(batch: &Batch) -> Result<Self, RunError> {
        batch.is_in_store()?;
        let name = batch.name.as_deref();
        prepare(&batch.source, &batch.dest, name, batch.dry_run)?;
        Ok(Self::default())
    }

    pub(super) fn is_source_in_store(&self) -> bool {
        false
    }

    pub(super) fn is_dest_in_store(&self) -> bool {
        false
    }
}

#[cfg(feature = "object-store")]
impl Ends {
    /// Checks both, and makes DEST if it is not there.
    pub(super) fn open(batch: &Batch) -> Result<Self, RunError> {
        let (from, to) = (url(&batch.source, "SOURCE")?, url(&batch.dest, "DEST")?);
        if from.is_none() && to.is_none() {
            let name = batch.name.as_deref();
            prepare(&batch.source, &batch.dest, name, batch.dry_run)?;
            return Ok(Self::default());
        }
        if let (Some(from), Some(to)) = (&from, &to) {
            if from == to {
                return Err(RunError::SameFolder(batch.dest.clone()));
            }
            if to.below(from).is_some() {
                return Err(RunError::DestContainsSource(batch.dest.clone()));
            }
        }
        let mut options = batch.stores.clone();
        options.requests = batch.requests();
        let opener = Opener::new(options).map_err(no_opener)?;
        let mut ends = Self::default();
        match from {
            None => _ = source_folders(&batch.source)?,
            Some(url) => {
                let (store, only) = open_source(&opener, &url)
                    .map_err(|error| RunError::Source(batch.source.clone(), error))?;
                (ends.source, ends.only) = (Some(store), only);
            }
        }
        match to {
            None => prepare_dest(&batch.dest, batch.dry_run)?,
            Some(url) => {
                let unusable = |error: crate::batch::store::StoreError| {
                    RunError::Dest(batch.dest.clone(), error.into())
                };
                let (store, _) = opener.open(&url).map_err(unusable)?;
                let ledger = Ledger::read(&store).map_err(unusable)?;
                ends.dest = Some(Arc::new(Bucket {
                    store,
                    root: batch.dest.clone(),
                    ledger,
                    cache_control: batch.stores.cache_control.clone(),
                }));
            }
        }
        Ok(ends)
    }

    pub(super) fn is_source_in_store(&self) -> bool {
        self.source.is_some()
    }

    pub(super) fn is_dest_in_store(&self) -> bool {
        self.dest.is_some()
    }
}

/// Why stores can't be talked to.
#[cfg(feature = "object-store")]
fn no_opener(error: io::Error) -> RunError {
    match error.kind() {
        io::ErrorKind::Unsupported => RunError::NoTls(error.to_string()),
        _ => RunError::Threads(error),
    }
}

/// The store at `url` and, if that is one object and no folder of such, its store and its name.
#[cfg(feature = "object-store")]
fn open_source(opener: &Opener, url: &StoreUrl) -> io::Result<(Store, Option<String>)> {
    let (store, any) = opener.open(url)?;
    if any || url.prefix.is_empty() {
        return Ok((store, None));
    }
    let (folder, name) = url.prefix.rsplit_once('/').unwrap_or(("", &url.prefix));
    let parent = store.at(folder);
    match parent.head(name)? {
        Some(_) => Ok((parent, Some(name.to_owned()))),
        None => Err(io::Error::new(io::ErrorKind::NotFound, Empty)),
    }
}

/// There is nothing below SOURCE.
#[cfg(feature = "object-store")]
#[derive(Debug, thiserror::Error)]
#[error("there is no object of this name, and none below it")]
struct Empty;

impl Ends {
    /// Whether SOURCE is a tree, and not one picture.
    pub(super) fn is_tree(&self, batch: &Batch) -> bool {
        #[cfg(feature = "object-store")]
        if self.is_source_in_store() {
            return self.only.is_none();
        }
        batch.source.is_dir()
    }

    /// One worker's SOURCE.
    pub(super) fn source_of_worker(&self) -> Source {
        #[cfg(feature = "object-store")]
        if let Some(store) = &self.source {
            return Source::Object(Reader::new(store.clone()));
        }
        Source::Local(ReadBuffer::default())
    }

    /// One worker's DEST; where that is a folder, `writer` writes to it.
    pub(super) fn dest_of_worker(&self, writer: impl FnOnce() -> Writer) -> Destination {
        #[cfg(feature = "object-store")]
        if let Some(bucket) = &self.dest {
            return Destination::Object(Place::new(bucket.clone()));
        }
        Destination::local(writer())
    }
}
