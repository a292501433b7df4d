//! Thumbnails of pictures, one by one or of whole trees in parallel.
//!
//! One idea carries the whole crate: *do only the work that a thumbnail needs.* Read only the bytes, decode only the
//! frequencies, convert only the pixels, and redo only the pictures that changed.
//!
//! # One picture
//!
//! ```
//! use thumbgen::{Fit, Options, Thumbnailer, Variant};
//!
//! # let jpeg = std::fs::read("testdata/pictures/travel/tower.jpg")?;
//! let mut thumbnailer = Thumbnailer::new(Options::default());
//! let square = Variant::new("96".parse()?).with_fit(Fit::Cover);
//! let thumbnail = thumbnailer.thumbnail(&jpeg, &square)?;
//! assert_eq!((thumbnail.width, thumbnail.height), (96, 96));
//! # let target = std::env::temp_dir().join("thumbgen-doctest.jpg");
//! std::fs::write(&target, &thumbnail.bytes)?;
//! # std::fs::remove_file(target)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Thumbnailer::thumbnails`] makes several sizes and formats from one decode.
//!
//! # Many pictures, in parallel
//!
//! A [`Thumbnailer`] keeps tables, buffers and colour profiles from one picture to the next, so each thread has one of
//! its own. With `rayon`:
//!
//! ```
//! use rayon::prelude::*;
//! use thumbgen::{Options, Thumbnail, ThumbnailError, Thumbnailer, Variant};
//!
//! let variant = Variant::default();
//! # let folder = std::fs::read_dir("testdata/pictures/travel")?;
//! # let files = folder.map(|entry| Ok(std::fs::read(entry?.path())?));
//! # let pictures = files.collect::<std::io::Result<Vec<_>>>()?;
//! let made: Vec<Result<Thumbnail, ThumbnailError>> = pictures
//!     .par_iter()
//!     .map_init(
//!         || Thumbnailer::new(Options::default()),
//!         |thumbnailer, picture| thumbnailer.thumbnail(picture, &variant),
//!     )
//!     .collect();
//! assert!(made.iter().all(Result::is_ok));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A tree of pictures
//!
//! What the program does, with one's own observer and stop flag; see [`batch`].
//!
//! ```
//! use thumbgen::batch::{Batch, Event, Observer, Stop};
//!
//! struct Printer;
//!
//! impl Observer for Printer {
//!     fn event(&self, event: Event<'_>) {
//!         if let Event::Done(job, _) = event {
//!             println!("{:?}", job.thumbnails);
//!         }
//!     }
//! }
//!
//! # let folder = tempfile::tempdir()?;
//! # let thumbnails = folder.path();
//! // Set from another thread, or by the observer, it ends the run after the pictures in flight.
//! let stop = Stop::default();
//! let ran = Batch::new("testdata/pictures", thumbnails).run(&Printer, &stop)?;
//! assert!(ran.finished);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | none | [`Thumbnailer`]: no files, no threads, nothing of the operating system |
//! | `webp` | [`Format::WebP`], by libwebp, which takes the C compiler that Rust links with; on by default |
//! | `object-store` | places in S3, Google Cloud Storage and Azure as SOURCE and DEST of a `batch` |
//! | `batch` | [`batch`]: trees of pictures, what is fresh in them, threads |
//! | `tell`, `cli` | what the program needs besides |
//!
//! `batch`, `tell` and `cli` are on by default, too.
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
    Background, Bounds, Cause, ColourHandling, DecodeError, EncodeError, FileKind, Fit,
    ForeignError, Format, FramingRule, Gravity, Input, Need, Options, ParseBoundsError,
    ParseFitError, ParseFormatError, ParseGravityError, Picture, ProfileFault, Quality,
    QualityError, Reading, Sink, Step, Thumbnail, ThumbnailError, Thumbnailer, TooLarge, Variant,
    Warning,
};

/// The crate whose pictures a [`Thumbnailer`] takes and gives.
pub use image;

/// What the manual says of the library compiles.
#[cfg(all(doctest, feature = "batch"))]
#[doc = include_str!("../docs/library.md")]
struct Manual;

/// What can be wrong with a JPEG.
pub mod jpeg {
    pub use crate::picture::jpeg::{Bound, Damage, Error, Feature, Flaw};
}
