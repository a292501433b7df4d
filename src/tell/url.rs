//! Paths as URLs.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// `path` as the end of a URL.
pub(crate) fn url_of(path: &Path) -> String {
    let mut url = String::new();
    encode(path.as_os_str().as_bytes(), &mut url);
    url
}

/// Appends `bytes` of a path: all but what RFC 3986, section 2.3, never reserves is percent-encoded.
pub(crate) fn encode(bytes: &[u8], url: &mut String) {
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                url.push(char::from(*byte));
            }
            _ => write!(url, "%{byte:02X}").expect("BUG: writing to a string fails"),
        }
    }
}
