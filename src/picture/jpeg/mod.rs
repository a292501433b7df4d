//! The scaled JPEG decoder: a slice in, planes out. It knows nothing of files or of the rest of this crate.
//!
//! [`Header::parse`] reads what comes before the first scan; [`Header::decode`] turns the scans into one plane for each
//! component, each at its own [`Scale`]. What a scale doesn't need is not decoded, only passed:
//!
//! ```text
//! bytes -> markers -> header -> scan -> unstuff -> bits -> huffman -> block | progressive -> idct -> planes
//! ```
//!
//! The references to T.81 are to ITU-T Recommendation T.81 | ISO/IEC 10918-1.

mod decode;
mod entropy;
mod error;
mod lanes;
mod limits;
mod progressive;
mod samples;
mod scratch;
mod sequential;
mod syntax;

pub use error::{Bound, Damage, Error, Feature, Flaw};
pub use limits::Limits;
pub use progressive::script::Reach;
pub use samples::planes::{Plane, Planes};
pub use samples::scale::{Scale, Scales};
pub(in crate::picture) use samples::zigzag::NATURAL;
pub use scratch::Scratch;
pub use syntax::frame::{Coding, Component};
pub use syntax::header::{Colour, Header, IccChunk};
