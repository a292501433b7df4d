//! What an entropy-coded JPEG holds before any arithmetic: quantised coefficients, block by block.

use super::Result;

/// Coefficient, quantiser or other value of one block at `[8 * v + u]`: `u` counts horizontal frequency, `v` vertical.
pub type Block = [i32; 64];

/// Refuses what no 8-bit picture can hold: its coefficients have up to 11 bits (T.81 tables F.1 and F.2), and 16 is
/// what decoders that people use make room for.
pub fn coefficient(value: i32) -> Result<i32> {
    match i16::try_from(value) {
        Ok(_) => Ok(value),
        Err(_) => Err(format!("coefficient {value}")),
    }
}

/// The coding processes that this oracle knows (T.81 table B.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Baseline,
    Extended,
    Progressive,
}

/// A decoded frame. Two streams show the same picture exactly if their `Picture`s are equal.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    pub coding: Coding,
    pub width: usize,
    pub height: usize,
    pub components: Vec<Component>,
    /// The transform flag of an Adobe APP14 segment.
    pub adobe: Option<u8>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    pub id: u8,
    pub h: usize,
    pub v: usize,
    /// Multipliers of the coefficients: the table that was in force at the component's first scan.
    pub quantiser: Block,
    /// Blocks that cover the component itself (T.81 A.2.2); a scan of this component alone codes these.
    pub coded: (usize, usize),
    /// Blocks that cover all MCUs (T.81 A.2.3); a scan of several components codes these.
    pub padded: (usize, usize),
    /// `padded.0 * padded.1` blocks, row by row.
    pub blocks: Vec<Block>,
}

impl Picture {
    /// A picture of zero coefficients; `sampling` holds each component's (id, h, v).
    pub fn zero(
        coding: Coding,
        width: usize,
        height: usize,
        sampling: &[(u8, usize, usize)],
    ) -> Self {
        let h_max = sampling.iter().map(|s| s.1).max().unwrap_or(1);
        let v_max = sampling.iter().map(|s| s.2).max().unwrap_or(1);
        let mcus = (width.div_ceil(8 * h_max), height.div_ceil(8 * v_max));
        let component = |&(id, h, v): &(u8, usize, usize)| {
            // T.81 A.1.1: x_i = ceil(X * H_i / H_max), and likewise for y.
            let size = ((width * h).div_ceil(h_max), (height * v).div_ceil(v_max));
            let coded = (size.0.div_ceil(8), size.1.div_ceil(8));
            // A picture of one component is never interleaved, whatever its factors say (A.2.2).
            let padded = match sampling.len() {
                1 => coded,
                _ => (mcus.0 * h, mcus.1 * v),
            };
            let blocks = vec![[0; 64]; padded.0 * padded.1];
            Component {
                id,
                h,
                v,
                quantiser: [1; 64],
                coded,
                padded,
                blocks,
            }
        };
        let components = sampling.iter().map(component).collect();
        Self {
            coding,
            width,
            height,
            components,
            adobe: None,
        }
    }

    /// The largest horizontal and vertical sampling factors of the frame.
    pub fn max_sampling(&self) -> (usize, usize) {
        let of =
            |factor: fn(&Component) -> usize| self.components.iter().map(factor).max().unwrap_or(1);
        (of(|c| c.h), of(|c| c.v))
    }

    /// Width and height of a component, in samples, before rounding up: W * h / h_max.
    pub fn extent(&self, component: usize) -> (f64, f64) {
        let (h_max, v_max) = self.max_sampling();
        let Component { h, v, .. } = self.components[component];
        (
            (self.width * h) as f64 / h_max as f64,
            (self.height * v) as f64 / v_max as f64,
        )
    }
}

impl Component {
    pub fn block(&self, x: usize, y: usize) -> &Block {
        &self.blocks[y * self.padded.0 + x]
    }

    pub fn block_mut(&mut self, x: usize, y: usize) -> &mut Block {
        &mut self.blocks[y * self.padded.0 + x]
    }
}

/// The zigzag order (T.81 figure A.6) as places in a [`Block`].
pub const ZIGZAG: [usize; 64] = zigzag();

/// Walks the diagonals: odd ones run down and to the left, even ones up and to the right.
const fn zigzag() -> [usize; 64] {
    let mut order = [0; 64];
    let (mut k, mut diagonal) = (0, 0);
    while diagonal < 15 {
        let mut step = 0;
        while step <= diagonal {
            let (down, across) = (step, diagonal - step);
            let (u, v) = if diagonal % 2 == 1 {
                (across, down)
            } else {
                (down, across)
            };
            if u < 8 && v < 8 {
                order[k] = 8 * v + u;
                k += 1;
            }
            step += 1;
        }
        diagonal += 1;
    }
    order
}
