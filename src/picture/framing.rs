//! How large a thumbnail gets, and which part of the picture it shows.

use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

use thiserror::Error;

use crate::picture::bounds::Bounds;
use crate::picture::gravity::Gravity;
use crate::picture::orient::Orientation;

/// What to do when picture and box have different shapes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fit {
    /// The whole picture, inside the box: one side may be shorter than the box's.
    #[default]
    Inside,
    /// The whole box filled: what sticks out is cut off. With one side bounded there is nothing to cut, so it is the
    /// same as `Inside`. A picture that would have to be enlarged to fill the box, and may not be, keeps its own scale
    /// and loses what sticks out; its thumbnail is then smaller than the box.
    Cover,
    /// The whole picture, and around it as much background as the box has room for. With one side bounded there is
    /// none, so it is the same as `Inside`.
    Pad,
}

impl Fit {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Inside, Self::Cover, Self::Pad];

    /// Its name, one lower-case word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Cover => "cover",
            Self::Pad => "pad",
        }
    }
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why a text is not a [`Fit`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a fit: inside, cover or pad")]
pub struct ParseFitError(String);

impl FromStr for Fit {
    type Err = ParseFitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|fit| fit.name() == text)
            .ok_or_else(|| ParseFitError(text.to_owned()))
    }
}

/// How large a thumbnail is to be, and which part of its picture it is to show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct FramingRule {
    /// The box that the thumbnail, turned the right way up, has to fit. Default: 128x128.
    pub bounds: Bounds,
    /// What to do when picture and box have different shapes. Default: inside.
    pub fit: Fit,
    /// Which part of the picture stays when it has to be cut, and where it is when it is padded. Default: the middle.
    pub gravity: Gravity,
    /// Whether a picture smaller than the box is enlarged. Default: no.
    pub enlarge: bool,
}

impl FramingRule {
    /// The whole picture inside `bounds`.
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            ..Self::default()
        }
    }

    /// The same rule with another fit.
    #[must_use]
    pub fn with_fit(mut self, fit: Fit) -> Self {
        self.fit = fit;
        self
    }

    /// The same rule with another gravity.
    #[must_use]
    pub fn with_gravity(mut self, gravity: Gravity) -> Self {
        self.gravity = gravity;
        self
    }

    /// The same rule with smaller pictures enlarged, or not.
    #[must_use]
    pub fn with_enlarge(mut self, enlarge: bool) -> Self {
        self.enlarge = enlarge;
        self
    }
}

/// A part of a picture, in pixels from its top left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// Which part of a picture becomes a thumbnail of which size, all as the picture is stored, before the turn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Framing {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) area: Area,
}

/// The size of a padded thumbnail, and where the picture is in it, the right way up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Padding {
    pub(crate) size: (u32, u32),
    pub(crate) at: (u32, u32),
}

impl Framing {
    /// The framing of a picture of `width` x `height` pixels that `turn` makes upright; sides are rounded half up and
    /// are at least 1. The error is a thumbnail's width and height that are beyond any format.
    pub(crate) fn new(
        source: (u32, u32),
        rule: &FramingRule,
        turn: Orientation,
    ) -> Result<Self, (u64, u64)> {
        // The box is for the picture as it is seen.
        let bounds = if turn.transposes() {
            rule.bounds.transposed()
        } else {
            rule.bounds
        };
        let (w, h) = (u64::from(source.0), u64::from(source.1));
        let bound = |side: Option<NonZeroU16>| side.map(|side| u64::from(side.get()));
        let (bw, bh) = (bound(bounds.width()), bound(bounds.height()));
        // Is the box wider in shape than the picture, so that the height decides when the picture fits inside?
        let height_decides = match (bw, bh) {
            (Some(bw), Some(bh)) => bw * h >= bh * w,
            (None, _) => true,
            (_, None) => false,
        };
        if let (Fit::Cover, Some(bw), Some(bh)) = (rule.fit, bw, bh) {
            // The side that does not decide for `Inside` decides here, so that both sides are filled.
            let (up, down) = if height_decides { (bw, w) } else { (bh, h) };
            let (up, down) = if up > down && !rule.enlarge {
                (1, 1)
            } else {
                (up, down)
            };
            let side = |bound: u64, side: u64| bound.min(round_half_up(side * up, down)).max(1);
            let shares = rule.gravity.stored_shares(turn);
            return Self::part(
                source,
                (side(bw, w), side(bh, h)),
                down as f64 / up as f64,
                shares,
            );
        }
        let (bound, side) = if height_decides { (bh, h) } else { (bw, w) };
        let bound = bound.expect("BUG: the side that decides is bounded");
        let (width, height) = if bound > side && !rule.enlarge {
            (w, h)
        } else if height_decides {
            (round_half_up(w * bound, h).max(1), bound)
        } else {
            (bound, round_half_up(h * bound, w).max(1))
        };
        let area = Area {
            left: 0.0,
            top: 0.0,
            width: f64::from(source.0),
            height: f64::from(source.1),
        };
        Self::sized(width, height, area)
    }

    /// A part of the picture, with `step` picture pixels to a thumbnail pixel. These `shares` of what is cut off are
    /// cut off on the left and at the top.
    fn part(
        source: (u32, u32),
        (width, height): (u64, u64),
        step: f64,
        shares: (f64, f64),
    ) -> Result<Self, (u64, u64)> {
        let (w, h) = (f64::from(source.0), f64::from(source.1));
        let (aw, ah) = ((width as f64 * step).min(w), (height as f64 * step).min(h));
        let area = Area {
            left: (w - aw) * shares.0,
            top: (h - ah) * shares.1,
            width: aw,
            height: ah,
        };
        Self::sized(width, height, area)
    }

    fn sized(width: u64, height: u64, area: Area) -> Result<Self, (u64, u64)> {
        match (u16::try_from(width), u16::try_from(height)) {
            (Ok(width), Ok(height)) => Ok(Self {
                width: width.into(),
                height: height.into(),
                area,
            }),
            _ => Err((width, height)),
        }
    }

    /// How many pixels that is.
    pub(crate) fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The padding that `rule` asks for around it, if there is any.
    pub(crate) fn padding(&self, rule: &FramingRule, turn: Orientation) -> Option<Padding> {
        let (width, height) = turn.turned((self.width, self.height));
        let (Fit::Pad, Some(across), Some(down)) =
            (rule.fit, rule.bounds.width(), rule.bounds.height())
        else {
            return None;
        };
        let size = (across.get().into(), down.get().into());
        let shares = rule.gravity.shares();
        let start = |room: u32, side: u32, share: f64| (f64::from(room - side) * share) as u32;
        (size != (width, height)).then_some(Padding {
            size,
            at: (
                start(size.0, width, shares.0),
                start(size.1, height, shares.1),
            ),
        })
    }
}

fn round_half_up(dividend: u64, divisor: u64) -> u64 {
    (2 * dividend + divisor) / (2 * divisor)
}

#[cfg(test)]
mod tests;
