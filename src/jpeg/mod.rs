//! The scaled JPEG decoder: a slice in, planes out. Knows no files and nothing else of this crate.
//!
//! [`Header::parse`] reads what stands before the first scan; [`Header::decode`] turns the scans into one plane for
//! each component, each at its own [`Scale`]. What a scale doesn't need is not decoded, only passed:
//!
//! ```text
//! bytes -> markers -> header -> scan -> unstuff -> bits -> huffman -> block | progressive -> idct -> planes
//! ```
//!
//! The references to T.81 are to ITU-T Recommendation T.81 | ISO/IEC 10918-1.

mod ac;
mod ac_first;
mod ac_refining;
mod ac_scan;
mod bits;
mod block;
mod coefficients;
mod dc;
mod dc_scan;
mod error;
mod frame;
mod header;
mod huffman;
mod idct;
mod intervals;
mod limits;
#[cfg(test)]
mod lockstep;
mod markers;
mod mean;
mod passages;
mod planes;
mod progressive;
mod scale;
mod scan;
mod scratch;
mod script;
mod sequential;
mod skip;
mod tables;
mod unstuff;
mod zigzag;

pub use error::{Bound, Damage, Error, Feature, Flaw};
pub use frame::{Coding, Component};
pub use header::{Colour, Header, IccChunk};
pub use limits::Limits;
pub use planes::{Plane, Planes};
pub use scale::{Scale, Scales};
pub use scratch::Scratch;
pub use script::Reach;
