//! The box that `--size` names.

use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

use thiserror::Error;

/// The box that a thumbnail has to fit: both sides, or one of them.
///
/// Written as `128` (a square), `120x80` (width x height), `120x` (width alone) or `x80` (height alone);
/// `px` may stand behind it, and then a density: `128@2x` is a box of 256x256 for screens that show it in the room of
/// 128x128.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bounds {
    sides: Sides,
    /// How many pixels there are for each one that the sides tell; their product is at most 65535.
    density: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Sides {
    Both(NonZeroU16, NonZeroU16),
    Width(NonZeroU16),
    Height(NonZeroU16),
}

impl Bounds {
    /// A box that bounds both sides.
    pub const fn both(width: NonZeroU16, height: NonZeroU16) -> Self {
        Self::of(Sides::Both(width, height))
    }

    const fn of(sides: Sides) -> Self {
        Self { sides, density: 1 }
    }

    /// A square box.
    pub const fn square(side: NonZeroU16) -> Self {
        Self::both(side, side)
    }

    /// A box that bounds the width alone.
    pub const fn width_only(width: NonZeroU16) -> Self {
        Self::of(Sides::Width(width))
    }

    /// A box that bounds the height alone.
    pub const fn height_only(height: NonZeroU16) -> Self {
        Self::of(Sides::Height(height))
    }

    /// The same box with `density` pixels for each one; `None` if a side is too long then, or the density is not one of
    /// 1 to 9.
    #[must_use]
    pub fn with_density(mut self, density: u8) -> Option<Self> {
        self.density = density;
        let sides = match self.sides {
            Sides::Both(width, height) => [width, height],
            Sides::Width(side) | Sides::Height(side) => [side, side],
        };
        let fits = |side: NonZeroU16| side.get().checked_mul(density.into()).is_some();
        ((1..=9).contains(&density) && sides.into_iter().all(fits)).then_some(self)
    }

    /// The bound on the width in pixels, if there is one.
    pub const fn width(self) -> Option<NonZeroU16> {
        match self.sides {
            Sides::Both(width, _) | Sides::Width(width) => Some(self.pixels(width)),
            Sides::Height(_) => None,
        }
    }

    /// The bound on the height in pixels, if there is one.
    pub const fn height(self) -> Option<NonZeroU16> {
        match self.sides {
            Sides::Both(_, height) | Sides::Height(height) => Some(self.pixels(height)),
            Sides::Width(_) => None,
        }
    }

    const fn pixels(self, side: NonZeroU16) -> NonZeroU16 {
        let pixels = side.get() * self.density as u16;
        NonZeroU16::new(pixels).expect("BUG: a density of 0")
    }

    /// The same box lying on its side.
    #[must_use]
    pub const fn transposed(self) -> Self {
        let sides = match self.sides {
            Sides::Both(width, height) => Sides::Both(height, width),
            Sides::Width(side) => Sides::Height(side),
            Sides::Height(side) => Sides::Width(side),
        };
        Self {
            sides,
            density: self.density,
        }
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
        match self.sides {
            Sides::Both(width, height) => write!(f, "{width}x{height}"),
            Sides::Width(width) => write!(f, "{width}x"),
            Sides::Height(height) => write!(f, "x{height}"),
        }?;
        match self.density {
            1 => Ok(()),
            density => write!(f, "@{density}x"),
        }
    }
}

/// Why a text is not a valid [`Bounds`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseBoundsError {
    /// Neither side is given.
    #[error("a size is written as 128, 120x80, 120x or x80")]
    NoSide,
    /// A side isn't a number of pixels that a JPEG can have.
    #[error("{0:?} is not a side: a whole number from 1 to 65535")]
    Side(String),
    /// What stands behind the `@` isn't a density, or it makes a side too long.
    #[error("@{0:?} is not a density: @2x to @9x, and no side longer than 65535 pixels")]
    Density(String),
}

impl FromStr for Bounds {
    type Err = ParseBoundsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let side = |side: &str| match side {
            "" => Ok(None),
            // `parse` alone would also accept a sign.
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits
                .parse()
                .map(Some)
                .map_err(|_| ParseBoundsError::Side(digits.to_owned())),
            other => Err(ParseBoundsError::Side(other.to_owned())),
        };
        if let Some((bounds, density)) = text.split_once('@') {
            let number = density.strip_suffix(['x', 'X']).unwrap_or_default();
            let number = number.parse().ok().filter(|_| number.len() == 1);
            let bounds: Self = bounds.parse()?;
            return number
                .and_then(|number| bounds.with_density(number))
                .ok_or_else(|| ParseBoundsError::Density(density.to_owned()));
        }
        // Sizes are in pixels anyway.
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
            ("128@2x", "128x128@2x"),
            ("120x80px@3X", "120x80@3x"),
            ("x80@1x", "x80"),
        ] {
            assert_eq!(bounds(text).to_string(), shown);
            assert_eq!(bounds(shown), bounds(text));
        }
        assert_eq!(Bounds::default(), bounds("128"));
        assert_eq!(bounds("120x").transposed(), bounds("x120"));
    }

    #[test]
    fn a_density_multiplies_the_sides() {
        let double = bounds("120x80@2x");
        let sides = |bounds: Bounds| {
            (
                bounds.width().map(u16::from),
                bounds.height().map(u16::from),
            )
        };
        assert_eq!(sides(double), (Some(240), Some(160)));
        assert_eq!(sides(double.transposed()), (Some(160), Some(240)));
        assert_eq!(sides(bounds("120x@2x")), (Some(240), None));
        for text in [
            "128@", "128@2", "128@0x", "128@10x", "128@+2x", "128@1.5x", "40000@2x",
        ] {
            let error = text.parse::<Bounds>().unwrap_err();
            assert!(matches!(error, ParseBoundsError::Density(_)), "{text:?}");
        }
        assert!(matches!(
            "@2x".parse::<Bounds>(),
            Err(ParseBoundsError::NoSide)
        ));
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
