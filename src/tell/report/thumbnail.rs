//! The record of one thumbnail in that of its picture.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::path::path;
use crate::batch::make::Fate;

/// What became of one thumbnail.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ThumbnailRecord {
    /// Its path; bytes that are not UTF-8 are replaced here and kept in `destination_hex`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// The bytes of the path in hexadecimal, if they are not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_hex: Option<String>,
    /// What became of it: `made`, `fresh`, `kept`, `failed` or `would make`.
    pub outcome: String,
    /// Why it was made, or what was kept, as in the picture's record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Its format: `jpeg`, `webp` or `png`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Its width and height in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<[u32; 2]>,
    /// Length of its file in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

impl ThumbnailRecord {
    /// The record of the thumbnail at `place`.
    pub(super) fn new(place: &Path, fate: &Fate) -> Self {
        let (destination, destination_hex) = path(place);
        let mut record = Self {
            destination,
            destination_hex,
            outcome: fate.name().to_owned(),
            ..Self::default()
        };
        match fate {
            Fate::Made(made) => {
                record.reason = Some(made.reason.to_string());
                record.format = Some(made.thumbnail.format.to_string());
                record.size = Some([made.thumbnail.width, made.thumbnail.height]);
                record.bytes = Some(made.bytes);
            }
            Fate::WouldMake(reason) => record.reason = Some(reason.to_string()),
            Fate::Kept(what) => record.reason = Some(what.to_string()),
            Fate::Failed(error) => record.error = Some(error.cause.to_string()),
            Fate::Fresh => {}
        }
        record
    }
}
