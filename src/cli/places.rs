//! SOURCE and DEST as they were typed: mistakes, and a DEST that is one thumbnail.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::batch::error::shown;
use crate::batch::place::store_scheme;
use crate::batch::settings::Batch;
use crate::batch::source_type::named;
use crate::picture::{FileKind, Format};
use crate::tell::side_file::folder;

/// The message for more paths than a SOURCE and a DEST: `thumbgen *.jpg thumbs`.
pub(super) fn too_many(source: &Path, dest: Option<&Path>, more: &[PathBuf]) -> Option<String> {
    if more.is_empty() {
        return None;
    }
    let more = more.iter().map(PathBuf::as_path);
    let mut paths: Vec<&Path> = [source].into_iter().chain(dest).chain(more).collect();
    let dest = paths.pop_if(|last| named(last).is_none());
    let count = paths.len();
    let first = folder(paths.first()?);
    let folder = paths
        .iter()
        .all(|path| folder(path) == first)
        .then_some(first);
    // A URL may hold a secret, and is not looked at yet.
    let plain = |path: &&Path| {
        !path
            .as_os_str()
            .as_bytes()
            .windows(3)
            .any(|part| part == b"://")
    };
    let folder = folder.filter(plain).map_or("FOLDER".into(), shown);
    let dest = dest.filter(plain).map_or("DEST".into(), shown);
    Some(format!(
        "SOURCE is one folder or one picture, and {count} paths were given\n\n  \
         thumbgen {folder} {dest}                    makes all pictures in {folder}\n  \
         thumbgen {folder} {dest} --files-from LIST  makes those that LIST names, one a line"
    ))
}

/// DEST is the name of one thumbnail, in a format that it can't have.
#[derive(Debug, thiserror::Error)]
pub enum OtherFormat {
    /// No thumbnail can.
    #[error(
        "DEST {} is named like a picture in a format that thumbgen doesn't make: name it .jpg{more}, or {}/ for a folder",
        shown(.0),
        shown(.0),
        more = extensions()
    )]
    Unknown(PathBuf),
    /// `--format` says that it has another one.
    #[error(
        "DEST {} is named like a {named}, and --format is {typed}",
        shown(dest)
    )]
    Differs {
        /// DEST.
        dest: PathBuf,
        /// What it is named like.
        named: Format,
        /// What was typed.
        typed: Format,
    },
}

/// The extensions of thumbnails besides `.jpg`.
fn extensions() -> String {
    let others = Format::ALL.iter().filter(|format| **format != Format::Jpeg);
    others
        .map(|format| format!(", .{}", format.extension()))
        .collect()
}

/// File name extensions of pictures that thumbgen does not read either.
const NOT_READ: [&str; 6] = ["avif", "heic", "heif", "jxl", "jp2", "svg"];

/// A DEST that is the name of one thumbnail.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OneThumbnail {
    folder: PathBuf,
    name: OsString,
    format: Format,
}

impl OneThumbnail {
    /// Makes `batch` one of this thumbnail; in the format that its name says, unless `typed` says that another was
    /// typed.
    pub(super) fn settle(self, batch: &mut Batch, typed: bool) -> Result<(), OtherFormat> {
        if let [variant] = batch.variants.as_mut_slice() {
            if typed && variant.format != self.format {
                return Err(OtherFormat::Differs {
                    dest: self.folder.join(self.name),
                    named: self.format,
                    typed: variant.format,
                });
            }
            variant.format = self.format;
        }
        (batch.dest, batch.name) = (self.folder, Some(self.name));
        Ok(())
    }
}

/// The thumbnail that DEST names, if SOURCE is one picture and DEST names a file: it is not a folder, does not end with
/// a slash, and has the extension of a picture.
pub(super) fn one_thumbnail(
    source: &Path,
    dest: &Path,
) -> Result<Option<OneThumbnail>, OtherFormat> {
    let Some(name) = dest.file_name() else {
        return Ok(None);
    };
    let is_folder = dest.as_os_str().as_bytes().ends_with(b"/") || dest.is_dir();
    // Whether there is one picture in a store, its name has to tell.
    let is_picture = match store_scheme(source) {
        Some(_) => named(source).is_some(),
        None => source.is_file(),
    };
    if is_folder || !is_picture {
        return Ok(None);
    }
    let has = |extension: &str| {
        let own = dest.extension();
        own.is_some_and(|own| own.eq_ignore_ascii_case(extension))
    };
    let formats = Format::ALL.iter().copied();
    let kind = named(dest);
    let format = match kind {
        Some(FileKind::Jpeg) => Some(Format::Jpeg),
        _ => formats.into_iter().find(|format| has(format.extension())),
    };
    match format {
        Some(format) => Ok(Some(OneThumbnail {
            folder: folder(dest).to_owned(),
            name: name.to_owned(),
            format,
        })),
        None if kind.is_some() || NOT_READ.into_iter().any(has) => {
            Err(OtherFormat::Unknown(dest.to_owned()))
        }
        None => Ok(None),
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
        let text = said(&["shop/a.jpg", "shop/b.jpg", "s3://key:hush@shop"]).unwrap();
        assert!(text.contains("  thumbgen shop DEST  "), "{text}");
        let text = said(&["a/a.jpg", "b/b.jpg", "out"]).unwrap();
        assert!(text.contains("  thumbgen FOLDER out  "), "{text}");
    }
}
