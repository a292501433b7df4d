//! The fields of a record, whichever version of thumbgen wrote it.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use serde_json::{Map, Value};

/// The fields of a record.
pub(super) type Fields = Map<String, Value>;

/// The path in `name`; its bytes are those in `name_hex` if they are not UTF-8.
pub(super) fn path(record: &mut Fields, name: &str) -> Option<PathBuf> {
    let shown = record.remove(name);
    let hex = record.remove(&format!("{name}_hex"));
    let bytes = hex.as_ref().and_then(Value::as_str).and_then(unhex);
    let path = bytes.or_else(|| Some(shown?.as_str()?.as_bytes().to_vec()))?;
    (!path.is_empty()).then(|| PathBuf::from(OsString::from_vec(path)))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// What is in `name`, as a person reads it.
pub(super) fn text(record: &mut Fields, name: &str) -> String {
    record
        .remove(name)
        .map(|value| said(&value))
        .unwrap_or_default()
}

/// Width, height and length from the fields `size` and `bytes`.
pub(super) fn size(record: &mut Fields, size: &str, bytes: &str) -> Option<[u64; 3]> {
    let pixels = record.remove(size);
    let side = |at: usize| pixels.as_ref()?.get(at)?.as_u64();
    let bytes = record.remove(bytes).and_then(|bytes| bytes.as_u64());
    let size = [side(0), side(1), bytes];
    size.iter()
        .any(Option::is_some)
        .then(|| size.map(Option::unwrap_or_default))
}

/// A value as a person reads it.
pub(super) fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(said).collect::<Vec<_>>().join("\n"),
        other => other.to_string(),
    }
}
