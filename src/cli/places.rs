//! What is said of a SOURCE or DEST before anything is looked at.

use std::path::{Path, PathBuf};

use crate::batch::error::shown;
use crate::batch::walk::has_jpeg_extension;
use crate::cli::Cli;

/// What is to be said if there are more paths than a SOURCE and a DEST: `thumbgen *.jpg thumbs`.
pub(super) fn too_many(cli: &Cli) -> Option<String> {
    let mut paths: Vec<&PathBuf> = [&cli.source].into_iter().chain(&cli.dest).collect();
    if cli.more.is_empty() {
        return None;
    }
    paths.extend(&cli.more);
    let dest = paths.pop_if(|last| !has_jpeg_extension(last));
    let count = paths.len();
    let first = folder(paths.first()?);
    let folder = paths
        .iter()
        .all(|path| folder(path) == first)
        .then_some(first);
    let folder = folder.map_or("FOLDER".into(), shown);
    let dest = dest.map_or("DEST".into(), |dest| shown(dest));
    Some(format!(
        "SOURCE is one folder or one picture, and {count} paths were given\n\n  \
         thumbgen {folder} {dest}                    makes all pictures in {folder}\n  \
         thumbgen {folder} {dest} --files-from LIST  makes those that LIST names, one a line"
    ))
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::CommandLine;

    fn said(arguments: &str) -> Option<String> {
        let arguments = ["thumbgen"].into_iter().chain(arguments.split(' '));
        too_many(&CommandLine::parse_from(arguments).run.unwrap())
    }

    #[test]
    fn more_than_two_paths_are_too_many() {
        assert_eq!(said("a.jpg out"), None);
        let text = said("shop/a.jpg shop/b.jpg out").unwrap();
        assert!(text.contains("and 2 paths were given"), "{text}");
        assert!(text.contains("  thumbgen shop out  "), "{text}");
        let text = said("a.jpg b.jpg c.jpg -q").unwrap();
        assert!(text.contains("and 3 paths were given"), "{text}");
        assert!(text.contains("  thumbgen . DEST --files-from "), "{text}");
        let text = said("a/a.jpg b/b.jpg out").unwrap();
        assert!(text.contains("  thumbgen FOLDER out  "), "{text}");
    }
}
