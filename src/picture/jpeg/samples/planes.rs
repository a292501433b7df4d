//! What decoding gives: one plane of samples for each component.

use super::idct::{self, Samples};
use super::scale::Scales;
use crate::picture::jpeg::error::Error;
use crate::picture::jpeg::syntax::frame::Frame;

/// One component's samples at its scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plane<'s> {
    /// The samples, row by row, `width` per row.
    pub samples: &'s [u8],
    /// Samples per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// The exact size of the picture on this plane. The last column and row may belong to it only in part: a resize
    /// that takes them as whole shifts the picture and loses 10 dB or more.
    pub extent: (f64, f64),
}

/// A decoded picture: one plane for each component, in the frame's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Planes<'s> {
    planes: Vec<Plane<'s>>,
    damage: Option<Error>,
}

impl Planes<'_> {
    /// What is wrong with the picture, if it was decoded all the same: because
    /// [`allow_damaged`](crate::picture::jpeg::Limits::allow_damaged) is set, or because the damage is confined to
    /// restart intervals and the markers between them are all in order.
    pub fn damage(&self) -> Option<&Error> {
        self.damage.as_ref()
    }
}

impl<'s> std::ops::Deref for Planes<'s> {
    type Target = [Plane<'s>];

    fn deref(&self) -> &Self::Target {
        &self.planes
    }
}

/// A plane that is being drawn, block by block.
#[derive(Debug)]
pub(crate) struct Canvas<'s> {
    samples: &'s mut [u8],
    width: usize,
    height: usize,
    extent: (f64, f64),
    /// A block's side.
    n: usize,
}

/// The level where nothing was decoded: T.81's zero.
const MID_GREY: u8 = 128;

/// How many bytes the planes of a frame take.
pub(crate) fn bytes_of_planes(frame: &Frame, scales: &Scales) -> u64 {
    let bytes = |(i, c)| {
        let (width, height) = frame.scaled(c, scales.get(i).n());
        width as u64 * height as u64
    };
    frame.components.iter().enumerate().map(bytes).sum()
}

/// Mid-grey canvases for all components of a frame.
pub(crate) fn canvases<'s>(
    frame: &Frame,
    scales: &Scales,
    samples: &'s mut Vec<u8>,
) -> Vec<Canvas<'s>> {
    let length = bytes_of_planes(frame, scales) as usize;
    samples.clear();
    // Not up to twice as much, as a vector grows otherwise.
    samples.reserve_exact(length);
    samples.resize(length, MID_GREY);
    let mut rest = samples.as_mut_slice();
    let components = frame.components.iter().enumerate();
    components
        .map(|(i, component)| {
            let n = scales.get(i).n();
            let (width, height) = frame.scaled(component, n);
            let (samples, behind) = std::mem::take(&mut rest).split_at_mut(width * height);
            rest = behind;
            let extent = |side: f64| side * n as f64 / 8.0;
            let extent = (extent(component.size.0), extent(component.size.1));
            Canvas {
                samples,
                width,
                height,
                extent,
                n,
            }
        })
        .collect()
}

/// Ends the drawing.
pub(crate) fn finish(canvases: Vec<Canvas<'_>>, damage: Option<Error>) -> Planes<'_> {
    let planes = canvases
        .into_iter()
        .map(
            |Canvas {
                 samples,
                 width,
                 height,
                 extent,
                 ..
             }| Plane {
                samples,
                width,
                height,
                extent,
            },
        )
        .collect();
    Planes { planes, damage }
}

impl Canvas<'_> {
    /// The N of the scale.
    #[inline(always)]
    pub(crate) fn n(&self) -> usize {
        self.n
    }

    /// Draws one block; what lies beyond the plane's edge is cut off.
    #[inline(always)]
    pub(crate) fn draw<const N: usize>(&mut self, block: (usize, usize), samples: &Samples) {
        let (x, y) = (block.0 * N, block.1 * N);
        if x + N > self.width || y + N > self.height {
            return self.draw_at_edge(N, x, y, samples);
        }
        let start = y * self.width + x;
        for (i, samples) in samples.iter().enumerate().take(N) {
            let row = &mut self.samples[start + i * self.width..][..N];
            row.copy_from_slice(&samples[..N]);
        }
    }

    #[inline(never)]
    fn draw_at_edge(&mut self, n: usize, x: usize, y: usize, samples: &Samples) {
        for (row, samples) in (y..self.height).zip(samples).take(n) {
            let end = self.width.min(x + n);
            if x < end {
                let start = row * self.width;
                self.samples[start + x..start + end].copy_from_slice(&samples[..end - x]);
            }
        }
    }

    /// Draws a block of one value.
    #[inline(never)]
    pub(crate) fn fill(&mut self, block: (usize, usize), value: u8) {
        let (x, y) = (block.0 * self.n, block.1 * self.n);
        let end = self.width.min(x + self.n);
        for row in y..self.height.min(y + self.n) {
            let start = row * self.width;
            if let Some(samples) = self.samples.get_mut(start + x..start + end) {
                samples.fill(value);
            }
        }
    }

    /// Draws a row of blocks at 1/8, from their DC coefficients.
    #[inline(always)]
    pub(crate) fn dots(&mut self, block: (usize, usize), dcs: &[i16], quantiser: u16) {
        let (x, y) = block;
        if y < self.height && x < self.width {
            let row = &mut self.samples[y * self.width..][..self.width];
            for (sample, &dc) in row[x..].iter_mut().zip(dcs) {
                *sample = idct::mean(i32::from(dc) * i32::from(quantiser));
            }
        }
    }

    /// Both lines of a row of blocks at 2/8 from a place on, with a pair of samples for each whole block.
    pub(crate) fn pairs(&mut self, (x, y): (usize, usize)) -> (&mut [[u8; 2]], &mut [[u8; 2]]) {
        let mut lines = self.samples.chunks_exact_mut(self.width).skip(2 * y);
        let mut pairs = || {
            let line = lines.next().and_then(|line| line.get_mut(2 * x..));
            line.unwrap_or_default().as_chunks_mut().0
        };
        (pairs(), pairs())
    }

    /// Takes back what was drawn of a block.
    pub(crate) fn erase(&mut self, block: (usize, usize)) {
        self.draw_at_edge(
            self.n,
            block.0 * self.n,
            block.1 * self.n,
            &[[MID_GREY; 8]; 8],
        );
    }
}
