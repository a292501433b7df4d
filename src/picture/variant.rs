//! One thumbnail of each picture: its size, its shape, and how it is encoded.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::picture::background::Background;
use crate::picture::bounds::Bounds;
use crate::picture::framing::{Fit, FramingRule};
use crate::picture::gravity::Gravity;

/// One thumbnail of each picture: its size and shape, and how it is encoded.
///
/// ```
/// use thumbgen::{Fit, Format, Quality, Variant};
///
/// let variant = Variant::new("400x300".parse()?)
///     .with_fit(Fit::Cover)
///     .with_quality(Quality::new(70)?);
/// assert_eq!(variant.format, Format::Jpeg);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Variant {
    /// How large the thumbnail is, and which part of the picture it shows. Default: inside 128x128.
    pub framing: FramingRule,
    /// What it is encoded as. Default: JPEG.
    pub format: Format,
    /// How well it is encoded. Default: none, which is [`Format::default_quality`].
    pub quality: Option<Quality>,
    /// Whether a JPEG is progressive. Default: no.
    pub progressive: bool,
    /// Whether the thumbnail is sharpened a little after the resize. Default: no.
    pub sharpen: bool,
    /// What the picture is laid on where the thumbnail has no alpha, and what is around it if it is padded. Default:
    /// white.
    pub background: Background,
}

impl Variant {
    /// A JPEG inside `bounds`.
    pub fn new(bounds: Bounds) -> Self {
        Self {
            framing: FramingRule::new(bounds),
            ..Self::default()
        }
    }

    /// The same variant with another rule for size and shape.
    #[must_use]
    pub fn with_framing(mut self, framing: FramingRule) -> Self {
        self.framing = framing;
        self
    }

    /// The same variant with another fit.
    #[must_use]
    pub fn with_fit(mut self, fit: Fit) -> Self {
        self.framing.fit = fit;
        self
    }

    /// The same variant with another part shown of a picture that has to be cut, or another place for it in a padded
    /// thumbnail.
    #[must_use]
    pub fn with_gravity(mut self, gravity: Gravity) -> Self {
        self.framing.gravity = gravity;
        self
    }

    /// The same variant with smaller pictures enlarged, or not.
    #[must_use]
    pub fn with_enlarge(mut self, enlarge: bool) -> Self {
        self.framing.enlarge = enlarge;
        self
    }

    /// The same variant in another format.
    #[must_use]
    pub fn with_format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// The same variant with another quality.
    #[must_use]
    pub fn with_quality(mut self, quality: Quality) -> Self {
        self.quality = Some(quality);
        self
    }

    /// The same variant, progressive or not; this only matters to JPEG.
    #[must_use]
    pub fn with_progressive(mut self, progressive: bool) -> Self {
        self.progressive = progressive;
        self
    }

    /// The same variant, sharpened or not.
    #[must_use]
    pub fn with_sharpen(mut self, sharpen: bool) -> Self {
        self.sharpen = sharpen;
        self
    }

    /// The same variant on another background.
    #[must_use]
    pub fn with_background(mut self, background: Background) -> Self {
        self.background = background;
        self
    }

    /// The quality that it is encoded with: its own, or its format's default.
    pub fn quality(&self) -> Quality {
        self.quality.unwrap_or(self.format.default_quality())
    }
}

/// What a thumbnail is encoded as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// JPEG (ITU-T T.81), with a JFIF header.
    #[default]
    Jpeg,
    /// WebP, lossy; with alpha if the picture has it.
    #[cfg(feature = "webp")]
    WebP,
    /// PNG, of 8 bits; lossless, so it has no quality.
    Png,
}

impl Format {
    /// All formats that this build can write.
    pub const ALL: &'static [Self] = &[
        Self::Jpeg,
        #[cfg(feature = "webp")]
        Self::WebP,
        Self::Png,
    ];

    /// The format's name, one lower-case word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            #[cfg(feature = "webp")]
            Self::WebP => "webp",
            Self::Png => "png",
        }
    }

    /// The extension of file names, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            #[cfg(feature = "webp")]
            Self::WebP => "webp",
            Self::Png => "png",
        }
    }

    /// Its media type, as in HTTP's Content-Type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            #[cfg(feature = "webp")]
            Self::WebP => "image/webp",
            Self::Png => "image/png",
        }
    }

    /// The quality of a thumbnail that doesn't ask for one.
    pub const fn default_quality(self) -> Quality {
        match self {
            Self::Jpeg | Self::Png => Quality(80),
            // As like the picture as a JPEG of 80: the median of SSIM (luma) over the photographs of three corpora is
            // the same at 400 pixels, and higher at 128. There the files are 22 to 14% and 10 to 8% smaller than the
            // JPEGs.
            #[cfg(feature = "webp")]
            Self::WebP => Quality(78),
        }
    }

    /// Whether it is lossy, so that there is a quality to choose.
    pub const fn has_quality(self) -> bool {
        !matches!(self, Self::Png)
    }

    /// Whether a thumbnail in this format can be transparent.
    pub const fn has_alpha(self) -> bool {
        !matches!(self, Self::Jpeg)
    }

    /// The longest side that it can have.
    pub(crate) const fn longest_side(self) -> u32 {
        match self {
            // T.81 B.2.2: 16 bits.
            Self::Jpeg => 65_535,
            // RFC 9649, 2.5: 14 bits in a lossy frame.
            #[cfg(feature = "webp")]
            Self::WebP => 16_383,
            // PNG allows more, but nobody needs that.
            Self::Png => 65_535,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why a text is not a [`Format`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a format for thumbnails: {names}", names = names())]
pub struct ParseFormatError(String);

fn names() -> String {
    let names: Vec<_> = Format::ALL.iter().map(|format| format.name()).collect();
    names.join(", ")
}

impl FromStr for Format {
    type Err = ParseFormatError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_lowercase().as_str() {
            "jpg" => Ok(Self::Jpeg),
            name => Self::ALL
                .iter()
                .find(|format| format.name() == name)
                .copied()
                .ok_or_else(|| ParseFormatError(text.to_owned())),
        }
    }
}

/// How well a thumbnail is encoded, 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Quality(u8);

impl Quality {
    /// A quality from 1 to 100.
    ///
    /// # Errors
    ///
    /// If it isn't in 1..=100.
    pub const fn new(quality: u8) -> Result<Self, QualityError> {
        match quality {
            1..=100 => Ok(Self(quality)),
            _ => Err(QualityError),
        }
    }

    /// The quality as a number.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// A number or text that is not a quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a quality is a whole number from 1 to 100")]
pub struct QualityError;

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Quality {
    type Err = QualityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // `parse` alone would also accept a sign.
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.then(|| text.parse().ok()).flatten();
        Self::new(number.ok_or(QualityError)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quality_is_from_1_to_100() {
        for number in 1..=100 {
            assert_eq!(Quality::new(number).unwrap().get(), number);
            assert_eq!(number.to_string().parse(), Quality::new(number));
        }
        for number in [0, 101, 250] {
            assert_eq!(Quality::new(number), Err(QualityError));
        }
        for text in ["", "0", "+80", "-1", "101", "256", "8e1", "80 "] {
            assert_eq!(text.parse::<Quality>(), Err(QualityError), "{text:?}");
        }
    }

    #[test]
    fn formats_are_read_by_their_names() {
        for &format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        assert_eq!("JPG".parse(), Ok(Format::Jpeg));
        let error = "avif".parse::<Format>().unwrap_err();
        assert!(error.to_string().starts_with("\"avif\" is not a format"));
    }
}
