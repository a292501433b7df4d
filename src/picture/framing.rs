//! How large a thumbnail gets, and which part of the picture it shows.

use std::fmt;
use std::num::NonZeroU16;

use thiserror::Error;

use crate::picture::bounds::Bounds;

/// What to do when picture and box have different shapes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Fit {
    /// The whole picture, inside the box: one side may be shorter than the box's.
    #[default]
    Inside,
    /// The whole box filled: what sticks out on two opposite sides is cut off. With one side bounded there is nothing
    /// to cut, so it is the same as `inside`. A picture that would have to be enlarged to fill the box, and may not be,
    /// keeps its own scale and loses what sticks out; its thumbnail is smaller than the box then.
    Cover,
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Inside => "inside",
            Self::Cover => "cover",
        })
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

/// Which part of a picture becomes a thumbnail of which size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) area: Area,
}

/// A thumbnail larger than a JPEG can be: a narrow picture with one side bounded, enlarged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the thumbnail would have {width}x{height} pixels, and a JPEG's sides end at 65535")]
pub struct TooLarge {
    /// Its width.
    pub width: u64,
    /// Its height.
    pub height: u64,
}

impl Frame {
    /// The frame for a picture of `width` x `height` pixels; sides are rounded half up and are at least 1.
    pub(crate) fn new(
        source: (u32, u32),
        bounds: Bounds,
        fit: Fit,
        enlarge: bool,
    ) -> Result<Self, TooLarge> {
        let (w, h) = (u64::from(source.0), u64::from(source.1));
        let bound = |side: Option<NonZeroU16>| side.map(|side| u64::from(side.get()));
        let (bw, bh) = (bound(bounds.width()), bound(bounds.height()));
        // Is the box wider in shape than the picture, so that the height decides when the picture fits inside?
        let height_decides = match (bw, bh) {
            (Some(bw), Some(bh)) => bw * h >= bh * w,
            (None, _) => true,
            (_, None) => false,
        };
        if let (Fit::Cover, Some(bw), Some(bh)) = (fit, bw, bh) {
            // The side that doesn't decide inside decides here, so that both are filled.
            let (up, down) = if height_decides { (bw, w) } else { (bh, h) };
            let (up, down) = if up > down && !enlarge {
                (1, 1)
            } else {
                (up, down)
            };
            let side = |bound: u64, side: u64| bound.min(round_half_up(side * up, down)).max(1);
            return Self::middle(source, (side(bw, w), side(bh, h)), down as f64 / up as f64);
        }
        let (bound, side) = if height_decides { (bh, h) } else { (bw, w) };
        let bound = bound.expect("BUG: the side that decides is bounded");
        let (width, height) = if bound > side && !enlarge {
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

    /// The middle of the picture, at `step` picture pixels a thumbnail pixel.
    fn middle(
        source: (u32, u32),
        (width, height): (u64, u64),
        step: f64,
    ) -> Result<Self, TooLarge> {
        let (w, h) = (f64::from(source.0), f64::from(source.1));
        let (aw, ah) = ((width as f64 * step).min(w), (height as f64 * step).min(h));
        let area = Area {
            left: (w - aw) / 2.0,
            top: (h - ah) / 2.0,
            width: aw,
            height: ah,
        };
        Self::sized(width, height, area)
    }

    fn sized(width: u64, height: u64, area: Area) -> Result<Self, TooLarge> {
        match (u16::try_from(width), u16::try_from(height)) {
            (Ok(width), Ok(height)) => Ok(Self {
                width: width.into(),
                height: height.into(),
                area,
            }),
            _ => Err(TooLarge { width, height }),
        }
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

    fn size(picture: (u32, u32), text: &str, fit: Fit, enlarge: bool) -> (u32, u32) {
        let frame = Frame::new(picture, bounds(text), fit, enlarge).unwrap();
        (frame.width, frame.height)
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
    fn a_jpegs_sides_end_at_65535() {
        let frame = Frame::new((2, 65535), bounds("4x"), Fit::Inside, true);
        assert_eq!(
            frame,
            Err(TooLarge {
                width: 4,
                height: 131_070
            })
        );
    }

    #[test]
    fn cover_fills_the_box_with_the_middle() {
        let frame = Frame::new((4000, 3000), bounds("128"), Fit::Cover, false).unwrap();
        assert_eq!((frame.width, frame.height), (128, 128));
        assert_eq!(
            frame.area,
            Area {
                left: 500.0,
                top: 0.0,
                width: 3000.0,
                height: 3000.0
            }
        );
        let frame = Frame::new((3000, 4000), bounds("120x40"), Fit::Cover, false).unwrap();
        assert_eq!((frame.width, frame.height), (120, 40));
        assert_eq!(
            frame.area,
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
        let frame = Frame::new((1000, 50), bounds("128"), Fit::Cover, false).unwrap();
        assert_eq!((frame.width, frame.height), (128, 50));
        assert_eq!(
            frame.area,
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
                    ] {
                        let Frame {
                            width,
                            height,
                            area,
                        } = Frame::new((w, h), bounds(text), fit, enlarge).unwrap();
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
