//! What failed before: the report that the last run left is the memory of the next one.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::record::{BEGINNING, PictureRecord, Record};
use crate::tell::side_file::{self, is_stdout};

/// The failures that a report holds.
#[derive(Debug, Default)]
pub struct Known(HashMap<String, PictureRecord>);

impl Known {
    /// The failures in the report at `path`; none if there is no such file. Whatever is not a record is passed over: a killed
    /// run leaves half a line.
    pub fn read(path: &Path) -> Self {
        let mut known = Self::default();
        let is_file = || fs::metadata(path).is_ok_and(|file| file.is_file());
        if is_stdout(path) || !is_file() || side_file::check(path, BEGINNING).is_err() {
            return known;
        }
        let Ok(file) = File::open(path) else {
            return known;
        };
        for line in BufReader::new(file).split(b'\n').map_while(Result::ok) {
            // Most lines are those of pictures that did not fail.
            if memchr::memmem::find(&line, FAILED).is_some()
                && let Ok(Record::Picture(record)) = serde_json::from_slice(&line)
                && record.outcome == "failed"
            {
                known.0.insert(key(&record).to_owned(), *record);
            }
        }
        known
    }

    /// Whether `record` is a known failure: the same error of the same version of the same file. If so, it gets the
    /// time at which that was first seen.
    pub(crate) fn holds(&self, record: &mut PictureRecord) -> bool {
        let Some(before) = self.0.get(key(record)) else {
            return false;
        };
        let is_same = record.stage == before.stage
            && record.error == before.error
            && record.source_mtime == before.source_mtime
            && record.source_etag == before.source_etag
            && record.source_bytes == before.source_bytes;
        if is_same {
            record.first_seen.clone_from(&before.first_seen);
        }
        is_same
    }
}

/// What tells the record of a failure without parsing it.
const FAILED: &[u8] = b"\"outcome\":\"failed\"";

/// What is of one picture.
fn key(record: &PictureRecord) -> &str {
    let paths = [
        &record.source_hex,
        &record.source,
        &record.destination_hex,
        &record.destination,
    ];
    paths
        .into_iter()
        .flatten()
        .next()
        .map_or("", String::as_str)
}
