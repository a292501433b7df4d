//! One place in an object store, behind calls that block: what is asynchronous ends here.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use futures_util::StreamExt;
use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::path::Path;
use object_store::{
    Error, GetOptions, GetResult, ObjectStore, PutMode, PutOptions, PutPayload, UpdateVersion,
};
use tokio::runtime::Runtime;

use super::done::done;
use super::error::{Refusal, StoreError};
use super::lister::{Lister, prefix_of};
use super::object::{Got, Head, Headers, Over, Span, quoted};
use super::patience::Patience;
use super::url::StoreUrl;

/// A place in a store. Clones are one place, and share its connections and its limit of requests.
#[derive(Clone)]
pub struct Store {
    /// Where it is.
    pub url: StoreUrl,
    pub(super) objects: Arc<dyn ObjectStore>,
    lister: Lister,
    runtime: Arc<Runtime>,
    /// How long a request is tried again.
    pub(crate) retry_timeout: Duration,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is behind it holds credentials.
        f.debug_tuple("Store").field(&self.url).finish()
    }
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
            lister: Lister::new(store, requests, retry_timeout),
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
    pub(super) fn wait<T: Send + 'static, E: Into<StoreError> + Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.runtime.block_on(async {
            let _slot = self.lister.slot().await;
            done(work).await?.map_err(E::into)
        })
    }

    pub(super) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(task);
    }

    pub(super) fn path(&self, key: &str) -> Result<Path, StoreError> {
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
        let objects = Arc::clone(&self.objects);
        let found = self.wait(async move {
            let result = objects.get_opts(&path, options).await?;
            Ok::<_, StoreError>(Head::of(&result.meta, &result.attributes))
        });
        match found {
            Err(error) if error.refusal == Refusal::NotFound => Ok(None),
            found => found.map(Some),
        }
    }

    /// The bytes in `span` of the object `key`; only if its entity tag is `etag`, where that is given.
    ///
    /// # Errors
    ///
    /// If the store doesn't give them, or more than was asked for.
    pub fn get(&self, key: &str, span: Span, etag: Option<&str>) -> Result<Got, StoreError> {
        self.get_onto(key, span, etag, Vec::new())
    }

    /// The same, appended to `bytes`.
    pub(crate) fn get_onto(
        &self,
        key: &str,
        span: Span,
        etag: Option<&str>,
        bytes: Vec<u8>,
    ) -> Result<Got, StoreError> {
        let path = self.path(key)?;
        let most = bytes.len() as u64 + span.most();
        let options = GetOptions {
            range: span.range(),
            if_match: etag.map(quoted),
            ..GetOptions::default()
        };
        let objects = Arc::clone(&self.objects);
        self.wait(async move {
            let result = objects.get_opts(&path, options).await?;
            let head = Head::of(&result.meta, &result.attributes);
            let bytes = read_onto(bytes, result, most).await?;
            Ok::<_, StoreError>(Got { bytes, head })
        })
    }

    /// Makes `bytes` the object `key`, whole or not at all, if what is there may be replaced. Gives its entity tag, if
    /// the store tells it.
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
        let mode = match over {
            Over::Anything => PutMode::Overwrite,
            Over::Nothing => PutMode::Create,
            Over::This(head) => PutMode::Update(UpdateVersion {
                e_tag: Some(head.etag.clone()),
                version: head.version.clone(),
            }),
        };
        let options = PutOptions {
            mode,
            attributes: headers.attributes(),
            ..PutOptions::default()
        };
        let (objects, payload) = (Arc::clone(&self.objects), PutPayload::from(bytes));
        self.wait(async move {
            let result = objects.put_opts(&path, payload, options).await?;
            Ok::<_, StoreError>(result.e_tag.as_deref().map(quoted))
        })
    }

    /// Removes the object `key`; that there is none is no error.
    ///
    /// # Errors
    ///
    /// If the store refuses.
    pub fn delete(&self, key: &str) -> Result<(), StoreError> {
        let path = self.path(key)?;
        let mut patience = Patience::new(self.retry_timeout);
        loop {
            let (objects, path) = (Arc::clone(&self.objects), path.clone());
            let removed = self.wait(async move {
                let paths = futures_util::stream::iter([Ok(path)]).boxed();
                let mut removed = objects.delete_stream(paths);
                while let Some(result) = removed.next().await {
                    result?;
                }
                Ok::<_, StoreError>(())
            });
            match removed {
                Err(error) if error.refusal == Refusal::NotFound => return Ok(()),
                // The crate doesn't know that it may be asked for twice.
                Err(error) => match patience.pause_after(&error) {
                    Some(pause) => thread::sleep(pause),
                    None => return Err(error),
                },
                Ok(()) => return Ok(()),
            }
        }
    }

    /// Whether there is anything below the place: one request, as a rule.
    ///
    /// # Errors
    ///
    /// If it can't be listed: there is no such bucket, or the credentials are wrong.
    pub fn look(&self) -> Result<bool, StoreError> {
        let mut options = PaginatedListOptions {
            max_keys: Some(1),
            ..PaginatedListOptions::default()
        };
        let prefix = prefix_of(&self.url.prefix);
        self.runtime.block_on(async {
            loop {
                match self.lister.page(&prefix, options.clone()).await {
                    // Azure's folders, which the crate leaves out, may fill a page.
                    Ok(page) if page.result.objects.is_empty() && page.page_token.is_some() => {
                        options.page_token = page.page_token;
                        options.max_keys = None;
                    }
                    Ok(page) => return Ok(!page.result.objects.is_empty()),
                    // There is a key that the crate can't bear.
                    Err(Error::InvalidPath { .. }) => return Ok(true),
                    Err(error) => return Err(StoreError::of(&error)),
                }
            }
        })
    }
}

/// Appends what `result` has to `bytes`, if they are no more than `most` then: a server may say any length, and send
/// another one.
async fn read_onto(
    mut bytes: Vec<u8>,
    result: GetResult,
    most: u64,
) -> Result<Vec<u8>, StoreError> {
    let check = |length: u64| match length > most {
        true => Err(StoreError::other_length(length, most)),
        false => Ok(()),
    };
    let announced = result.range.end.saturating_sub(result.range.start);
    check(announced.saturating_add(bytes.len() as u64))?;
    let _ = bytes.try_reserve_exact(usize::try_from(announced).unwrap_or(0));
    let mut parts = result.into_stream();
    while let Some(part) = parts.next().await {
        let part = part?;
        check((bytes.len() + part.len()) as u64)?;
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

/// Why a key can't be asked for: the crate would ask for another one.
pub(super) const BAD_KEY: &str = "a key with an empty part, . or .. between its slashes, a slash at an end, or a control character";
