//! Thumbnails of many pictures, on all cores: many FOLDER PICTURE...
//!
//! A thumbnailer keeps tables and buffers from one picture to the next, so each thread has one of its own.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use rayon::prelude::*;
use thumbgen::{Options, Thumbnailer, Variant};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let folder = arguments.next().ok_or("usage: many FOLDER PICTURE...")?;
    let pictures: Vec<_> = arguments.collect();
    fs::create_dir_all(&folder)?;
    let variant = Variant::default();
    let made: usize = pictures
        .par_iter()
        .map_init(
            || Thumbnailer::new(Options::default()),
            |thumbnailer, picture| match make(
                thumbnailer,
                &variant,
                picture.as_ref(),
                folder.as_ref(),
            ) {
                Ok(()) => 1,
                Err(error) => {
                    println!("{}: {error}", Path::new(picture).display());
                    0
                }
            },
        )
        .sum();
    println!("{made} of {} thumbnails made", pictures.len());
    Ok(())
}

fn make(
    thumbnailer: &mut Thumbnailer,
    variant: &Variant,
    picture: &Path,
    folder: &Path,
) -> Result<(), Box<dyn Error>> {
    let name = picture.file_name().ok_or("it has no name")?;
    let thumbnail = thumbnailer.thumbnail(&fs::read(picture)?, variant)?;
    fs::write(folder.join(name), thumbnail.bytes)?;
    Ok(())
}
