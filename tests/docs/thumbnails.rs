//! The thumbnails in README.

use std::fs;
use std::process::Command;

use filetime::FileTime;

use crate::files::{self, THUMBGEN};

#[test]
fn are_what_thumbgen_makes() {
    let shown = files::text("README.md");
    let shown: Vec<_> = shown
        .split("src=\"docs/thumbnails/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().replace("%20", " "))
        .collect();
    assert!(shown.len() > 3, "{shown:?}");
    let folder = tempfile::tempdir().unwrap();
    for name in shown {
        let picture = folder.path().join("picture.jpg");
        fs::copy(files::path("testdata/pictures").join(&name), &picture).unwrap();
        // docs/pictures.sh gives the pictures this time.
        filetime::set_file_mtime(&picture, FileTime::from_unix_time(1_700_000_000, 0)).unwrap();
        let made = folder.path().join("made.jpg");
        let status = Command::new(THUMBGEN)
            .args([&picture, &made])
            .arg("--quiet")
            .status();
        assert!(status.unwrap().success());
        let expected = fs::read(files::path("docs/thumbnails").join(&name)).unwrap();
        assert!(
            fs::read(made).unwrap() == expected,
            "{name}: run docs/pictures.sh"
        );
    }
}
