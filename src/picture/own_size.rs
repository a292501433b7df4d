//! How large a thumbnail of ours is, by the beginning of its file.

use crate::picture::jpeg::Header;

/// Width and height in pixels of a thumbnail that begins with `bytes`, as any version of thumbgen has made it; `None`
/// if it is cut short or something else.
///
/// PNG: third edition, 11.2.1. WebP: RFC 9649, 2.7, since each of ours has the extended header that its stamp takes.
pub fn own_size(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes {
        [0xFF, 0xD8, ..] => Header::parse(bytes)
            .ok()
            .map(|header| (header.width(), header.height())),
        [0x89, b'P', b'N', b'G', ..] => {
            let (width, rest) = bytes.get(16..24)?.split_first_chunk()?;
            let height = rest.first_chunk()?;
            Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
        }
        [b'R', b'I', b'F', b'F', ..] if bytes.get(8..16)? == b"WEBPVP8X" => {
            let side = |at: usize| {
                let side = bytes.get(at..at + 3)?;
                Some(u32::from_le_bytes([side[0], side[1], side[2], 0]) + 1)
            };
            side(24).zip(side(27))
        }
        _ => None,
    }
}
