//! The steps from a picture to its thumbnails, in order.

use std::io::Cursor;

use image::DynamicImage;

use crate::picture::colour::{ColourHandling, Conversion, ProfileFault};
use crate::picture::decode_plan::{Cut, DecodePlan, Facts};
use crate::picture::encode::Encoder;
use crate::picture::error::{Cause, DecodeError, ThumbnailError, at};
use crate::picture::foreign::{self, Input};
use crate::picture::framing::FramingRule;
use crate::picture::given::Given;
use crate::picture::jpeg::{self, Header, Plane, Scratch};
use crate::picture::need::Reading;
use crate::picture::options::Options;
use crate::picture::orient::Orientation;
use crate::picture::render::{Rendered, Renderer};
use crate::picture::sniff::FileKind;
use crate::picture::source::Picture;
use crate::picture::step::Step;
use crate::picture::thumbnail::{Thumbnail, Warning};
use crate::picture::variant::{Format, Variant};

/// Takes the thumbnails of a picture as they are made. A closure does if it doesn't mind the steps.
pub trait Sink {
    /// The thumbnail of a variant, by its number; or why there is none, though there may be others.
    fn thumbnail(&mut self, variant: usize, made: Result<Thumbnail, ThumbnailError>);

    /// `step` is over. A clock looks at the time here: a thumbnailer has none of its own, since not every machine that
    /// can make a thumbnail can tell the time. A step may come back, and one that had nothing to do is over at once.
    fn lap(&mut self, _step: Step) {}
}

impl<F: FnMut(usize, Result<Thumbnail, ThumbnailError>)> Sink for F {
    fn thumbnail(&mut self, variant: usize, made: Result<Thumbnail, ThumbnailError>) {
        self(variant, made);
    }
}

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

/// What happens on the way from a picture to its thumbnails' pixels.
enum Event<'e> {
    Lap(Step),
    Failed(usize, ThumbnailError),
    Rendered(Rendered<'e>, &'e Cut, &'e About),
}

/// What the thumbnails of one picture have in common.
struct About {
    kind: Option<FileKind>,
    source: (u32, u32),
    scale: u8,
    orientation: Orientation,
    colour: ColourHandling,
    warnings: Vec<Warning>,
    damage: Option<DecodeError>,
}

impl About {
    fn new(kind: Option<FileKind>, facts: &Facts, fault: Option<ProfileFault>) -> Self {
        Self {
            kind,
            source: facts.source,
            scale: 8,
            orientation: facts.orientation,
            colour: facts.conversion.handling,
            warnings: fault.map(Warning::ProfileIgnored).into_iter().collect(),
            damage: None,
        }
    }

    fn thumbnail(&self, bytes: Vec<u8>, size: (u32, u32), format: Format) -> Thumbnail {
        Thumbnail {
            bytes,
            format,
            width: size.0,
            height: size.1,
            source_kind: self.kind,
            source_width: self.source.0,
            source_height: self.source.1,
            scale: self.scale,
            orientation: self.orientation.exif(),
            colour: self.colour,
            warnings: self.warnings.clone(),
            damage: self.damage.clone(),
        }
    }
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

    /// Makes the pixels of all variants of `picture`.
    fn render(
        &mut self,
        picture: Picture,
        variants: &[Variant],
        each: &mut dyn FnMut(Event),
    ) -> Result<(), ThumbnailError> {
        match picture {
            Picture::Bytes(bytes) => {
                let kind = FileKind::of(bytes);
                match foreign::Format::of(kind) {
                    None => self.render_jpeg(bytes, variants, each),
                    Some(format) => {
                        let mut file = Cursor::new(bytes);
                        self.render_foreign((kind, format), &mut file, variants, each)
                    }
                }
            }
            Picture::Image(image) => {
                if image.width() == 0 || image.height() == 0 {
                    let error = foreign::Error::damaged("the picture has no pixels");
                    return Err(at(Step::Header)(error));
                }
                self.render_image(image, variants, each);
                Ok(())
            }
        }
    }

    fn render_jpeg(
        &mut self,
        bytes: &[u8],
        variants: &[Variant],
        each: &mut dyn FnMut(Event),
    ) -> Result<(), ThumbnailError> {
        let header = parse(bytes)?;
        let (facts, fault) = Facts::of_jpeg(&header, &mut self.renderer.colours);
        let mut about = About::new(Some(FileKind::Jpeg), &facts, fault);
        let (mut plan, failed) = DecodePlan::new(facts, &self.options, variants);
        each(Event::Lap(Step::Header));
        if plan.cuts.is_empty() {
            tell(failed, each);
            return Ok(());
        }
        let scales = plan.scales(header.components());
        let planes = header
            .decode(&scales, &self.options.limits(), &mut self.scratch)
            .map_err(at(Step::Decode))?;
        about.scale = scales.get(0).n() as u8;
        about.damage = planes.damage().cloned().map(DecodeError::Jpeg);
        each(Event::Lap(Step::Decode));
        tell(failed, each);
        render_cuts(&mut self.renderer, &planes, &plan, &about, variants, each);
        Ok(())
    }

    fn render_foreign(
        &mut self,
        (kind, format): (FileKind, foreign::Format),
        file: &mut dyn Input,
        variants: &[Variant],
        each: &mut dyn FnMut(Event),
    ) -> Result<(), ThumbnailError> {
        let limits = self.options.limits();
        let opened = foreign::open(format, file, &limits).map_err(at(Step::Header))?;
        let info = opened.info();
        let planned = |mut facts: Facts, orientation| {
            facts.orientation = orientation;
            DecodePlan::new(facts, &self.options, variants)
        };
        let (facts, _) = Facts::of_foreign(info, &mut self.renderer.colours);
        let (plan, failed) = planned(facts.clone(), info.metadata.orientation);
        each(Event::Lap(Step::Header));
        if plan.cuts.is_empty() {
            tell(failed, each);
            return Ok(());
        }
        let mut scale = plan.samples_per_pixel();
        if info.metadata_may_follow {
            let (turned, _) = planned(facts, Orientation::TURNED);
            scale = scale.max(turned.samples_per_pixel());
        }
        let decoded = opened.decode(scale, &limits).map_err(at(Step::Decode))?;
        each(Event::Lap(Step::Decode));

        // Only now it is known whether there is alpha that hides something, and which side is up.
        let (facts, fault) = Facts::of_foreign(&decoded.info, &mut self.renderer.colours);
        let mut about = About::new(Some(kind), &facts, fault);
        about.damage = decoded.damage.clone().map(DecodeError::Other);
        let (plan, failed) = DecodePlan::new(facts, &self.options, variants);
        each(Event::Lap(Step::Header));
        tell(failed, each);
        let planes = decoded.planes();
        render_cuts(&mut self.renderer, &planes, &plan, &about, variants, each);
        Ok(())
    }

    fn render_image(
        &mut self,
        image: &DynamicImage,
        variants: &[Variant],
        each: &mut dyn FnMut(Event),
    ) {
        let given = Given::new(image);
        let facts = Facts {
            source: given.size,
            orientation: Orientation::UPRIGHT,
            conversion: Conversion::none(given.model),
            alpha: given.alpha,
        };
        let about = About::new(None, &facts, None);
        let (plan, failed) = DecodePlan::new(facts, &self.options, variants);
        each(Event::Lap(Step::Header));
        tell(failed, each);
        let planes = given.planes();
        render_cuts(&mut self.renderer, &planes, &plan, &about, variants, each);
    }
}

/// Tells which variants can't be made.
fn tell(failed: Vec<(usize, ThumbnailError)>, each: &mut dyn FnMut(Event)) {
    for (number, error) in failed {
        each(Event::Failed(number, error));
    }
}

/// Makes the pixels of the thumbnails that are planned.
fn render_cuts(
    renderer: &mut Renderer,
    planes: &[Plane],
    plan: &DecodePlan,
    about: &About,
    variants: &[Variant],
    each: &mut dyn FnMut(Event),
) {
    for cut in &plan.cuts {
        let variant = &variants[cut.variant];
        let mut lap = |step| each(Event::Lap(step));
        let rendered = renderer.render(planes, plan, cut, variant, &mut lap);
        each(Event::Rendered(rendered, cut, about));
    }
    renderer.end();
}

fn parse(bytes: &[u8]) -> Result<Header<'_>, ThumbnailError> {
    let kind = FileKind::of(bytes);
    let other = || at(Step::Header)(Cause::Unsupported(kind));
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
