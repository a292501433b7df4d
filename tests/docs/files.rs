//! The project's own files.

use std::fs;
use std::path::{Path, PathBuf};

/// The program under test.
pub(crate) const THUMBGEN: &str = env!("CARGO_BIN_EXE_thumbgen");

/// The path of a file of the project.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// What is in it.
pub(crate) fn text(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The names of all files in a folder of the project that have this extension.
pub(crate) fn names(folder: &str, extension: &str) -> Vec<String> {
    let names = fs::read_dir(path(folder)).unwrap().map(|entry| {
        let name = entry.unwrap().file_name();
        format!("{folder}/{}", name.to_str().unwrap())
    });
    let suffix = format!(".{extension}");
    let mut names: Vec<_> = names.filter(|name| name.ends_with(&suffix)).collect();
    names.sort();
    names
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
