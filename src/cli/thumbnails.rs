//! Thumbnails as they are typed: sizes, qualities and colours.

use std::str::FromStr;

use crate::picture::{Background, Bounds, Fit, Format, Quality};

/// A size, perhaps with a fit of its own: `128`, `400x300:cover`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub(super) bounds: Bounds,
    pub(super) fit: Option<Fit>,
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (bounds, fit) = match text.split_once(':') {
            Some((bounds, fit)) => {
                let fit = fit.parse::<Fit>().map_err(|error| error.to_string())?;
                (bounds, Some(fit))
            }
            None => (text, None),
        };
        let bounds = bounds
            .parse::<Bounds>()
            .map_err(|error| error.to_string())?;
        Ok(Self { bounds, fit })
    }
}

/// Qualities: one for all formats, or one of a format's own: `80`, `jpeg=80,webp=78`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Qualities {
    all: Option<Quality>,
    own: Vec<(Format, Quality)>,
}

impl Qualities {
    /// The quality of a format, if it was typed.
    pub(super) fn of(&self, format: Format) -> Option<Quality> {
        let own = self.own.iter().rev().find(|(of, _)| *of == format);
        own.map(|(_, quality)| *quality).or(self.all)
    }
}

impl FromStr for Qualities {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let quality = |text: &str| {
            text.parse::<Quality>()
                .map_err(|error| format!("{error}, or one of a format's own: jpeg=80,webp=78"))
        };
        let mut qualities = Self::default();
        for part in text.split(',') {
            match part.split_once('=') {
                None => qualities.all = Some(quality(part)?),
                Some((format, text)) => {
                    let format = format
                        .parse::<Format>()
                        .map_err(|error| error.to_string())?;
                    if !format.has_quality() {
                        return Err(format!("{format} is lossless and has no quality"));
                    }
                    qualities.own.push((format, quality(text)?));
                }
            }
        }
        Ok(qualities)
    }
}

/// A colour as CSS writes it.
pub(super) fn background(text: &str) -> Result<Background, String> {
    let colour = csscolorparser::parse(text)
        .map_err(|_| "a colour as in CSS: white, #f80, rgb(255 128 0), transparent".to_owned())?;
    let [red, green, blue, alpha] = colour.to_rgba8();
    Ok(Background::rgba(red, green, blue, alpha))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_may_have_a_fit_of_its_own() {
        let size: Size = "400x300@2x:cover".parse().unwrap();
        assert_eq!(size.bounds, "400x300@2x".parse().unwrap());
        assert_eq!(size.fit, Some(Fit::Cover));
        assert_eq!("128".parse::<Size>().unwrap().fit, None);
        for (wrong, told) in [
            ("128:crop", "inside, cover or pad"),
            ("128:", "inside, cover or pad"),
            (":cover", "a size is written as"),
            ("128@3", "not a density"),
        ] {
            let error = wrong.parse::<Size>().unwrap_err();
            assert!(error.contains(told), "{wrong}: {error}");
        }
    }

    #[test]
    fn a_quality_is_for_all_formats_or_for_one() {
        let of = |text: &str, format| text.parse::<Qualities>().map(|it| it.of(format));
        let quality = |number| Some(Quality::new(number).unwrap());
        assert_eq!(of("70", Format::Jpeg), Ok(quality(70)));
        assert_eq!(of("jpeg=70", Format::Jpeg), Ok(quality(70)));
        assert_eq!(of("jpeg=70", Format::Png), Ok(None));
        assert_eq!(of("60,jpeg=70", Format::Png), Ok(quality(60)));
        for wrong in [
            "", "0", "101", "jpeg=", "jpeg=0", "avif=50", "png=9", "80,", "=5",
        ] {
            assert!(wrong.parse::<Qualities>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn colours_are_written_as_in_css() {
        for (text, colour) in [
            ("white", Background::WHITE),
            ("#f80", Background::rgb(255, 136, 0)),
            ("RGB(1, 2, 3)", Background::rgb(1, 2, 3)),
            ("#01020304", Background::rgba(1, 2, 3, 4)),
            ("transparent", Background::rgba(0, 0, 0, 0)),
        ] {
            assert_eq!(background(text), Ok(colour), "{text}");
        }
        for wrong in ["", "whiteish", "#12", "255,0,0"] {
            assert!(background(wrong).is_err(), "{wrong}");
        }
    }
}
