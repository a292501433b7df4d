//! From a picture to its thumbnails.
//!
//! ```text
//! steps  from a picture to its thumbnails' pixels, in order     sink  who takes thumbnails
//! about  what a picture's thumbnails have in common
//! ```

mod about;
mod sink;
mod steps;

use image::DynamicImage;

use crate::picture::encode::Encoder;
use crate::picture::error::{ThumbnailError, at};
use crate::picture::foreign::{self, Input};
use crate::picture::framing::FramingRule;
use crate::picture::jpeg::Scratch;
use crate::picture::need::Reading;
use crate::picture::options::Options;
use crate::picture::render::Renderer;
use crate::picture::source::Picture;
use crate::picture::step::Step;
use crate::picture::thumbnail::Thumbnail;
use crate::picture::variant::{Format, Variant};

use steps::Event;

pub use sink::Sink;

/// Makes thumbnails, one picture after the other; each worker has its own, for it keeps buffers, tables and colour
/// profiles from one picture to the next.
///
/// ```
/// use thumbgen::{Options, Thumbnailer, Variant};
///
/// // A picture to begin with: 640x480, all of it one colour.
/// let mut jpeg = Vec::new();
/// image::codecs::jpeg::JpegEncoder::new(&mut jpeg)
///     .encode_image(&image::RgbImage::from_pixel(640, 480, image::Rgb([200, 120, 40])))?;
///
/// let mut thumbnailer = Thumbnailer::new(Options::default());
/// let thumbnail = thumbnailer.thumbnail(&jpeg, &Variant::new("64".parse()?))?;
/// assert_eq!((thumbnail.width, thumbnail.height), (64, 48));
/// assert!(thumbnail.bytes.len() < jpeg.len());
///
/// // Several, from one decode.
/// let sizes = [Variant::new("320".parse()?), Variant::new("100".parse()?)];
/// thumbnailer.thumbnails(&jpeg, &sizes, &mut |number: usize, made: Result<thumbgen::Thumbnail, _>| {
///     println!("{}: {} bytes", sizes[number].framing.bounds, made.unwrap().bytes.len());
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Thumbnailer {
    options: Options,
    scratch: Scratch,
    renderer: Renderer,
    encoder: Encoder,
}

impl Thumbnailer {
    /// A thumbnailer with `options`.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            scratch: Scratch::new(),
            renderer: Renderer::new(),
            encoder: Encoder::default(),
        }
    }

    /// What it was made with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Makes one thumbnail of `picture`.
    ///
    /// # Errors
    ///
    /// If the picture can't be decoded or is beyond a limit, or the thumbnail would be larger than its format allows.
    pub fn thumbnail<'p>(
        &mut self,
        picture: impl Into<Picture<'p>>,
        variant: &Variant,
    ) -> Result<Thumbnail, ThumbnailError> {
        let mut only = None;
        let variants = std::slice::from_ref(variant);
        self.thumbnails(picture, variants, &mut |_, made| only = Some(made))?;
        only.expect("BUG: a variant was forgotten")
    }

    /// Makes a thumbnail of `picture` for each of the `variants`, from one decode, and gives it to `sink` as soon as it
    /// is made: first those that can't be made, then the largest and so on.
    ///
    /// # Errors
    ///
    /// If the picture can't be decoded or is beyond a limit. Then the sink has had none.
    pub fn thumbnails<'p>(
        &mut self,
        picture: impl Into<Picture<'p>>,
        variants: &[Variant],
        sink: &mut impl Sink,
    ) -> Result<(), ThumbnailError> {
        self.encoding(variants, sink, |this, each| {
            this.render(picture.into(), variants, each)
        })
    }

    /// The same for the picture in `file`, which is read where it is needed: most formats other than JPEG are decoded
    /// row by row while they are read, so that neither file nor picture is ever whole in memory.
    ///
    /// # Errors
    ///
    /// As [`thumbnails`](Self::thumbnails), and if the file can't be read.
    pub fn thumbnails_from(
        &mut self,
        file: &mut dyn Input,
        variants: &[Variant],
        sink: &mut impl Sink,
    ) -> Result<(), ThumbnailError> {
        let kind = foreign::kind_of(file).map_err(at(Step::Header))?;
        let bytes = match foreign::Format::of(kind) {
            Some(format) => {
                return self.encoding(variants, sink, |this, each| {
                    this.render_foreign((kind, format), file, variants, each)
                });
            }
            None => foreign::read_all(file, &self.options.limits()).map_err(at(Step::Header))?,
        };
        self.thumbnails(&bytes, variants, sink)
    }

    /// Encodes all that `render` makes.
    fn encoding(
        &mut self,
        variants: &[Variant],
        sink: &mut impl Sink,
        render: impl FnOnce(&mut Self, &mut dyn FnMut(Event)) -> Result<(), ThumbnailError>,
    ) -> Result<(), ThumbnailError> {
        let mut encoder = std::mem::take(&mut self.encoder);
        let result = render(self, &mut |event| match event {
            Event::Lap(step) => sink.lap(step),
            Event::Failed(number, error) => sink.thumbnail(number, Err(error)),
            Event::Rendered(rendered, cut, about) => {
                let variant = &variants[cut.variant];
                let bytes = encoder.encode(rendered.pixels, rendered.size, variant);
                sink.lap(Step::Encode);
                let made = bytes.map(|bytes| about.thumbnail(bytes, rendered.size, variant.format));
                sink.thumbnail(cut.variant, made.map_err(at(Step::Encode)));
            }
        });
        self.encoder = encoder;
        result
    }

    /// Makes the pixels of a thumbnail of `picture`, grey or sRGB, and leaves the encoding to the caller.
    ///
    /// # Errors
    ///
    /// As [`thumbnail`](Self::thumbnail).
    pub fn pixels<'p>(
        &mut self,
        picture: impl Into<Picture<'p>>,
        framing: FramingRule,
    ) -> Result<DynamicImage, ThumbnailError> {
        let variant = Variant::default()
            .with_framing(framing)
            .with_format(Format::Png);
        let mut pixels = None;
        self.render(picture.into(), &[variant], &mut |event| match event {
            Event::Lap(_) => {}
            Event::Failed(_, error) => pixels = Some(Err(error)),
            Event::Rendered(rendered, ..) => pixels = Some(Ok(rendered.to_image())),
        })?;
        pixels.expect("BUG: a variant was forgotten")
    }

    /// Tells, while a file is being read, how much of it its thumbnails need.
    pub fn reading<'t>(&'t mut self, variants: &'t [Variant]) -> Reading<'t> {
        Reading::new(&self.options, &mut self.renderer.colours, variants)
    }
}
