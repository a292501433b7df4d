//! Thumbnails of whole trees of JPEGs, in parallel.
#![forbid(unsafe_code)]

pub mod jpeg;
