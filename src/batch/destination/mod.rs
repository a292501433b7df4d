//! Where thumbnails go.

mod holder;
pub mod local;
pub mod lock;
