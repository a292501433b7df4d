//! Where thumbnails go.

pub mod local;
pub mod lock;
