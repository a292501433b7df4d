//! The steps from a JPEG's bytes to its thumbnail's, in order, a clock around each.

use std::fmt;
use std::time::Instant;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, ResizeOptions, Resizer};
use image::DynamicImage;
use jpeg_encoder::EncodingError;
use thiserror::Error;

use crate::encode;
use crate::fit::{Bounds, Fit, Frame};
use crate::stage::{Stage, StageTimes};

/// What decides a thumbnail's pixels: pictures and options that are the same give thumbnails that are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The box that the thumbnail, turned the right way up, has to fit. Default: 128x128.
    pub bounds: Bounds,
    /// What to do when picture and box have different shapes. Default: inside.
    pub fit: Fit,
    /// Whether a picture smaller than the box is enlarged. Default: no.
    pub enlarge: bool,
    /// The JPEG quality, 1 to 100; from 90 on, colour is kept at full resolution. Default: 80.
    pub quality: u8,
    /// Whether the picture is turned the way its EXIF orientation says. Default: yes.
    pub rotate: bool,
    /// The most pixels that a picture may have. Default: 500 million.
    pub max_pixels: u64,
    /// The most bytes that decoding one picture may take. Default: 1 GiB.
    pub max_memory: u64,
    /// Whether what is there of a damaged picture is good enough for a thumbnail. Default: no.
    pub allow_damaged: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            bounds: Bounds::default(),
            fit: Fit::Inside,
            enlarge: false,
            quality: 80,
            rotate: true,
            max_pixels: 500_000_000,
            max_memory: 1 << 30,
            allow_damaged: false,
        }
    }
}

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
    /// The N of the N/8 at which the picture's luma was decoded.
    pub scale: u8,
    /// The picture's EXIF orientation, 1 to 8; 1 if it has none.
    pub orientation: u8,
    /// How the picture's colours became sRGB.
    pub colour: ColourHandling,
    /// What was wrong with the picture, but not so wrong that there is no thumbnail.
    pub warnings: Vec<Warning>,
    /// Where the picture is damaged, if `allow_damaged` let it pass.
    pub damage: Option<Damage>,
    /// How long the steps took.
    pub times: StageTimes,
}

/// How a picture's colours became sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColourHandling {
    /// No profile, so sRGB (or grey) already.
    Untouched,
    /// The profile says sRGB.
    SrgbProfile,
    /// Converted by the embedded profile.
    Converted,
    /// Converted from Adobe RGB, because EXIF says so and there is no profile.
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

/// Something wrong with a picture that has a thumbnail all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The colour profile was ignored.
    ProfileIgnored(String),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ProfileIgnored(reason) => write!(f, "colour profile ignored: {reason}"),
        }
    }
}

/// Where a picture's data ends or stops making sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The byte of the file at which it was noticed.
    pub offset: u64,
}

/// Why a picture has no thumbnail.
#[derive(Debug, Error)]
#[error("{cause}")]
pub struct ThumbnailError {
    /// The step that failed.
    pub stage: Stage,
    /// Why it failed.
    pub cause: Cause,
}

/// Why a step failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Cause {
    /// The picture is no JPEG that can be decoded.
    #[error(transparent)]
    Image(#[from] image::ImageError),
    /// The thumbnail would be larger than a JPEG can be.
    #[error("the thumbnail would have {width}x{height} pixels, and a JPEG's sides end at 65535")]
    TooLarge {
        /// Its width.
        width: u64,
        /// Its height.
        height: u64,
    },
    /// The encoder failed.
    #[error(transparent)]
    Encode(#[from] EncodingError),
}

fn at<E: Into<Cause>>(stage: Stage) -> impl FnOnce(E) -> ThumbnailError {
    move |cause| ThumbnailError {
        stage,
        cause: cause.into(),
    }
}

/// Makes thumbnails, one after the other; each worker has its own, for it keeps buffers from one picture to the next.
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
    resizer: Resizer,
}

impl Thumbnailer {
    /// A thumbnailer with `options`. A quality outside 1..=100 is brought inside.
    pub fn new(mut options: Options) -> Self {
        options.quality = options.quality.clamp(1, 100);
        Self {
            options,
            resizer: Resizer::new(),
        }
    }

    /// What it was made with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Makes the thumbnail of the picture in `jpeg`.
    pub fn thumbnail(&mut self, jpeg: &[u8]) -> Result<Thumbnail, ThumbnailError> {
        let mut times = StageTimes::default();
        let (pixels, source_width, source_height) = self.make(jpeg, &mut times)?;
        let (width, height) = (pixels.width(), pixels.height());
        let clock = Instant::now();
        let jpeg = encode::encode(
            pixels.as_bytes(),
            width as u16,
            height as u16,
            self.options.quality,
        )
        .map_err(at(Stage::Encode))?;
        times.add(Stage::Encode, clock.elapsed());
        Ok(Thumbnail {
            jpeg,
            width,
            height,
            source_width,
            source_height,
            scale: 8,
            orientation: 1,
            colour: ColourHandling::Untouched,
            warnings: Vec::new(),
            damage: None,
            times,
        })
    }

    /// Makes the thumbnail's pixels, grey or sRGB, and leaves the encoding to the caller.
    pub fn pixels(&mut self, jpeg: &[u8]) -> Result<DynamicImage, ThumbnailError> {
        self.make(jpeg, &mut StageTimes::default())
            .map(|(pixels, ..)| pixels)
    }

    fn make(
        &mut self,
        jpeg: &[u8],
        times: &mut StageTimes,
    ) -> Result<(DynamicImage, u32, u32), ThumbnailError> {
        let clock = Instant::now();
        let picture = image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg)
            .map_err(at(Stage::Decode))?;
        times.add(Stage::Decode, clock.elapsed());

        let clock = Instant::now();
        let (width, height) = (picture.width(), picture.height());
        let options = &self.options;
        let frame = Frame::new(
            width as u16,
            height as u16,
            options.bounds,
            options.fit,
            options.enlarge,
        );
        let (Ok(w), Ok(h)) = (u16::try_from(frame.width), u16::try_from(frame.height)) else {
            let cause = Cause::TooLarge {
                width: frame.width,
                height: frame.height,
            };
            return Err(ThumbnailError {
                stage: Stage::Resize,
                cause,
            });
        };
        let (w, h) = (u32::from(w), u32::from(h));
        let grey = matches!(picture, DynamicImage::ImageLuma8(_));
        let picture = if grey {
            picture
        } else {
            DynamicImage::ImageRgb8(picture.into_rgb8())
        };
        let kind = if grey { PixelType::U8 } else { PixelType::U8x3 };
        let source = ImageRef::new(width, height, picture.as_bytes(), kind)
            .expect("BUG: a buffer of another size");
        let mut target = Image::new(w, h, kind);
        let area = frame.area;
        let how = ResizeOptions::new().crop(area.left, area.top, area.width, area.height);
        self.resizer
            .resize(&source, &mut target, &how)
            .expect("BUG: an area outside the picture");
        let samples = target.into_vec();
        let pixels = if grey {
            image::GrayImage::from_raw(w, h, samples).map(DynamicImage::ImageLuma8)
        } else {
            image::RgbImage::from_raw(w, h, samples).map(DynamicImage::ImageRgb8)
        };
        times.add(Stage::Resize, clock.elapsed());
        Ok((
            pixels.expect("BUG: a buffer of another size"),
            width,
            height,
        ))
    }
}
