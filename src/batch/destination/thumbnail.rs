//! A thumbnail that is looked at or written.

use crate::batch::freshness::{Fingerprint, SourceVersion};
use crate::batch::job::Job;
use crate::batch::ownership::Foreign;
use crate::picture::Format;

/// How writing a thumbnail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It is in its place.
    InPlace,
    /// Something that is not thumbgen's is in its place, and stays.
    Kept(Foreign),
}

/// A thumbnail that is to be written.
#[derive(Debug, Clone, Copy)]
pub struct Thumbnail<'a> {
    /// The job.
    pub job: &'a Job,
    /// Which of its thumbnails it is.
    pub variant: usize,
    /// The file.
    pub bytes: &'a [u8],
    /// Its format.
    pub format: Format,
    /// The text of its stamp.
    pub stamp: &'a str,
    /// What it was made from.
    pub version: &'a SourceVersion,
}

/// What a thumbnail that is looked at should have been made from, and how.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The picture's version.
    pub version: &'a SourceVersion,
    /// The settings.
    pub settings: &'a Fingerprint,
    /// Whether one of a damaged picture will do.
    pub allow_damaged: bool,
}
