//! SOURCE and DEST as they were typed: mistakes, and a DEST that is one thumbnail.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::batch::error::shown;
use crate::batch::walk::has_jpeg_extension;

/// The message for more paths than a SOURCE and a DEST: `thumbgen *.jpg thumbs`.
pub(super) fn too_many(source: &Path, dest: Option<&Path>, more: &[PathBuf]) -> Option<String> {
    if more.is_empty() {
        return None;
    }
    let more = more.iter().map(PathBuf::as_path);
    let mut paths: Vec<&Path> = [source].into_iter().chain(dest).chain(more).collect();
    let dest = paths.pop_if(|last| !has_jpeg_extension(last));
    let count = paths.len();
    let first = folder(paths.first()?);
    let folder = paths
        .iter()
        .all(|path| folder(path) == first)
        .then_some(first);
    let folder = folder.map_or("FOLDER".into(), shown);
    let dest = dest.map_or("DEST".into(), shown);
    Some(format!(
        "SOURCE is one folder or one picture, and {count} paths were given\n\n  \
         thumbgen {folder} {dest}                    makes all pictures in {folder}\n  \
         thumbgen {folder} {dest} --files-from LIST  makes those that LIST names, one a line"
    ))
}

/// DEST has the name of a picture in a format that thumbnails don't have.
#[derive(Debug, thiserror::Error)]
#[error(
    "DEST {} is named like a picture that is no JPEG, as thumbnails are: name it .jpg, or {}/ for a folder",
    shown(.0),
    shown(.0)
)]
pub struct OtherFormat(PathBuf);

/// File name extensions of pictures in other formats.
const OTHER_FORMATS: [&str; 13] = [
    "png", "webp", "gif", "tif", "tiff", "bmp", "avif", "heic", "heif", "jxl", "jp2", "ico", "svg",
];

/// The folder and the name of the thumbnail, if SOURCE is one picture and DEST names a file: it is not a folder, does not
/// end with a slash, and has the extension of a picture.
pub(super) fn one_thumbnail(
    source: &Path,
    dest: &Path,
) -> Result<Option<(PathBuf, OsString)>, OtherFormat> {
    let Some(name) = dest.file_name() else {
        return Ok(None);
    };
    let is_folder = dest.as_os_str().as_bytes().ends_with(b"/") || dest.is_dir();
    if is_folder || !source.is_file() {
        return Ok(None);
    }
    if has_jpeg_extension(dest) {
        return Ok(Some((folder(dest).to_owned(), name.to_owned())));
    }
    let is_other = dest.extension().is_some_and(|extension| {
        OTHER_FORMATS
            .iter()
            .any(|other| extension.eq_ignore_ascii_case(other))
    });
    if is_other {
        return Err(OtherFormat(dest.to_owned()));
    }
    Ok(None)
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(paths: &[&str]) -> Option<String> {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        too_many(&paths[0], Some(&paths[1]), &paths[2..])
    }

    #[test]
    fn more_than_two_paths_are_too_many() {
        assert_eq!(said(&["a.jpg", "out"]), None);
        let text = said(&["shop/a.jpg", "shop/b.jpg", "out"]).unwrap();
        assert!(text.contains("and 2 paths were given"), "{text}");
        assert!(text.contains("  thumbgen shop out  "), "{text}");
        let text = said(&["a.jpg", "b.jpg", "c.jpg"]).unwrap();
        assert!(text.contains("and 3 paths were given"), "{text}");
        assert!(text.contains("  thumbgen . DEST --files-from "), "{text}");
        let text = said(&["a/a.jpg", "b/b.jpg", "out"]).unwrap();
        assert!(text.contains("  thumbgen FOLDER out  "), "{text}");
    }
}
