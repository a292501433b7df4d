//! Marker segments (T.81 B): everything of a picture that is not entropy-coded.

pub(super) mod frame;
pub(super) mod header;
pub(super) mod markers;
pub(super) mod scan;
pub(super) mod tables;
