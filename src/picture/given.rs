//! A picture that the caller has decoded already -> planes.

use image::{ColorType, DynamicImage};

use crate::picture::alpha::premultiplied;
use crate::picture::jpeg::{Colour, Plane};

/// A picture's planes at full size.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) model: Colour,
    /// Whether the last plane is alpha.
    pub(crate) alpha: bool,
    pub(crate) size: (u32, u32),
    planes: Vec<Vec<u8>>,
}

impl Given {
    /// The planes of `image`, whose colours are taken as sRGB; deeper samples are rounded to 8 bits.
    pub(crate) fn new(image: &DynamicImage) -> Self {
        let size = (image.width(), image.height());
        let (model, alpha, planes) = match image.color() {
            ColorType::L8 | ColorType::L16 => {
                let grey = image.to_luma8().into_raw();
                (Colour::Gray, false, vec![grey])
            }
            ColorType::La8 | ColorType::La16 => {
                let pixels = image.to_luma_alpha8().into_raw();
                let planes = premultiplied::<2>(pixels.as_chunks().0);
                (Colour::Gray, true, Vec::from(planes))
            }
            ColorType::Rgba8 | ColorType::Rgba16 | ColorType::Rgba32F => {
                let pixels = image.to_rgba8().into_raw();
                let planes = premultiplied::<4>(pixels.as_chunks().0);
                (Colour::Rgb, true, Vec::from(planes))
            }
            _ => {
                let pixels = image.to_rgb8().into_raw();
                let channel = |channel| pixels.iter().skip(channel).step_by(3).copied().collect();
                (Colour::Rgb, false, (0..3).map(channel).collect())
            }
        };
        Self {
            model,
            alpha,
            size,
            planes,
        }
    }

    /// The planes as a decoder gives them.
    pub(crate) fn planes(&self) -> Vec<Plane<'_>> {
        let (width, height) = (self.size.0 as usize, self.size.1 as usize);
        let plane = |samples| Plane {
            samples,
            width,
            height,
            extent: (width as f64, height as f64),
        };
        self.planes.iter().map(|samples| plane(samples)).collect()
    }
}
