//! What a picture says of its colours without a profile -> the profile that says the same.

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile,
    MatrixCoefficients, ToneReprCurve, TransferCharacteristics, XyY,
};

use crate::picture::jpeg::Colour;

/// CIE x and y of white and of the primaries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Chromaticities {
    pub(crate) white: (f64, f64),
    pub(crate) red: (f64, f64),
    pub(crate) green: (f64, f64),
    pub(crate) blue: (f64, f64),
}

impl Chromaticities {
    /// ITU-R BT.709-6, 1.3 and 1.4.
    const SRGB: Self = Self {
        white: (0.3127, 0.329),
        red: (0.64, 0.33),
        green: (0.3, 0.6),
        blue: (0.15, 0.06),
    };

    fn values(&self) -> [f64; 8] {
        let Self {
            white,
            red,
            green,
            blue,
        } = self;
        [
            white.0, white.1, red.0, red.1, green.0, green.1, blue.0, blue.1,
        ]
    }

    /// Whether they are sRGB's but for rounding.
    fn are_srgb(&self) -> bool {
        let pairs = self.values().into_iter().zip(Self::SRGB.values());
        pairs.into_iter().all(|(a, b)| (a - b).abs() < 0.002)
    }

    /// Whether there is light of each, and the primaries span a triangle.
    pub(crate) fn are_sound(&self) -> bool {
        let [red, green, blue] = [self.red, self.green, self.blue];
        let area = (green.0 - red.0) * (blue.1 - red.1) - (blue.0 - red.0) * (green.1 - red.1);
        let light = |(x, y): (f64, f64)| (0.0..=1.0).contains(&x) && (0.0001..=1.0).contains(&y);
        [self.white, red, green, blue].into_iter().all(light) && area.abs() > 0.0001
    }
}

/// The profile of a picture with a gamma of `gamma` (of its encoding: 1/2.2 for most) and `chromaticities`, as PNG's
/// gAMA and cHRM give them; none where they say sRGB, or nothing that makes sense.
///
/// A gamma within 5% of 1/2.2 stands for sRGB's curve: writers of sRGB give that number, the closest that there is
/// (PNG, 11.3.2.5), and libpng has the same threshold.
pub(crate) fn profile_of_gamma(
    gamma: Option<f64>,
    chromaticities: Option<Chromaticities>,
    model: Colour,
) -> Option<Vec<u8>> {
    // Outside of this, no screen ever was.
    let gamma = gamma.filter(|gamma| (0.1..=10.0).contains(gamma));
    let gamma = gamma.filter(|gamma| (gamma * 2.2 - 1.0).abs() > 0.05);
    let chromaticities = chromaticities.filter(|c| c.are_sound() && !c.are_srgb());
    if model == Colour::Gray {
        let profile = ColorProfile::new_gray_with_gamma((1.0 / gamma?) as f32);
        return profile.encode().ok();
    }
    if gamma.is_none() && chromaticities.is_none() {
        return None;
    }
    let mut profile = ColorProfile::new_srgb();
    profile.cicp = None;
    if let Some(gamma) = gamma {
        let curve = ToneReprCurve::Parametric(vec![(1.0 / gamma) as f32]);
        profile.red_trc = Some(curve.clone());
        profile.green_trc = Some(curve.clone());
        profile.blue_trc = Some(curve);
    }
    if let Some(c) = chromaticities {
        let white = XyY {
            x: c.white.0,
            y: c.white.1,
            yb: 1.0,
        };
        let primary = |(x, y): (f64, f64)| Chromaticity {
            x: x as f32,
            y: y as f32,
        };
        let primaries = ColorPrimaries {
            red: primary(c.red),
            green: primary(c.green),
            blue: primary(c.blue),
        };
        profile.update_rgb_colorimetry(white, primaries);
    }
    profile.encode().ok()
}

/// What the code points of ITU-T H.273 say of a picture's colours, as PNG's cICP has them; none if that can't be
/// followed: high dynamic range needs more than a change of colours, and for grey and for what is unspecified there is
/// no profile.
pub(crate) fn colours_of_code_points(
    primaries: u8,
    transfer: u8,
    model: Colour,
) -> Option<Described> {
    let transfer_characteristics = TransferCharacteristics::try_from(transfer).ok()?;
    let color_primaries = CicpColorPrimaries::try_from(primaries).ok()?;
    let is_high_range = matches!(
        transfer_characteristics,
        TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg
    );
    if is_high_range || model == Colour::Gray {
        return None;
    }
    if transfer_characteristics == TransferCharacteristics::Srgb
        && color_primaries == CicpColorPrimaries::Bt709
    {
        return Some(Described::Srgb);
    }
    let mut profile = ColorProfile::new_from_cicp(CicpProfile {
        color_primaries,
        transfer_characteristics,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    });
    // What is unspecified or reserved has neither primaries nor a curve.
    profile.red_trc.as_ref()?;
    profile.cicp = None;
    profile.encode().ok().map(Described::By)
}

/// What a picture's file says of its colours, other than by a profile of its own.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Described {
    Srgb,
    /// What this profile says.
    By(Vec<u8>),
}
