//! Markers and their segments (T.81 B.1.1).

use crate::picture::jpeg::error::{Error, Flaw};
use memchr::{memchr, memmem};

pub(crate) const SOF0: u8 = 0xC0;
pub(crate) const DHT: u8 = 0xC4;
pub(crate) const SOF15: u8 = 0xCF;
pub(crate) const RST0: u8 = 0xD0;
pub(crate) const RST7: u8 = 0xD7;
pub(crate) const SOI: u8 = 0xD8;
pub(crate) const EOI: u8 = 0xD9;
pub(crate) const SOS: u8 = 0xDA;
pub(crate) const DQT: u8 = 0xDB;
pub(crate) const DNL: u8 = 0xDC;
pub(crate) const DRI: u8 = 0xDD;
pub(crate) const DHP: u8 = 0xDE;
pub(crate) const APP0: u8 = 0xE0;
pub(crate) const APP1: u8 = 0xE1;
pub(crate) const APP2: u8 = 0xE2;
pub(crate) const APP14: u8 = 0xEE;
pub(crate) const SOF55: u8 = 0xF7;

/// T.81's temporary marker of arithmetic coding; like RSTn and SOI it stands alone.
const TEM: u8 = 0x01;

/// A marker with what follows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment<'a> {
    pub(crate) marker: u8,
    /// Where the marker's code byte stands.
    pub(crate) offset: usize,
    /// The contents without their length; empty for a marker that stands alone.
    pub(crate) payload: &'a [u8],
    /// The first byte after the segment.
    pub(crate) end: usize,
}

impl Segment<'_> {
    pub(crate) fn invalid(&self) -> Error {
        let marker = self.marker;
        Error::format(Flaw::SegmentContents { marker }, self.offset)
    }

    pub(crate) fn wrong_length(&self) -> Error {
        let marker = self.marker;
        Error::format(Flaw::SegmentLength { marker }, self.offset)
    }
}

/// The first byte after the start-of-image marker. What stands before it is junk: libraries and cameras have put
/// line ends, HTTP headers and MIME boundaries there. The byte after SOI must begin another marker, or any FFD8 in
/// any file would do.
pub(crate) fn after_soi(bytes: &[u8]) -> Result<usize, Error> {
    match memmem::find(bytes, &[0xFF, SOI, 0xFF]) {
        Some(at) => Ok(at + 2),
        None => Err(Error::format(Flaw::NotJpeg, 0)),
    }
}

/// The next marker at or after `from`: its code and where that stands. Passes stuffed zeros and fill bytes
/// (T.81 B.1.1.2, B.1.1.5), and any junk between segments, as libjpeg does.
pub(crate) fn next_marker(bytes: &[u8], from: usize) -> Option<(u8, usize)> {
    let mut at = from;
    loop {
        at += memchr(0xFF, bytes.get(at..)?)? + 1;
        match *bytes.get(at)? {
            0x00 | 0xFF => {}
            marker => return Some((marker, at)),
        }
    }
}

/// The next marker that isn't RSTn: where a scan's data end.
pub(crate) fn end_of_scan(bytes: &[u8], from: usize) -> Option<(u8, usize)> {
    let mut at = from;
    loop {
        let (marker, offset) = next_marker(bytes, at)?;
        if !is_restart(marker) {
            return Some((marker, offset));
        }
        at = offset + 1;
    }
}

pub(crate) fn is_restart(marker: u8) -> bool {
    (RST0..=RST7).contains(&marker)
}

/// The next segment at or after `from`.
pub(crate) fn next_segment(bytes: &[u8], from: usize) -> Result<Segment<'_>, Error> {
    let (marker, offset) = next_marker(bytes, from).ok_or(Error::truncated(bytes.len()))?;
    let start = offset + 1;
    if is_restart(marker) || matches!(marker, TEM | SOI | EOI) {
        let payload = &[];
        return Ok(Segment {
            marker,
            offset,
            payload,
            end: start,
        });
    }
    let rest = &bytes[start..];
    let length = match rest.first_chunk::<2>() {
        Some(&length) => usize::from(u16::from_be_bytes(length)),
        None => return Err(Error::truncated(bytes.len())),
    };
    if length < 2 {
        return Err(Error::format(Flaw::SegmentLength { marker }, offset));
    }
    let payload = rest.get(2..length).ok_or(Error::truncated(bytes.len()))?;
    Ok(Segment {
        marker,
        offset,
        payload,
        end: start + length,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_junk_stuffing_and_fill_bytes() {
        let bytes = [b'x', 0xFF, 0x00, 0xFF, 0xFF, 0xFF, DQT, 0, 3, 7, 0xFF, EOI];
        let segment = next_segment(&bytes, 0).unwrap();
        assert_eq!(
            (segment.marker, segment.offset, segment.payload),
            (DQT, 6, &[7][..])
        );
        assert_eq!(next_segment(&bytes, segment.end).unwrap().marker, EOI);
        assert_eq!(next_segment(&bytes, 12).unwrap_err(), Error::truncated(12));
    }

    #[test]
    fn refuses_lengths_that_cannot_be() {
        let what = Flaw::SegmentLength { marker: DQT };
        let short = next_segment(&[0xFF, DQT, 0, 1], 0).unwrap_err();
        assert_eq!(short, Error::format(what, 1));
        let long = next_segment(&[0xFF, DQT, 0, 9, 1], 0).unwrap_err();
        assert_eq!(long, Error::truncated(5));
    }
}
