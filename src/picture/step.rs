//! The steps from a picture's bytes to its thumbnail's.

use std::fmt;

/// A step from a picture's bytes to its thumbnail's, in the order they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Step {
    /// Reading the picture's header.
    Header,
    /// Decoding its planes.
    Decode,
    /// Bringing the planes to the thumbnail's size.
    Resize,
    /// Turning them the right way up.
    Orient,
    /// Bringing them to sRGB.
    Colour,
    /// Encoding them.
    Encode,
}

impl Step {
    /// All steps, in order.
    pub const ALL: [Self; 6] = [
        Self::Header,
        Self::Decode,
        Self::Resize,
        Self::Orient,
        Self::Colour,
        Self::Encode,
    ];

    /// The step's name, one lower-case word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Decode => "decode",
            Self::Resize => "resize",
            Self::Orient => "orient",
            Self::Colour => "colour",
            Self::Encode => "encode",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
