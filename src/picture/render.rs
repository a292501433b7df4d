//! Decoded planes -> a thumbnail's pixels.

use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};

use crate::picture::alpha::unpremultiply;
use crate::picture::colour::{self, Colours, Conversion, Wanted};
use crate::picture::compose::{Picture, compose};
use crate::picture::decode_plan::{Cut, DecodePlan};
use crate::picture::encode::{Layout, Pixels, Samples as Interleaved, halve_chroma, halves_chroma};
use crate::picture::framing::Area;
use crate::picture::jpeg::Plane;
use crate::picture::orient::Orientation;
use crate::picture::pyramid::Pyramid;
use crate::picture::resize::{Resizer, Samples};
use crate::picture::room::{let_go, let_go_above, let_go_for};
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
    /// The picture's planes, halved.
    pyramid: Pyramid,
    /// Planes whose colours are converted before they are resized.
    large: [Vec<u8>; 4],
    /// A plane that is being sharpened or turned.
    buffer: Vec<u8>,
    /// The interleaved pixels.
    pixels: Vec<u8>,
    /// The pixels laid on their background.
    composed: Vec<u8>,
}

/// Pixels and how many there are.
#[derive(Debug)]
pub(crate) struct Rendered<'r> {
    pub(crate) pixels: Pixels<'r>,
    pub(crate) size: (u32, u32),
}

impl Rendered<'_> {
    /// Pixels that aren't to be encoded.
    pub(crate) fn to_image(&self) -> DynamicImage {
        let Pixels::Interleaved(pixels) = self.pixels else {
            unreachable!("BUG: planes are for JPEG alone")
        };
        let ((width, height), samples) = (self.size, pixels.samples.to_vec());
        let image = match pixels.layout {
            Layout::Grey => {
                GrayImage::from_raw(width, height, samples).map(DynamicImage::ImageLuma8)
            }
            Layout::GreyAlpha => {
                GrayAlphaImage::from_raw(width, height, samples).map(DynamicImage::ImageLumaA8)
            }
            Layout::Rgb => RgbImage::from_raw(width, height, samples).map(DynamicImage::ImageRgb8),
            Layout::Rgba => {
                RgbaImage::from_raw(width, height, samples).map(DynamicImage::ImageRgba8)
            }
        };
        image.expect("BUG: a picture of another size")
    }
}

/// The most bytes that a plane of a thumbnail keeps: more than those of 1600x1200. Where a worker takes the most memory
/// it is in use, so that to let it go would save nothing.
const KEPT_PLANE: usize = 2 << 20;

impl Renderer {
    pub(crate) fn new() -> Self {
        Self {
            resizer: Resizer::new(),
            colours: Colours::default(),
            planes: <[Vec<u8>; 5]>::default(),
            pyramid: Pyramid::default(),
            large: <[Vec<u8>; 4]>::default(),
            buffer: Vec::new(),
            pixels: Vec::new(),
            composed: Vec::new(),
        }
    }

    /// Forgets the picture.
    pub(crate) fn end(&mut self) {
        self.pyramid.clear();
        for plane in &mut self.planes {
            let_go_above(KEPT_PLANE, plane);
        }
        self.large.iter_mut().for_each(let_go);
        let_go(&mut self.buffer);
        let_go(&mut self.pixels);
        let_go(&mut self.composed);
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
        let alpha = plan.facts.alpha.then_some(conversion.components());
        for (index, plane) in planes.iter().enumerate() {
            let (width, height) = cut.target(index);
            let_go_for(KEPT_PLANE, &mut self.planes[index], width * height);
            self.pyramid.build(index, plane, cut.halvings(index, plane));
        }
        if conversion.oversize() == 1 {
            for (index, plane) in planes.iter().enumerate() {
                let halved = cut.halvings(index, plane);
                let plane = self.pyramid.get(index, *plane, halved);
                let (window, target) = (cut.window(index, &plane), cut.target(index));
                let small = &mut self.planes[index];
                self.resizer.resize(samples(&plane), window, target, small);
            }
            lap(Step::Resize);
        } else {
            self.convert_first(planes, &conversion, cut);
            conversion = conversion.after_conversion();
            lap(Step::Colour);
        }
        let Self {
            planes,
            colours,
            buffer,
            pixels,
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
        let is_jpeg = variant.format == Format::Jpeg;
        let halves = is_jpeg && halves_chroma(variant.quality().get());
        let pixels = if plain && is_jpeg {
            if !conversion.keeps_planes() {
                colours.convert_planes(&conversion, planes, Wanted::YCbCr);
            }
            if conversion.is_grey() {
                interleaved(&planes[0], Layout::Grey)
            } else {
                ycbcr(planes, size, halves && !conversion.keeps_planes())
            }
        } else {
            colours.convert(&conversion, planes, pixels);
            let has_colour = !conversion.is_grey();
            let (pixels, layout) = if plain {
                (pixels, Layout::new(has_colour, false))
            } else {
                let picture = Picture {
                    colours: pixels,
                    has_colour,
                    alpha: alpha.map(|alpha| &planes[alpha][..]),
                    size: inner,
                };
                let keeps_alpha = variant.format.has_alpha();
                let background = variant.background;
                let layout = compose(picture, cut.padding, background, keeps_alpha, composed);
                (composed, layout)
            };
            if is_jpeg && layout.has_colour() {
                let samples = pixels.len() / 3;
                for plane in &mut planes[..3] {
                    plane.resize(samples, 0);
                }
                colour::split(pixels, planes, 0..samples, Wanted::YCbCr);
                ycbcr(planes, size, halves)
            } else {
                interleaved(pixels, layout)
            }
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
            pyramid,
            large,
            ..
        } = self;
        let halved = |index: usize| {
            let plane = planes[index];
            pyramid.get(index, plane, cut.halvings(index, &plane))
        };
        let size = cut.oversize(&halved(0));
        for (index, large) in large.iter_mut().enumerate().take(planes.len()) {
            let plane = halved(index);
            resizer.resize(samples(&plane), cut.window(index, &plane), size, large);
        }
        colours.convert_planes(conversion, large, Wanted::Rgb);
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

/// Planes for a JPEG, of which chroma is halved first if it isn't yet.
fn ycbcr(planes: &mut [Vec<u8>; 5], (width, height): (u32, u32), halve: bool) -> Pixels<'_> {
    if halve {
        for plane in &mut planes[1..3] {
            halve_chroma(plane, (width as usize, height as usize));
        }
    }
    let [first, second, third, ..] = planes;
    Pixels::YCbCr([first, second, third])
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
