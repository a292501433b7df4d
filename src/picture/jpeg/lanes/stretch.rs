//! A scan's data cut into stretches, a lane for each.

use super::walk::Data;
use crate::picture::jpeg::entropy::bits::CHUNK;
use crate::picture::jpeg::entropy::unstuff::copy_plain;

/// What a lane has to decode: unstuffed bytes from a place in the source to the next lane's, and some beyond that.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stretch {
    /// Where it starts in the source.
    pub(crate) start: usize,
    /// How many of the bytes stand before the next lane's.
    pub(crate) own: usize,
    /// How many bytes there are.
    pub(crate) len: usize,
}

/// Where in the source a marker stands: there can be no stretch over it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Marker(pub(crate) usize);

impl Stretch {
    /// Unstuffs the source from `start` to `next`, and `beyond` more bytes, unless the source ends.
    pub(crate) fn cut(
        source: &[u8],
        start: usize,
        next: usize,
        beyond: usize,
        data: &mut Data,
        lane: usize,
    ) -> Result<Self, Marker> {
        let bytes = &mut data[lane * CHUNK..(lane + 1) * CHUNK];
        let without = |(len, marker): (usize, Option<Marker>)| marker.map_or(Ok(len), Err);
        let own = without(unstuff(&source[..next], start, bytes))?;
        let more = bytes.len().min(own + beyond);
        let len = own + without(unstuff(source, next, &mut bytes[own..more]))?;
        Ok(Self { start, own, len })
    }

    /// Where in the source the unstuffed byte `index` came from.
    pub(crate) fn source_offset(&self, source: &[u8], next: usize, index: usize) -> usize {
        let (mut at, left) = match index.checked_sub(self.own) {
            Some(beyond) => (next, beyond),
            None => (self.start, index),
        };
        for _ in 0..left {
            while source[at..].starts_with(&[0xFF, 0xFF]) {
                at += 1;
            }
            at += if source[at] == 0xFF { 2 } else { 1 };
        }
        at
    }
}

/// Whether a lane can start at a place: it is not within a stuffed byte or fill bytes.
pub(crate) fn can_start(source: &[u8], at: usize) -> bool {
    source[at - 1] != 0xFF
}

/// Unstuffs the source from `at` on, until it ends or `bytes` are full, or up to a marker. Returns how many bytes that
/// gives, and the marker.
pub(super) fn unstuff(source: &[u8], mut at: usize, bytes: &mut [u8]) -> (usize, Option<Marker>) {
    let mut len = 0;
    while len < bytes.len() && at < source.len() {
        let window = &source[at..source.len().min(at + bytes.len() - len)];
        let plain = copy_plain(window, &mut bytes[len..]);
        len += plain;
        at += plain;
        if plain < window.len() {
            match source.get(at + 1) {
                Some(0) => {
                    bytes[len] = 0xFF;
                    len += 1;
                    at += 2;
                }
                // A fill byte (T.81 B.1.1.2).
                Some(0xFF) => at += 1,
                Some(_) => return (len, Some(Marker(at))),
                None => break,
            }
        }
    }
    (len, None)
}
