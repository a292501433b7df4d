//! Work of the crate on the store's threads. The crate panics over a request that it can't make: of an endpoint that is
//! no URL, or a header with a line break in it. Here that is an error like all others.

use std::future::Future;

use super::error::{Refusal, StoreError};

/// Does `work` on the runtime's own threads: the calling one would be woken at every step.
///
/// # Errors
///
/// If it panics.
pub(super) async fn done<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::spawn(work).await;
    // Not what it says: a URL with a secret may be in that.
    done.map_err(|_| StoreError::new(Refusal::Other, CAN_NOT_BE_MADE))
}

const CAN_NOT_BE_MADE: &str = "no request can be made of that: an endpoint in the environment is no URL, a key or a \
                               header has a line break in it, or what the store told is too long";
