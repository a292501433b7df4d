//! What can be wrong with a picture that is no JPEG.

use std::io;
use std::sync::Arc;

use crate::picture::jpeg::Bound;

/// Why a picture of another format than JPEG can't be decoded.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file ends before the picture does.
    #[error("the file ends before the picture does")]
    Truncated,
    /// What the file holds contradicts its format or itself.
    #[error("damaged data: {0}")]
    Damaged(String),
    /// A valid picture of a kind that its decoder doesn't know.
    #[error("{0} is not supported")]
    Unsupported(String),
    /// The picture is bigger than the caller allows.
    #[error("{which}: {size} is more than the limit of {limit}")]
    Limit {
        /// Which limit.
        which: Bound,
        /// What the picture asks for.
        size: u64,
        /// What is allowed.
        limit: u64,
    },
    /// What the decoder would take for a part of the file, such as its profile, is beyond the limit on memory.
    #[error("a part of the file takes more memory than is allowed")]
    Memory,
    /// The file can't be read.
    #[error(transparent)]
    Read(Arc<io::Error>),
}

impl Error {
    /// What is wrong with the data.
    pub(in crate::picture) fn damaged(what: &str) -> Self {
        Self::Damaged(what.to_owned())
    }

    /// Whether what has been decoded before may still be shown to who wants it ([`Options::allow_damaged`]).
    ///
    /// [`Options::allow_damaged`]: crate::Options::allow_damaged
    pub(super) fn is_damage(&self) -> bool {
        matches!(self, Self::Truncated | Self::Damaged(_))
    }
}

impl From<io::Error> for Error {
    /// Decoders make `io::Error`s of their own of damaged data; those of the system have its number.
    fn from(error: io::Error) -> Self {
        if error.raw_os_error().is_some() {
            Self::Read(Arc::new(error))
        } else if error.kind() == io::ErrorKind::UnexpectedEof {
            Self::Truncated
        } else {
            Self::Damaged(error.to_string())
        }
    }
}

impl From<png::DecodingError> for Error {
    fn from(error: png::DecodingError) -> Self {
        match error {
            png::DecodingError::IoError(error) => error.into(),
            png::DecodingError::LimitsExceeded => Self::Memory,
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<gif::DecodingError> for Error {
    fn from(error: gif::DecodingError) -> Self {
        match error {
            gif::DecodingError::Io(error) => error.into(),
            gif::DecodingError::UnexpectedEof => Self::Truncated,
            gif::DecodingError::OutOfMemory | gif::DecodingError::MemoryLimit => Self::Memory,
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<tiff::TiffError> for Error {
    fn from(error: tiff::TiffError) -> Self {
        match error {
            tiff::TiffError::IoError(error) => error.into(),
            tiff::TiffError::UnsupportedError(what) => Self::Unsupported(format!("TIFF: {what}")),
            tiff::TiffError::LimitsExceeded => Self::Memory,
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<image_webp::DecodingError> for Error {
    fn from(error: image_webp::DecodingError) -> Self {
        match error {
            image_webp::DecodingError::IoError(error) => error.into(),
            image_webp::DecodingError::MemoryLimitExceeded => Self::Memory,
            image_webp::DecodingError::UnsupportedFeature(what) => {
                Self::Unsupported(format!("WebP: {what}"))
            }
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<image::ImageError> for Error {
    fn from(error: image::ImageError) -> Self {
        match error {
            image::ImageError::IoError(error) => error.into(),
            image::ImageError::Limits(_) => Self::Memory,
            image::ImageError::Unsupported(what) => Self::Unsupported(what.to_string()),
            other => Self::Damaged(other.to_string()),
        }
    }
}
