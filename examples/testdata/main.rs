//! Draws the pictures of `testdata`: `cargo run --example testdata`.
//!
//! They are drawn in whole numbers and encoded by one crate, so they come out the same everywhere; `tests/testdata.rs`
//! compares them with what is checked in.

mod canvas;
mod formats;
mod pictures;
mod scenes;

use std::fs;
use std::io;
use std::path::Path;

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    for (name, bytes) in pictures::all().into_iter().chain(formats::all()) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        fs::write(path, bytes)?;
    }
    Ok(())
}
