//! Why thumbnails can't be named in some way.

use thiserror::Error;

/// Why thumbnails can't be named that way.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NamesError {
    /// Two thumbnails would be one file.
    #[error("{first} and {second} would both be {name}")]
    Meet {
        /// One of them: the picture and its variant.
        first: String,
        /// The other one.
        second: String,
        /// The name that both would have.
        name: String,
    },
    /// Two variants have the same size and format.
    #[error(
        "{size} as {format} is asked for twice: thumbnails that differ only in how they fit would have one name"
    )]
    Twice {
        /// The size.
        size: String,
        /// The format.
        format: &'static str,
    },
    /// A template asks for a side that a box does not have.
    #[error("--name has {{{field}}}, and the size {size} has none")]
    NoSide {
        /// `width` or `height`.
        field: &'static str,
        /// The size.
        size: String,
    },
}
