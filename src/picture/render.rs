//! Decoded planes -> a thumbnail's pixels.

use crate::picture::alpha::unpremultiply;
use crate::picture::colour::{self, Colours, Conversion, Converted};
use crate::picture::compose::{Picture, compose};
use crate::picture::decode_plan::{Cut, DecodePlan};
use crate::picture::encode::{Layout, Pixels, Samples as Interleaved};
use crate::picture::framing::Area;
use crate::picture::jpeg::Plane;
use crate::picture::orient::Orientation;
use crate::picture::resize::{Resizer, Samples};
use crate::picture::sharpen::sharpen;
use crate::picture::step::Step;
use crate::picture::variant::{Format, Variant};

/// Makes the pixels of thumbnails, and keeps its buffers, tables and colour profiles from one to the next.
#[derive(Debug)]
pub(crate) struct Renderer {
    resizer: Resizer,
    pub(crate) colours: Colours,
    /// The thumbnail's planes: those of its colours, then alpha.
    planes: [Vec<u8>; 5],
    /// Planes whose colours are converted before they are resized.
    large: [Vec<u8>; 4],
    /// A plane that is being turned, or the interleaved pixels.
    buffer: Vec<u8>,
    /// The pixels laid on their background.
    composed: Vec<u8>,
}

/// Pixels and how many there are.
#[derive(Debug)]
pub(crate) struct Rendered<'r> {
    pub(crate) pixels: Pixels<'r>,
    pub(crate) size: (u32, u32),
}

impl Renderer {
    pub(crate) fn new() -> Self {
        Self {
            resizer: Resizer::new(),
            colours: Colours::default(),
            planes: <[Vec<u8>; 5]>::default(),
            large: <[Vec<u8>; 4]>::default(),
            buffer: Vec::new(),
            composed: Vec::new(),
        }
    }

    /// Makes the pixels of one thumbnail of a picture's `planes`. Tells `lap` of each step that is over.
    pub(crate) fn render(
        &mut self,
        planes: &[Plane],
        plan: &DecodePlan,
        cut: &Cut,
        variant: &Variant,
        lap: &mut dyn FnMut(Step),
    ) -> Rendered<'_> {
        let mut conversion = plan.facts.conversion.clone();
        let colours = conversion.components();
        let alpha = plan.facts.alpha.then_some(colours);
        if conversion.oversize() == 1 {
            for (index, plane) in planes.iter().enumerate() {
                let (window, target) = (cut.window(index, plane), cut.target(index));
                let small = &mut self.planes[index];
                self.resizer.resize(samples(plane), window, target, small);
            }
            lap(Step::Resize);
        } else {
            self.convert_first(planes, &conversion, cut);
            conversion = conversion.after_conversion();
            lap(Step::Colour);
        }
        let Self {
            planes,
            buffer,
            composed,
            ..
        } = self;
        if let Some(alpha) = alpha {
            let (colours, rest) = planes.split_at_mut(alpha);
            unpremultiply(colours, &rest[0]);
        }
        if variant.sharpen {
            // Sharpened chroma would give fringes and nothing else.
            for (index, plane) in planes.iter_mut().enumerate().take(conversion.sharpened()) {
                sharpen(plane, cut.target(index).0, buffer);
            }
            lap(Step::Resize);
        }
        if plan.turn != Orientation::UPRIGHT {
            let count = conversion.components() + usize::from(alpha.is_some());
            for (index, plane) in planes[..count].iter_mut().enumerate() {
                plan.turn.apply(plane, cut.target(index).0, buffer);
                std::mem::swap(plane, buffer);
            }
        }
        lap(Step::Orient);

        let inner = plan.turn.turned((cut.framing.width, cut.framing.height));
        let size = cut.padding.map_or(inner, |padding| padding.size);
        let plain = alpha.is_none() && cut.padding.is_none();
        if plain && conversion.keeps_planes() && variant.format == Format::Jpeg {
            lap(Step::Colour);
            let [first, second, third, ..] = &*planes;
            let pixels = if conversion.is_grey() {
                interleaved(first, Layout::Grey)
            } else {
                Pixels::YCbCr([first, second, third])
            };
            return Rendered { pixels, size };
        }
        let converted = self.colours.convert(&conversion, planes, buffer);
        let has_colour = converted == Converted::Rgb;
        let pixels = if plain {
            interleaved(buffer, Layout::new(has_colour, false))
        } else {
            let picture = Picture {
                colours: buffer,
                has_colour,
                alpha: alpha.map(|alpha| &planes[alpha][..]),
                size: inner,
            };
            let keeps_alpha = variant.format.has_alpha();
            let background = variant.background;
            let layout = compose(picture, cut.padding, background, keeps_alpha, composed);
            interleaved(composed, layout)
        };
        lap(Step::Colour);
        Rendered { pixels, size }
    }

    /// Converts the colours of planes that are still larger than the thumbnail, and resizes the resulting planes of
    /// red, green and blue.
    fn convert_first(&mut self, planes: &[Plane], conversion: &Conversion, cut: &Cut) {
        let Self {
            resizer,
            colours,
            planes: small,
            large,
            buffer,
            ..
        } = self;
        let size = cut.oversize(&planes[0]);
        for (index, (plane, large)) in planes.iter().zip(&mut *large).enumerate() {
            resizer.resize(samples(plane), cut.window(index, plane), size, large);
        }
        colours.convert(conversion, large, buffer);
        colour::split(buffer, large);
        let whole = Area {
            left: 0.0,
            top: 0.0,
            width: size.0 as f64,
            height: size.1 as f64,
        };
        for (index, (large, small)) in large.iter().zip(small).enumerate().take(3) {
            let samples = Samples {
                samples: large,
                width: size.0,
                height: size.1,
            };
            resizer.resize(samples, whole, cut.target(index), small);
        }
    }
}

fn interleaved(samples: &[u8], layout: Layout) -> Pixels<'_> {
    Pixels::Interleaved(Interleaved { samples, layout })
}

fn samples<'a>(plane: &Plane<'a>) -> Samples<'a> {
    Samples {
        samples: plane.samples,
        width: plane.width,
        height: plane.height,
    }
}
