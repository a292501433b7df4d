//! Makes a tree of many pictures that takes next to no disk: hard links to a few files.
//!
//! `cargo run --release --example tree -- FOLDER PICTURES FOLDERS [PICTURE]`; without PICTURE, one pixel is enough.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// File systems limit the number of links to a file (ext4: 65,000).
const LINKS_OF_A_FILE: usize = 60_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [root, pictures, folders, picture @ ..] = arguments.as_slice() else {
        return Err("needs FOLDER PICTURES FOLDERS [PICTURE]".into());
    };
    let number = |text: &std::ffi::OsStr| text.to_str().unwrap_or("").parse::<usize>();
    let (root, pictures, folders) = (Path::new(root), number(pictures)?, number(folders)?);
    let bytes = match picture.first() {
        Some(path) => fs::read(path)?,
        None => include_bytes!("../testdata/pictures/small/one pixel.jpg").to_vec(),
    };
    let mut original = PathBuf::new();
    for folder in 0..folders {
        // Not all in one folder: folders of 100, as in shops.
        let path = root.join(format!("{:04}/{folder:06}", folder / 100));
        fs::create_dir_all(&path)?;
        for picture in (folder..pictures).step_by(folders) {
            let path = path.join(format!("{picture:07}.jpg"));
            if (picture / folders + folder * pictures.div_ceil(folders))
                .is_multiple_of(LINKS_OF_A_FILE)
                || original.as_os_str().is_empty()
            {
                fs::write(&path, &bytes)?;
                original = path;
            } else {
                fs::hard_link(&original, &path)?;
            }
        }
    }
    Ok(())
}
