//! Converts planes of any colour to sRGB, if they need converting.
//!
//! Colours are converted once the planes have the thumbnail's size, about 12,000 pixels; only inks need larger planes
//! ([`Conversion::oversize`]).
//!
//! The conversion is settled before anything is decoded ([`Colours::conversion`]), because a picture that needs none
//! keeps its planes as they are, chroma at half size, and never becomes RGB.
//!
//! | picture | profile | what happens |
//! |---|---|---|
//! | grey, YCbCr, RGB | none | taken as sRGB |
//! | YCbCr, RGB | none, but EXIF says Adobe RGB (DCF 2.0) | Adobe RGB -> sRGB |
//! | grey, YCbCr, RGB, CMYK, YCCK | usable, for as many channels | converted by it, with perceptual intent; left as it is if the profile describes sRGB |
//! | CMYK, YCCK | none | red, green and blue are what their ink and the black ink leave of white: R = (1 - C)(1 - K), as in browsers |
//!
//! A profile that is damaged, is for another kind of picture, or is refused by the colour engine is ignored and
//! reported as a [`ProfileFault`]. Four-component JPEGs are taken to be inverted (0 is full ink), whether or not an
//! Adobe marker says so: that is how they are written in practice, and how browsers and other decoders read them.

mod described;
mod fault;
mod profiles;
mod samples;

use std::fmt;
use std::sync::Arc;

use crate::picture::jpeg::{Colour, IccChunk};
pub(crate) use described::{Chromaticities, profile_of_code_points, profile_of_gamma};
use profiles::{Profile, Profiles, Transform};
pub(crate) use samples::rgb_of_ycbcr;

pub use fault::ProfileFault;

/// How a picture's colours were brought to sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColourHandling {
    /// Not at all: there is no profile, so they are taken as sRGB.
    Untouched,
    /// Not at all: the profile describes sRGB.
    SrgbProfile,
    /// Converted by the embedded profile.
    Converted,
    /// Converted from Adobe RGB, which EXIF names; there is no profile.
    AdobeRgb,
    /// CMYK without a usable profile, converted as browsers do.
    PlainCmyk,
}

impl fmt::Display for ColourHandling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Untouched => "untouched",
            Self::SrgbProfile => "sRGB profile",
            Self::Converted => "converted by profile",
            Self::AdobeRgb => "converted from Adobe RGB",
            Self::PlainCmyk => "converted from plain CMYK",
        })
    }
}

/// What has to be done with a picture's planes once they are small.
#[derive(Debug, Clone)]
pub(crate) struct Conversion {
    model: Colour,
    transform: Option<Arc<Transform>>,
    pub(crate) handling: ColourHandling,
}

impl Conversion {
    /// No conversion: samples of `model` that are sRGB already.
    pub(crate) fn none(model: Colour) -> Self {
        Self {
            model,
            transform: None,
            handling: ColourHandling::Untouched,
        }
    }

    /// How many times as large as the thumbnail the planes should be when they are converted.
    ///
    /// The thumbnail's own size is enough where colours mix in much the same way before and after the conversion. Inks
    /// don't: paper that is half covered with black looks lighter than paper that is covered with half as much black,
    /// so lines and letters would come out too dark. Compared with a full conversion before the resize, a CMYK drawing
    /// with a profile reaches 29.1 dB if it is converted at the thumbnail's size, 31.3 dB at twice that size, 34.6 at 3
    /// times and 38.8 at 4 times. With this number, and the gap that the scale rule adds, planes are at least 4.5 times
    /// as large.
    pub(crate) fn oversize(&self) -> u32 {
        match self.model {
            Colour::Cmyk | Colour::Ycck => 3,
            Colour::Gray | Colour::YCbCr | Colour::Rgb => 1,
        }
    }

    /// What is left to do once the planes are those of red, green and blue.
    pub(crate) fn after_conversion(self) -> Self {
        Self {
            model: Colour::Rgb,
            transform: None,
            ..self
        }
    }

    /// Whether the planes are what the thumbnail needs: grey, or YCbCr in sRGB.
    pub(crate) fn keeps_planes(&self) -> bool {
        matches!(self.model, Colour::Gray | Colour::YCbCr) && self.transform.is_none()
    }

    /// How many planes there are.
    pub(crate) fn components(&self) -> usize {
        match self.model {
            Colour::Gray => 1,
            Colour::YCbCr | Colour::Rgb => 3,
            Colour::Cmyk | Colour::Ycck => 4,
        }
    }

    /// How many planes, counted from the first, are to be sharpened: the luma alone, if there is one.
    pub(crate) fn sharpened(&self) -> usize {
        match self.model {
            Colour::Gray | Colour::YCbCr => 1,
            Colour::Rgb => 3,
            Colour::Cmyk | Colour::Ycck => 4,
        }
    }

    /// Whether the thumbnail has one sample a pixel.
    pub(crate) fn is_grey(&self) -> bool {
        self.model == Colour::Gray
    }
}

/// What became of the planes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Converted {
    /// One sample a pixel.
    Grey,
    /// Red, green and blue for each pixel.
    Rgb,
}

/// Plans and carries out conversions. Each worker has its own, which keeps the transforms of the profiles it has met.
#[derive(Debug, Default)]
pub(crate) struct Colours {
    profiles: Profiles,
    adobe_rgb: Option<Arc<Transform>>,
    /// Interleaved samples on their way into a transform.
    device: Vec<u8>,
}

impl Colours {
    /// Settles how a picture's samples become sRGB. Also says why its profile is ignored, if it is.
    pub(crate) fn conversion(
        &mut self,
        model: Colour,
        icc: &[IccChunk],
        adobe_rgb: bool,
    ) -> (Conversion, Option<ProfileFault>) {
        let mut fault = None;
        if !icc.is_empty() {
            match self
                .profiles
                .get(icc)
                .and_then(|profile| usable(profile, model))
            {
                Ok(transform) => {
                    let handling = if transform.is_some() {
                        ColourHandling::Converted
                    } else {
                        ColourHandling::SrgbProfile
                    };
                    return (
                        Conversion {
                            model,
                            transform,
                            handling,
                        },
                        None,
                    );
                }
                Err(reason) => fault = Some(reason),
            }
        }
        let (transform, handling) = match model {
            Colour::Cmyk | Colour::Ycck => (None, ColourHandling::PlainCmyk),
            Colour::YCbCr | Colour::Rgb if adobe_rgb => {
                let transform = self
                    .adobe_rgb
                    .get_or_insert_with(|| Arc::new(Transform::from_adobe_rgb()));
                (Some(Arc::clone(transform)), ColourHandling::AdobeRgb)
            }
            _ => (None, ColourHandling::Untouched),
        };
        (
            Conversion {
                model,
                transform,
                handling,
            },
            fault,
        )
    }

    /// Converts `planes`, which all have the same size, and puts the interleaved samples into `target`.
    pub(crate) fn convert(
        &mut self,
        conversion: &Conversion,
        planes: &[impl AsRef<[u8]>],
        target: &mut Vec<u8>,
    ) -> Converted {
        let planes: Vec<&[u8]> = planes.iter().map(AsRef::as_ref).collect();
        target.clear();
        let device = &mut self.device;
        device.clear();
        match (conversion.model, planes.as_slice()) {
            (Colour::Gray, [grey, ..]) => {
                target.extend_from_slice(grey);
                if let Some(transform) = &conversion.transform {
                    transform.grey(target);
                }
                return Converted::Grey;
            }
            (Colour::YCbCr, [y, cb, cr, ..]) => samples::rgb_of_planes(y, cb, cr, device),
            (Colour::Rgb, [r, g, b, ..]) => samples::interleave(r, g, b, device),
            (Colour::Cmyk, [c, m, y, k, ..]) => samples::inks_of_cmyk(c, m, y, k, device),
            (Colour::Ycck, [y, cb, cr, k, ..]) => samples::inks_of_ycck(y, cb, cr, k, device),
            _ => unreachable!("BUG: too few planes"),
        }
        match &conversion.transform {
            Some(transform) => transform.to_rgb(device, planes[0].len(), target),
            None if matches!(conversion.model, Colour::Cmyk | Colour::Ycck) => {
                samples::rgb_of_inks(device, target);
            }
            None => std::mem::swap(device, target),
        }
        Converted::Rgb
    }

    /// Makes large `planes`, which all have the same size, those of red, green and blue. Strip by strip, so that they are
    /// in memory once only.
    pub(crate) fn convert_planes(
        &mut self,
        conversion: &Conversion,
        planes: &mut [Vec<u8>],
        buffer: &mut Vec<u8>,
    ) {
        let samples = planes[0].len();
        for start in (0..samples).step_by(STRIP) {
            let strip = start..(start + STRIP).min(samples);
            let components = &planes[..conversion.components()];
            let components: Vec<_> = components
                .iter()
                .map(|plane| &plane[strip.clone()])
                .collect();
            self.convert(conversion, &components, buffer);
            for (channel, plane) in planes.iter_mut().enumerate().take(3) {
                let levels = buffer.iter().skip(channel).step_by(3);
                for (sample, level) in plane[strip.clone()].iter_mut().zip(levels) {
                    *sample = *level;
                }
            }
        }
    }
}

/// Samples of a plane that are converted together: what stays in a core's own cache.
const STRIP: usize = 32 << 10;

/// The transform of a profile that fits the picture; `None` if the profile describes sRGB.
fn usable(profile: &Profile, model: Colour) -> Result<Option<Arc<Transform>>, ProfileFault> {
    let wanted = match model {
        Colour::Gray => "grey",
        Colour::YCbCr | Colour::Rgb => "RGB",
        Colour::Cmyk | Colour::Ycck => "CMYK",
    };
    if profile.kind == wanted {
        Ok(profile.transform.clone())
    } else {
        Err(ProfileFault::OtherKind {
            profile: profile.kind,
        })
    }
}
