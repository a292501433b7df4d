//! The steps from a JPEG's bytes to its thumbnail's, in order.

use std::fmt;

use image::{DynamicImage, GrayImage, RgbImage};

use crate::picture::colour::{self, ColourHandling, Colours, Converted, ProfileFault};
use crate::picture::decode_plan::Route;
use crate::picture::encode::{self, Encoder, Pixels};
use crate::picture::framing::Area;
use crate::picture::jpeg::{self, Coding, Header, Plane, Reach, Scratch};
use crate::picture::options::Options;
use crate::picture::orient::Orientation;
use crate::picture::resize::{Resizer, Samples};
use crate::picture::sniff::FileKind;
use crate::picture::step::{Laps, Step};

use super::error::at;
use super::error::{Cause, ThumbnailError};

/// A thumbnail and what there is to know about its making.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Thumbnail {
    /// The thumbnail, a baseline JPEG.
    pub jpeg: Vec<u8>,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// The picture's width as stored, before any turn.
    pub source_width: u32,
    /// The picture's height as stored, before any turn.
    pub source_height: u32,
    /// The N of the N/8 at which the picture's first component was decoded.
    pub scale: u8,
    /// The picture's EXIF orientation, 1 to 8; 1 if it has none.
    pub orientation: u8,
    /// How the picture's colours became sRGB.
    pub colour: ColourHandling,
    /// What was wrong with the picture, but not so wrong that there is no thumbnail.
    pub warnings: Vec<Warning>,
    /// How the picture is damaged: [`Options::allow_damaged`] let that pass, or it is so little (within one restart
    /// interval) that viewers pass it over too.
    pub damage: Option<jpeg::Error>,
}

/// Something wrong with a picture that has a thumbnail all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The colour profile was ignored.
    ProfileIgnored(ProfileFault),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ProfileIgnored(fault) => write!(f, "colour profile ignored: {fault}"),
        }
    }
}

/// Makes thumbnails, one after the other; each worker has its own, for it keeps buffers, tables and colour profiles from
/// one picture to the next.
///
/// ```
/// use thumbgen::{Options, Thumbnailer};
///
/// // A picture to begin with: 640x480, all of it one colour.
/// let mut jpeg = Vec::new();
/// image::codecs::jpeg::JpegEncoder::new(&mut jpeg)
///     .encode_image(&image::RgbImage::from_pixel(640, 480, image::Rgb([200, 120, 40])))?;
///
/// let mut thumbnailer = Thumbnailer::new(Options { bounds: "64".parse()?, ..Options::default() });
/// let thumbnail = thumbnailer.thumbnail(&jpeg)?;
/// assert_eq!((thumbnail.width, thumbnail.height), (64, 48));
/// assert!(thumbnail.jpeg.len() < jpeg.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Thumbnailer {
    options: Options,
    scratch: Scratch,
    resizer: Resizer,
    colours: Colours,
    small: Small,
    encoder: Encoder,
}

/// The picture after the decoder: a few kilobytes.
#[derive(Debug, Default)]
struct Small {
    planes: [Vec<u8>; 4],
    /// The plane that is being turned, or the interleaved pixels.
    buffer: Vec<u8>,
    /// Planes whose colours are converted before they are resized.
    large: [Vec<u8>; 4],
}

/// What is there once the pixels are.
struct Made {
    /// The thumbnail's width and height.
    size: (u32, u32),
    scale: u8,
    warnings: Vec<Warning>,
    damage: Option<jpeg::Error>,
    route: Route,
    /// None if the planes themselves are the thumbnail.
    interleaved: Option<Converted>,
}

impl Thumbnailer {
    /// A thumbnailer with `options`. A quality outside 1..=100 is brought inside.
    pub fn new(mut options: Options) -> Self {
        options.quality = options.quality.clamp(1, 100);
        Self {
            options,
            scratch: Scratch::new(),
            resizer: Resizer::new(),
            colours: Colours::default(),
            small: Small::default(),
            encoder: Encoder::default(),
        }
    }

    /// What it was made with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Makes the thumbnail of the picture in `jpeg`.
    ///
    /// # Errors
    ///
    /// If the picture can't be decoded or is beyond a limit, or the thumbnail would be larger than a JPEG can be.
    pub fn thumbnail(&mut self, jpeg: &[u8]) -> Result<Thumbnail, ThumbnailError> {
        self.thumbnail_in_laps(jpeg, &mut ())
    }

    /// As [`thumbnail`](Self::thumbnail), and tells `laps` of each step that is over.
    ///
    /// # Errors
    ///
    /// As [`thumbnail`](Self::thumbnail).
    pub fn thumbnail_in_laps(
        &mut self,
        jpeg: &[u8],
        laps: &mut dyn Laps,
    ) -> Result<Thumbnail, ThumbnailError> {
        let made = self.make(jpeg, self.halves_chroma(), laps)?;
        let Small {
            planes: [first, second, third, _],
            buffer,
            ..
        } = &self.small;
        let pixels = match made.interleaved {
            Some(Converted::Grey) => Pixels::Grey(buffer),
            Some(Converted::Rgb) => Pixels::Rgb(buffer),
            None if made.route.plan.is_grey() => Pixels::Grey(first),
            None => Pixels::YCbCr([first, second, third]),
        };
        let (width, height) = made.size;
        let quality = self.options.quality;
        let jpeg = self.encoder.encode(pixels, width, height, quality);
        laps.lap(Step::Encode);
        let (source_width, source_height) = made.route.source;
        Ok(Thumbnail {
            jpeg,
            width,
            height,
            source_width,
            source_height,
            scale: made.scale,
            orientation: made.route.orientation.exif(),
            colour: made.route.plan.handling,
            warnings: made.warnings,
            damage: made.damage,
        })
    }

    /// Makes the thumbnail's pixels, grey or sRGB, and leaves the encoding to the caller.
    ///
    /// # Errors
    ///
    /// As [`thumbnail`](Self::thumbnail).
    pub fn pixels(&mut self, jpeg: &[u8]) -> Result<DynamicImage, ThumbnailError> {
        let made = self.make(jpeg, false, &mut ())?;
        let Small { planes, buffer, .. } = &mut self.small;
        let converted = made
            .interleaved
            .unwrap_or_else(|| self.colours.convert(&made.route.plan, planes, buffer));
        let ((width, height), samples) = (made.size, buffer.clone());
        let pixels = match converted {
            Converted::Grey => {
                GrayImage::from_raw(width, height, samples).map(DynamicImage::ImageLuma8)
            }
            Converted::Rgb => {
                RgbImage::from_raw(width, height, samples).map(DynamicImage::ImageRgb8)
            }
        };
        Ok(pixels.expect("BUG: a picture of another size"))
    }

    /// How far a picture has to be read for [`thumbnail`](Self::thumbnail), told from its beginning. None if that is to
    /// its end.
    #[doc(hidden)]
    pub fn reach(&mut self, beginning: &[u8]) -> Result<Option<Reach>, ThumbnailError> {
        let header = parse(beginning)?;
        if header.coding() != Coding::Progressive {
            return Ok(None);
        }
        let half_chroma = self.halves_chroma();
        let (route, _) = Route::settle(&header, &self.options, &mut self.colours, half_chroma)?;
        Ok(header.reach(&route.scales(header.components())))
    }

    fn halves_chroma(&self) -> bool {
        encode::halves_chroma(self.options.quality)
    }

    /// Leaves the thumbnail's pixels in `self.small`.
    fn make(
        &mut self,
        jpeg: &[u8],
        half_chroma: bool,
        laps: &mut dyn Laps,
    ) -> Result<Made, ThumbnailError> {
        let header = parse(jpeg)?;
        let (mut route, fault) =
            Route::settle(&header, &self.options, &mut self.colours, half_chroma)?;
        let scales = route.scales(header.components());
        laps.lap(Step::Header);

        let planes = header
            .decode(&scales, &self.options.limits(), &mut self.scratch)
            .map_err(at(Step::Decode))?;
        let damage = planes.damage().cloned();
        laps.lap(Step::Decode);

        if route.plan.oversize() == 1 {
            for (index, plane) in planes.iter().enumerate() {
                let window = route.window(index, plane);
                self.resizer.resize(
                    samples(plane),
                    window,
                    route.target(index),
                    &mut self.small.planes[index],
                );
            }
            laps.lap(Step::Resize);
        } else {
            convert_first(
                &mut self.resizer,
                &mut self.colours,
                &mut self.small,
                &planes,
                &route,
            );
            route.plan = route.plan.after_conversion();
            laps.lap(Step::Colour);
        }

        let Small {
            planes: small,
            buffer,
            ..
        } = &mut self.small;
        if route.turn != Orientation::UPRIGHT {
            for (index, plane) in small[..route.plan.components()].iter_mut().enumerate() {
                route.turn.apply(plane, route.target(index).0, buffer);
                std::mem::swap(plane, buffer);
            }
        }
        laps.lap(Step::Orient);

        let interleaved =
            (!route.plan.keeps_planes()).then(|| self.colours.convert(&route.plan, small, buffer));
        laps.lap(Step::Colour);

        Ok(Made {
            size: route.turn.turned((route.frame.width, route.frame.height)),
            scale: scales.get(0).n() as u8,
            warnings: fault.map(Warning::ProfileIgnored).into_iter().collect(),
            damage,
            route,
            interleaved,
        })
    }
}

/// The header, unless the bytes are something else by their look.
fn parse(bytes: &[u8]) -> Result<Header<'_>, ThumbnailError> {
    let kind = FileKind::of(bytes);
    let other = || at(Step::Header)(Cause::NotJpeg(kind));
    if kind != FileKind::Jpeg && kind.is_certain() {
        return Err(other());
    }
    Header::parse(bytes).map_err(|error| match error {
        jpeg::Error::Format {
            what: jpeg::Flaw::NotJpeg,
            ..
        } => other(),
        error => at(Step::Header)(error),
    })
}

/// Converts the colours of planes that are still larger than the thumbnail, and resizes what comes of it: the planes
/// of red, green and blue.
fn convert_first(
    resizer: &mut Resizer,
    colours: &mut Colours,
    small: &mut Small,
    planes: &[Plane],
    route: &Route,
) {
    let Small {
        planes: small,
        buffer,
        large,
    } = small;
    let size = route.oversize(&planes[0]);
    for (index, (plane, large)) in planes.iter().zip(&mut *large).enumerate() {
        resizer.resize(samples(plane), route.window(index, plane), size, large);
    }
    colours.convert(&route.plan, large, buffer);
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
        resizer.resize(samples, whole, route.target(index), small);
    }
}

fn samples<'a>(plane: &Plane<'a>) -> Samples<'a> {
    Samples {
        samples: plane.samples,
        width: plane.width,
        height: plane.height,
    }
}
