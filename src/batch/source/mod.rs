//! Where pictures come from.

pub mod local;
