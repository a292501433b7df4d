//! What can be wrong with a JPEG: four kinds outside, values inside.

use std::fmt;

/// Why a picture can't be decoded.
///
/// Offsets count bytes from the start of the slice that was given to [`Header::parse`](super::Header::parse).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// These bytes are not a JPEG, or their headers contradict T.81.
    #[error("{what} (at byte {offset})")]
    Format {
        /// What is wrong.
        what: Flaw,
        /// Where.
        offset: u64,
    },
    /// The file ends before the picture does.
    #[error("the file ends before the picture does (at byte {offset})")]
    Truncated {
        /// Where the data ends.
        offset: u64,
    },
    /// The coded data contradict themselves.
    #[error("damaged data: {what} (at byte {offset})")]
    Damaged {
        /// What is wrong.
        what: Damage,
        /// Where it was noticed.
        offset: u64,
    },
    /// A valid JPEG of a coding that this decoder doesn't know.
    #[error("{0} is not supported")]
    Unsupported(Feature),
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
}

/// What is wrong with the headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flaw {
    /// There is no start-of-image marker.
    NotJpeg,
    /// A segment's length is less than its own two bytes or than its contents need.
    SegmentLength {
        /// The segment's marker code.
        marker: u8,
    },
    /// A segment's contents are out of T.81's range.
    SegmentContents {
        /// The segment's marker code.
        marker: u8,
    },
    /// A second frame header.
    SecondFrame,
    /// A scan, or the end of the image, before any frame header.
    NoFrame,
    /// The end of the image before any scan.
    NoScan,
    /// The height or width is zero.
    EmptyFrame,
    /// The counts of a Huffman table make no prefix code, or a symbol is out of range.
    HuffmanTable,
    /// A component refers to a quantisation table that was never defined.
    NoQuantisationTable {
        /// The table's number.
        table: u8,
    },
    /// A scan names a component that the frame lacks, or names one twice.
    ScanComponent {
        /// The component's identifier.
        id: u8,
    },
    /// A scan's spectral selection or successive approximation is out of T.81's range.
    ScanParameters,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJpeg => f.write_str("not a JPEG"),
            Self::SegmentLength { marker } => {
                write!(f, "segment FF{marker:02X} has a wrong length")
            }
            Self::SegmentContents { marker } => {
                write!(f, "segment FF{marker:02X} has invalid contents")
            }
            Self::SecondFrame => f.write_str("a second frame header"),
            Self::NoFrame => f.write_str("no frame header"),
            Self::NoScan => f.write_str("no scan"),
            Self::EmptyFrame => f.write_str("the picture has no pixels"),
            Self::HuffmanTable => f.write_str("invalid Huffman table"),
            Self::NoQuantisationTable { table } => {
                write!(f, "quantisation table {table} is missing")
            }
            Self::ScanComponent { id } => write!(f, "a scan names component {id} wrongly"),
            Self::ScanParameters => f.write_str("a scan's parameters are out of range"),
        }
    }
}

/// What is wrong with the coded data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Damage {
    /// A marker where more coded data should be.
    ScanEndsEarly,
    /// Bits that are not a code of the table in force.
    NoSuchCode,
    /// A run of coefficients that passes the end of its block.
    RunTooLong,
    /// A restart marker is missing or out of turn.
    Restart,
    /// The image ends although a component was never sent.
    MissingScan,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ScanEndsEarly => "a scan ends early",
            Self::NoSuchCode => "bits that are not a Huffman code",
            Self::RunTooLong => "a run passes the end of its block",
            Self::Restart => "a restart marker is missing or out of turn",
            Self::MissingScan => "a scan is missing",
        })
    }
}

/// A coding of the JPEG family that is not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Feature {
    /// Sample precision other than 8 bits.
    Precision(u8),
    /// Lossless coding (SOF3, SOF7, SOF11, SOF15).
    Lossless,
    /// Arithmetic coding (SOF9 to SOF11, SOF13 to SOF15).
    Arithmetic,
    /// Hierarchical coding (DHP, SOF5 to SOF7).
    Hierarchical,
    /// JPEG-LS (SOF55).
    JpegLs,
    /// Two components, or more than four.
    Components(u8),
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Precision(bits) => write!(f, "JPEG with {bits}-bit samples"),
            Self::Lossless => f.write_str("lossless JPEG"),
            Self::Arithmetic => f.write_str("JPEG with arithmetic coding"),
            Self::Hierarchical => f.write_str("hierarchical JPEG"),
            Self::JpegLs => f.write_str("JPEG-LS"),
            Self::Components(count) => write!(f, "JPEG with {count} components"),
        }
    }
}

/// The limit that a picture exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bound {
    /// [`Limits::max_pixels`](super::Limits::max_pixels).
    Pixels,
    /// [`Limits::max_memory`](super::Limits::max_memory).
    Memory,
    /// Scans of a progressive picture; fixed, since each costs time however short it is.
    Scans,
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pixels => "pixels of the picture",
            Self::Memory => "bytes of memory for decoding",
            Self::Scans => "scans of the picture",
        })
    }
}

impl Error {
    pub(crate) fn format(what: Flaw, offset: usize) -> Self {
        Self::Format {
            what,
            offset: offset as u64,
        }
    }

    pub(crate) fn damaged(what: Damage, offset: usize) -> Self {
        Self::Damaged {
            what,
            offset: offset as u64,
        }
    }

    pub(crate) fn truncated(offset: usize) -> Self {
        Self::Truncated {
            offset: offset as u64,
        }
    }
}
