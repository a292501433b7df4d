//! What `Thumbnailer` makes of pictures that the tests make: sizes, place, orientation, colour, output, variants.
#![allow(clippy::unwrap_used)]

mod colour;
mod orientation;
mod output;
mod pictures;
mod place;
mod variants;
