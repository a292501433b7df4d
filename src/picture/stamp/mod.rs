//! The stamp that every thumbnail carries: a line of text that says what it was made from, and how.
//!
//! ```text
//! thumbgen 1 mtime=1763629320.123456789 length=114392 settings=128x128,inside,q80,p1 bytes=0000003931
//! ```
//!
//! It also says whose the file is: what carries a stamp is thumbgen's to replace and to remove, and nothing else is. So
//! two things hold for every version of the format, future ones included: it begins with `thumbgen` and a number, and
//! the rest is fields, `name=value`; readers pass over those that they don't know.

mod jpeg;
mod png;
mod webp;

use std::fmt::Write as _;

use crate::picture::variant::Format;

/// The version of the format that is written.
const VERSION: &str = "1";

/// Digits of the length in `bytes`: always as many, so that the stamp's own length is known before the file's is.
const DIGITS: usize = 10;

/// A stamp as it stands in a thumbnail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stamp<'a> {
    version: &'a str,
    /// Modification time of the source.
    pub mtime: Option<&'a str>,
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
            version,
            ..Self::default()
        };
        let mut any = false;
        for (name, value) in fields.split(' ').filter_map(|word| word.split_once('=')) {
            any = true;
            match name {
                "mtime" => stamp.mtime = Some(value),
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
    fn of(text: &'a [u8], is_whole: bool) -> Self {
        match std::str::from_utf8(text).ok().and_then(Stamp::parse) {
            Some(stamp) if is_whole => Self::Stamp(stamp),
            Some(_) => Self::CutShort,
            None => Self::Nothing,
        }
    }
}

/// Looks for the stamp in `bytes`, a file or the beginning of one. Each format carries it where other readers pass over
/// it or show it as a comment, and before the pixels, so that the beginning is enough:
///
/// | format | the stamp is |
/// |---|---|
/// | JPEG | the first comment segment (COM) |
/// | PNG | a tEXt chunk, `Comment` |
/// | WebP | the property `thumbgen:stamp` in an XMP packet |
pub fn find(bytes: &[u8]) -> Found<'_> {
    match bytes {
        [0xFF, 0xD8, rest @ ..] => jpeg::find(rest),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', rest @ ..] => png::find(rest),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            rest @ ..,
        ] => webp::find(rest),
        _ => Found::Nothing,
    }
}

/// Puts a stamp into `thumbnail`, as the encoder of `format` made it.
pub fn insert(thumbnail: &mut Vec<u8>, format: Format, mtime: &str, length: u64, settings: &str) {
    let text = |besides| text(mtime, length, settings, besides);
    match format {
        Format::Jpeg => jpeg::insert(thumbnail, text),
        Format::Png => png::insert(thumbnail, text),
        #[cfg(feature = "webp")]
        Format::WebP => webp::insert(thumbnail, text),
    }
}

/// The text of the stamp of a thumbnail whose file holds `besides` bytes in addition to that text.
fn text(mtime: &str, length: u64, settings: &str, besides: usize) -> String {
    let mut text =
        format!("thumbgen {VERSION} mtime={mtime} length={length} settings={settings} bytes=");
    let bytes = besides + text.len() + DIGITS;
    write!(text, "{bytes:0DIGITS$}").expect("BUG: writing to a string fails");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let text = text(
            "1763629320.123456789",
            114_392,
            "128x128,inside,q80,p1",
            3831,
        );
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
    }

    #[test]
    fn a_stamp_is_found_in_every_format_and_its_file_is_as_long_as_it_says() {
        use crate::picture::{Background, Fit, Options, Thumbnailer, Variant};
        use image::{DynamicImage, Rgba, RgbaImage};

        let shade = |x: u32, y: u32| Rgba([x as u8, y as u8, 77, 255]);
        let picture = DynamicImage::from(RgbaImage::from_fn(200, 150, shade));
        let mut thumbnailer = Thumbnailer::new(Options::default());
        for &format in Format::ALL {
            // With and without alpha, and with texts of different lengths.
            for (fit, settings) in [(Fit::Inside, "a"), (Fit::Pad, "a"), (Fit::Pad, "ab")] {
                let variant = Variant::default()
                    .with_format(format)
                    .with_fit(fit)
                    .with_background(Background::rgba(0, 0, 0, 0));
                let mut bytes = thumbnailer.thumbnail(&picture, &variant).unwrap().bytes;
                let before = image::load_from_memory(&bytes).unwrap();
                assert_eq!(find(&bytes), Found::Nothing, "{format}");
                insert(&mut bytes, format, "1.000000000", 5, settings);
                let Found::Stamp(stamp) = find(&bytes) else {
                    panic!("{format}: {}", bytes[..400].escape_ascii())
                };
                assert_eq!(stamp.settings, Some(settings));
                assert_eq!(stamp.bytes.unwrap().parse(), Ok(bytes.len()), "{format}");
                assert_eq!(image::load_from_memory(&bytes).unwrap(), before, "{format}");
                // Any beginning is enough that holds the whole stamp.
                let head = bytes.len().min(600);
                assert_eq!(find(&bytes[..head]), find(&bytes), "{format}");
                let cut = (0..head).filter(|&end| find(&bytes[..end]) == Found::CutShort);
                assert!(cut.count() > 30, "{format}");
            }
        }
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
