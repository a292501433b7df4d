//! From a URL to a store that answers: credentials from the environment, retries, time-outs.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::{BackoffConfig, ClientConfigKey, RetryConfig};
use tokio::runtime::{Builder, Runtime};

use super::client::Store;
use super::crypto::{Graviola, choose_tls};
use super::error::{Refusal, StoreError};
use super::files_limit::FilesLimit;
use super::object::Head;
use super::page_token::Connector;
use super::url::{Service, StoreUrl};
use crate::batch::cores;
use crate::batch::execute::panics_are_reported;

/// How long a connection may take to come about.
const CONNECT: &str = "5 seconds";

/// How long a server may be silent, if there is time left to ask again.
const SILENCE: Duration = Duration::from_secs(30);

/// How long one try of a request may take, bytes included: a large picture over a thin wire.
const REQUEST: &str = "600 seconds";

/// Who is asking.
const USER_AGENT: &str = concat!("thumbgen/", env!("CARGO_PKG_VERSION"));

/// How long the first look at a store is tried again: a mistyped name must not take minutes.
const FIRST_LOOK: Duration = Duration::from_secs(10);

/// There is one thread for so many cores that moves bytes between the net and the workers, and does TLS. Without TLS,
/// pictures of 0.1 MB take a tenth of the time of two cores there.
const CORES_TO_A_THREAD: usize = 2;

/// Requests for each picture that is made at the same time. At 20 ms a request, of the pictures in the corpus of 0.1 MB
/// one core makes some 73% of what it makes from a folder with 32 of them, and with 64 from 68 to 79%, by the run; large
/// ones gain little beyond 8 (docs/object-stores.md).
const REQUESTS_TO_A_WORKER: usize = 64;

/// The most that are made if nobody says how many, even if [more files](FilesLimit) may be opened.
const MOST_REQUESTS: usize = 256;

/// How long the crate may try a request again: it signs it once, and S3 takes signatures of up to 15 minutes.
const MOST_OF_A_SIGNATURE: Duration = Duration::from_secs(300);

/// How stores are talked to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreOptions {
    /// Requests that are made at the same time, at least 1, for each of SOURCE and DEST. A run makes fewer if it may not open
    /// enough files for them.
    pub requests: usize,
    /// How long a request is tried again.
    pub retry_timeout: Duration,
    /// Whether servers without TLS are talked to.
    pub allow_http: bool,
    /// Cache-Control of thumbnails.
    pub cache_control: Option<String>,
}

impl StoreOptions {
    /// What is right, as a rule, for a run that makes `workers` pictures at the same time, and that may open as many
    /// files as this process.
    pub fn for_workers(workers: NonZeroUsize) -> Self {
        let fitting = FilesLimit::for_workers(workers).map_or(usize::MAX, |limit| limit.requests);
        Self {
            requests: MOST_REQUESTS
                .min(workers.get().saturating_mul(REQUESTS_TO_A_WORKER))
                .min(fitting),
            retry_timeout: Duration::from_secs(60),
            allow_http: false,
            cache_control: None,
        }
    }
}

impl Default for StoreOptions {
    /// What is right for a run that makes a picture on each core.
    fn default() -> Self {
        Self::for_workers(cores())
    }
}

/// What all stores of a run have in common.
#[derive(Debug)]
pub struct Opener {
    options: StoreOptions,
    runtime: Arc<Runtime>,
}

impl Opener {
    /// Starts the threads that talk to stores.
    ///
    /// # Errors
    ///
    /// If they can't be started, or there is no TLS to be had on this processor.
    pub fn new(options: StoreOptions) -> io::Result<Self> {
        choose_tls()?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(cores().get().div_ceil(CORES_TO_A_THREAD))
            .thread_name("store")
            .on_thread_start(panics_are_reported)
            .enable_all()
            .build()?;
        Ok(Self {
            options,
            runtime: Arc::new(runtime),
        })
    }

    /// The store at `url`, which has been looked at, and whether there is anything below `url`.
    ///
    /// # Errors
    ///
    /// If it can't be used: there is no such bucket, no answer, or the credentials are wrong or missing.
    pub fn open(&self, url: &StoreUrl) -> Result<(Store, bool), StoreError> {
        let any = self
            .connect(url, FIRST_LOOK.min(self.options.retry_timeout))?
            .look()?;
        Ok((self.connect(url, self.options.retry_timeout)?, any))
    }

    /// The store at `url`, which has not been looked at.
    ///
    /// # Errors
    ///
    /// If what the environment says of it makes no sense.
    pub fn place(&self, url: &StoreUrl) -> Result<Store, StoreError> {
        self.connect(url, self.options.retry_timeout)
    }

    /// The place above the object at `url`, the object's key there, and the object, if there is one.
    ///
    /// # Errors
    ///
    /// If the URL is that of a whole bucket, or the store doesn't say.
    pub fn object(&self, url: &StoreUrl) -> Result<(Store, String, Option<Head>), StoreError> {
        if url.prefix.is_empty() {
            let text = "the URL names a bucket and no object in it";
            return Err(StoreError::new(Refusal::Unsupported, text));
        }
        let (folder, key) = url.prefix.rsplit_once('/').unwrap_or(("", &url.prefix));
        let above = StoreUrl {
            prefix: folder.to_owned(),
            ..url.clone()
        };
        let patience = FIRST_LOOK.min(self.options.retry_timeout);
        let head = self.connect(&above, patience)?.head(key)?;
        let store = self.connect(&above, self.options.retry_timeout)?;
        Ok((store, key.to_owned(), head))
    }

    fn connect(&self, url: &StoreUrl, retry_timeout: Duration) -> Result<Store, StoreError> {
        let _inside = self.runtime.enter();
        let retry = RetryConfig {
            backoff: BackoffConfig {
                init_backoff: Duration::from_millis(100),
                max_backoff: Duration::from_secs(15),
                base: 2.0,
            },
            // The time is what ends it.
            max_retries: usize::MAX,
            retry_timeout: retry_timeout.min(MOST_OF_A_SIGNATURE),
        };
        let crypto = Arc::new(Graviola);
        let client = self.client();
        let store = match url.service {
            Service::S3 => {
                let builder = AmazonS3Builder::from_env()
                    .with_bucket_name(&url.bucket)
                    .with_retry(retry)
                    // Objects are removed one by one, and an answer to that has less that can be wrong.
                    .with_disable_bulk_delete(true)
                    .with_crypto_provider(crypto);
                let builder = client.into_iter().fold(builder, |builder, (key, value)| {
                    builder.with_config(AmazonS3ConfigKey::Client(key), value)
                });
                builder
                    .build()
                    .map(|store| self.store(url, store, retry_timeout))
            }
            Service::Gcs => {
                let builder = GoogleCloudStorageBuilder::from_env()
                    .with_bucket_name(&url.bucket)
                    .with_retry(retry)
                    .with_crypto_provider(crypto);
                let builder = client.into_iter().fold(builder, |builder, (key, value)| {
                    builder.with_config(GoogleConfigKey::Client(key), value)
                });
                builder
                    .build()
                    .map(|store| self.store(url, store, retry_timeout))
            }
            Service::Azure => {
                let builder = MicrosoftAzureBuilder::from_env()
                    .with_container_name(&url.bucket)
                    .with_http_connector(Connector)
                    .with_retry(retry)
                    .with_crypto_provider(crypto);
                // The account may stand in it.
                let builder = match url.base.contains('@') {
                    true => builder.with_url(&url.base),
                    false => builder,
                };
                let builder = client.into_iter().fold(builder, |builder, (key, value)| {
                    builder.with_config(AzureConfigKey::Client(key), value)
                });
                builder
                    .build()
                    .map(|store| self.store(url, store, retry_timeout))
            }
        };
        store.map_err(|error| StoreError::of(&error))
    }

    /// What is set over what the environment says: proxies, for one, are left to that.
    fn client(&self) -> Vec<(ClientConfigKey, String)> {
        let silence = SILENCE.min(self.options.retry_timeout / 2);
        let silence = format!("{}ms", silence.as_millis().max(1));
        let mut client = vec![
            (ClientConfigKey::ConnectTimeout, CONNECT.to_owned()),
            (ClientConfigKey::ReadTimeout, silence),
            (ClientConfigKey::Timeout, REQUEST.to_owned()),
            (ClientConfigKey::UserAgent, USER_AGENT.to_owned()),
        ];
        if self.options.allow_http {
            client.push((ClientConfigKey::AllowHttp, "true".to_owned()));
        }
        client
    }

    fn store<S>(&self, url: &StoreUrl, store: S, retry_timeout: Duration) -> Store
    where
        S: object_store::ObjectStore + object_store::list::PaginatedListStore,
    {
        let (requests, runtime) = (self.options.requests, self.runtime.clone());
        Store::new(
            url.clone(),
            Arc::new(store),
            runtime,
            requests,
            retry_timeout,
        )
    }
}
