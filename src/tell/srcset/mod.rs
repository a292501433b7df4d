//! `--srcset`: the thumbnails of each picture and how large they are, as a web template wants them.
//!
//! ```text
//! {"pictures":{
//! "shop/mug.jpg":{"thumbnails":[{"src":"400x300/shop/mug.jpg","type":"image/jpeg","width":400,"height":267}]},
//! ...
//! }}
//! ```
//!
//! One line a picture, in the order of their paths, so that two of them can be compared line by line. All pictures are
//! held in memory, some 300 bytes each. What the file before it says of a picture is taken over where nothing has
//! changed, which saves looking into fresh thumbnails, and where a picture failed, since its old thumbnails still are
//! in place.

mod placeholder;
mod thumbnails;

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::batch::error::{plain, shown};
use crate::batch::job::Job;
use crate::batch::make::{Fate, Outcome};
use crate::picture::Format;
use crate::tell::side_file::{Kind, SideFile, SideFiles};
use crate::tell::url::url_of;

pub use placeholder::Placeholder;
use placeholder::Placeholders;
use thumbnails::Thumbnails;

/// What kind of file it is.
const KIND: Kind = Kind {
    beginning: b"{\"pictures\":{",
    media_type: "application/json",
};

/// The thumbnails of one picture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Those that are in their places, in the order of the variants.
    pub thumbnails: Vec<Source>,
    /// A tiny likeness of the picture, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
}

/// One thumbnail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its URL below DEST's.
    pub src: String,
    /// Its media type.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

/// Gathers what a run's pictures have, from any thread.
#[derive(Debug)]
pub struct Srcset {
    path: PathBuf,
    file: SideFile,
    dest: PathBuf,
    thumbnails: Thumbnails,
    formats: Vec<Format>,
    before: Mutex<HashMap<String, Entry>>,
    entries: Mutex<BTreeMap<String, Entry>>,
    placeholders: Option<Placeholders>,
}

/// The file can't be written.
#[derive(Debug, Error)]
#[error("--srcset {} can't be written: {}", shown(.0), plain(.1))]
pub struct SrcsetError(pub PathBuf, #[source] pub io::Error);

#[derive(Debug, Default, Deserialize)]
struct Whole {
    pictures: HashMap<String, Entry>,
}

impl Srcset {
    /// For a file at `path` of the thumbnails below `dest`, which have these `formats` by variant.
    ///
    /// # Errors
    ///
    /// When something else is in the file's place, or there is no folder for it.
    pub fn new(
        path: &Path,
        dest: &Path,
        formats: Vec<Format>,
        placeholder: Option<Placeholder>,
        files: &SideFiles,
    ) -> Result<Self, SrcsetError> {
        let failed = |error| SrcsetError(path.to_owned(), error);
        let file = files.at(path).map_err(failed)?;
        file.check(KIND.beginning).map_err(failed)?;
        file.check_folder().map_err(failed)?;
        // One that is cut short says nothing: all is found out anew.
        let before = file.read().map(BufReader::new);
        let before = before.and_then(|file| serde_json::from_reader(file).ok());
        let Whole { pictures } = before.unwrap_or_default();
        Ok(Self {
            path: path.to_owned(),
            file,
            dest: dest.to_owned(),
            thumbnails: Thumbnails::below(dest, files).map_err(failed)?,
            formats,
            before: Mutex::new(pictures),
            entries: Mutex::default(),
            placeholders: placeholder.map(Placeholders::new),
        })
    }

    /// Takes in what became of `job`.
    pub(super) fn add(&self, job: &Job, outcome: &Outcome) {
        if matches!(outcome, Outcome::PassedOver) {
            return;
        }
        let name = job.source.relative().to_string_lossy();
        // Moved from one to the other, for both hold all pictures.
        let before = locked(&self.before).remove(&*name);
        let entry = match outcome {
            Outcome::Thumbnails(fates) => self.entry(job, fates, before),
            // The thumbnails that it had are still there.
            _ => before.unwrap_or_default(),
        };
        if !entry.thumbnails.is_empty() {
            locked(&self.entries).insert(name.into_owned(), entry);
        }
    }

    fn entry(&self, job: &Job, fates: &[Fate], mut before: Option<Entry>) -> Entry {
        let urls: Vec<_> = job.thumbnails.iter().map(|place| self.url(place)).collect();
        let is_same = |before: &mut Entry| {
            fates.iter().all(|fate| matches!(fate, Fate::Fresh))
                && before.thumbnails.iter().map(|it| &it.src).eq(&urls)
                && before.placeholder.is_some() == self.placeholders.is_some()
        };
        if let Some(before) = before.take_if(is_same) {
            return before;
        }
        let mut thumbnails = Vec::new();
        for (number, (url, fate)) in urls.into_iter().zip(fates).enumerate() {
            let size = match fate {
                Fate::Made(made) => Some((made.thumbnail.width, made.thumbnail.height)),
                Fate::Fresh => self.thumbnails.size(&job.thumbnails[number]),
                Fate::Failed(_) => {
                    let old = before.as_ref();
                    let old = old.and_then(|old| old.thumbnails.iter().find(|it| it.src == url));
                    old.map(|old| (old.width, old.height))
                }
                // Nobody knows what a file of another tool holds.
                Fate::Kept(_) | Fate::WouldMake(_) => None,
            };
            thumbnails.extend(size.map(|(width, height)| Source {
                src: url,
                media_type: self.formats[number].media_type().to_owned(),
                width,
                height,
            }));
        }
        let places = job.thumbnails.iter().zip(fates);
        let places = places.filter(|(_, fate)| matches!(fate, Fate::Made(_) | Fate::Fresh));
        let mut bytes = places.filter_map(|(place, _)| self.thumbnails.bytes(place));
        let placeholder = self.placeholders.as_ref();
        Entry {
            placeholder: placeholder.and_then(|it| it.of(&mut bytes)),
            thumbnails,
        }
    }

    fn url(&self, thumbnail: &Path) -> String {
        url_of(thumbnail.strip_prefix(&self.dest).unwrap_or(thumbnail))
    }

    /// Writes the file, whole or not at all. What it said before of pictures that this run did not come to is left out
    /// if the run came to `all` that there are.
    ///
    /// # Errors
    ///
    /// When it can't be written.
    pub(super) fn write(self, all: bool) -> Result<(), SrcsetError> {
        let mut entries = std::mem::take(&mut *locked(&self.entries));
        if !all {
            for (name, entry) in locked(&self.before).drain() {
                entries.entry(name).or_insert(entry);
            }
        }
        write(self.file, &entries).map_err(|error| SrcsetError(self.path, error))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write(file: SideFile, entries: &BTreeMap<String, Entry>) -> io::Result<()> {
    let mut out = BufWriter::new(file.replace(KIND)?);
    out.write_all(KIND.beginning)?;
    for (number, (name, entry)) in entries.iter().enumerate() {
        out.write_all(if number == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut out, name)?;
        out.write_all(b":")?;
        serde_json::to_writer(&mut out, entry)?;
    }
    out.write_all(b"\n}}\n")?;
    out.into_inner()?.finish()
}
