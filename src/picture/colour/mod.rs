//! Converts planes of any colour to sRGB, if they need converting.
//!
//! Colours are converted once the planes have the thumbnail's size, strip by strip; only inks need larger planes
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
use std::ops::Range;
use std::sync::Arc;

use crate::picture::jpeg::{Colour, IccChunk};
pub(crate) use described::{Chromaticities, Described, colours_of_code_points, profile_of_gamma};
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

/// What the samples of converted planes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Rgb,
    YCbCr,
}

/// Plans and carries out conversions. Each worker has its own, which keeps the transforms of the profiles it has met.
#[derive(Debug, Default)]
pub(crate) struct Colours {
    profiles: Profiles,
    adobe_rgb: Option<Arc<Transform>>,
    /// A strip's interleaved samples on their way into a transform, and out of it.
    device: Vec<u8>,
    strip: Vec<u8>,
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
    ) {
        target.clear();
        for strip in strips(planes[0].as_ref().len()) {
            let part = part(&planes[..conversion.components()], strip);
            self.convert_strip(conversion, part, target);
        }
    }

    /// Makes `planes`, which all have the same size, grey or what is wanted.
    pub(crate) fn convert_planes(
        &mut self,
        conversion: &Conversion,
        planes: &mut [Vec<u8>],
        wanted: Wanted,
    ) {
        let mut converted = std::mem::take(&mut self.strip);
        for strip in strips(planes[0].len()) {
            converted.clear();
            let part = part(&planes[..conversion.components()], strip.clone());
            self.convert_strip(conversion, part, &mut converted);
            if conversion.is_grey() {
                planes[0][strip].copy_from_slice(&converted);
            } else {
                split(&converted, planes, strip, wanted);
            }
        }
        self.strip = converted;
    }

    /// Adds the interleaved samples of a strip of planes to `target`.
    fn convert_strip(&mut self, conversion: &Conversion, strip: [&[u8]; 4], target: &mut Vec<u8>) {
        let device = &mut self.device;
        device.clear();
        let [first, second, third, fourth] = strip;
        let start = target.len();
        let transform = conversion.transform.as_deref();
        let room = if transform.is_some() {
            &mut *device
        } else {
            &mut *target
        };
        match conversion.model {
            Colour::Gray => {
                target.extend_from_slice(first);
                if let Some(transform) = transform {
                    transform.grey(&mut target[start..]);
                }
                return;
            }
            Colour::YCbCr => samples::rgb_of_planes(first, second, third, room),
            Colour::Rgb => samples::interleave(first, second, third, room),
            Colour::Cmyk => samples::inks_of_cmyk(first, second, third, fourth, device),
            Colour::Ycck => samples::inks_of_ycck(first, second, third, fourth, device),
        }
        match transform {
            Some(transform) => transform.to_rgb(device, first.len(), target),
            None if conversion.components() == 4 => samples::rgb_of_inks(device, target),
            None => {}
        }
    }
}

/// Puts interleaved RGB into planes of what is wanted: into the part of them that `strip` names.
pub(crate) fn split(rgb: &[u8], planes: &mut [Vec<u8>], strip: Range<usize>, wanted: Wanted) {
    let [first, second, third, ..] = planes else {
        unreachable!("BUG: too few planes")
    };
    let planes = [first, second, third].map(|plane| &mut plane[strip.clone()]);
    let [first, second, third] = planes;
    let (pixels, _) = rgb.as_chunks::<3>();
    let places = first.iter_mut().zip(second).zip(third);
    for (&pixel, ((first, second), third)) in pixels.iter().zip(places) {
        [*first, *second, *third] = match wanted {
            Wanted::Rgb => pixel,
            Wanted::YCbCr => samples::ycbcr_of_rgb(pixel),
        };
    }
}

/// Samples of a plane that are converted together: what stays in a core's own cache.
const STRIP: usize = 32 << 10;

/// Where the strips of a plane of so many samples are.
fn strips(samples: usize) -> impl Iterator<Item = Range<usize>> {
    (0..samples)
        .step_by(STRIP)
        .map(move |start| start..(start + STRIP).min(samples))
}

/// A part of the planes, of which there are four at most.
fn part(planes: &[impl AsRef<[u8]>], strip: Range<usize>) -> [&[u8]; 4] {
    let mut part = [&[][..]; 4];
    for (part, plane) in part.iter_mut().zip(planes) {
        *part = &plane.as_ref()[strip.clone()];
    }
    part
}

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
