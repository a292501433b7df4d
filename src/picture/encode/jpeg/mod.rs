//! Components -> a baseline JPEG (T.81 annexes B and F.1): one interleaved scan, with Huffman tables made for it.
//!
//! ```text
//! baseline    pixels -> components: planes, their sizes and sampling factors (progressive is by another encoder)
//! scan        blocks -> forward -> tokens: symbols and their counts -> huffman: tables -> tokens again: bits
//! header      what stands before the scan's data           quantisation  the tables of a quality
//! ```
//!
//! `fearless_simd` provides the vectors, and chooses the best of the machine's instruction sets at run time.

mod baseline;
mod blocks;
mod chroma;
mod component;
mod forward;
mod header;
mod huffman;
mod progressive;
mod quantisation;
mod scan;
mod tokens;

pub(super) use baseline::Encoder;
pub(crate) use chroma::{halve_chroma, halves_chroma};
pub(super) use progressive::encode as encode_progressive;
