//! Components -> a baseline JPEG (T.81 annexes B and F.1): one interleaved scan, with Huffman tables made for it.
//!
//! ```text
//! blocks -> forward -> tokens: symbols and their counts -> huffman: tables -> tokens again: bits
//! ```
//!
//! `fearless_simd` provides the vectors, and chooses the best of the machine's instruction sets at run time.

mod blocks;
mod forward;
mod huffman;
mod pixels;
mod planes;
mod progressive;
mod tokens;

use fearless_simd::{Level, Simd, dispatch};

use crate::picture::jpeg::NATURAL;
use blocks::Plane;
use forward::Quantiser;
use tokens::{Predictions, Tables, Tokens};

pub(super) use pixels::Encoder;
pub(crate) use pixels::halves_chroma;
pub(super) use progressive::encode as encode_progressive;

/// Makes JPEGs of components, and keeps its buffers from one to the next.
#[derive(Debug)]
struct ScanEncoder {
    level: Level,
    tokens: Tokens,
    /// The scan's data before stuffing.
    bits: Vec<u8>,
}

/// A component of a picture.
#[derive(Clone, Copy, Debug)]
struct Component<'a> {
    /// Row by row.
    samples: &'a [u8],
    /// Width and height.
    size: (usize, usize),
    /// The sampling factors (T.81 A.1.1), those of the first component being the largest.
    factors: (usize, usize),
}

/// The kinds of components, each with tables of its own: 0 is luminance, the first component; 1 is chrominance, the
/// others.
const KINDS: usize = 2;

fn kind_of(component: usize) -> usize {
    component.min(KINDS - 1)
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
    fn encode(&mut self, components: &[Component], quality: u8) -> Vec<u8> {
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

/// T.81 table K.1.
const LUMINANCE: [u8; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, //
    12, 12, 14, 19, 26, 58, 60, 55, //
    14, 13, 16, 24, 40, 57, 69, 56, //
    14, 17, 22, 29, 51, 87, 80, 62, //
    18, 22, 37, 56, 68, 109, 103, 77, //
    24, 35, 55, 64, 81, 104, 113, 92, //
    49, 64, 78, 87, 103, 121, 120, 101, //
    72, 92, 95, 98, 112, 100, 103, 99,
];

/// T.81 table K.2.
const CHROMINANCE: [u8; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99, //
    18, 21, 26, 66, 99, 99, 99, 99, //
    24, 26, 56, 99, 99, 99, 99, 99, //
    47, 66, 99, 99, 99, 99, 99, 99, //
    99, 99, 99, 99, 99, 99, 99, 99, //
    99, 99, 99, 99, 99, 99, 99, 99, //
    99, 99, 99, 99, 99, 99, 99, 99, //
    99, 99, 99, 99, 99, 99, 99, 99,
];

/// A table scaled to a quality of 1 to 100, as in libjpeg (jcparam.c).
fn scaled(table: [u8; 64], quality: u8) -> [u8; 64] {
    let quality = u32::from(quality);
    let percent = match quality {
        ..50 => 5000 / quality,
        _ => 200 - 2 * quality,
    };
    table.map(|entry| ((u32::from(entry) * percent + 50) / 100).clamp(1, 255) as u8)
}

/// Markers (T.81 table B.1).
const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const APP0: u8 = 0xE0;
const DQT: u8 = 0xDB;
const SOF0: u8 = 0xC0;
const DHT: u8 = 0xC4;
const SOS: u8 = 0xDA;

/// Version 1.1, square pixels at a meaningless 72 per inch, and no thumbnail (ITU-T T.871, 10.1).
const JFIF: &[u8] = b"JFIF\0\x01\x01\x01\0\x48\0\x48\0\0";

fn write_header(
    jpeg: &mut Vec<u8>,
    components: &[Component],
    quantisation: &[[u8; 64]; KINDS],
    tables: &Tables,
) {
    jpeg.extend([0xFF, SOI]);
    write_segment(jpeg, APP0, |body| body.extend(JFIF));
    write_segment(jpeg, DQT, |body| {
        for (number, table) in (0..).zip(quantisation).take(components.len()) {
            body.push(number);
            body.extend(NATURAL.map(|place| table[usize::from(place)]));
        }
    });
    write_segment(jpeg, SOF0, |body| {
        let (width, height) = components[0].size;
        body.push(8);
        body.extend((height as u16).to_be_bytes());
        body.extend((width as u16).to_be_bytes());
        body.push(components.len() as u8);
        for (index, component) in components.iter().enumerate() {
            let (h, v) = component.factors;
            let kind = kind_of(index);
            body.extend([index as u8 + 1, (h << 4 | v) as u8, kind as u8]);
        }
    });
    write_segment(jpeg, DHT, |body| tables.write(body));
    write_segment(jpeg, SOS, |body| {
        body.push(components.len() as u8);
        for index in 0..components.len() {
            let kind = kind_of(index) as u8;
            body.extend([index as u8 + 1, kind << 4 | kind]);
        }
        // All coefficients, with all their bits.
        body.extend([0, 63, 0]);
    });
}

/// Adds a segment (T.81 B.1.1.4): its length is known once its body is written.
fn write_segment(jpeg: &mut Vec<u8>, marker: u8, write_body: impl FnOnce(&mut Vec<u8>)) {
    jpeg.extend([0xFF, marker]);
    let start = jpeg.len();
    jpeg.extend([0, 0]);
    write_body(jpeg);
    let length = (jpeg.len() - start) as u16;
    jpeg[start..start + 2].copy_from_slice(&length.to_be_bytes());
}
