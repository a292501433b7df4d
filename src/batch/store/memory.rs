//! A store in memory that counts its requests, and whose answers can be made wrong: for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use object_store::list::{PaginatedListOptions, PaginatedListResult, PaginatedListStore};
use object_store::path::Path;
use object_store::{
    Attributes, CopyOptions, Error, GetOptions, GetRange, GetResult, GetResultPayload, ListResult,
    MultipartUpload, ObjectMeta, ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload,
    PutResult, Result,
};

use super::client::Store;
use super::crypto::checksum;
use super::page_token::PageToken;
use super::url::StoreUrl;

/// A bucket in memory. Clones are the same bucket.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    objects: Mutex<BTreeMap<String, Stored>>,
    counts: Mutex<BTreeMap<&'static str, u64>>,
    overlong: Mutex<BTreeSet<String>>,
    cut_short: Mutex<BTreeSet<String>>,
    now: Mutex<i64>,
}

#[derive(Debug, Clone, Default)]
struct Stored {
    bytes: Vec<u8>,
    etag: String,
    written: i64,
    attributes: Attributes,
}

impl Memory {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The place `url` in it.
    pub(crate) fn store(&self, url: &str) -> Store {
        let url = StoreUrl::parse(std::path::Path::new(url)).unwrap().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let patience = std::time::Duration::from_secs(1);
        Store::new(url, Arc::new(self.clone()), Arc::new(runtime), 16, patience)
    }

    fn objects(&self) -> MutexGuard<'_, BTreeMap<String, Stored>> {
        self.0.objects.lock().unwrap()
    }

    fn count(&self, what: &'static str) {
        *self.0.counts.lock().unwrap().entry(what).or_default() += 1;
    }

    /// Puts an object there behind everybody's back.
    pub(crate) fn insert(&self, key: &str, bytes: Vec<u8>) -> String {
        self.write(key, bytes, Attributes::new())
    }

    /// Sends the object `key` again and again from now on where it is asked for once.
    pub(crate) fn send_too_much(&self, key: &str) {
        self.0.overlong.lock().unwrap().insert(key.to_owned());
    }

    /// Answers from now on only for the first page of what begins with `prefix`.
    pub(crate) fn cut_listing_short(&self, prefix: &str) {
        self.0.cut_short.lock().unwrap().insert(prefix.to_owned());
    }

    pub(crate) fn remove(&self, key: &str) {
        self.objects().remove(key);
    }

    fn write(&self, key: &str, bytes: Vec<u8>, attributes: Attributes) -> String {
        // As in S3, the same bytes have the same one.
        let etag = format!("\"{:016x}\"", checksum(&bytes));
        let stored = Stored {
            bytes,
            etag: etag.clone(),
            written: *self.0.now.lock().unwrap(),
            attributes,
        };
        self.objects().insert(key.to_owned(), stored);
        etag
    }

    /// All keys, in order.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.objects().keys().cloned().collect()
    }

    /// Lets its clock go on.
    pub(crate) fn pass(&self, seconds: i64) {
        *self.0.now.lock().unwrap() += seconds;
    }

    /// How many requests there were, by their kind.
    pub(crate) fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.0.counts.lock().unwrap().clone()
    }

    /// How many there were in all.
    pub(crate) fn requests(&self) -> u64 {
        self.counts().values().sum()
    }

    pub(crate) fn forget_counts(&self) {
        self.0.counts.lock().unwrap().clear();
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("memory")
    }
}

fn meta(location: Path, stored: &Stored) -> ObjectMeta {
    ObjectMeta {
        location,
        last_modified: time(stored.written),
        size: stored.bytes.len() as u64,
        e_tag: Some(stored.etag.clone()),
        version: None,
    }
}

/// `seconds` in the type that the crate has for it, which it does not export.
fn time<T: From<std::time::SystemTime>>(seconds: i64) -> T {
    let since = std::time::Duration::from_secs(seconds.unsigned_abs());
    T::from(std::time::UNIX_EPOCH + since)
}

fn no(what: &'static str) -> Box<dyn std::error::Error + Send + Sync> {
    what.into()
}

#[async_trait]
impl ObjectStore for Memory {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        self.count("PUT");
        let path = location.to_string();
        let there = self.objects().get(&path).map(|stored| stored.etag.clone());
        match options.mode {
            PutMode::Create if there.is_some() => {
                let source = no("there is one");
                return Err(Error::AlreadyExists { path, source });
            }
            PutMode::Update(version) if version.e_tag != there => {
                let source = no("another one");
                return Err(Error::Precondition { path, source });
            }
            _ => {}
        }
        let bytes = payload.iter().flat_map(|part| part.to_vec()).collect();
        let etag = self.write(&path, bytes, options.attributes);
        Ok(PutResult {
            e_tag: Some(etag),
            version: None,
            extensions: Default::default(),
        })
    }

    async fn put_multipart_opts(
        &self,
        _: &Path,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        unreachable!("nothing here is so large")
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.count(if options.head { "HEAD" } else { "GET" });
        let path = location.to_string();
        let Some(stored) = self.objects().get(&path).cloned() else {
            let source = no("none");
            return Err(Error::NotFound { path, source });
        };
        let meta = meta(location.clone(), &stored);
        options.check_preconditions(&meta)?;
        let range = match options.range {
            Some(GetRange::Bounded(range)) => range.start..range.end.min(meta.size),
            _ => 0..meta.size,
        };
        let bytes = stored.bytes[range.start as usize..range.end as usize].to_vec();
        let times = match self.0.overlong.lock().unwrap().contains(&path) {
            true => 1000,
            false => 1,
        };
        let parts = (0..times).map(move |_| Ok(bytes.clone().into()));
        let parts = futures_util::stream::iter(parts).boxed();
        Ok(GetResult {
            payload: GetResultPayload::Stream(parts),
            meta,
            range,
            attributes: stored.attributes,
            extensions: Default::default(),
        })
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let memory = self.clone();
        let removed = locations.map(move |location| {
            memory.count("DELETE");
            let location = location?;
            memory.remove(location.as_ref());
            Ok(location)
        });
        removed.boxed()
    }

    fn list(&self, _: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        unreachable!("pages are listed")
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> Result<ListResult> {
        unreachable!("pages are listed")
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        unreachable!("nothing is copied")
    }
}

#[async_trait]
impl PaginatedListStore for Memory {
    async fn list_paginated(
        &self,
        prefix: Option<&str>,
        options: PaginatedListOptions,
    ) -> Result<PaginatedListResult> {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        self.count("LIST");
        let prefix = prefix.unwrap_or_default();
        let after = options.page_token.or(options.offset);
        if after.is_some() && self.0.cut_short.lock().unwrap().contains(prefix) {
            return Err(Error::Generic {
                store: "memory",
                source: no("the listing broke off"),
            });
        }
        let begin = match &after {
            Some(after) if after.as_str() >= prefix => Excluded(after.as_str()),
            _ => Included(prefix),
        };
        let most = options.max_keys.unwrap_or(1000).min(1000);
        let objects = self.objects();
        let (mut found, mut folders) = (Vec::new(), Vec::<String>::new());
        let mut last = String::new();
        let mut page_token = None;
        for (key, stored) in objects.range::<str, _>((begin, Unbounded)) {
            let Some(rest) = key.strip_prefix(prefix) else {
                break;
            };
            let inside = options
                .delimiter
                .as_ref()
                .and_then(|_| rest.split_once('/'));
            let folder = inside.map(|(folder, _)| format!("{prefix}{folder}/"));
            if folder.is_some() && folder.as_ref() == folders.last() {
                last.clone_from(key);
                continue;
            }
            if found.len() + folders.len() == most {
                page_token = Some(last);
                break;
            }
            match folder {
                Some(folder) => folders.push(folder),
                None => {
                    // As the connection to Azure does.
                    if let Some(token) = options.extensions.get::<PageToken>() {
                        token.set(Some(key.clone()));
                    }
                    found.push(meta(Path::parse(key)?, stored));
                }
            }
            last.clone_from(key);
        }
        let common_prefixes = folders.iter().map(Path::parse).collect::<Result<_, _>>()?;
        Ok(PaginatedListResult {
            result: ListResult {
                common_prefixes,
                objects: found,
                extensions: Default::default(),
            },
            page_token,
        })
    }
}
