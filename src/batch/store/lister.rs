//! Pages of a listing.

use std::sync::Arc;
use std::time::Duration;

use object_store::Error;
use object_store::list::{PaginatedListOptions, PaginatedListResult, PaginatedListStore};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::sleep;

use super::done::done;
use super::error::StoreError;
use super::patience::Patience;

/// What of a store a listing takes. It may outlive the store, and must not hold the runtime that it runs on: a runtime
/// can't be ended from inside.
#[derive(Clone)]
pub(super) struct Lister {
    pages: Arc<dyn PaginatedListStore>,
    /// How many more requests may be made at the same time.
    slots: Arc<Semaphore>,
    retry_timeout: Duration,
}

impl Lister {
    pub(super) fn new(
        pages: Arc<dyn PaginatedListStore>,
        requests: usize,
        retry_timeout: Duration,
    ) -> Self {
        Self {
            pages,
            slots: Arc::new(Semaphore::new(requests.clamp(1, Semaphore::MAX_PERMITS))),
            retry_timeout,
        }
    }

    /// Waits until one more request may be made: as long as the slot lives.
    pub(super) async fn slot(&self) -> SemaphorePermit<'_> {
        let slot = self.slots.acquire().await;
        slot.expect("BUG: closed slots")
    }

    /// A page of the listing. The crate tries a request again, but not one whose answer broke off.
    pub(super) async fn page(
        &self,
        prefix: &str,
        options: PaginatedListOptions,
    ) -> Result<PaginatedListResult, Error> {
        let prefix = (!prefix.is_empty()).then_some(prefix);
        let mut patience = Patience::new(self.retry_timeout);
        loop {
            let slot = self.slot().await;
            let page = self.try_page(prefix, options.clone()).await;
            drop(slot);
            let pause = match &page {
                Ok(_) | Err(Error::InvalidPath { .. }) => None,
                Err(error) => patience.pause_after(&StoreError::of(error)),
            };
            match pause {
                Some(pause) => sleep(pause).await,
                None => return page,
            }
        }
    }

    async fn try_page(
        &self,
        prefix: Option<&str>,
        options: PaginatedListOptions,
    ) -> Result<PaginatedListResult, Error> {
        let (pages, prefix) = (Arc::clone(&self.pages), prefix.map(str::to_owned));
        let page = done(async move { pages.list_paginated(prefix.as_deref(), options).await });
        page.await.unwrap_or_else(|error| {
            Err(Error::NotSupported {
                source: Box::new(error),
            })
        })
    }
}

/// The prefix of all keys below `place`.
pub(super) fn prefix_of(place: &str) -> String {
    match place {
        "" => String::new(),
        place => format!("{place}/"),
    }
}
