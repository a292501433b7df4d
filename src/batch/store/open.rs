//! From a URL to a store that answers: credentials from the environment, retries, time-outs.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::{BackoffConfig, ClientConfigKey, RetryConfig};
use tokio::runtime::{Builder, Runtime};

use super::client::Store;
use super::crypto::{Graviola, choose_tls};
use super::error::StoreError;
use super::url::{Service, StoreUrl};

/// How long a connection may take to come about.
const CONNECT: &str = "5 seconds";

/// How long a server may be silent.
const SILENCE: &str = "30 seconds";

/// How long one try of a request may take, bytes included: a large picture over a thin wire.
const REQUEST: &str = "600 seconds";

/// Who is asking.
const USER_AGENT: &str = concat!("thumbgen/", env!("CARGO_PKG_VERSION"));

/// How long the first look at a store is tried again: a mistyped name must not take minutes.
const FIRST_LOOK: Duration = Duration::from_secs(10);

/// Threads that move bytes between the net and the workers; TLS is done on them.
const THREADS: usize = 2;

/// How stores are talked to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreOptions {
    /// Requests that are made at the same time, for each of SOURCE and DEST.
    pub requests: usize,
    /// How long a request is tried again.
    pub retry_timeout: Duration,
    /// Whether servers without TLS are talked to.
    pub allow_http: bool,
    /// Cache-Control of thumbnails.
    pub cache_control: Option<String>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            requests: 32,
            retry_timeout: Duration::from_secs(60),
            allow_http: false,
            cache_control: None,
        }
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
            .worker_threads(THREADS)
            .thread_name("store")
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
            retry_timeout,
        };
        let crypto = Arc::new(Graviola);
        let client = self.client();
        let store = match url.service {
            Service::S3 => {
                let builder = AmazonS3Builder::from_env()
                    .with_bucket_name(&url.bucket)
                    .with_retry(retry)
                    .with_crypto_provider(crypto);
                let builder = client.into_iter().fold(builder, |builder, (key, value)| {
                    builder.with_config(AmazonS3ConfigKey::Client(key), value)
                });
                builder.build().map(|store| self.store(url, store))
            }
            Service::Gcs => {
                let builder = GoogleCloudStorageBuilder::from_env()
                    .with_bucket_name(&url.bucket)
                    .with_retry(retry)
                    .with_crypto_provider(crypto);
                let builder = client.into_iter().fold(builder, |builder, (key, value)| {
                    builder.with_config(GoogleConfigKey::Client(key), value)
                });
                builder.build().map(|store| self.store(url, store))
            }
            Service::Azure => {
                let builder = MicrosoftAzureBuilder::from_env()
                    .with_container_name(&url.bucket)
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
                builder.build().map(|store| self.store(url, store))
            }
        };
        store.map_err(|error| StoreError::of(&error))
    }

    /// What is set over what the environment says: proxies, for one, are left to that.
    fn client(&self) -> Vec<(ClientConfigKey, &'static str)> {
        let mut client = vec![
            (ClientConfigKey::ConnectTimeout, CONNECT),
            (ClientConfigKey::ReadTimeout, SILENCE),
            (ClientConfigKey::Timeout, REQUEST),
            (ClientConfigKey::UserAgent, USER_AGENT),
        ];
        if self.options.allow_http {
            client.push((ClientConfigKey::AllowHttp, "true"));
        }
        client
    }

    fn store<S>(&self, url: &StoreUrl, store: S) -> Store
    where
        S: object_store::ObjectStore + object_store::list::PaginatedListStore,
    {
        let requests = self.options.requests;
        Store::new(url.clone(), Arc::new(store), self.runtime.clone(), requests)
    }
}
