//! A picture's way from its header to its thumbnail, settled before anything is decoded.

use crate::picture::colour::{Colours, Plan, ProfileFault};
use crate::picture::error::{Cause, ThumbnailError, at};
use crate::picture::exif::Metadata;
use crate::picture::framing::{Area, Frame};
use crate::picture::jpeg::{Component, Header, Plane, Scale, Scales};
use crate::picture::options::Options;
use crate::picture::orient::Orientation;
use crate::picture::step::Step;

/// What is settled about one picture. All sizes and places are as stored, before the turn.
#[derive(Debug)]
pub(crate) struct Route {
    /// The picture's width and height.
    pub(crate) source: (u32, u32),
    /// The part of the picture that becomes the thumbnail, and the thumbnail's size.
    pub(crate) frame: Frame,
    /// What EXIF says of the way up.
    pub(crate) orientation: Orientation,
    /// How the small planes are turned.
    pub(crate) turn: Orientation,
    /// How their colours are converted.
    pub(crate) plan: Plan,
    /// Whether Cb and Cr are resized straight to one sample for 2x2 pixels, as the encoder wants them.
    pub(crate) half_chroma: bool,
}

impl Route {
    /// Settles everything for the picture of `header`; also tells why its profile, if it has one, is ignored.
    /// `half_chroma` says that the encoder wants Cb and Cr at half the size.
    pub(crate) fn settle(
        header: &Header,
        options: &Options,
        colours: &mut Colours,
        half_chroma: bool,
    ) -> Result<(Self, Option<ProfileFault>), ThumbnailError> {
        let metadata = header.exif().map_or(Metadata::NONE, Metadata::read);
        let source = (header.width(), header.height());
        let turn = if options.rotate {
            metadata.orientation
        } else {
            Orientation::UPRIGHT
        };
        // The box is for the picture that is seen.
        let bounds = if turn.transposes() {
            options.bounds.transposed()
        } else {
            options.bounds
        };
        let frame =
            Frame::new(source, bounds, options.fit, options.enlarge).map_err(at(Step::Resize))?;
        let bytes = 4 * u64::from(frame.width) * u64::from(frame.height);
        if bytes > options.max_memory {
            let limit = options.max_memory;
            return Err(at(Step::Resize)(Cause::TooMuchMemory { bytes, limit }));
        }
        let (plan, fault) = colours.plan(header.colour(), header.icc_chunks(), metadata.adobe_rgb);
        let half_chroma = half_chroma && plan.keeps_planes();
        let route = Self {
            source,
            frame,
            orientation: metadata.orientation,
            turn,
            plan,
            half_chroma,
        };
        Ok((route, fault))
    }

    fn halves(&self, component: usize) -> bool {
        self.half_chroma && component > 0
    }

    /// The size of a component in the thumbnail.
    pub(crate) fn target(&self, component: usize) -> (usize, usize) {
        let side = |side: u32| if self.halves(component) { side.div_ceil(2) } else { side } as usize;
        (side(self.frame.width), side(self.frame.height))
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

    /// The size, for all components, at which their colours are converted if that is before the last resize: what the
    /// first component has samples for.
    pub(crate) fn oversize(&self, first: &Plane) -> (usize, usize) {
        let window = self.window(0, first);
        let side = |length: f64| (length.ceil() as usize).max(1);
        (side(window.width), side(window.height))
    }

    /// The scale at which each component is decoded.
    pub(crate) fn scales(&self, components: &[Component]) -> Scales {
        let mut scales = Scales::uniform(Scale::FULL);
        for (index, component) in components.iter().enumerate() {
            let area = self.area(index);
            let needed = (
                component.size.0 * area.width / f64::from(self.source.0),
                component.size.1 * area.height / f64::from(self.source.1),
            );
            let (width, height) = self.target(index);
            let target = |side: usize| side as u32 * self.plan.oversize();
            let scale = Scale::for_target(needed, (target(width), target(height)));
            scales.set(index, scale);
        }
        scales
    }

    /// The part of the picture, in its pixels, that a component's samples in the thumbnail cover.
    ///
    /// A sample of halved chroma covers two by two pixels, the last one too when a side is odd. So the samples reach
    /// beyond the frame by one thumbnail pixel there: at the end of the thumbnail's rows and columns, and the turn
    /// decides where that is in the picture as stored.
    fn area(&self, component: usize) -> Area {
        let Frame {
            width,
            height,
            mut area,
        } = self.frame;
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

/// One side of an area, longer by a thumbnail pixel if the thumbnail has an odd number of them.
fn up_to_even(start: f64, length: f64, pixels: u32, mirrored: bool) -> (f64, f64) {
    if pixels.is_multiple_of(2) {
        return (start, length);
    }
    let pixel = length / f64::from(pixels);
    (if mirrored { start - pixel } else { start }, length + pixel)
}
