//! Paths in records.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// `path` as text, and in hexadecimal if the text loses something.
pub(crate) fn path(path: &Path) -> (Option<String>, Option<String>) {
    let bytes = path.as_os_str().as_bytes();
    let hex = path
        .to_str()
        .is_none()
        .then(|| bytes.iter().map(|byte| format!("{byte:02x}")).collect());
    (Some(path.to_string_lossy().into_owned()), hex)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    #[test]
    fn paths_that_are_not_utf8_survive() {
        let (text, hex) = path(Path::new(OsStr::from_bytes(b"a/\xff.jpg")));
        assert_eq!(text.unwrap(), "a/\u{fffd}.jpg");
        assert_eq!(hex.unwrap(), "612fff2e6a7067");
        assert_eq!(path(Path::new("ü.jpg")), (Some("ü.jpg".into()), None));
    }
}
