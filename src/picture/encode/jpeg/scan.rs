//! Components -> a JPEG of one interleaved scan.

use fearless_simd::{Level, Simd, dispatch};

use super::blocks::Plane;
use super::component::{Component, KINDS, kind_of};
use super::forward::{Block, Quantiser};
use super::header::{EOI, write_header};
use super::quantisation::{CHROMINANCE, LUMINANCE, scaled};
use super::tokens::{self, Predictions, Tables, Tokens};
use crate::picture::vectors::up_to_avx2;

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
            level: up_to_avx2(),
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

/// All blocks of a scan, MCU by MCU (T.81 A.2.3), two MCUs at a time.
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
    // The component of each block of an MCU, and where it is among that component's.
    let blocks = components
        .iter()
        .enumerate()
        .flat_map(|(index, component)| {
            let (h, v) = component.factors;
            (0..h * v).map(move |i| (index, (i % h, i / h)))
        });
    let blocks: Vec<_> = blocks.collect();
    let mut quantised = vec![[Block::default(); 2]; blocks.len()];
    let mut predictions = Predictions::default();
    for y in 0..down {
        tokens.make_room(across * blocks.len());
        for x in (0..across).step_by(2) {
            // Where there is only one more, it goes through twice.
            let mcus = [x, (x + 1).min(across - 1)];
            for (&(index, at), quantised) in blocks.iter().zip(&mut quantised) {
                let plane = Plane::new(&components[index]);
                let (h, v) = components[index].factors;
                let samples = mcus.map(|x| plane.block((x * h + at.0, y * v + at.1)));
                *quantised = quantisers[kind_of(index)].quantised(simd, samples.each_ref());
            }
            for mcu in 0..2.min(across - x) {
                for (&(index, _), quantised) in blocks.iter().zip(&quantised) {
                    tokens.add(simd, &quantised[mcu], index, &mut predictions);
                }
            }
        }
    }
}
