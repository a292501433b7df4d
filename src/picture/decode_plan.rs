//! The plan for a picture's way from its header to its thumbnails, made before anything is decoded.

use crate::picture::colour::{Colours, Conversion, ProfileFault};
use crate::picture::encode;
use crate::picture::error::{Cause, ThumbnailError, TooLarge, at};
use crate::picture::exif::Metadata;
use crate::picture::foreign;
use crate::picture::framing::{Area, Framing, Padding};
use crate::picture::jpeg::{Component, Header, Plane, Scale, Scales};
use crate::picture::options::Options;
use crate::picture::orient::Orientation;
use crate::picture::pyramid;
use crate::picture::step::Step;
use crate::picture::variant::{Format, Variant};

/// What is known of a picture before it is decoded.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// The picture's width and height as stored.
    pub(crate) source: (u32, u32),
    /// Its orientation by EXIF.
    pub(crate) orientation: Orientation,
    /// How its colours are converted.
    pub(crate) conversion: Conversion,
    /// Whether there is a plane of alpha after those of its colours, which are multiplied by it.
    pub(crate) alpha: bool,
}

impl Facts {
    /// What a JPEG's header says. Also says why its profile is ignored, if it is.
    pub(crate) fn of_jpeg(header: &Header, colours: &mut Colours) -> (Self, Option<ProfileFault>) {
        let metadata = header.exif().map_or(Metadata::NONE, Metadata::read);
        let (conversion, fault) =
            colours.conversion(header.colour(), header.icc_chunks(), metadata.adobe_rgb);
        let facts = Self {
            source: (header.width(), header.height()),
            orientation: metadata.orientation,
            conversion,
            alpha: false,
        };
        (facts, fault)
    }

    /// What is known of a picture of another format; also tells why its profile, if it has one, is ignored.
    pub(crate) fn of_foreign(
        info: &foreign::Info,
        colours: &mut Colours,
    ) -> (Self, Option<ProfileFault>) {
        let profile = info.profile();
        let (conversion, fault) =
            colours.conversion(info.model, profile.as_slice(), info.metadata.adobe_rgb);
        let facts = Self {
            source: info.size,
            orientation: info.metadata.orientation,
            conversion,
            alpha: info.alpha,
        };
        (facts, fault)
    }
}

/// The plan for one picture. All sizes and places are those of the picture as stored, before it is turned.
#[derive(Debug)]
pub(crate) struct DecodePlan {
    pub(crate) facts: Facts,
    /// How the small planes are turned.
    pub(crate) turn: Orientation,
    /// The thumbnails to make, the largest first.
    pub(crate) cuts: Vec<Cut>,
}

/// The plan for one thumbnail of the picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    /// The variant's number.
    pub(crate) variant: usize,
    /// The part of the picture that the thumbnail shows, and the size it gets.
    pub(crate) framing: Framing,
    /// The padding around it, if there is any.
    pub(crate) padding: Option<Padding>,
    /// Whether Cb and Cr are resized straight to one sample for 2x2 pixels, as the encoder wants them.
    pub(crate) half_chroma: bool,
    source: (u32, u32),
    turn: Orientation,
    oversize: u32,
    /// How often each decoded plane may be halved before it is resized.
    halvings: [usize; 5],
}

impl DecodePlan {
    /// Settles everything for a picture and its variants. Also says which of these can't be made, and why.
    pub(crate) fn new(
        facts: Facts,
        options: &Options,
        variants: &[Variant],
    ) -> (Self, Vec<(usize, ThumbnailError)>) {
        let turn = if options.rotate {
            facts.orientation
        } else {
            Orientation::UPRIGHT
        };
        let (mut cuts, mut failed) = (Vec::with_capacity(variants.len()), Vec::new());
        for (number, variant) in variants.iter().enumerate() {
            match Cut::new(number, variant, &facts, turn, options.max_memory) {
                Ok(cut) => cuts.push(cut),
                Err(cause) => failed.push((number, at(Step::Resize)(cause))),
            }
        }
        cuts.sort_by_key(|cut| std::cmp::Reverse(cut.framing.pixels()));
        (Self { facts, turn, cuts }, failed)
    }

    /// How many samples are needed for a pixel of the picture, across or down: as many as the thumbnail takes that
    /// needs most of them.
    pub(crate) fn samples_per_pixel(&self) -> f64 {
        let needed = self.cuts.iter().map(Cut::samples_per_pixel);
        needed.fold(0.0, f64::max)
    }

    /// The scale at which each component of a JPEG is decoded: the largest that a thumbnail needs. The others may have
    /// their planes halved, but not to fewer samples than at the scale of their own.
    pub(crate) fn scales(&mut self, components: &[Component]) -> Scales {
        let mut scales = Scales::uniform(Scale::FULL).without_last_bits();
        for (index, component) in components.iter().enumerate() {
            let needed = self.cuts.iter().map(|cut| cut.scale(index, component));
            let scale = needed.max().unwrap_or(Scale::FULL);
            scales.set(index, scale);
            for cut in &mut self.cuts {
                let times = scale.n() / cut.scale(index, component).n();
                cut.halvings[index] = times.ilog2() as usize;
            }
        }
        scales
    }
}

impl Cut {
    fn new(
        number: usize,
        variant: &Variant,
        facts: &Facts,
        turn: Orientation,
        max_memory: u64,
    ) -> Result<Self, Cause> {
        let rule = &variant.framing;
        let too_large = |(width, height)| TooLarge::new(width, height, variant.format);
        let framing = Framing::new(facts.source, rule, turn).map_err(too_large)?;
        let padding = framing.padding(rule, turn);
        let size = padding.map_or((framing.width, framing.height), |padding| padding.size);
        if size.0.max(size.1) > variant.format.longest_side() {
            return Err(too_large((size.0.into(), size.1.into())).into());
        }
        let bytes = bytes_for(size, facts);
        if bytes > max_memory {
            let limit = max_memory;
            return Err(Cause::TooMuchMemory { bytes, limit });
        }
        let half_chroma = variant.format == Format::Jpeg
            && encode::halves_chroma(variant.quality().get())
            && facts.conversion.keeps_planes()
            && !facts.alpha
            && padding.is_none();
        Ok(Self {
            variant: number,
            framing,
            padding,
            half_chroma,
            source: facts.source,
            turn,
            oversize: facts.conversion.oversize(),
            halvings: [usize::MAX; 5],
        })
    }

    /// How often a decoded plane is halved before it is resized.
    pub(crate) fn halvings(&self, component: usize, plane: &Plane) -> usize {
        let (window, target) = (self.window(component, plane), self.target(component));
        let side = |side: usize| side * self.oversize as usize;
        let target = (side(target.0), side(target.1));
        let halvings = pyramid::halvings((window.width, window.height), target);
        halvings.min(self.halvings[component])
    }

    fn halves(&self, component: usize) -> bool {
        self.half_chroma && component > 0
    }

    /// The size of a component in the thumbnail.
    pub(crate) fn target(&self, component: usize) -> (usize, usize) {
        let side = |side: u32| if self.halves(component) { side.div_ceil(2) } else { side } as usize;
        (side(self.framing.width), side(self.framing.height))
    }

    /// The part of a decoded plane that becomes the component's samples in the thumbnail.
    pub(crate) fn window(&self, component: usize, plane: &Plane) -> Area {
        let Area {
            left,
            top,
            width,
            height,
        } = self.area(component);
        let across = plane.extent.0 / f64::from(self.source.0);
        let down = plane.extent.1 / f64::from(self.source.1);
        Area {
            left: left * across,
            top: top * down,
            width: width * across,
            height: height * down,
        }
    }

    /// The size at which the colours of all components are converted, if that happens before the last resize: the size
    /// for which the first component has samples.
    pub(crate) fn oversize(&self, first: &Plane) -> (usize, usize) {
        let window = self.window(0, first);
        let side = |length: f64| (length.ceil() as usize).max(1);
        (side(window.width), side(window.height))
    }

    fn samples_per_pixel(&self) -> f64 {
        let Framing {
            width,
            height,
            area,
        } = self.framing;
        let across = f64::from(width) / area.width;
        let down = f64::from(height) / area.height;
        f64::from(self.oversize) * across.max(down)
    }

    /// The scale at which the thumbnail needs a component.
    fn scale(&self, index: usize, component: &Component) -> Scale {
        let area = self.area(index);
        let needed = (
            component.size.0 * area.width / f64::from(self.source.0),
            component.size.1 * area.height / f64::from(self.source.1),
        );
        let (width, height) = self.target(index);
        let target = |side: usize| side as u32 * self.oversize;
        Scale::for_target(needed, (target(width), target(height)))
    }

    /// The part of the picture, in its pixels, that a component's samples in the thumbnail cover.
    ///
    /// A sample of halved chroma covers two by two pixels, even the last one of an odd side. There the samples reach
    /// one thumbnail pixel beyond the framing: at the end of the thumbnail's rows and columns. Where that is in the
    /// picture as stored depends on how it is turned.
    fn area(&self, component: usize) -> Area {
        let Framing {
            width,
            height,
            mut area,
        } = self.framing;
        if self.halves(component) {
            let (start, length) =
                up_to_even(area.left, area.width, width, self.turn.mirrors_rows());
            (area.left, area.width) = (start, length);
            let (start, length) =
                up_to_even(area.top, area.height, height, self.turn.mirrors_columns());
            (area.top, area.height) = (start, length);
        }
        area
    }
}

/// About what a thumbnail takes while it is made: its planes, its pixels and what becomes of them in an encoder; and
/// planes of inks, which are larger when they are converted: at least so much, and never more than what was decoded.
fn bytes_for(size: (u32, u32), facts: &Facts) -> u64 {
    let pixels = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
    let oversize = u64::from(facts.conversion.oversize());
    let inks = if oversize > 1 {
        let larger = oversize * oversize * pixels(size);
        facts.conversion.components() as u64 * larger.min(pixels(facts.source))
    } else {
        0
    };
    8 * pixels(size) + inks
}

/// One side of an area, longer by a thumbnail pixel if the thumbnail has an odd number of them.
fn up_to_even(start: f64, length: f64, pixels: u32, mirrored: bool) -> (f64, f64) {
    if pixels.is_multiple_of(2) {
        return (start, length);
    }
    let pixel = length / f64::from(pixels);
    (if mirrored { start - pixel } else { start }, length + pixel)
}
