//! The steps from a picture to its thumbnails' pixels, in order: one way for each kind of picture.

use std::io::Cursor;

use image::DynamicImage;

use super::Thumbnailer;
use super::about::About;
use crate::picture::colour::Conversion;
use crate::picture::decode_plan::{Cut, DecodePlan, Facts};
use crate::picture::error::{Cause, DecodeError, ThumbnailError, at};
use crate::picture::foreign::{self, Input};
use crate::picture::given::Given;
use crate::picture::jpeg::{self, Header, Plane};
use crate::picture::orient::Orientation;
use crate::picture::render::{Rendered, Renderer};
use crate::picture::sniff::FileKind;
use crate::picture::source::Picture;
use crate::picture::step::Step;
use crate::picture::variant::Variant;

/// What happens on the way from a picture to its thumbnails' pixels.
pub(super) enum Event<'e> {
    Lap(Step),
    Failed(usize, ThumbnailError),
    Rendered(Rendered<'e>, &'e Cut, &'e About),
}

impl Thumbnailer {
    /// Makes the pixels of all variants of `picture`.
    pub(super) fn render(
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

    pub(super) fn render_foreign(
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
    // Where `each` has panicked, there may be an earlier picture.
    renderer.end();
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
