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
//!     freshness: Fresh, Stale(reason), or Foreign
//!     read      -> bytes
//!     jpeg      -> Header -> Scale N/8 -> Planes
//!     resize    -> planes at the thumbnail's size
//!     orient    -> the right way up
//!     colour    -> sRGB
//!     encode    -> bytes, stamped
//!     write     -> temporary file in the target folder, rename
//! ```
//!
//! For pictures in memory there is [`Thumbnailer`]: JPEG bytes in, thumbnail
//! bytes out.
#![forbid(unsafe_code)]

#[cfg(feature = "batch")]
pub mod batch;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod picture;
#[cfg(feature = "tell")]
#[doc(hidden)]
pub mod tell;

pub use picture::{
    Bounds, Cause, ColourHandling, FileKind, Fit, Laps, Options, ParseBoundsError, ProfileFault,
    Step, Thumbnail, ThumbnailError, Thumbnailer, TooLarge, Warning,
};
