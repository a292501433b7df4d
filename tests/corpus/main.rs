//! Real pictures, odd ones and hostile ones, which lie beside the repository and not in it.
//!
//! `cargo test --features corpus --test corpus`; it fails where they are not there.
#![allow(clippy::unwrap_used)]

mod files;
#[path = "../decoder/oracle/mod.rs"]
mod oracle;
#[path = "../decoder/other_decoders.rs"]
mod other_decoders;
mod peers_agree;
mod pictures;
mod reach;
mod sizes;
