//! The frame header (T.81 B.2.2) and the geometry that follows from it (T.81 A.1, A.2).

use super::markers::Segment;
use crate::picture::jpeg::error::{Error, Feature, Flaw};

/// How the picture is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Baseline sequential, SOF0.
    Baseline,
    /// Extended sequential, SOF1.
    Extended,
    /// Progressive, SOF2.
    Progressive,
}

/// One component of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Component {
    /// The identifier that scans call it by.
    pub id: u8,
    /// Horizontal sampling factor, 1 to 4.
    pub horizontal: u8,
    /// Vertical sampling factor, 1 to 4.
    pub vertical: u8,
    /// The exact size of the picture in this component's samples, before scaling; seldom whole numbers if it is
    /// subsampled.
    pub size: (f64, f64),
    /// Number of its quantisation table.
    pub(crate) table: u8,
    /// Blocks that hold samples of the picture (T.81 A.2.3: what a scan of this component alone codes).
    pub(crate) blocks: (usize, usize),
    /// Blocks with the padding to whole MCUs (T.81 A.2.4: what interleaved scans code).
    pub(crate) padded: (usize, usize),
}

/// What the frame header says.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) coding: Coding,
    pub(crate) width: u32,
    /// 0 until a DNL segment gives it (T.81 B.2.5).
    pub(crate) height: u32,
    pub(crate) components: Vec<Component>,
    /// The largest sampling factors of the frame.
    pub(crate) largest: (u32, u32),
    /// MCUs of an interleaved scan.
    pub(crate) mcus: (usize, usize),
    /// Where the frame header stands.
    pub(crate) offset: usize,
}

impl Frame {
    /// Reads a SOFn segment, and refuses those that can't be decoded.
    pub(crate) fn parse(segment: &Segment) -> Result<Self, Error> {
        let coding = coding(segment.marker)?;
        let (&[precision, y0, y1, x0, x1, count], specs) = segment
            .payload
            .split_first_chunk()
            .ok_or_else(|| segment.wrong_length())?;
        if precision != 8 {
            return Err(Error::Unsupported(Feature::Precision(precision)));
        }
        if !matches!(count, 1 | 3 | 4) {
            return Err(match count {
                0 => segment.invalid(),
                _ => Error::Unsupported(Feature::Components(count)),
            });
        }
        let specs = specs
            .get(..3 * usize::from(count))
            .ok_or_else(|| segment.wrong_length())?;
        let components = specs
            .chunks_exact(3)
            .map(|spec| Component {
                id: spec[0],
                horizontal: spec[1] >> 4,
                vertical: spec[1] & 15,
                table: spec[2],
                size: (0.0, 0.0),
                blocks: (0, 0),
                padded: (0, 0),
            })
            .collect::<Vec<_>>();
        let in_range = |c: &Component| {
            (1..=4).contains(&c.horizontal) && (1..=4).contains(&c.vertical) && c.table < 4
        };
        if !components.iter().all(in_range) {
            return Err(segment.invalid());
        }
        let mut frame = Self {
            coding,
            width: u32::from(u16::from_be_bytes([x0, x1])),
            height: u32::from(u16::from_be_bytes([y0, y1])),
            largest: (
                components
                    .iter()
                    .map(|c| u32::from(c.horizontal))
                    .max()
                    .unwrap_or(1),
                components
                    .iter()
                    .map(|c| u32::from(c.vertical))
                    .max()
                    .unwrap_or(1),
            ),
            components,
            mcus: (0, 0),
            offset: segment.offset,
        };
        if frame.width == 0 {
            return Err(Error::format(Flaw::EmptyFrame, segment.offset));
        }
        frame.set_height(frame.height);
        Ok(frame)
    }

    /// Sets the number of lines and all that depends on it.
    pub(crate) fn set_height(&mut self, height: u32) {
        self.height = height;
        let (h_max, v_max) = self.largest;
        let mcus = (self.width.div_ceil(8 * h_max), height.div_ceil(8 * v_max));
        self.mcus = (mcus.0 as usize, mcus.1 as usize);
        for c in &mut self.components {
            let (h, v) = (u32::from(c.horizontal), u32::from(c.vertical));
            let side =
                |length: u32, factor: u32, most: u32| f64::from(length * factor) / f64::from(most);
            c.size = (side(self.width, h, h_max), side(height, v, v_max));
            let blocks =
                |length: u32, factor: u32, most: u32| (length * factor).div_ceil(8 * most) as usize;
            c.blocks = (blocks(self.width, h, h_max), blocks(height, v, v_max));
            c.padded = (self.mcus.0 * h as usize, self.mcus.1 * v as usize);
        }
    }

    /// The number of samples, whole, that a component has at N/8.
    pub(crate) fn scaled(&self, component: &Component, n: usize) -> (usize, usize) {
        let side = |length: u32, factor: u8, most: u32| {
            (length as usize * usize::from(factor) * n).div_ceil(8 * most as usize)
        };
        (
            side(self.width, component.horizontal, self.largest.0),
            side(self.height, component.vertical, self.largest.1),
        )
    }

    /// Blocks of the whole picture without padding.
    pub(crate) fn block_count(&self) -> u64 {
        let count = |c: &Component| c.blocks.0 as u64 * c.blocks.1 as u64;
        self.components.iter().map(count).sum()
    }
}

fn coding(marker: u8) -> Result<Coding, Error> {
    // T.81 table B.1.
    let feature = match marker & 15 {
        0 => return Ok(Coding::Baseline),
        1 => return Ok(Coding::Extended),
        2 => return Ok(Coding::Progressive),
        3 => Feature::Lossless,
        5..=7 => Feature::Hierarchical,
        _ => Feature::Arithmetic,
    };
    Err(Error::Unsupported(feature))
}
