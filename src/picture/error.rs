//! Why a picture has no thumbnail.

use thiserror::Error;

use crate::picture::encode::EncodeError;
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

/// Why a step failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Cause {
    /// It is something else than a JPEG.
    #[error("{}", not_jpeg(*.0))]
    NotJpeg(FileKind),
    /// The picture can't be decoded.
    #[error(transparent)]
    Jpeg(#[from] jpeg::Error),
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

fn not_jpeg(kind: FileKind) -> String {
    match kind {
        FileKind::Empty => "the file is empty".into(),
        FileKind::Zeros => "the file holds nothing but zeros".into(),
        FileKind::Unknown => "not a JPEG, nor any other kind of file that is known".into(),
        kind => format!("not a JPEG but {kind}"),
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
