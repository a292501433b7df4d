//! From a picture's bytes to its thumbnails': nothing here knows of files, threads, the time of day or the system.
//!
//! ```text
//! sniff        what a file is, by its first bytes          foreign      bytes of all other formats -> planes, averaged
//! source       what thumbnails are made of
//! variant      size, shape and format of a thumbnail       bounds, framing, gravity   which part of the picture, how large
//! jpeg         bytes -> planes at N/8                      given        a picture that is decoded already -> planes
//! exif         what a picture says of its way up and its colours
//! need         how much of a file has to be read           decode_plan  settles everything before anything is decoded
//! pyramid      planes halved for the smaller of several thumbnails
//! render       planes -> a thumbnail's pixels: resize, alpha, sharpen, orient, colour, compose (background, padding)
//! encode       pixels -> JPEG, WebP, PNG                   stamp        what a thumbnail says of its making, as bytes
//! thumbnailer  all of them in order                        own_size     how large a thumbnail is, by its header
//! room         how much memory a worker keeps
//! ```

mod alpha;
mod background;
mod bounds;
mod colour;
mod compose;
mod decode_plan;
mod encode;
mod error;
mod exif;
mod foreign;
mod framing;
mod given;
mod gravity;
pub mod jpeg;
mod need;
mod options;
mod orient;
mod own_size;
mod pyramid;
mod render;
mod resize;
pub(crate) mod room;
mod sharpen;
mod sniff;
mod source;
#[doc(hidden)]
pub mod stamp;
mod step;
mod thumbnail;
mod thumbnailer;
mod variant;
mod vectors;

pub use background::Background;
pub use bounds::{Bounds, ParseBoundsError};
pub use colour::{ColourHandling, ProfileFault};
pub use encode::EncodeError;
pub use error::{Cause, DecodeError, ThumbnailError, TooLarge};
pub use foreign::{Error as ForeignError, Input};
pub use framing::{Fit, FramingRule, ParseFitError};
pub use gravity::{Gravity, ParseGravityError};
pub use need::{Need, Reading};
pub use options::Options;
#[doc(hidden)]
pub use own_size::own_size;
pub use sniff::FileKind;
pub use source::Picture;
pub use step::Step;
pub use thumbnail::{Thumbnail, Warning};
pub use thumbnailer::{Sink, Thumbnailer};
pub use variant::{Format, ParseFormatError, Quality, QualityError, Variant};
