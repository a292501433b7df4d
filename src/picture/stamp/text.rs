//! The text of a stamp.

use std::fmt::Write as _;

/// The version of the format that is written.
const VERSION: &str = "1";

/// Digits of the length in `bytes`: always as many, so that the stamp's own length is known before the file's is.
const DIGITS: usize = 10;

/// A stamp as it stands in a thumbnail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stamp<'a> {
    /// All of it, including fields that are not known.
    pub text: &'a str,
    version: &'a str,
    /// Modification time of the source.
    pub mtime: Option<&'a str>,
    /// Entity tag of the source, where that is an object in a store.
    pub etag: Option<&'a str>,
    /// Length of the source's file.
    pub length: Option<&'a str>,
    /// All settings that change pixels.
    pub settings: Option<&'a str>,
    /// Length of the thumbnail's own file.
    pub bytes: Option<&'a str>,
}

impl<'a> Stamp<'a> {
    /// The stamp that `text` is, if it is one.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (version, fields) = text.strip_prefix("thumbgen ")?.split_once(' ')?;
        if version.is_empty() || !version.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut stamp = Self {
            text,
            version,
            ..Self::default()
        };
        let mut any = false;
        for (name, value) in fields.split(' ').filter_map(|word| word.split_once('=')) {
            any = true;
            match name {
                "mtime" => stamp.mtime = Some(value),
                "etag" => stamp.etag = Some(value),
                "length" => stamp.length = Some(value),
                "settings" => stamp.settings = Some(value),
                "bytes" => stamp.bytes = Some(value),
                _ => {}
            }
        }
        any.then_some(stamp)
    }

    /// Whether it has the version of the format that is written now.
    pub fn is_current(&self) -> bool {
        self.version == VERSION
    }
}

/// What stands where the stamp belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'a> {
    /// A stamp.
    Stamp(Stamp<'a>),
    /// The beginning of a stamp, cut short by the end of the bytes.
    CutShort,
    /// Something else.
    Nothing,
}

impl<'a> Found<'a> {
    /// What `text`, which stands in a stamp's place and may be cut short, is.
    pub(super) fn of(text: &'a [u8], is_whole: bool) -> Self {
        match std::str::from_utf8(text).ok().and_then(Stamp::parse) {
            Some(stamp) if is_whole => Self::Stamp(stamp),
            Some(_) => Self::CutShort,
            None => Self::Nothing,
        }
    }
}

/// The text of the stamp of a thumbnail whose file holds `besides` bytes in addition to that text.
pub(super) fn text(made_from: &str, settings: &str, besides: usize) -> String {
    let mut text = format!("thumbgen {VERSION} {made_from} settings={settings} bytes=");
    let bytes = besides + text.len() + DIGITS;
    write!(text, "{bytes:0DIGITS$}").expect("BUG: writing to a string fails");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let made_from = "mtime=1763629320.123456789 length=114392";
        let text = text(made_from, "128x128,inside,q80,p1", 3831);
        assert_eq!(
            text,
            "thumbgen 1 mtime=1763629320.123456789 length=114392 settings=128x128,inside,q80,p1 bytes=0000003930"
        );
        let stamp = Stamp::parse(&text).unwrap();
        assert!(stamp.is_current());
        assert_eq!(stamp.mtime, Some("1763629320.123456789"));
        assert_eq!(stamp.length, Some("114392"));
        assert_eq!(stamp.settings, Some("128x128,inside,q80,p1"));
        assert_eq!(stamp.bytes, Some("0000003930"));
        assert_eq!(stamp.text, text);
    }

    #[test]
    fn a_stamp_of_any_version_is_one() {
        for (text, current) in [
            ("thumbgen 1 mtime=1.0", true),
            ("thumbgen 1 colour=blue bytes=7 mtime=1.0", true),
            ("thumbgen 2 etag=\"abc\"", false),
            ("thumbgen 99999999999999999999 a=b", false),
            ("thumbgen 01 a=b", false),
        ] {
            let stamp = Stamp::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(stamp.is_current(), current, "{text}");
        }
    }

    #[test]
    fn other_comments_are_none() {
        for text in [
            "",
            "thumbgen",
            "thumbgen 1",
            "thumbgen 1 ",
            "thumbgen 2 pictures of a cat",
            "thumbgen one a=b",
            "thumbgen -1 a=b",
            "thumbgen  a=b",
            "Thumbgen 1 a=b",
            " thumbgen 1 a=b",
            "thumbgenerator 1 a=b",
            "CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 80",
        ] {
            assert_eq!(Stamp::parse(text), None, "{text}");
        }
    }
}
