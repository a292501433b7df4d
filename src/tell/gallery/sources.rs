//! What a gallery is made from: the report of a run, or what is found in DEST.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek};
use std::path::{Path, PathBuf};

use serde_json::Value;
use thiserror::Error;
use walkdir::WalkDir;

use super::fields::{Fields, path};
use super::page::{Gallery, Rows};
use super::places::{Places, started_in};
use crate::batch::destination::temporary::is_temporary;
use crate::batch::error::{plain, shown};
use crate::batch::names::Label;
use crate::batch::ownership::is_thumbnail;
use crate::tell::report;
use crate::tell::report::lines::{for_each_line, last_line};

/// What a gallery is of, and where it goes.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The folder of thumbnails.
    pub dest: &'a Path,
    /// The folder of pictures, if it is not where the report says.
    pub source: Option<&'a Path>,
    /// The folder for the page.
    pub output: &'a Path,
}

/// Why there is no gallery.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum GalleryError {
    /// DEST can't be read.
    #[error("DEST {} can't be used: {}", shown(.0), plain(.1))]
    Dest(PathBuf, #[source] io::Error),
    /// The report can't be read.
    #[error("report {} can't be read: {}", shown(.0), plain(.1))]
    Report(PathBuf, #[source] io::Error),
    /// One of its lines is not a record.
    #[error("{}, line {}: not a record of a report", shown(.0), .1)]
    NotARecord(PathBuf, u64),
    /// The page can't be written.
    #[error("gallery {} can't be written: {}", shown(.0), plain(.1))]
    Page(PathBuf, #[source] io::Error),
}

impl Wanted<'_> {
    /// Makes the gallery of the run whose report is `report`, a file called `name`.
    ///
    /// # Errors
    ///
    /// When the report can't be read, or the page can't be written.
    pub fn of_report(self, mut report: File, name: &Path) -> Result<(PathBuf, Rows), GalleryError> {
        let unreadable = |error| GalleryError::Report(name.to_owned(), error);
        let dest = self.whole_dest()?;
        let last = last_line(&mut report).map_err(unreadable)?;
        let run: Option<Fields> = serde_json::from_slice(&last).ok();
        let run = run.filter(|record| record.get("record").is_some_and(|kind| kind == "run"));
        let about = about(run.as_ref());
        let mut run = run.unwrap_or_default();
        let mut said_source = path(&mut run, "source");
        let said_dest = path(&mut run, "destination").unwrap_or_else(|| self.dest.to_owned());
        let mut places = Places::new(&dest, &said_dest);
        if said_source.is_none() {
            said_source = guess_source(&mut report, &places).map_err(unreadable)?;
        }
        if let Some(said) = &said_source {
            let folder = started_in(&said_dest, &dest).unwrap_or_default();
            let real = self
                .source
                .map_or_else(|| folder.join(said), Path::to_owned);
            let real = std::path::absolute(&real).unwrap_or(real);
            places = places.with_source(&real, said);
        }
        let mut gallery = self.create(&dest, about, places)?;
        report.rewind().map_err(unreadable)?;
        let mut number = 0;
        for_each_line(report, unreadable, |line| {
            number += 1;
            let record = serde_json::from_slice(line);
            let record = record.map_err(|_| GalleryError::NotARecord(name.to_owned(), number))?;
            gallery.add(record).map_err(|error| self.unwritten(error))
        })?;
        gallery.finish().map_err(|error| self.unwritten(error))
    }

    /// Makes the gallery of the thumbnails that are in DEST. They don't show what failed.
    ///
    /// # Errors
    ///
    /// When DEST can't be read, or the page can't be written.
    pub fn of_dest(self) -> Result<(PathBuf, Rows), GalleryError> {
        let dest = self.whole_dest()?;
        let mut places = Places::new(&dest, &dest);
        if let Some(source) = self.source {
            places = places.with_source(source, source);
        }
        let about = vec!["what is there: only a report knows what failed".to_owned()];
        let mut gallery = self.create(&dest, about, places)?;
        for entry in WalkDir::new(&dest).min_depth(1) {
            let entry = entry.map_err(|error| {
                let path = error.path().unwrap_or(&dest).to_owned();
                GalleryError::Dest(path, error.into())
            })?;
            let file = entry.path();
            if entry.file_type().is_file()
                && !is_temporary(file)
                && is_thumbnail(file).unwrap_or(false)
            {
                let below = file.strip_prefix(&dest).unwrap_or(file);
                let picture = self.source.and_then(|source| picture_of(below, source));
                let mut record = Fields::new();
                record.insert("outcome".into(), "found".into());
                insert_path(&mut record, "destination", file);
                if let Some(picture) = picture {
                    insert_path(&mut record, "source", &picture);
                }
                gallery.add(record).map_err(|error| self.unwritten(error))?;
            }
        }
        gallery.finish().map_err(|error| self.unwritten(error))
    }

    /// DEST as a path from the root. After a dry run it need not be there.
    fn whole_dest(&self) -> Result<PathBuf, GalleryError> {
        let dest = self.dest.canonicalize();
        let dest = dest.or_else(|_| std::path::absolute(self.dest));
        dest.map_err(|error| GalleryError::Dest(self.dest.to_owned(), error))
    }

    fn create(
        &self,
        dest: &Path,
        about: Vec<String>,
        places: Places,
    ) -> Result<Gallery, GalleryError> {
        let title = dest
            .file_name()
            .unwrap_or(dest.as_os_str())
            .to_string_lossy();
        let gallery = Gallery::create(self.output, &title, about, places);
        gallery.map_err(|error| self.unwritten(error))
    }

    fn unwritten(&self, error: io::Error) -> GalleryError {
        GalleryError::Page(self.output.to_owned(), error)
    }
}

/// SOURCE, found from the first record with a picture and a thumbnail at the same place below SOURCE and DEST.
fn guess_source(report: &mut File, places: &Places) -> io::Result<Option<PathBuf>> {
    const MOST: usize = 1000;
    report.rewind()?;
    for line in BufReader::new(report).split(b'\n').take(MOST) {
        let Ok(mut record) = serde_json::from_slice::<Fields>(&line?) else {
            break;
        };
        let source = path(&mut record, "source");
        let destination = path(&mut record, "destination");
        if let (Some(source), Some(destination)) = (source, destination)
            && let Some(below) = places.thumbnail(&destination)
            && source.ends_with(below)
        {
            let folder = source.ancestors().nth(below.components().count());
            return Ok(folder.map(Path::to_owned));
        }
    }
    Ok(None)
}

/// What is worth saying of a run, of which `run` is the last record.
fn about(run: Option<&Fields>) -> Vec<String> {
    let Some(run) = run else {
        return vec!["the report has no end: its run was killed, or goes on".to_owned()];
    };
    let text = |name: &str| run.get(name).and_then(Value::as_str);
    let mut about = Vec::new();
    about.extend(text("source").map(|source| format!("thumbnails of {source}")));
    about.extend(text("settings").map(ToOwned::to_owned));
    // RFC 3339 to the minute.
    let minute = text("ended").and_then(|ended| ended.get(..16));
    about.extend(minute.map(|minute| format!("{} UTC", minute.replace('T', " "))));
    if run.get("finished") == Some(&Value::Bool(false)) {
        about.push("stopped before its end".to_owned());
    }
    about
}

/// The picture in `source` that the thumbnail `below` DEST is of. Where formats differ, the thumbnail's extension
/// follows the picture's; where there are several of each picture, a folder for each variant comes first.
fn picture_of(below: &Path, source: &Path) -> Option<PathBuf> {
    let mut parts = below.components();
    let folder = parts.next().map(|part| Path::new(part.as_os_str()));
    let of_variant = folder.filter(|folder| Label::is_folder(folder));
    let mirrored = of_variant.map(|_| parts.as_path());
    [Some(below), mirrored]
        .into_iter()
        .flatten()
        .flat_map(|below| {
            let same = source.join(below);
            let appended = same.with_extension("");
            [same, appended]
        })
        .find(|path| path.is_file())
}

/// Puts `path` into `record` as reports have it.
fn insert_path(record: &mut Fields, name: &str, path: &Path) {
    let (shown, hex) = report::path(path);
    record.insert(name.into(), shown.into());
    if let Some(hex) = hex {
        record.insert(format!("{name}_hex"), hex.into());
    }
}
