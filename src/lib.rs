//! Thumbnails of whole trees of JPEGs, in parallel.
//!
//! One idea carries the whole crate: *do only the work that a thumbnail needs.* Read only the bytes, decode only the
//! frequencies, convert only the pixels, and redo only the pictures that changed.
//!
//! ```text
//! argv -> Cli -> Config
//! walk: SourcePicture -> plan: Job -> execute (seq | threads | rayon) -> Outcome -> progress, Summary -> Exit
//!                                         |
//!     per Job, with one worker's state:   |
//!     freshness: Fresh, or Stale(reason)
//!     read      -> bytes
//!     jpeg      -> Header -> Scale N/8 -> Planes
//!     resize    -> planes at the thumbnail's size
//!     orient    -> the right way up
//!     colour    -> sRGB
//!     encode    -> bytes, stamped
//!     write     -> temporary file in the target folder, rename
//! ```
//!
//! The program is a thin layer over [`run`]; for pictures in memory there is [`Thumbnailer`]: JPEG bytes in, thumbnail
//! bytes out.
#![forbid(unsafe_code)]

pub mod allowance;
pub mod arguments;
mod bounds;
pub mod cli;
mod colour;
pub mod compare;
pub mod config;
mod encode;
pub mod error;
pub mod execute;
pub mod exit;
pub mod files_from;
mod fit;
pub mod freshness;
pub mod interrupt;
pub mod job;
pub mod jpeg;
mod lines;
pub mod lock;
pub mod merge;
mod metadata;
mod options;
mod orient;
mod output;
pub mod plan;
pub mod prepare;
pub mod progress;
pub mod prune;
pub mod read;
pub mod report;
mod resize;
mod route;
pub mod run;
pub mod shard;
mod stage;
pub mod summary;
pub mod tally;
pub mod throttle;
mod thumbnail;
pub mod usage;
pub mod walk;
pub mod write;

pub use bounds::{Bounds, ParseBoundsError};
pub use colour::{ColourHandling, ProfileFault};
pub use encode::EncodeError;
pub use fit::{Fit, TooLarge};
pub use options::Options;
pub use stage::{Stage, StageTimes};
pub use thumbnail::{Cause, Thumbnail, ThumbnailError, Thumbnailer, Warning};
