//! `thumbgen gallery`: a page to look over what a run made.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use crate::batch::error::shown;
use crate::cli::command_line::GalleryCli;
use crate::cli::exit::Exit;
use crate::tell::gallery::{self, GalleryError, Rows, Wanted};

/// Makes the gallery that `cli` asks for, and prints its path to `out`.
///
/// # Errors
///
/// When DEST or the report can't be read, or the page can't be written.
pub fn gallery(cli: &GalleryCli, out: &mut dyn Write) -> Result<Exit, GalleryError> {
    let wanted = Wanted {
        dest: &cli.dest,
        source: cli.source.as_deref(),
        output: &cli.output,
    };
    // A DEST that was mistyped must not make a page without thumbnails.
    if let Err(error) = fs::read_dir(&cli.dest) {
        return Err(GalleryError::Dest(cli.dest.clone(), error));
    }
    let line = match &cli.report {
        Some(path) => {
            let unreadable = |error| GalleryError::Report(path.clone(), error);
            let report = File::open(path).map_err(unreadable)?;
            let (page, rows) = wanted.of_report(report, path)?;
            line(&page, rows, "picture")
        }
        None => {
            let (page, rows) = wanted.of_dest()?;
            line(&page, rows, "thumbnail")
        }
    };
    // A closed stdout doesn't change the exit status.
    let _ = writeln!(out, "{line}");
    Ok(Exit::Success)
}

/// The gallery of a run in progress.
pub(super) struct RunGallery<'a> {
    folder: Cow<'a, Path>,
    /// What the run's report says, whether it is written elsewhere too or not.
    records: File,
}

impl<'a> RunGallery<'a> {
    /// A gallery in `folder`.
    pub(super) fn of(folder: Cow<'a, Path>) -> Result<Self, GalleryError> {
        let records = gallery::check(&folder).and_then(|()| tempfile::tempfile());
        let records = records.map_err(|error| GalleryError::Page(folder.to_path_buf(), error))?;
        Ok(Self { folder, records })
    }

    /// The file for what it is to show: the run's report.
    pub(super) fn records(&self) -> Result<File, GalleryError> {
        let records = self.records.try_clone();
        records.map_err(|error| GalleryError::Page(self.folder.to_path_buf(), error))
    }

    /// Makes it, after the run's end, and returns the line about it.
    pub(super) fn make(self, dest: &Path) -> Result<String, GalleryError> {
        let (source, output) = (None, &*self.folder);
        let wanted = Wanted {
            dest,
            source,
            output,
        };
        let (page, rows) = wanted.of_report(self.records, output)?;
        Ok(line(&page, rows, "picture"))
    }
}

/// The line about a page that was made, of a row for each of what is called `one`.
fn line(page: &Path, rows: Rows, one: &str) -> String {
    let many = if rows.all == 1 { "" } else { "s" };
    let failed = match rows.failed {
        0 => String::new(),
        failed => format!(", {failed} failed"),
    };
    format!("{}: {} {one}{many}{failed}", shown(page), rows.all)
}
