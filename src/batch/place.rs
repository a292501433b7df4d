//! Where SOURCE and DEST are: in the file system, or in an object store.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// How the URLs of object stores begin.
const SCHEMES: [&str; 8] = ["s3", "s3a", "gs", "az", "azure", "adl", "abfs", "abfss"];

/// The scheme of `place`, if it is the URL of an object store.
pub fn store_scheme(place: &Path) -> Option<&'static str> {
    let (scheme, _) = place.to_str()?.split_once("://")?;
    let mut known = SCHEMES.into_iter();
    known.find(|known| scheme.eq_ignore_ascii_case(known))
}

/// The scheme of `place`, if it is the URL of anything else: `https://shop/images`. As a path it would be
/// `./https:/...`.
pub fn other_scheme(place: &Path) -> Option<&str> {
    let (scheme, _) = place.to_str()?.split_once("://")?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|sign| sign.is_ascii_alphanumeric() || "+.-".contains(sign));
    (is_scheme && store_scheme(place).is_none()).then_some(scheme)
}

/// `place` as a path: `file:///a/b` is `/a/b`, and all else is what it is.
pub fn without_file_scheme(place: &Path) -> Cow<'_, Path> {
    match place.as_os_str().as_bytes().strip_prefix(b"file://") {
        Some(path) if path.starts_with(b"/") => Cow::Borrowed(Path::new(OsStr::from_bytes(path))),
        _ => Cow::Borrowed(place),
    }
}

/// The same for a path that is one's own.
pub fn to_path(place: PathBuf) -> PathBuf {
    match without_file_scheme(&place) {
        Cow::Borrowed(path) if path != place => path.to_owned(),
        _ => place,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_stores_are_told_from_paths() {
        for (place, scheme) in [
            ("s3://shop/images", Some("s3")),
            ("abfss://c@a.dfs.core.windows.net/x", Some("abfss")),
            ("s3:/shop", None),
            ("images", None),
            ("S3://shop/images", Some("s3")),
            ("http://a/b", None),
            ("file:///a", None),
        ] {
            assert_eq!(store_scheme(Path::new(place)), scheme, "{place}");
        }
        assert_eq!(other_scheme(Path::new("gcs://a/b")), Some("gcs"));
        for place in ["s3://a", "./x://y", "a/x://y", "C:/x", "images"] {
            assert_eq!(other_scheme(Path::new(place)), None, "{place}");
        }
    }

    #[test]
    fn a_file_url_is_a_path() {
        for (place, path) in [
            ("file:///a/b c", "/a/b c"),
            ("file://host/a", "file://host/a"),
            ("file:/a", "file:/a"),
            ("a", "a"),
        ] {
            assert_eq!(to_path(PathBuf::from(place)), Path::new(path), "{place}");
        }
    }
}
