//! Why a picture has no thumbnail.

use thiserror::Error;

use crate::picture::framing::TooLarge;
use crate::picture::jpeg;
use crate::picture::sniff::FileKind;
use crate::picture::step::Step;

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
    /// The thumbnail would be larger than a JPEG can be.
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
}

fn not_jpeg(kind: FileKind) -> String {
    match kind {
        FileKind::Empty => "the file is empty".into(),
        FileKind::Zeros => "the file holds nothing but zeros".into(),
        FileKind::Unknown => "not a JPEG, nor any other kind of file that is known".into(),
        kind => format!("not a JPEG but {kind}"),
    }
}

/// Makes an error of `step` of what went wrong there.
pub(crate) fn at<E: Into<Cause>>(step: Step) -> impl FnOnce(E) -> ThumbnailError {
    move |cause| ThumbnailError {
        step,
        cause: cause.into(),
    }
}
