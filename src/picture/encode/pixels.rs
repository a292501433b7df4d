//! Pixels to encode, and what their samples are.

/// Pixels to encode.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pixels<'a> {
    /// Y, Cb and Cr as planes; the size of Cb and Cr is what [`halves_chroma`](super::halves_chroma) says. For JPEG,
    /// and JPEG only.
    YCbCr([&'a [u8]; 3]),
    /// Samples pixel by pixel. For JPEG they are grey.
    Interleaved(Samples<'a>),
}

/// Samples, pixel by pixel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Samples<'a> {
    pub(crate) samples: &'a [u8],
    pub(crate) layout: Layout,
}

/// What the samples of a pixel are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// A grey level.
    Grey,
    /// A grey level and alpha.
    GreyAlpha,
    /// Red, green and blue.
    Rgb,
    /// Red, green, blue and alpha.
    Rgba,
}

impl Layout {
    /// The layout with colour or without, with alpha or without.
    pub(crate) fn new(colour: bool, alpha: bool) -> Self {
        match (colour, alpha) {
            (false, false) => Self::Grey,
            (false, true) => Self::GreyAlpha,
            (true, false) => Self::Rgb,
            (true, true) => Self::Rgba,
        }
    }

    /// Whether it has red, green and blue.
    pub(crate) fn has_colour(self) -> bool {
        matches!(self, Self::Rgb | Self::Rgba)
    }

    /// Whether it has alpha.
    pub(crate) fn has_alpha(self) -> bool {
        matches!(self, Self::GreyAlpha | Self::Rgba)
    }
}
