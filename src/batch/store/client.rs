//! One place in an object store, behind calls that block: what is asynchronous ends here.

use std::fmt;
use std::future::Future;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use object_store::list::{PaginatedListOptions, PaginatedListResult, PaginatedListStore};
use object_store::path::Path;
use object_store::{
    Attribute, AttributeValue, Attributes, Error, GetOptions, GetRange, MultipartUpload,
    ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, UpdateVersion,
};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::error::{Refusal, StoreError};
use super::url::StoreUrl;

/// What is read and written at a time of objects that are no pictures. S3 wants 5 MiB at least, and takes 10,000 parts.
const PART: usize = 8 << 20;

/// The pause before a page is asked for again that broke off; it doubles.
const PAUSE: Duration = Duration::from_millis(100);

/// Under which name an object's user metadata has the stamp.
const STAMP: &str = "thumbgen";

/// A place in a store. Clones are one place, and share its connections and its limit of requests.
#[derive(Clone)]
pub struct Store {
    /// Where it is.
    pub url: StoreUrl,
    objects: Arc<dyn ObjectStore>,
    lister: Lister,
    runtime: Arc<Runtime>,
    /// How long a request is tried again.
    pub(crate) retry_timeout: Duration,
}

/// What of a store a listing takes. It may outlive the store, and must not hold the runtime that it runs on: a runtime
/// can't be ended from inside.
#[derive(Clone)]
pub(super) struct Lister {
    pages: Arc<dyn PaginatedListStore>,
    /// How many more requests may be made at the same time.
    slots: Arc<Semaphore>,
    retry_timeout: Duration,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is behind it holds credentials.
        f.debug_tuple("Store").field(&self.url).finish()
    }
}

/// What is known of an object without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its entity tag, with its quotes.
    pub etag: String,
    /// What Google's store calls its generation.
    version: Option<String>,
    /// Its length in bytes.
    pub length: u64,
    /// When it was written, in seconds by the store's clock.
    pub written: i64,
    /// The stamp in its user metadata.
    pub stamp: Option<String>,
}

/// Bytes of an object.
#[derive(Debug, Clone)]
pub struct Got {
    /// The bytes that were asked for, as far as there are as many.
    pub bytes: Vec<u8>,
    /// What is known of the whole object.
    pub head: Head,
}

/// What an object that is written may replace.
#[derive(Debug, Clone, Copy)]
pub enum Over<'a> {
    /// Whatever is there.
    Anything,
    /// Nothing: there must be none.
    Nothing,
    /// The object that was looked at, and no other.
    This(&'a Head),
}

/// An object's headers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Headers<'a> {
    /// Content-Type.
    pub content_type: Option<&'static str>,
    /// Cache-Control.
    pub cache_control: Option<&'a str>,
    /// The stamp, as user metadata.
    pub stamp: Option<&'a str>,
}

impl Store {
    pub(super) fn new<S: ObjectStore + PaginatedListStore>(
        url: StoreUrl,
        store: Arc<S>,
        runtime: Arc<Runtime>,
        requests: usize,
        retry_timeout: Duration,
    ) -> Self {
        Self {
            url,
            objects: store.clone(),
            lister: Lister {
                pages: store,
                slots: Arc::new(Semaphore::new(requests)),
                retry_timeout,
            },
            runtime,
            retry_timeout,
        }
    }

    /// The place below this one whose keys begin with `folder` and a slash.
    pub fn below(&self, folder: &str) -> Self {
        self.at(&self.url.key(folder))
    }

    /// The place in the same bucket whose keys begin with `prefix` and a slash.
    pub fn at(&self, prefix: &str) -> Self {
        let prefix = prefix.to_owned();
        Self {
            url: StoreUrl {
                prefix,
                ..self.url.clone()
            },
            ..self.clone()
        }
    }

    pub(super) fn lister(&self) -> Lister {
        self.lister.clone()
    }

    /// Waits for `work`, which takes one of the requests that may be made at the same time.
    fn wait<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, StoreError> {
        self.runtime.block_on(async {
            let slot = self.lister.slots.acquire().await;
            let _slot = slot.expect("BUG: closed slots");
            work.await.map_err(|error| StoreError::of(&error))
        })
    }

    pub(super) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(task);
    }

    fn path(&self, key: &str) -> Result<Path, StoreError> {
        let key = self.url.key(key);
        // Not `Path::from`, which writes `%C3%A4` for an `ä`.
        match Path::parse(&key) {
            Ok(path) if path.as_ref() == key => Ok(path),
            // It would ask for another one.
            _ => Err(StoreError::new(Refusal::Unsupported, BAD_KEY)),
        }
    }

    /// What is known of the object `key`; nothing if there is none.
    ///
    /// # Errors
    ///
    /// If the store doesn't say.
    pub fn head(&self, key: &str) -> Result<Option<Head>, StoreError> {
        let path = self.path(key)?;
        let options = GetOptions {
            head: true,
            ..GetOptions::default()
        };
        let found = self.wait(async {
            let result = self.objects.get_opts(&path, options).await?;
            Ok(head_of(&result.meta, &result.attributes))
        });
        match found {
            Err(error) if error.refusal == Refusal::NotFound => Ok(None),
            found => found.map(Some),
        }
    }

    /// The bytes in `range` of the object `key`, or all of them; only if its entity tag is `etag`, where that is given.
    ///
    /// # Errors
    ///
    /// If the store doesn't give them.
    pub fn get(
        &self,
        key: &str,
        range: Option<Range<u64>>,
        etag: Option<&str>,
    ) -> Result<Got, StoreError> {
        let path = self.path(key)?;
        let options = GetOptions {
            range: range.map(GetRange::Bounded),
            if_match: etag.map(quoted),
            ..GetOptions::default()
        };
        self.wait(async {
            let result = self.objects.get_opts(&path, options).await?;
            let head = head_of(&result.meta, &result.attributes);
            let expected = result.range.end - result.range.start;
            let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0));
            let mut parts = result.into_stream();
            while let Some(part) = parts.next().await {
                bytes.extend_from_slice(&part?);
            }
            Ok(Got { bytes, head })
        })
    }

    /// Makes `bytes` the object `key`, whole or not at all, if what is there may be replaced. Gives its entity tag, if the
    /// store tells it.
    ///
    /// # Errors
    ///
    /// If the store refuses, or something else is there.
    pub fn put(
        &self,
        key: &str,
        bytes: Vec<u8>,
        over: Over<'_>,
        headers: Headers<'_>,
    ) -> Result<Option<String>, StoreError> {
        let path = self.path(key)?;
        let options = |mode| PutOptions {
            mode,
            attributes: attributes(headers),
            ..PutOptions::default()
        };
        let mode = match over {
            Over::Anything => PutMode::Overwrite,
            Over::Nothing => PutMode::Create,
            Over::This(head) => PutMode::Update(UpdateVersion {
                e_tag: Some(head.etag.clone()),
                version: head.version.clone(),
            }),
        };
        let payload = PutPayload::from(bytes);
        self.wait(async {
            let result = self.objects.put_opts(&path, payload, options(mode)).await?;
            Ok(result.e_tag.as_deref().map(quoted))
        })
    }

    /// Writes the bytes of the object `key` into `out`; false if there is none.
    ///
    /// # Errors
    ///
    /// If the store doesn't give them, or `out` doesn't take them.
    pub fn copy_to(&self, key: &str, out: &mut impl Write) -> io::Result<bool> {
        let mut begin = 0;
        let Some(head) = self.head(key)? else {
            return Ok(false);
        };
        while begin < head.length {
            let end = head.length.min(begin + PART as u64);
            let part = self.get(key, Some(begin..end), Some(&head.etag))?.bytes;
            if part.len() as u64 != end - begin {
                return Err(StoreError::cut_short(part.len(), end - begin).into());
            }
            out.write_all(&part)?;
            begin = end;
        }
        Ok(true)
    }

    /// Makes what is in `file`, of `length` bytes, the object `key`, whatever is there; in parts, if it is long.
    ///
    /// # Errors
    ///
    /// If the store refuses, or `file` can't be read.
    pub fn put_file(
        &self,
        key: &str,
        file: &mut impl Read,
        length: u64,
        content_type: &'static str,
    ) -> io::Result<()> {
        let headers = Headers {
            content_type: Some(content_type),
            ..Headers::default()
        };
        if length <= PART as u64 {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            self.put(key, bytes, Over::Anything, headers)?;
            return Ok(());
        }
        let path = self.path(key)?;
        let options = PutMultipartOptions {
            attributes: attributes(headers),
            ..PutMultipartOptions::default()
        };
        let mut upload = self.wait(self.objects.put_multipart_opts(&path, options))?;
        let sent = self.put_parts(&mut *upload, file);
        if sent.is_err() {
            // Otherwise the parts stay, unseen, and are paid for.
            let _ = self.wait(upload.abort());
        }
        sent
    }

    fn put_parts(&self, upload: &mut dyn MultipartUpload, file: &mut impl Read) -> io::Result<()> {
        loop {
            let mut part = Vec::new();
            file.take(PART as u64).read_to_end(&mut part)?;
            if part.is_empty() {
                break;
            }
            self.wait(upload.put_part(PutPayload::from(part)))?;
        }
        self.wait(upload.complete())?;
        Ok(())
    }

    /// Removes the object `key`; that there is none is no error.
    ///
    /// # Errors
    ///
    /// If the store refuses.
    pub fn delete(&self, key: &str) -> Result<(), StoreError> {
        let path = self.path(key)?;
        let removed = self.wait(async {
            let paths = futures_util::stream::iter([Ok(path)]).boxed();
            let mut removed = self.objects.delete_stream(paths);
            while let Some(result) = removed.next().await {
                result?;
            }
            Ok(())
        });
        match removed {
            Err(error) if error.refusal == Refusal::NotFound => Ok(()),
            removed => removed,
        }
    }

    /// Whether there is anything below the place: one request.
    ///
    /// # Errors
    ///
    /// If it can't be listed: there is no such bucket, or the credentials are wrong.
    pub fn look(&self) -> Result<bool, StoreError> {
        let options = PaginatedListOptions {
            max_keys: Some(1),
            ..PaginatedListOptions::default()
        };
        let prefix = folder(&self.url.prefix);
        self.runtime.block_on(async {
            match self.lister.page(&prefix, options).await {
                Ok(page) => Ok(!page.result.objects.is_empty()),
                // There is a key that the crate can't bear.
                Err(Error::InvalidPath { .. }) => Ok(true),
                Err(error) => Err(StoreError::of(&error)),
            }
        })
    }
}

impl Lister {
    /// A page of the listing. The crate tries a request again, but not one whose answer broke off.
    pub(super) async fn page(
        &self,
        prefix: &str,
        options: PaginatedListOptions,
    ) -> Result<PaginatedListResult, Error> {
        let prefix = (!prefix.is_empty()).then_some(prefix);
        let (began, mut pause) = (Instant::now(), PAUSE);
        loop {
            let slot = self.slots.acquire().await.expect("BUG: closed slots");
            let page = self.pages.list_paginated(prefix, options.clone()).await;
            drop(slot);
            let may_pass = match &page {
                Ok(_) | Err(Error::InvalidPath { .. }) => false,
                Err(error) => StoreError::of(error).may_pass(),
            };
            if !may_pass || began.elapsed() + pause >= self.retry_timeout {
                return page;
            }
            sleep(pause).await;
            pause *= 2;
        }
    }
}

/// Why a key can't be asked for: the crate would ask for another one.
pub(super) const BAD_KEY: &str = "a key with an empty part, . or .. between its slashes, a slash at an end, or a control character";

/// The prefix of all keys below `place`.
pub(super) fn folder(place: &str) -> String {
    match place {
        "" => String::new(),
        place => format!("{place}/"),
    }
}

fn head_of(meta: &object_store::ObjectMeta, attributes: &Attributes) -> Head {
    let stamp = attributes.get(&Attribute::Metadata(STAMP.into()));
    Head {
        etag: meta.e_tag.as_deref().map(quoted).unwrap_or_default(),
        version: meta.version.clone(),
        length: meta.size,
        written: meta.last_modified.timestamp(),
        stamp: stamp.map(|text| text.as_ref().to_owned()),
    }
}

/// An entity tag as requests and answers have it (RFC 9110, section 8.8.3). Azure's listings leave the quotes out.
pub(super) fn quoted(etag: &str) -> String {
    match etag.ends_with('"') {
        true => etag.to_owned(),
        false => format!("\"{etag}\""),
    }
}

fn attributes(headers: Headers<'_>) -> Attributes {
    let mut attributes = Attributes::new();
    if let Some(kind) = headers.content_type {
        attributes.insert(Attribute::ContentType, kind.into());
    }
    if let Some(cache) = headers.cache_control {
        attributes.insert(
            Attribute::CacheControl,
            AttributeValue::from(cache.to_owned()),
        );
    }
    if let Some(stamp) = headers.stamp {
        attributes.insert(
            Attribute::Metadata(STAMP.into()),
            AttributeValue::from(stamp.to_owned()),
        );
    }
    attributes
}
