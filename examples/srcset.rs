//! A picture in several sizes and formats from one decode, and the `<picture>` that shows them: srcset PICTURE FOLDER
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use thumbgen::{Format, Options, Thumbnailer, Variant};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [picture, folder] = &arguments[..] else {
        return Err("usage: srcset PICTURE FOLDER".into());
    };
    let folder = Path::new(folder);
    fs::create_dir_all(folder)?;

    let mut variants = Vec::new();
    for &format in Format::ALL.iter().filter(|&&format| format != Format::Png) {
        for width in ["400x", "800x", "1600x"] {
            variants.push(Variant::new(width.parse()?).with_format(format));
        }
    }
    let mut made = Vec::new();
    Thumbnailer::new(Options::default()).thumbnails(
        &fs::read(picture)?,
        &variants,
        &mut |_, thumbnail| made.push(thumbnail),
    )?;

    let mut sources: Vec<(Format, u32, String)> = Vec::new();
    for thumbnail in made {
        let thumbnail = thumbnail?;
        let name = format!("{}.{}", thumbnail.width, thumbnail.format.extension());
        fs::write(folder.join(&name), &thumbnail.bytes)?;
        sources.push((thumbnail.format, thumbnail.width, name));
    }
    // A picture that is smaller than several of the sizes would be listed more than once at its own.
    sources.sort();
    sources.dedup();

    println!("<picture>");
    for &format in Format::ALL {
        let of_format = sources.iter().filter(|source| source.0 == format);
        let set: Vec<_> = of_format
            .map(|(_, width, name)| format!("{name} {width}w"))
            .collect();
        if !set.is_empty() {
            println!(
                "  <source type=\"{}\" srcset=\"{}\">",
                format.media_type(),
                set.join(", ")
            );
        }
    }
    let smallest = sources.first().ok_or("there is no thumbnail")?;
    println!("  <img src=\"{}\" alt=\"\">\n</picture>", smallest.2);
    Ok(())
}
