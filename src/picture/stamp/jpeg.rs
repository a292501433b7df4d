//! Where the stamp stands in a JPEG: in a comment segment, after the application segments.

use super::text::Found;

/// Marker of a comment segment (T.81, table B.1).
const COM: u8 = 0xFE;

/// Looks for the stamp in a JPEG or the beginning of one; `rest` is what follows SOI.
pub(super) fn find(mut rest: &[u8]) -> Found<'_> {
    // Only the application segments, 0xE0 to 0xEF, stand before the stamp.
    while let &[0xFF, marker, high, low, ref body @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([high, low]));
        let Some(length) = length.checked_sub(2) else {
            break;
        };
        match (marker, body.split_at_checked(length)) {
            (COM, Some((text, _))) => return Found::of(text, true),
            (COM, None) => return Found::of(body, false),
            (0xE0..=0xEF, Some((_, after))) => rest = after,
            _ => break,
        }
    }
    Found::Nothing
}

/// Where the stamp goes: after SOI (2 bytes) and the JFIF APP0 (18 bytes), which has to come first.
const AFTER_JFIF: usize = 20;

/// What a comment segment takes in addition to its text: marker and length (T.81, B.2.4.5).
const OVERHEAD: usize = 4;

/// Puts a stamp into `jpeg`. `text` makes it, given how many bytes the file has in addition to the text.
pub(super) fn insert(jpeg: &mut Vec<u8>, text: impl Fn(usize) -> String) {
    let text = text(jpeg.len() + OVERHEAD);
    let length = u16::try_from(text.len() + 2).expect("BUG: a stamp longer than a segment");
    let segment = [0xFF, COM].into_iter().chain(length.to_be_bytes());
    jpeg.splice(AFTER_JFIF..AFTER_JFIF, segment.chain(text.into_bytes()));
}

#[cfg(test)]
mod tests {
    use super::super::{Stamp, find};
    use super::*;

    const TEXT: &str = "thumbgen 1 mtime=1.000000000 length=5 settings=x bytes=0000000099";

    fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
        let length = (body.len() as u16 + 2).to_be_bytes();
        [&[0xFF, marker], &length[..], body].concat()
    }

    #[test]
    fn the_stamp_stands_behind_the_application_segments() {
        let stamp = Found::Stamp(Stamp::parse(TEXT).unwrap());
        let soi = [0xFF, 0xD8].to_vec();
        let (jfif, exif) = (segment(0xE0, b"JFIF\0"), segment(0xE1, &[7; 3000]));
        let (com, dqt) = (segment(COM, TEXT.as_bytes()), segment(0xDB, &[1; 65]));
        let other = segment(COM, b"a comment");
        for (parts, expected) in [
            (vec![&soi, &jfif, &com, &dqt], stamp),
            (vec![&soi, &com], stamp),
            (vec![&soi, &jfif, &exif, &com], stamp),
            (vec![&soi, &jfif, &dqt, &com], Found::Nothing),
            (vec![&soi, &jfif, &other, &com], Found::Nothing),
            (vec![&jfif, &com], Found::Nothing),
            (vec![&soi], Found::Nothing),
            (vec![], Found::Nothing),
        ] {
            let jpeg: Vec<u8> = parts.into_iter().flatten().copied().collect();
            assert_eq!(find(&jpeg), expected, "{}", jpeg.escape_ascii());
        }
    }

    #[test]
    fn a_stamp_that_is_cut_short_is_known_from_its_first_field_on() {
        let jpeg = [&[0xFF, 0xD8][..], &segment(COM, TEXT.as_bytes())].concat();
        for length in 0..jpeg.len() {
            let text = length.saturating_sub(6);
            let expected = if text < "thumbgen 1 mtime=".len() {
                Found::Nothing
            } else {
                Found::CutShort
            };
            assert_eq!(find(&jpeg[..length]), expected, "{length} bytes");
        }
    }
}
