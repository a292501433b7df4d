//! The files that a run writes beside its thumbnails: reports, charts.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Makes the file at `path`, in place of an older one of its kind: one that begins with `first`. What else is there may
/// be a picture that was named by mistake, and is left alone.
pub(crate) fn create(path: &Path, first: u8) -> io::Result<File> {
    if fs::metadata(path).is_ok_and(|file| file.is_file()) {
        let mut begin = Vec::new();
        File::open(path)?.take(1).read_to_end(&mut begin)?;
        if begin.iter().any(|&byte| byte != first) {
            let text = "it is there already, and holds something else";
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
        }
    }
    File::create(path)
}
