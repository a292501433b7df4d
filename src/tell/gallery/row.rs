//! A record of a report as the page has it.
//!
//! A gallery outlives the version of thumbgen that made it, and reports come from older and newer ones: unknown fields
//! of a record are shown as they are, and no field has to be there.

use std::fs;
use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};

use super::fields::{Fields, path, said, size, text};
use super::places::Places;
use super::thumbnails::{Thumbnail, best};
use crate::tell::url::url_of;

/// Fields that the page leaves out: nobody looks for them.
const PASSED_OVER: [&str; 6] = [
    "record",
    "ms",
    "bytes_read",
    "scale",
    "time",
    "source_mtime",
];

/// A row. Its names are short because there are many rows.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Row {
    /// The path below SOURCE, or below DEST for a thumbnail without a source.
    #[serde(rename = "p")]
    path: String,
    #[serde(rename = "o")]
    outcome: String,
    /// Where the thumbnail is below DEST, if not at `path`.
    #[serde(rename = "d", skip_serializing_if = "Option::is_none")]
    thumbnail: Option<Link>,
    /// Where the picture is below SOURCE, if not at `path`.
    #[serde(rename = "l", skip_serializing_if = "Option::is_none")]
    picture: Option<Link>,
    /// The thumbnail's width and height in pixels and length in bytes; 0 is unknown.
    #[serde(rename = "t", skip_serializing_if = "Option::is_none")]
    thumbnail_size: Option<[u64; 3]>,
    /// The same for the picture.
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    source_size: Option<[u64; 3]>,
    #[serde(rename = "r", skip_serializing_if = "String::is_empty")]
    reason: String,
    #[serde(rename = "g", skip_serializing_if = "String::is_empty")]
    stage: String,
    #[serde(rename = "e", skip_serializing_if = "String::is_empty")]
    error: String,
    /// 1 if the picture is damaged.
    #[serde(rename = "x", skip_serializing_if = "is_zero")]
    damaged: u8,
    /// All thumbnails of the picture, if there are several: URL below DEST and what is said of it.
    #[serde(rename = "v", skip_serializing_if = "Vec::is_empty")]
    thumbnails: Vec<(String, String)>,
    /// Whatever else the record has.
    #[serde(rename = "m", skip_serializing_if = "Map::is_empty")]
    more: Map<String, Value>,
}

/// The place of something that is not where its row's path says.
#[derive(Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Link {
    /// Nowhere, which is 0.
    Nowhere(u8),
    /// At this URL.
    At(String),
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}

impl Row {
    /// The row of `record`, if it is one of a picture.
    pub(super) fn of(mut record: Fields, places: &Places) -> Option<Self> {
        let source = path(&mut record, "source");
        let destination = path(&mut record, "destination");
        let outcome = text(&mut record, "outcome");
        if outcome.is_empty() || (source.is_none() && destination.is_none()) {
            return None;
        }
        let picture = source.as_deref().and_then(|path| places.picture(path));
        let mut thumbnails = Thumbnail::all_of(&mut record, destination.as_deref(), places);
        let shown = best(&mut thumbnails, places);
        let named = source.as_deref().or(destination.as_deref())?;
        let below = picture.or_else(|| source.is_none().then(|| places.thumbnail(named))?);
        let mut row = Self {
            path: below.unwrap_or(named).to_string_lossy().into_owned(),
            outcome,
            reason: text(&mut record, "reason"),
            stage: text(&mut record, "stage"),
            error: text(&mut record, "error"),
            damaged: u8::from(record.remove("damaged") == Some(Value::Bool(true))),
            source_size: size(&mut record, "source_size", "source_bytes"),
            ..Self::default()
        };
        row.picture = row.link(picture);
        row.thumbnail = row.link(shown.as_ref().map(|shown| shown.below.as_path()));
        row.thumbnail_size = shown.and_then(|shown| shown.size);
        if thumbnails.len() > 1 {
            row.thumbnails = thumbnails.iter().map(Thumbnail::link).collect();
        }
        if row.source_size.is_none() {
            let file = picture.and_then(|below| places.picture_file(below));
            let file = file.and_then(|file| fs::metadata(file).ok());
            row.source_size = file.map(|file| [0, 0, file.len()]);
        }
        row.more = more(record);
        Some(row)
    }

    pub(super) fn is_failed(&self) -> bool {
        self.outcome == "failed"
    }

    /// The link to what is at `below`; nothing if it is at this row's path.
    fn link(&self, below: Option<&Path>) -> Option<Link> {
        match below {
            None => Some(Link::Nowhere(0)),
            Some(below) if below.to_str() == Some(&self.path) => None,
            Some(below) => Some(Link::At(url_of(below))),
        }
    }
}

/// The other fields of `record` that are worth a line.
fn more(record: Fields) -> Map<String, Value> {
    let usual = |name: &str, value: &Value| match name {
        "orientation" => value.as_u64() == Some(1),
        "thumbnail_format" => value.as_str() == Some("jpeg"),
        "colour" => value.as_str() == Some("untouched"),
        "source_format" => value.as_str() == Some("JPEG"),
        _ => PASSED_OVER.contains(&name) || value.is_null(),
    };
    let left = record
        .into_iter()
        .filter(|(name, value)| !usual(name, value));
    left.map(|(name, value)| (name.replace('_', " "), Value::String(said(&value))))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(record: Value) -> Option<Value> {
        let places = Places::new(Path::new("/nowhere/thumbs"), Path::new("thumbs"))
            .with_source(Path::new("/nowhere/images"), Path::new("images"));
        let Value::Object(record) = record else {
            panic!()
        };
        Row::of(record, &places).map(|row| serde_json::to_value(row).unwrap())
    }

    #[test]
    fn thumbnail_that_was_made_is_a_short_row() {
        let made = row(json!({
            "record": "picture", "source": "images/a/b.jpg", "destination": "thumbs/a/b.jpg", "outcome": "made",
            "reason": "missing", "source_format": "JPEG", "source_size": [4000, 3000], "source_bytes": 2_400_000, "bytes_read": 2_400_000,
            "thumbnail_size": [128, 96], "thumbnail_bytes": 3400, "scale": 1, "orientation": 1,
            "colour": "untouched", "ms": {"decode": 3.1},
        }));
        let short = json!({
            "p": "a/b.jpg", "o": "made", "r": "missing", "t": [128, 96, 3400], "s": [4000, 3000, 2_400_000],
        });
        assert_eq!(made, Some(short));
    }

    #[test]
    fn what_is_not_known_is_shown() {
        let row = row(json!({
            "record": "picture", "source": "images/a.jpg", "outcome": "thumbnail passed over", "format": "webp",
            "read_at": "2026-11-25T23:00:00Z", "warnings": ["one", "two"], "orientation": 6, "later": null,
        }));
        let shown = json!({
            "p": "a.jpg", "o": "thumbnail passed over", "d": 0, "m": {
                "format": "webp", "read at": "2026-11-25T23:00:00Z", "warnings": "one\ntwo", "orientation": "6",
            },
        });
        assert_eq!(row, Some(shown));
    }

    #[test]
    fn bytes_of_names_survive() {
        let row = row(json!({
            "record": "picture", "source": "images/\u{fffd}.jpg", "source_hex": "696d616765732fff2e6a7067",
            "destination": "thumbs/\u{fffd}.jpg", "destination_hex": "7468756d62732fff2e6a7067",
            "outcome": "made", "thumbnail_bytes": 9, "source_bytes": 10,
        }));
        let shown = json!({
            "p": "\u{fffd}.jpg", "o": "made", "d": "%FF.jpg", "l": "%FF.jpg", "t": [0, 0, 9], "s": [0, 0, 10],
        });
        assert_eq!(row, Some(shown));
    }

    #[test]
    fn other_records_are_no_rows() {
        assert_eq!(
            row(json!({"record": "run", "source": "images", "counts": {}})),
            None
        );
        assert_eq!(row(json!({"record": "picture", "outcome": "made"})), None);
    }
}
