//! A stamp goes into a WebP.

use super::packet::{AFTER, BEFORE};

/// What a chunk takes in addition to its data: its name and its length.
const FRAME: usize = 8;

/// Where the first chunk stands: after `RIFF`, a length, and `WEBP`.
const FIRST: usize = 12;

/// The length of a VP8X chunk's data.
const HEADER: usize = 10;

/// The flag in VP8X that says that there is XMP.
const HAS_XMP: u8 = 1 << 2;

/// Puts a stamp into `webp`. `text` makes it, given how many bytes the file has in addition to the text.
pub(in crate::picture::stamp) fn insert(webp: &mut Vec<u8>, text: impl Fn(usize) -> String) {
    if &webp[FIRST..FIRST + 4] != b"VP8X" {
        let header = extended_header(&webp[FIRST..]);
        webp.splice(FIRST..FIRST, header);
    }
    webp[FIRST + FRAME] |= HAS_XMP;

    let packet = |text: &str| BEFORE.len() + text.len() + AFTER.len();
    // The text's own length does not depend on the number in it.
    let padding = packet(&text(0)) % 2;
    let text = text(webp.len() + FRAME + packet("") + padding);
    let length = u32::try_from(packet(&text)).expect("BUG: an endless stamp");
    let chunk = [
        b"XMP ",
        &length.to_le_bytes()[..],
        BEFORE.as_bytes(),
        text.as_bytes(),
        AFTER.as_bytes(),
        &[0][..padding],
    ]
    .concat();
    let place = FIRST + FRAME + HEADER;
    webp.splice(place..place, chunk);
    let all = u32::try_from(webp.len() - FRAME).expect("BUG: a thumbnail of gigabytes");
    webp[4..8].copy_from_slice(&all.to_le_bytes());
}

/// A VP8X chunk for a file that has none: `first` is its only chunk, a lossy frame without alpha (RFC 6386, 9.1).
fn extended_header(first: &[u8]) -> Vec<u8> {
    assert!(first.starts_with(b"VP8 "), "BUG: no lossy frame");
    let side = |at: usize| {
        // 14 bits of length, 2 of scale.
        let side = u16::from_le_bytes([first[at], first[at + 1]]) & 0x3FFF;
        u32::from(side) - 1
    };
    // Behind the chunk's frame, a frame tag of 3 bytes and a start code of 3.
    let (width, height) = (side(FRAME + 6), side(FRAME + 8));
    let mut header = b"VP8X".to_vec();
    header.extend((HEADER as u32).to_le_bytes());
    header.extend([0; 4]);
    header.extend(&width.to_le_bytes()[..3]);
    header.extend(&height.to_le_bytes()[..3]);
    header
}
