//! A thumbnail of one picture: one PICTURE THUMBNAIL [SIZE]
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::{env, fs};

use thumbgen::{Options, Thumbnailer, Variant};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let (picture, target, size) = match &arguments[..] {
        [picture, target] => (picture, target, "128"),
        [picture, target, size] => (picture, target, size.as_str()),
        _ => return Err("usage: one PICTURE THUMBNAIL [SIZE]".into()),
    };
    let mut thumbnailer = Thumbnailer::new(Options::default());
    let thumbnail = thumbnailer.thumbnail(&fs::read(picture)?, &Variant::new(size.parse()?))?;
    fs::write(target, &thumbnail.bytes)?;
    println!("{target}: {}x{}", thumbnail.width, thumbnail.height);
    Ok(())
}
