//! The box that `--size` names.

use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

use thiserror::Error;

/// The box that a thumbnail has to fit: both sides, or one of them.
///
/// Written as `128` (a square), `120x80` (width x height), `120x` (width alone) or `x80` (height alone);
/// `px` may stand behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bounds(Sides);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Sides {
    Both(NonZeroU16, NonZeroU16),
    Width(NonZeroU16),
    Height(NonZeroU16),
}

impl Bounds {
    /// Both sides bounded.
    pub const fn both(width: NonZeroU16, height: NonZeroU16) -> Self {
        Self(Sides::Both(width, height))
    }

    /// A square.
    pub const fn square(side: NonZeroU16) -> Self {
        Self::both(side, side)
    }

    /// The width bounded, the height free.
    pub const fn width_only(width: NonZeroU16) -> Self {
        Self(Sides::Width(width))
    }

    /// The height bounded, the width free.
    pub const fn height_only(height: NonZeroU16) -> Self {
        Self(Sides::Height(height))
    }

    /// The bound on the width, if there is one.
    pub const fn width(self) -> Option<NonZeroU16> {
        match self.0 {
            Sides::Both(width, _) | Sides::Width(width) => Some(width),
            Sides::Height(_) => None,
        }
    }

    /// The bound on the height, if there is one.
    pub const fn height(self) -> Option<NonZeroU16> {
        match self.0 {
            Sides::Both(_, height) | Sides::Height(height) => Some(height),
            Sides::Width(_) => None,
        }
    }

    /// The same box lying on its side.
    #[must_use]
    pub const fn transposed(self) -> Self {
        Self(match self.0 {
            Sides::Both(width, height) => Sides::Both(height, width),
            Sides::Width(side) => Sides::Height(side),
            Sides::Height(side) => Sides::Width(side),
        })
    }
}

impl Default for Bounds {
    /// 128x128.
    fn default() -> Self {
        const SIDE: NonZeroU16 = NonZeroU16::new(128).expect("128 is not 0");
        Self::square(SIDE)
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Sides::Both(width, height) => write!(f, "{width}x{height}"),
            Sides::Width(width) => write!(f, "{width}x"),
            Sides::Height(height) => write!(f, "x{height}"),
        }
    }
}

/// Why a text is no [`Bounds`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseBoundsError {
    /// Neither side is given.
    #[error("a size is written as 128, 120x80, 120x or x80")]
    NoSide,
    /// A side isn't a number that a JPEG's side can be.
    #[error("{0:?} is not a side: a whole number from 1 to 65535")]
    Side(String),
}

impl FromStr for Bounds {
    type Err = ParseBoundsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let side = |side: &str| match side {
            "" => Ok(None),
            // `parse` alone would take a sign as well.
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits
                .parse()
                .map(Some)
                .map_err(|_| ParseBoundsError::Side(digits.to_owned())),
            other => Err(ParseBoundsError::Side(other.to_owned())),
        };
        // Pixels are what is meant anyhow.
        let bare = match text
            .len()
            .checked_sub(2)
            .and_then(|end| text.split_at_checked(end))
        {
            Some((bare, unit)) if unit.eq_ignore_ascii_case("px") => bare.trim_ascii_end(),
            _ => text,
        };
        match bare.split_once(['x', 'X']) {
            None => side(bare)?.map(Self::square),
            Some((width, height)) => match (side(width)?, side(height)?) {
                (Some(width), Some(height)) => Some(Self::both(width, height)),
                (Some(width), None) => Some(Self::width_only(width)),
                (None, Some(height)) => Some(Self::height_only(height)),
                (None, None) => None,
            },
        }
        .ok_or(ParseBoundsError::NoSide)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(text: &str) -> Bounds {
        text.parse().unwrap()
    }

    #[test]
    fn bounds_are_written_as_they_are_read() {
        for (text, shown) in [
            ("128", "128x128"),
            ("120x80", "120x80"),
            ("120X80", "120x80"),
            ("x80", "x80"),
            ("120x", "120x"),
            ("128px", "128x128"),
            ("120x80 PX", "120x80"),
            ("120xpx", "120x"),
        ] {
            assert_eq!(bounds(text).to_string(), shown);
            assert_eq!(bounds(shown), bounds(text));
        }
        assert_eq!(Bounds::default(), bounds("128"));
        assert_eq!(bounds("120x").transposed(), bounds("x120"));
    }

    #[test]
    fn bounds_refuse_what_is_no_size() {
        for text in ["", "x", "px", "xpx"] {
            assert_eq!(
                text.parse::<Bounds>(),
                Err(ParseBoundsError::NoSide),
                "{text:?}"
            );
        }
        for text in [
            "0",
            "0x5",
            "65536",
            "-3",
            "+3",
            "12 ",
            "1x2x3",
            "12.5",
            "a",
            "99999999999999999999x1",
        ] {
            assert!(
                matches!(text.parse::<Bounds>(), Err(ParseBoundsError::Side(_))),
                "{text:?}"
            );
        }
    }
}
