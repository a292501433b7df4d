//! Why a picture has no thumbnail.

use thiserror::Error;

use crate::picture::encode::EncodeError;
use crate::picture::foreign;
use crate::picture::jpeg;
use crate::picture::sniff::FileKind;
use crate::picture::step::Step;
use crate::picture::variant::Format;

/// Why a picture has no thumbnail.
#[derive(Debug, Error)]
#[error("{step}: {cause}")]
#[non_exhaustive]
pub struct ThumbnailError {
    /// The step that failed.
    pub step: Step,
    /// Why it failed.
    #[source]
    pub cause: Cause,
}

/// Why a picture can't be decoded, or how it is damaged.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// A JPEG.
    #[error(transparent)]
    Jpeg(#[from] jpeg::Error),
    /// A picture of another format.
    #[error(transparent)]
    Other(#[from] foreign::Error),
}

impl From<jpeg::Error> for Cause {
    fn from(error: jpeg::Error) -> Self {
        Self::Decode(error.into())
    }
}

impl From<foreign::Error> for Cause {
    fn from(error: foreign::Error) -> Self {
        Self::Decode(error.into())
    }
}

/// Why a step failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Cause {
    /// It is no picture of a format that is decoded.
    #[error("{}", unsupported(*.0))]
    Unsupported(FileKind),
    /// The picture can't be decoded.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The thumbnail would be larger than its format allows.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// The thumbnail would take more memory than is allowed.
    #[error("the thumbnail would take {bytes} bytes of memory, and the limit is {limit}")]
    TooMuchMemory {
        /// What it would take.
        bytes: u64,
        /// What it may take.
        limit: u64,
    },
    /// The thumbnail can't be encoded.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

fn unsupported(kind: FileKind) -> String {
    match kind {
        FileKind::Empty => "the file is empty".into(),
        FileKind::Zeros => "the file holds nothing but zeros".into(),
        FileKind::Unknown => "not a picture, nor any other kind of file that is known".into(),
        FileKind::Avif
        | FileKind::Heic
        | FileKind::JpegXl
        | FileKind::Jpeg2000
        | FileKind::Photoshop
        | FileKind::Svg => format!("{} is not supported", kind.name()),
        kind => format!("not a picture but {kind}"),
    }
}

/// A thumbnail larger than its format allows: for instance one of a narrow picture with one side bounded, enlarged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "the thumbnail would have {width}x{height} pixels, and the sides of a {format} have at most {end}",
    format = shown(*format),
    end = format.longest_side()
)]
#[non_exhaustive]
pub struct TooLarge {
    /// Its width.
    pub width: u64,
    /// Its height.
    pub height: u64,
    /// The format it was to have.
    pub format: Format,
}

impl TooLarge {
    pub(crate) fn new(width: u64, height: u64, format: Format) -> Self {
        Self {
            width,
            height,
            format,
        }
    }
}

/// A format's name in a sentence.
fn shown(format: Format) -> &'static str {
    match format {
        Format::Jpeg => "JPEG",
        #[cfg(feature = "webp")]
        Format::WebP => "WebP",
        Format::Png => "PNG",
    }
}

/// Makes what went wrong in `step` an error of that step.
pub(crate) fn at<E: Into<Cause>>(step: Step) -> impl FnOnce(E) -> ThumbnailError {
    move |cause| ThumbnailError {
        step,
        cause: cause.into(),
    }
}
