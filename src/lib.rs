//! Thumbnails of whole trees of JPEGs, in parallel.
#![forbid(unsafe_code)]

mod colour;
pub mod encode;
mod fit;
pub mod jpeg;
mod metadata;
mod orient;
mod resize;
mod route;
mod stage;
mod thumbnail;

pub use colour::{ColourHandling, ProfileFault};
pub use fit::{Bounds, Fit, ParseBoundsError, TooLarge};
pub use stage::{Stage, StageTimes};
pub use thumbnail::{Cause, Options, Thumbnail, ThumbnailError, Thumbnailer, Warning};
