//! Thumbnails of whole trees of JPEGs, in parallel.
#![forbid(unsafe_code)]

pub mod encode;
mod fit;
pub mod jpeg;
mod stage;
mod thumbnail;

pub use fit::{Bounds, Fit, ParseBoundsError};
pub use stage::{Stage, StageTimes};
pub use thumbnail::{
    Cause, ColourHandling, Damage, Options, Thumbnail, ThumbnailError, Thumbnailer, Warning,
};
