//! The thumbnails of one picture, and which of them the page shows.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::fields::{Fields, path, size, text};
use super::places::Places;
use crate::tell::url::url_of;

/// The longer side of a thumbnail that fills a cell of the page on a screen of ordinary resolution.
const CELL: u64 = 128;

/// A thumbnail.
#[derive(Debug, Clone)]
pub(super) struct Thumbnail {
    /// Where it is, below DEST.
    pub(super) below: PathBuf,
    /// Width and height in pixels, length in bytes; 0 is unknown.
    pub(super) size: Option<[u64; 3]>,
    /// What else is said of it.
    said: Vec<String>,
}

impl Thumbnail {
    /// What `record` says of thumbnails: one at `destination`, or a list of them.
    pub(super) fn all_of(
        record: &mut Fields,
        destination: Option<&Path>,
        places: &Places,
    ) -> Vec<Self> {
        let own = size(record, "thumbnail_size", "thumbnail_bytes");
        let Some(Value::Array(list)) = record.remove("thumbnails") else {
            let below = destination.and_then(|path| places.thumbnail(path));
            let one = below.map(|below| Self {
                below: below.to_owned(),
                size: own,
                said: Vec::new(),
            });
            return one.into_iter().collect();
        };
        list.into_iter()
            .filter_map(|fields| match fields {
                Value::Object(fields) => Self::of(fields, places),
                _ => None,
            })
            .collect()
    }

    fn of(mut fields: Fields, places: &Places) -> Option<Self> {
        let file = path(&mut fields, "destination")?;
        let below = places.thumbnail(&file)?.to_owned();
        let size = size(&mut fields, "thumbnail_size", "thumbnail_bytes")
            .or_else(|| size(&mut fields, "size", "bytes"));
        let said = ["format", "outcome", "reason"].map(|name| text(&mut fields, name));
        let said = said.into_iter().filter(|said| !said.is_empty()).collect();
        Some(Self { below, size, said })
    }

    /// Its URL below DEST, and what is said of it.
    pub(super) fn link(&self) -> (String, String) {
        let [width, height, bytes] = self.size.unwrap_or_default();
        let mut said = Vec::new();
        if width > 0 {
            said.push(format!("{width} \u{d7} {height}"));
        }
        if bytes > 0 {
            said.push(format!("{bytes} bytes"));
        }
        said.extend(self.said.iter().cloned());
        if said.is_empty() {
            said.push(self.below.to_string_lossy().into_owned());
        }
        (url_of(&self.below), said.join(" \u{b7} "))
    }

    fn long_side(&self) -> u64 {
        self.size.map_or(0, |[width, height, _]| width.max(height))
    }
}

/// The smallest of `thumbnails` that fills a cell, or else the largest. Those whose file is not there are left out;
/// where nothing says how long a file is, the file system does.
pub(super) fn best(thumbnails: &mut Vec<Thumbnail>, places: &Places) -> Option<Thumbnail> {
    thumbnails.retain_mut(|thumbnail| {
        if thumbnail.size.is_some_and(|[.., bytes]| bytes > 0) {
            return true;
        }
        let file = fs::metadata(places.thumbnail_file(&thumbnail.below));
        let length = file
            .ok()
            .filter(fs::Metadata::is_file)
            .map(|file| file.len());
        if let Some(length) = length {
            let [width, height, _] = thumbnail.size.unwrap_or_default();
            thumbnail.size = Some([width, height, length]);
        }
        length.is_some()
    });
    let large_enough = thumbnails.iter().filter(|one| one.long_side() >= CELL);
    large_enough
        .min_by_key(|one| one.long_side())
        .or_else(|| thumbnails.iter().max_by_key(|one| one.long_side()))
        .cloned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn smallest_that_fills_a_cell_is_shown() {
        let places = Places::new(Path::new("/nowhere"), Path::new("thumbs"));
        let shown = |sides: &[u64]| {
            let list: Vec<_> = sides
                .iter()
                .map(|side| json!({"destination": format!("thumbs/{side}/a.jpg"), "size": [side, 9], "bytes": 7}))
                .collect();
            let mut record = Fields::from_iter([("thumbnails".to_owned(), Value::Array(list))]);
            let mut all = Thumbnail::all_of(&mut record, None, &places);
            best(&mut all, &places).map(|one| one.long_side())
        };
        assert_eq!(shown(&[1600, 400, 128, 64]), Some(128));
        assert_eq!(shown(&[1600, 400, 64]), Some(400));
        assert_eq!(shown(&[40, 64]), Some(64));
        assert_eq!(shown(&[]), None);
    }
}
