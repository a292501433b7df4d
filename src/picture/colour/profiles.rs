//! ICC profiles -> transforms to sRGB, kept for the pictures to come. Only this file and `described` name the colour
//! engine.
//!
//! The engine is moxcms 0.8: it converts through every sRGB profile in our collection to within one level of the input,
//! as it should. Version 0.9.1 rounds down, and so darkens pictures by half a level on average.

use std::fmt;
use std::sync::Arc;

use moxcms::{
    CmsError, ColorProfile, DataColorSpace, Layout, RenderingIntent, Transform8BitExecutor,
    TransformOptions,
};

use super::fault::ProfileFault;
use crate::picture::jpeg::IccChunk;

/// What is kept of a profile.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    /// The kind of picture that it is for.
    pub(super) kind: &'static str,
    /// What converts such pictures to sRGB; `None` if they are sRGB already.
    pub(super) transform: Option<Arc<Transform>>,
}

/// A conversion of samples as stored to sRGB.
pub(super) enum Transform {
    /// For each grey level, the level in sRGB.
    Grey(Box<[u8; 256]>),
    /// From interleaved RGB or CMYK.
    Colour(Arc<Transform8BitExecutor>),
}

impl fmt::Debug for Transform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Grey(_) => "Grey",
            Self::Colour(_) => "Colour",
        })
    }
}

impl Transform {
    /// From Adobe RGB (1998).
    pub(super) fn from_adobe_rgb() -> Self {
        let transform = transform(&ColorProfile::new_adobe_rgb(), Layout::Rgb);
        Self::Colour(transform.expect("BUG: no way from Adobe RGB to sRGB"))
    }

    /// Converts grey `samples` in place.
    pub(super) fn grey(&self, samples: &mut [u8]) {
        match self {
            Self::Grey(levels) => samples
                .iter_mut()
                .for_each(|sample| *sample = levels[usize::from(*sample)]),
            Self::Colour(_) => unreachable!("BUG: a profile that doesn't fit"),
        }
    }

    /// Converts interleaved `device` samples and adds interleaved RGB to `target`.
    pub(super) fn to_rgb(&self, device: &[u8], pixels: usize, target: &mut Vec<u8>) {
        let Self::Colour(transform) = self else {
            unreachable!("BUG: a profile that doesn't fit")
        };
        let start = target.len();
        target.resize(start + pixels * 3, 0);
        transform
            .transform(device, &mut target[start..])
            .expect("BUG: buffers of different sizes");
    }
}

/// The most profiles that a worker keeps. A collection of 250 photographs from the web had 12, and building one again
/// costs half as much as a thumbnail.
const KEPT: usize = 16;

/// The most bytes of profiles that a worker keeps. A profile for CMYK has half a million, and its transform takes 1.5
/// million more.
const KEPT_BYTES: usize = 2 << 20;

/// The profiles met so far, the one used last first.
#[derive(Debug, Default)]
pub(super) struct Profiles(Vec<(Vec<u8>, Result<Profile, ProfileFault>)>);

impl Profiles {
    /// The profile whose parts are `chunks`, in any order.
    pub(super) fn get(&mut self, chunks: &[IccChunk]) -> Result<&Profile, ProfileFault> {
        let parts = in_order(chunks)?;
        // Comparing with all that is kept costs a microsecond for most, 20 for CMYK; building costs 400 to 9,000.
        if let Some(at) = self
            .0
            .iter()
            .position(|(bytes, _)| is_made_of(bytes, &parts))
        {
            self.0[..=at].rotate_right(1);
        } else {
            let bytes = parts.concat();
            let profile = build(&bytes);
            self.0.truncate(KEPT - 1);
            self.0.insert(0, (bytes, profile));
            while self.0.len() > 1 && self.bytes() > KEPT_BYTES {
                self.0.pop();
            }
        }
        self.0[0].1.as_ref().map_err(ProfileFault::clone)
    }

    fn bytes(&self) -> usize {
        self.0.iter().map(|(bytes, _)| bytes.len()).sum()
    }
}

/// The chunks' data in the order of their numbers, which have to be 1, 2, ... (ICC.1:2022, B.4).
fn in_order<'a>(chunks: &[IccChunk<'a>]) -> Result<Vec<&'a [u8]>, ProfileFault> {
    let mut chunks: Vec<_> = chunks.iter().collect();
    chunks.sort_by_key(|chunk| chunk.number);
    let complete = (1..).zip(&chunks).all(|(number, chunk)| {
        usize::from(chunk.number) == number && usize::from(chunk.count) == chunks.len()
    });
    if complete {
        Ok(chunks.iter().map(|chunk| chunk.data).collect())
    } else {
        Err(ProfileFault::Incomplete)
    }
}

fn is_made_of(mut bytes: &[u8], parts: &[&[u8]]) -> bool {
    for part in parts {
        match bytes.strip_prefix(*part) {
            Some(rest) => bytes = rest,
            None => return false,
        }
    }
    bytes.is_empty()
}

fn build(bytes: &[u8]) -> Result<Profile, ProfileFault> {
    let refused = |error: CmsError| ProfileFault::Unusable(error.to_string());
    let profile = ColorProfile::new_from_slice(bytes).map_err(refused)?;
    let (kind, layout) = match profile.color_space {
        DataColorSpace::Gray => ("grey", Layout::Gray),
        DataColorSpace::Rgb => ("RGB", Layout::Rgb),
        DataColorSpace::Cmyk => ("CMYK", Layout::Rgba),
        other => return Err(ProfileFault::Unusable(format!("its colours are {other:?}"))),
    };
    let executor = transform(&profile, layout).map_err(refused)?;
    let transform = match layout {
        Layout::Gray => {
            let levels = grey_levels(&*executor).map_err(refused)?;
            let is_srgb = levels
                .iter()
                .zip(0..=255)
                .all(|(&after, before)| near(after, before));
            (!is_srgb).then_some(Transform::Grey(levels))
        }
        Layout::Rgb if changes_nothing(&*executor).map_err(refused)? => None,
        Layout::Rgb => Some(Transform::Colour(executor)),
        _ => {
            // Some faults of a profile show only now, and no picture is to be the first to meet them.
            executor.transform(&[0; 4], &mut [0; 3]).map_err(refused)?;
            Some(Transform::Colour(executor))
        }
    };
    Ok(Profile {
        kind,
        transform: transform.map(Arc::new),
    })
}

/// The transform with perceptual intent if the profile has it, otherwise with relative colorimetric intent.
fn transform(
    profile: &ColorProfile,
    layout: Layout,
) -> Result<Arc<Transform8BitExecutor>, CmsError> {
    let by = |rendering_intent| {
        let options = TransformOptions {
            rendering_intent,
            ..TransformOptions::default()
        };
        profile.create_transform_8bit(layout, &ColorProfile::new_srgb(), Layout::Rgb, options)
    };
    by(RenderingIntent::Perceptual)
        .or_else(|error| by(RenderingIntent::RelativeColorimetric).map_err(|_| error))
}

fn near(a: u8, b: u8) -> bool {
    a.abs_diff(b) <= 1
}

/// Whether a profile describes sRGB, whatever its name: converting from it changes no colour by more than one level.
fn changes_nothing(executor: &Transform8BitExecutor) -> Result<bool, CmsError> {
    // 17 levels per channel, including 0 and 255, and all greys, which show differing curves best.
    let levels = || (0..=16).map(|step| (step * 255 / 16) as u8);
    let mut before = Vec::with_capacity(3 * (17 * 17 * 17 + 256));
    for r in levels() {
        for g in levels() {
            before.extend(levels().flat_map(|b| [r, g, b]));
        }
    }
    before.extend((0..=255).flat_map(|grey| [grey; 3]));
    let mut after = vec![0; before.len()];
    executor.transform(&before, &mut after)?;
    Ok(before
        .iter()
        .zip(&after)
        .all(|(&before, &after)| near(before, after)))
}

fn grey_levels(executor: &Transform8BitExecutor) -> Result<Box<[u8; 256]>, CmsError> {
    let before: Vec<u8> = (0..=255).collect();
    let mut after = [0; 3 * 256];
    executor.transform(&before, &mut after)?;
    let mut levels = Box::new([0; 256]);
    for (level, rgb) in levels.iter_mut().zip(after.chunks_exact(3)) {
        *level = rgb[1];
    }
    Ok(levels)
}
