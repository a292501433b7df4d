//! A second JPEG codec, written from the standard (ITU-T T.81) and nothing else, to judge `thumbgen::picture::jpeg` by.
//!
//! Slow and plain on purpose: one bit at a time, one code at a time, the inverse DCT as the sum that the standard
//! prints, in `f64`. It shares no line with the decoder under test. "T.81 F.2.2.1" in a comment names the section.
//!
//!     bytes -> decode::decode -> Picture (quantised coefficients) -> idct::Idct -> f64 samples
//!     Picture -> writer::Recipe -> bytes          (any sampling, scan script, table, restart interval)

// Each fuzz target uses another part of this, too, and may print.
#![allow(dead_code, unreachable_pub, clippy::print_stdout)]

pub mod bits;
pub mod compare;
pub mod decode;
pub mod huffman;
pub mod idct;
pub mod kinds;
pub mod picture;
pub mod progressive;
pub mod samples;
pub mod scan;
pub mod script;
pub mod segments;
pub mod sequential;
pub mod tables;
pub mod tokens;
pub mod writer;

/// Why the oracle could not decode a stream; for people, no test looks inside.
pub type Result<T> = std::result::Result<T, String>;
