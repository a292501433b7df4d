//! The background that a picture is laid on.

use std::fmt;

/// The colour behind a transparent picture whose thumbnail has no alpha, and around a padded picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Background([u8; 4]);

impl Background {
    /// White.
    pub const WHITE: Self = Self::rgb(255, 255, 255);

    /// An opaque colour in sRGB.
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self::rgba(red, green, blue, 255)
    }

    /// A colour in sRGB with an alpha from 0 (transparent) to 255 (opaque). Where a thumbnail has no alpha, it is laid
    /// on white.
    pub const fn rgba(red: u8, green: u8, blue: u8, alpha: u8) -> Self {
        Self([red, green, blue, alpha])
    }

    /// Red, green, blue and alpha.
    pub const fn to_rgba(self) -> [u8; 4] {
        self.0
    }

    /// The colour as it looks on white.
    pub(crate) fn opaque(self) -> [u8; 3] {
        let [red, green, blue, alpha] = self.0;
        [red, green, blue].map(|level| over(level, alpha, 255))
    }

    /// Whether it is a grey.
    pub(crate) fn is_grey(self) -> bool {
        let [red, green, blue, _] = self.0;
        red == green && green == blue
    }
}

/// `level` with this `alpha`, laid over `below`.
pub(crate) fn over(level: u8, alpha: u8, below: u8) -> u8 {
    let (level, alpha, below) = (u32::from(level), u32::from(alpha), u32::from(below));
    ((level * alpha + below * (255 - alpha) + 127) / 255) as u8
}

impl Default for Background {
    fn default() -> Self {
        Self::WHITE
    }
}

/// As CSS writes it: `#rrggbb`, and `#rrggbbaa` if it isn't opaque.
impl fmt::Display for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue, alpha] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")?;
        match alpha {
            255 => Ok(()),
            alpha => write!(f, "{alpha:02x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_is_over_what_does_not() {
        assert_eq!(Background::rgba(10, 20, 30, 255).opaque(), [10, 20, 30]);
        assert_eq!(Background::rgba(10, 20, 30, 0).opaque(), [255; 3]);
        assert_eq!(Background::rgba(0, 255, 100, 51).opaque(), [204, 255, 224]);
    }

    #[test]
    fn is_written_as_css_does() {
        assert_eq!(Background::default().to_string(), "#ffffff");
        assert_eq!(Background::rgba(1, 2, 254, 0).to_string(), "#0102fe00");
    }
}
