//! Components -> a JPEG of one interleaved scan.

use fearless_simd::{Level, Simd, dispatch};

use super::blocks::Plane;
use super::component::{Component, KINDS, kind_of};
use super::forward::Quantiser;
use super::header::{EOI, write_header};
use super::quantisation::{CHROMINANCE, LUMINANCE, scaled};
use super::tokens::{self, Predictions, Tables, Tokens};

/// Makes JPEGs of components, and keeps its buffers from one to the next.
#[derive(Debug)]
pub(super) struct ScanEncoder {
    level: Level,
    tokens: Tokens,
    /// The scan's data before stuffing.
    bits: Vec<u8>,
}

impl Default for ScanEncoder {
    fn default() -> Self {
        Self {
            level: Level::new(),
            tokens: Tokens::default(),
            bits: Vec::new(),
        }
    }
}

impl ScanEncoder {
    /// Encodes one component, or three: Y, Cb and Cr.
    pub(super) fn encode(&mut self, components: &[Component], quality: u8) -> Vec<u8> {
        let quantisation = [LUMINANCE, CHROMINANCE].map(|table| scaled(table, quality));
        let quantisers = quantisation.each_ref().map(Quantiser::new);
        let (tokens, bits) = (&mut self.tokens, &mut self.bits);
        tokens.clear();
        dispatch!(self.level, simd => tokenise(simd, components, &quantisers, tokens));
        let tables = Tables::new(tokens, components.len().min(KINDS));
        let bits = dispatch!(self.level, simd => tokens.write(simd, &tables, bits));

        let mut jpeg = Vec::with_capacity(1024 + bits.len() + bits.len() / 64);
        write_header(&mut jpeg, components, &quantisation, &tables);
        tokens::stuff(bits, &mut jpeg);
        jpeg.extend([0xFF, EOI]);
        jpeg
    }
}

/// All blocks of a scan, MCU by MCU (T.81 A.2.3).
#[inline(always)]
fn tokenise<S: Simd>(
    simd: S,
    components: &[Component],
    quantisers: &[Quantiser; KINDS],
    tokens: &mut Tokens,
) {
    let Component { size, factors, .. } = components[0];
    let across = size.0.div_ceil(8 * factors.0);
    let down = size.1.div_ceil(8 * factors.1);
    let blocks: usize = components.iter().map(|c| c.factors.0 * c.factors.1).sum();
    let mut predictions = Predictions::default();
    for y in 0..down {
        tokens.make_room(across * blocks);
        for x in 0..across {
            for (index, component) in components.iter().enumerate() {
                let plane = Plane::new(component);
                let (h, v) = component.factors;
                for place in (0..h * v).map(|i| (x * h + i % h, y * v + i / h)) {
                    let block = quantisers[kind_of(index)].quantised(simd, &plane.block(place));
                    tokens.add(simd, &block, index, &mut predictions);
                }
            }
        }
    }
}
