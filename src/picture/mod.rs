//! From a picture's bytes to its thumbnails': nothing here knows of files, threads, the time of day or the system.
//!
//! ```text
//! sniff        what a file is, by its first bytes
//! jpeg         bytes -> planes at N/8
//! exif         what a picture says of its way up and its colours
//! decode_plan  settles scale, part, turn and colours before anything is decoded
//! framing      which part of the picture, at which size        bounds   the box that a user names
//! resize       planes -> planes at the thumbnail's size        orient   the right way up
//! colour       planes -> sRGB                                  encode   sRGB -> bytes
//! stamp        what a thumbnail says of its making, as bytes
//! thumbnailer  all of them in order, telling of each step
//! ```

mod bounds;
mod colour;
mod decode_plan;
pub mod encode;
mod error;
mod exif;
mod framing;
pub mod jpeg;
mod options;
mod orient;
mod resize;
mod sniff;
#[doc(hidden)]
pub mod stamp;
mod step;
mod thumbnailer;

pub use bounds::{Bounds, ParseBoundsError};
pub use colour::{ColourHandling, ProfileFault};
pub use error::{Cause, ThumbnailError};
pub use framing::{Fit, TooLarge};
pub use options::Options;
pub use sniff::FileKind;
pub use step::{Laps, Step};
pub use thumbnailer::{Thumbnail, Thumbnailer, Warning};
