//! Where pictures come from.
//!
//! ```text
//! local  pictures read from files
//! ```

pub mod local;
