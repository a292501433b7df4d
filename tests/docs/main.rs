//! README and `docs/`: every command in them is run, every link leads somewhere, and every option is in them.
//!
//! What is run is told by a block's info string:
//!
//! | info string | what becomes of the block |
//! |---|---|
//! | `sh` | all its commands have to succeed, by `bash -euo pipefail` |
//! | `console` | what follows `$` is run, and has to print what stands below it |
//! | with `with TOOL` behind it | so, where TOOL is installed |
//! | with `not run: REASON` behind it | it is named in the test's output |
//!
//! Each heading begins anew, in an empty folder with the project's `testdata` and a copy of its pictures as `images`.
#![allow(clippy::unwrap_used)]

mod commands;
mod files;
mod links;
mod markdown;
mod thumbnails;

use std::process::Command;

use markdown::Document;

/// README and all of `docs/`.
fn documents() -> Vec<Document> {
    let mut names = vec!["README.md".to_owned()];
    names.extend(files::names("docs", "md"));
    assert!(names.len() > 5, "{names:?}");
    names.iter().map(|name| Document::read(name)).collect()
}

#[test]
fn readme_has_no_more_than_200_lines() {
    let lines = files::text("README.md").lines().count();
    assert!(lines <= 200, "{lines} lines");
}

#[test]
fn every_option_is_told_in_the_table() {
    let help = Command::new(files::THUMBGEN)
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let options = help.lines().filter_map(|line| {
        let (_, option) = line.split_once("--")?;
        let is_option = line.trim_start().starts_with('-') && line.starts_with("  ");
        is_option.then(|| option.split([' ', '[', '=']).next().unwrap_or_default())
    });
    let table: Vec<_> = files::text("docs/usage.md")
        .lines()
        .filter(|line| line.starts_with("| `-"))
        .map(str::to_owned)
        .collect();
    let mut count = 0;
    for option in options {
        count += 1;
        let named = |row: &&String| {
            let cell = row.split(" | ").next().unwrap_or_default();
            let words = cell.split(|c: char| !c.is_alphanumeric() && c != '-');
            words.into_iter().any(|word| word == format!("--{option}"))
        };
        assert_eq!(table.iter().filter(named).count(), 1, "--{option}");
    }
    assert!(count > 30, "{help}");
}
