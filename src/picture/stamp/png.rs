//! Where the stamp stands in a PNG: in a tEXt chunk, `Comment`, after IHDR (PNG, third edition, 5.3 and 11.3.3.3).

use super::text::Found;

/// A keyword that every reader knows, and what ends it.
const KEYWORD: &[u8] = b"Comment\0";

/// What a chunk takes in addition to its data: length, type and CRC.
const FRAME: usize = 12;

/// Where the stamp goes: after the signature (8 bytes) and IHDR, which has to come first.
const AFTER_IHDR: usize = 8 + FRAME + 13;

/// Looks for the stamp in a PNG or the beginning of one; `rest` is what follows the signature.
pub(super) fn find(mut rest: &[u8]) -> Found<'_> {
    while let Some((&[l0, l1, l2, l3, kind @ ..], body)) = rest.split_first_chunk::<8>() {
        let length = u32::from_be_bytes([l0, l1, l2, l3]) as usize;
        match (&kind, body.split_at_checked(length)) {
            (b"tEXt", Some((data, after))) => match data.strip_prefix(KEYWORD) {
                Some(text) => return Found::of(text, true),
                None => rest = after.get(4..).unwrap_or_default(),
            },
            (b"tEXt", None) => {
                let text = body.strip_prefix(KEYWORD);
                return text.map_or(Found::Nothing, |text| Found::of(text, false));
            }
            (b"IDAT" | b"IEND", _) | (_, None) => break,
            (_, Some((_, after))) => rest = after.get(4..).unwrap_or_default(),
        }
    }
    Found::Nothing
}

/// Puts a stamp into `png`. `text` makes it, given how many bytes the file has in addition to the text.
pub(super) fn insert(png: &mut Vec<u8>, text: impl Fn(usize) -> String) {
    let text = text(png.len() + FRAME + KEYWORD.len());
    let length = u32::try_from(KEYWORD.len() + text.len()).expect("BUG: an endless stamp");
    let chunk = [b"tEXt", KEYWORD, text.as_bytes()].concat();
    let crc = crc32fast::hash(&chunk);
    let bytes = length.to_be_bytes().into_iter().chain(chunk);
    png.splice(AFTER_IHDR..AFTER_IHDR, bytes.chain(crc.to_be_bytes()));
}
