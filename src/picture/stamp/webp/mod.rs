//! Where the stamp stands in a WebP: in an XMP packet (RFC 9649, 2.7.1.5), which takes a VP8X header.
//!
//! The packet comes right behind that header: chunks of metadata may stand anywhere (2.7), and there a reader finds it
//! without going past the pixels.

#[cfg(feature = "webp")]
mod insert;

use super::Found;

#[cfg(feature = "webp")]
pub(super) use insert::insert;

/// The packet (ISO 16684-1, 7.3 and 7.4) up to the stamp.
const BEFORE: &str = "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\
    <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
    <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
    <rdf:Description rdf:about=\"\" xmlns:thumbgen=\"urn:thumbgen\" thumbgen:stamp=\"";

/// Looks for the stamp in a WebP or the beginning of one, of which `rest` stands behind `WEBP`.
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
