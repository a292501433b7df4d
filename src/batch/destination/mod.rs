//! Where thumbnails go.
//!
//! ```text
//! local   thumbnails written whole or not at all      lock    one run in a DEST, or in a shard of it
//! holder  which process holds a lock, where the system says so
//! ```

mod holder;
pub mod local;
pub mod lock;
