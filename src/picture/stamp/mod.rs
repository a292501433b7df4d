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
mod text;
mod webp;

use std::cell::RefCell;

use crate::picture::variant::Format;

pub use text::{Found, Stamp};

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

/// Puts a stamp into `thumbnail`, as the encoder of `format` made it, and returns the stamp's text. `made_from` are the
/// fields that tell the source: `mtime=... length=...`, or `etag=... length=...`.
///
/// # Panics
///
/// If `thumbnail` is not what that encoder made, or the text would be longer than the 65,533 bytes of a JPEG's comment.
pub fn insert(thumbnail: &mut Vec<u8>, format: Format, made_from: &str, settings: &str) -> String {
    let written = RefCell::default();
    let text = |besides| {
        let text = text::text(made_from, settings, besides);
        written.replace(text.clone());
        text
    };
    match format {
        Format::Jpeg => jpeg::insert(thumbnail, text),
        Format::Png => png::insert(thumbnail, text),
        #[cfg(feature = "webp")]
        Format::WebP => webp::insert(thumbnail, text),
    }
    written.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;

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
                insert(&mut bytes, format, "mtime=1.000000000 length=5", settings);
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
}
