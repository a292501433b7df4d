//! A plane of samples -> the same plane at the thumbnail's size. The only file that names the resizer.

use fast_image_resize as fir;
use fir::images::{TypedImage, TypedImageRef};
use fir::pixels::U8;
use fir::{Filter, FilterType, ResizeAlg, ResizeOptions};

use crate::picture::framing::Area;

/// Samples row by row, `width` per row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Samples<'a> {
    pub(crate) samples: &'a [u8],
    pub(crate) width: usize,
    pub(crate) height: usize,
}

/// Resizes planes with Lanczos-3, and keeps its buffers from one to the next.
#[derive(Debug)]
pub(crate) struct Resizer {
    fir: fir::Resizer,
    options: ResizeOptions,
    /// A plane with its edges repeated outwards.
    padded: Vec<u8>,
}

impl Resizer {
    pub(crate) fn new() -> Self {
        let filter =
            Filter::new("Lanczos-3", lanczos3, 3.0).expect("BUG: a support that is no support");
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Custom(filter)))
            .use_alpha(false);
        Self {
            fir: fir::Resizer::new(),
            options,
            padded: Vec::new(),
        }
    }

    /// Resizes the part of `source` under `window` to `width` x `height` and puts the samples into `target`.
    ///
    /// The window is where the picture is, to the fraction of a sample. Where it reaches beyond the plane, the plane's
    /// edge is repeated; it never reaches far, so the copy that this takes is of a plane not much larger than the
    /// thumbnail.
    pub(crate) fn resize(
        &mut self,
        source: Samples,
        window: Area,
        (width, height): (usize, usize),
        target: &mut Vec<u8>,
    ) {
        target.resize(width * height, 0);
        let beyond = |start: f64, length: f64, side: usize| {
            let before = (-start).ceil().max(0.0) as usize;
            let after = (start + length - side as f64).ceil().max(0.0) as usize;
            // Less than this is a rounding error, not a sample.
            let after = if start + length - side as f64 > 1e-6 {
                after
            } else {
                0
            };
            (before, after)
        };
        let horizontal = beyond(window.left, window.width, source.width);
        let vertical = beyond(window.top, window.height, source.height);
        if horizontal == (0, 0) && vertical == (0, 0) {
            return resize_inside(
                &mut self.fir,
                self.options,
                source,
                window,
                (width, height),
                target,
            );
        }
        let source = pad(source, horizontal, vertical, &mut self.padded);
        let window = Area {
            left: window.left + horizontal.0 as f64,
            top: window.top + vertical.0 as f64,
            ..window
        };
        resize_inside(
            &mut self.fir,
            self.options,
            source,
            window,
            (width, height),
            target,
        );
    }
}

fn resize_inside(
    fir: &mut fir::Resizer,
    options: ResizeOptions,
    source: Samples,
    window: Area,
    (width, height): (usize, usize),
    target: &mut [u8],
) {
    let side = |side: usize| u32::try_from(side).expect("BUG: a plane wider than a JPEG");
    let window_width = shortened(window.left, window.width, source.width);
    let window_height = shortened(window.top, window.height, source.height);
    let options = options.crop(window.left, window.top, window_width, window_height);
    let source =
        TypedImageRef::<U8>::from_buffer(side(source.width), side(source.height), source.samples);
    let source = source.expect("BUG: a plane with too few samples");
    let target = TypedImage::<U8>::from_buffer(side(width), side(height), target);
    let mut target = target.expect("BUG: a target with too few samples");
    // The untyped `resize` would compile the code for all 13 types of pixels into this crate, which takes a minute.
    fir.resize_typed(&source, &mut target, &options)
        .expect("BUG: a window beyond the plane");
}

/// `length`, shortened just enough for `start + length` not to exceed `side`, even after rounding.
fn shortened(start: f64, length: f64, side: usize) -> f64 {
    let side = side as f64;
    let mut length = length.min(side - start);
    while start + length > side {
        length = length.next_down();
    }
    length
}

/// A copy of a plane with its edges repeated outwards: so many samples before and after, across and down.
fn pad<'p>(
    source: Samples,
    across: (usize, usize),
    down: (usize, usize),
    padded: &'p mut Vec<u8>,
) -> Samples<'p> {
    let Samples {
        samples,
        width,
        height,
    } = source;
    let padded_width = across.0 + width + across.1;
    let padded_height = down.0 + height + down.1;
    padded.clear();
    padded.reserve(padded_width * padded_height);
    for row in samples.chunks_exact(width).take(height) {
        padded.extend(std::iter::repeat_n(row[0], across.0));
        padded.extend_from_slice(row);
        padded.extend(std::iter::repeat_n(row[width - 1], across.1));
        if padded.len() == padded_width {
            // This is the first row so far: the rows above it are copies of it.
            for _ in 0..down.0 {
                padded.extend_from_within(..padded_width);
            }
        }
    }
    for _ in 0..down.1 {
        padded.extend_from_within(padded.len() - padded_width..);
    }
    Samples {
        samples: padded,
        width: padded_width,
        height: padded_height,
    }
}

/// The Lanczos-3 kernel, sinc(x) sinc(x/3), for |x| < 3.
///
/// A thumbnail's resize is so small that its 5,000 or so weights would be half of the work if each asked the C library
/// for two sines. One is enough, for sin 3a = 3 sin a - 4 sin^3 a, and a polynomial gives it to within 6e-8, where a
/// weight is rounded to about 1e-4 in the end.
fn lanczos3(x: f64) -> f64 {
    let x = x.abs();
    if x >= 3.0 {
        return 0.0;
    }
    if x < 1e-6 {
        return 1.0;
    }
    let third = std::f64::consts::FRAC_PI_3 * x;
    let sine = sin_to_pi(third);
    sine * sine * (3.0 - 4.0 * sine * sine) / (3.0 * third * third)
}

/// The sine of an angle in 0..=pi: its Taylor polynomial of degree 11.
fn sin_to_pi(angle: f64) -> f64 {
    // sin a = sin(pi - a); on 0..=pi/2 the first term left out is at most (pi/2)^13/13! = 6e-8.
    let a = angle.min(std::f64::consts::PI - angle);
    let s = a * a;
    let tail = 1.0 / 362_880.0 - s / 39_916_800.0;
    a * (1.0 - s * (1.0 / 6.0 - s * (1.0 / 120.0 - s * (1.0 / 5040.0 - s * tail))))
}

#[cfg(test)]
mod tests;
