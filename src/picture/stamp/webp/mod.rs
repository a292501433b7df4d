//! Where the stamp stands in a WebP: in an XMP packet (RFC 9649, 2.7.1.5), which takes a VP8X header.
//!
//! The packet directly follows that header: chunks of metadata may stand anywhere (2.7), and a reader finds it there
//! without going past the pixels.

#[cfg(feature = "webp")]
mod insert;
mod packet;

use super::text::Found;
use packet::BEFORE;

#[cfg(feature = "webp")]
pub(super) use insert::insert;

/// Looks for the stamp in a WebP or the beginning of one, and `rest` is what follows `WEBP`.
pub(super) fn find(mut rest: &[u8]) -> Found<'_> {
    while let Some((&[name @ .., l0, l1, l2, l3], body)) = rest.split_first_chunk::<8>() {
        let length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
        let data = body.get(..length);
        if name == *b"XMP " {
            let text = data.unwrap_or(body).strip_prefix(BEFORE.as_bytes());
            return text.map_or(Found::Nothing, |text| {
                let end = text.iter().position(|&byte| byte == b'"');
                Found::of(&text[..end.unwrap_or(text.len())], end.is_some())
            });
        }
        let Some(after) = length.checked_next_multiple_of(2) else {
            break;
        };
        rest = body.get(after..).unwrap_or_default();
    }
    Found::Nothing
}
