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
    /// and loses what sticks out; its thumbnail is smaller than the box then.
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

/// Why a text is no [`Fit`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is no fit: inside, cover or pad")]
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

    /// With another fit.
    #[must_use]
    pub fn with_fit(mut self, fit: Fit) -> Self {
        self.fit = fit;
        self
    }

    /// With another gravity.
    #[must_use]
    pub fn with_gravity(mut self, gravity: Gravity) -> Self {
        self.gravity = gravity;
        self
    }

    /// With smaller pictures enlarged, or not.
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

/// A thumbnail's size, with what it is padded with, and where the picture is in it, the right way up.
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
        // The box is for the picture that is seen.
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
            // The side that doesn't decide inside decides here, so that both are filled.
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

    /// A part of the picture, at `step` picture pixels a thumbnail pixel. The `shares` of what is cut off are cut off
    /// on the left and above.
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

    /// How many pixels that are.
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
mod tests {
    use super::*;

    fn bounds(text: &str) -> Bounds {
        text.parse().unwrap()
    }

    fn framing_of(picture: (u32, u32), text: &str, fit: Fit, enlarge: bool) -> Framing {
        let rule = FramingRule::new(bounds(text))
            .with_fit(fit)
            .with_enlarge(enlarge);
        Framing::new(picture, &rule, Orientation::UPRIGHT).unwrap()
    }

    fn size(picture: (u32, u32), text: &str, fit: Fit, enlarge: bool) -> (u32, u32) {
        let framing = framing_of(picture, text, fit, enlarge);
        (framing.width, framing.height)
    }

    #[test]
    fn inside_keeps_the_shape_and_rounds_half_up() {
        assert_eq!(size((4000, 3000), "128", Fit::Inside, false), (128, 96));
        assert_eq!(size((256, 171), "128", Fit::Inside, false), (128, 86));
        assert_eq!(size((256, 169), "128", Fit::Inside, false), (128, 85));
        assert_eq!(size((3000, 4000), "120x80", Fit::Inside, false), (60, 80));
        assert_eq!(size((3000, 4000), "x80", Fit::Inside, false), (60, 80));
        assert_eq!(size((3000, 4000), "120x", Fit::Inside, false), (120, 160));
        assert_eq!(size((65535, 1), "128", Fit::Inside, false), (128, 1));
    }

    #[test]
    fn nothing_is_enlarged_unasked() {
        for fit in [Fit::Inside, Fit::Cover] {
            assert_eq!(size((100, 50), "128", fit, false), (100, 50));
        }
        assert_eq!(size((128, 64), "128", Fit::Inside, false), (128, 64));
        assert_eq!(size((100, 50), "128", Fit::Inside, true), (128, 64));
        assert_eq!(size((100, 50), "x128", Fit::Inside, true), (256, 128));
        assert_eq!(size((100, 50), "128", Fit::Cover, true), (128, 128));
    }

    #[test]
    fn sides_end_at_65535() {
        let rule = FramingRule::new(bounds("4x")).with_enlarge(true);
        let framing = Framing::new((2, 65535), &rule, Orientation::UPRIGHT);
        assert_eq!(framing, Err((4, 131_070)));
    }

    #[test]
    fn cover_keeps_the_part_that_gravity_says() {
        let area = |gravity, number| {
            let rule = FramingRule::new(bounds("100"))
                .with_fit(Fit::Cover)
                .with_gravity(gravity);
            let turn = Orientation::from_exif(number).unwrap();
            let area = Framing::new((400, 300), &rule, turn).unwrap().area;
            assert_eq!((area.width, area.height), (300.0, 300.0));
            (area.left, area.top)
        };
        assert_eq!(area(Gravity::Centre, 1), (50.0, 0.0));
        assert_eq!(area(Gravity::SouthWest, 1), (0.0, 0.0));
        assert_eq!(area(Gravity::NorthEast, 1), (100.0, 0.0));
        assert_eq!(area(Gravity::East, 2), (0.0, 0.0));
        // Seen upright it is 300x400, and its top is the stored picture's left side.
        assert_eq!(area(Gravity::North, 6), (0.0, 0.0));
        assert_eq!(area(Gravity::North, 8), (100.0, 0.0));
    }

    #[test]
    fn a_box_is_padded_where_the_picture_does_not_fill_it() {
        let padding = |picture, text, gravity, number| {
            let rule = FramingRule::new(bounds(text))
                .with_fit(Fit::Pad)
                .with_gravity(gravity);
            let turn = Orientation::from_exif(number).unwrap();
            let framing = Framing::new(picture, &rule, turn).unwrap();
            let padding = framing.padding(&rule, turn);
            padding.map(|padding| (padding.size, padding.at))
        };
        let centre = Gravity::Centre;
        assert_eq!(
            padding((400, 300), "128", centre, 1),
            Some(((128, 128), (0, 16)))
        );
        assert_eq!(
            padding((400, 300), "128", Gravity::SouthEast, 1),
            Some(((128, 128), (0, 32)))
        );
        assert_eq!(
            padding((400, 300), "128", centre, 6),
            Some(((128, 128), (16, 0)))
        );
        assert_eq!(
            padding((30, 20), "128x100", centre, 1),
            Some(((128, 100), (49, 40)))
        );
        assert_eq!(padding((400, 400), "128", centre, 1), None);
        assert_eq!(padding((400, 300), "128x", centre, 1), None);
    }

    #[test]
    fn cover_fills_the_box_with_the_middle() {
        let framing = framing_of((4000, 3000), "128", Fit::Cover, false);
        assert_eq!((framing.width, framing.height), (128, 128));
        assert_eq!(
            framing.area,
            Area {
                left: 500.0,
                top: 0.0,
                width: 3000.0,
                height: 3000.0
            }
        );
        let framing = framing_of((3000, 4000), "120x40", Fit::Cover, false);
        assert_eq!((framing.width, framing.height), (120, 40));
        assert_eq!(
            framing.area,
            Area {
                left: 0.0,
                top: 1500.0,
                width: 3000.0,
                height: 1000.0
            }
        );
    }

    #[test]
    fn cover_of_a_picture_that_is_too_small_keeps_its_scale() {
        let framing = framing_of((1000, 50), "128", Fit::Cover, false);
        assert_eq!((framing.width, framing.height), (128, 50));
        assert_eq!(
            framing.area,
            Area {
                left: 436.0,
                top: 0.0,
                width: 128.0,
                height: 50.0
            }
        );
    }

    #[test]
    fn an_area_never_leaves_the_picture() {
        for w in (1..=2000).step_by(37) {
            for h in (1..=2000).step_by(41) {
                for text in ["128", "33x77", "x5", "7x"] {
                    for (fit, enlarge) in [
                        (Fit::Inside, false),
                        (Fit::Cover, false),
                        (Fit::Cover, true),
                        (Fit::Pad, true),
                    ] {
                        let Framing {
                            width,
                            height,
                            area,
                        } = framing_of((w, h), text, fit, enlarge);
                        assert!(width >= 1 && height >= 1);
                        assert!(
                            area.left >= 0.0 && area.left + area.width <= f64::from(w),
                            "{w}x{h} {text}"
                        );
                        assert!(
                            area.top >= 0.0 && area.top + area.height <= f64::from(h),
                            "{w}x{h} {text}"
                        );
                    }
                }
            }
        }
    }
}
