//! What failed before: the report that the last run left is the memory of the next one.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::record::{BEGINNING, PictureRecord, Record};
use crate::tell::side_file::{SideFiles, is_stdout};

/// The failures that a report holds.
#[derive(Debug, Default)]
pub struct Known(Mutex<HashMap<String, PictureRecord>>);

impl Known {
    /// The outcome of what failed in an earlier run, and what this one did not come to.
    pub(crate) const FAILED_BEFORE: &str = "failed before";

    /// The failures in the report at `path`; none if there is no such file. Whatever is not a record is passed over: a
    /// killed run leaves half a line.
    pub fn read(path: &Path, files: &SideFiles) -> Self {
        let known = Self::default();
        if is_stdout(path) {
            return known;
        }
        let file = files.at(path).ok();
        let file = file.filter(|file| file.check(BEGINNING).is_ok());
        let Some(file) = file.and_then(|file| file.read()) else {
            return known;
        };
        for line in BufReader::new(file).split(b'\n').map_while(Result::ok) {
            // Most lines are those of pictures that did not fail.
            if memchr::memmem::find(&line, FAILED).is_some()
                && let Ok(Record::Picture(record)) = serde_json::from_slice(&line)
                && matches!(record.outcome.as_str(), "failed" | Self::FAILED_BEFORE)
            {
                known.all().insert(key(&record).to_owned(), *record);
            }
        }
        known
    }

    /// Whether `record` is a known failure: the same error of the same version of the same file. If so, it gets the
    /// time at which that was first seen.
    pub(crate) fn holds(&self, record: &mut PictureRecord) -> bool {
        let all = self.all();
        let Some(before) = all.get(key(record)) else {
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

    /// Notes that the run came to the picture that `record` is of: its report tells all that there is to know.
    pub(crate) fn forget(&self, record: &PictureRecord) {
        if record.outcome != "not begun" {
            self.all().remove(key(record));
        }
    }

    /// The failures that the run did not come to, for its own report: it will be the memory of the next run.
    pub(crate) fn left(&self) -> Vec<Record> {
        let left = std::mem::take(&mut *self.all()).into_values();
        left.map(|mut record| {
            Self::FAILED_BEFORE.clone_into(&mut record.outcome);
            Record::Picture(Box::new(record))
        })
        .collect()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, PictureRecord>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How every outcome of a failure begins, which tells its record without parsing it.
const FAILED: &[u8] = b"\"outcome\":\"failed";

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
