//! Object stores as SOURCE and DEST.
//!
//! What is asynchronous ends in [`Store`]: it has a small runtime of its own, and its calls block.
//!
//! ```text
//! url      s3://bucket/prefix                      open     from a URL to a store that answers
//! client   requests, as calls that block           crypto   digests, signatures and TLS
//! object   what is known of one, and said with it  parts    those that are read and written in parts
//! lister   pages, asked for again                  error    what a store says, without secrets
//! listing  keys in order, some pages ahead         folder   what is right below a place
//! cuts     where a listing is cut into stretches   window   what is in the thumbnails' places
//! ledger   thumbnails that are known to be fresh   parallel several requests at a time
//! pictures those below a place                     random   numbers that no other run has
//! patience how long a request is made again
//! page_token   where a listing goes on behind a page that can't be had
//! done         work of the crate, whose panics are errors
//! files_limit  how many requests fit the files that may be open
//! ```

mod client;
mod crypto;
mod cuts;
mod done;
mod error;
mod files_limit;
mod folder;
mod ledger;
mod lister;
mod listing;
#[cfg(test)]
pub(super) mod memory;
mod object;
mod open;
mod page_token;
mod parallel;
mod parts;
mod patience;
mod pictures;
mod random;
#[cfg(test)]
mod tests;
mod url;
mod window;

pub use client::Store;
pub use error::{NotUtf8, Refusal, StoreError};
pub use files_limit::FilesLimit;
pub use ledger::{Fact, Ledger, RESERVED};
pub use listing::{Listed, Listing, Met};
pub use object::{Got, Head, Headers, Over, Span};
pub use open::{Opener, StoreOptions};
pub use parallel::in_parallel;
pub use patience::Patience;
pub use pictures::{Keys, Tree};
pub use random::{jittered, random};
pub use url::{Service, StoreUrl, UrlError};
pub use window::Places;
