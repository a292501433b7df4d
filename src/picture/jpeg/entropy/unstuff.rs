//! Coded data without their byte stuffing, a chunk at a time.
//!
//! The runs between one 0xFF and the next are copied, so that the bit reader needs no branch for stuffing or
//! markers (T.81 B.1.1.5). Chunks are small enough to stay in the nearest caches, and bound the memory.

use super::bits::{Bits, CHUNK, Chunk, WORD};
use crate::picture::jpeg::error::{Damage, Error};
use crate::picture::jpeg::syntax::markers::{self, RST0};

/// A worker's buffer for unstuffed data. There is none before it is needed: of many workers that wait for a store, few
/// decode.
#[derive(Debug, Default)]
pub(crate) struct Buffer(Option<Box<Chunk>>);

impl Buffer {
    fn chunk(&mut self) -> &mut Chunk {
        self.0.get_or_insert_with(|| Box::new([0; CHUNK + WORD]))
    }
}

/// Copies bytes up to the first 0xFF, if there is one. Returns how many. What stands behind them in `to` may change.
///
/// In pictures of high quality these runs are short, so that `memchr` and a copy for each would cost more than they
/// save.
pub(crate) fn copy_plain(from: &[u8], to: &mut [u8]) -> usize {
    let words = from.as_chunks::<WORD>().0;
    let mut copied = 0;
    for (word, place) in words.iter().zip(to.as_chunks_mut::<WORD>().0) {
        *place = *word;
        let word = u64::from_le_bytes(*word);
        // The lowest bit of these is the top bit of the first 0xFF: the first zero byte of the complement
        // (H. S. Warren, "Hacker's Delight", 6-1).
        let found = word & (!word).wrapping_sub(0x0101_0101_0101_0101) & 0x8080_8080_8080_8080;
        if found != 0 {
            return copied + found.trailing_zeros() as usize / 8;
        }
        copied += WORD;
    }
    for (&byte, place) in from[copied..].iter().zip(&mut to[copied..]) {
        if byte == 0xFF {
            break;
        }
        *place = byte;
        copied += 1;
    }
    copied
}

/// The most bytes that a block can take: 64 codes of 16 bits, each with 15 extra bits.
pub(crate) const MOST_PER_BLOCK: usize = 64 * 31 / 8;

/// The unstuffed bytes of one restart interval after another.
#[derive(Debug)]
pub(crate) struct Feed<'a, 's> {
    source: &'a [u8],
    /// The first byte of `source` that isn't unstuffed yet; at the end of an interval, the marker's 0xFF.
    at: usize,
    /// Where the interval starts in `source`.
    start: usize,
    /// How many unstuffed bytes of the interval were dropped from `bytes`.
    dropped: usize,
    bytes: &'s mut Chunk,
    len: usize,
    /// Whether the interval goes on after `bytes`.
    more: bool,
    /// Bytes that must be at hand before a unit is decoded.
    margin: usize,
    /// The reader's place, in bits.
    position: usize,
}

impl<'a, 's> Feed<'a, 's> {
    /// Starts at `at`. Between two calls of [`renew`](Self::renew), no more than one unit of `blocks` blocks may be
    /// begun beyond the [`threshold`](Self::threshold).
    pub(crate) fn new(source: &'a [u8], at: usize, blocks: usize, buffer: &'s mut Buffer) -> Self {
        // With no limit but that of T.81's sampling factors, the largest MCU has 64 blocks.
        const { assert!(64 * MOST_PER_BLOCK + WORD < CHUNK / 2) };
        let mut feed = Self {
            source,
            at,
            start: at,
            dropped: 0,
            bytes: buffer.chunk(),
            len: 0,
            more: true,
            margin: blocks * MOST_PER_BLOCK + WORD,
            position: 0,
        };
        feed.begin(at);
        feed
    }

    fn begin(&mut self, at: usize) {
        (self.at, self.start, self.dropped, self.len, self.more) = (at, at, 0, 0, true);
        self.position = 0;
        self.fill();
    }

    /// Begins at a place within the interval, given by a byte of the source and how many of its bits are passed.
    pub(crate) fn resume(&mut self, at: usize, bit: usize) {
        self.begin(at);
        self.position = bit;
    }

    /// The source, and where in it the interval starts.
    pub(crate) fn source(&self) -> (&'a [u8], usize) {
        (self.source, self.start)
    }

    /// A reader at the current place.
    pub(crate) fn bits(&self) -> Bits<'_> {
        Bits::new(self.bytes, self.position)
    }

    /// A reader whose position is beyond this must go through [`renew`](Self::renew).
    pub(crate) fn threshold(&self) -> usize {
        8 * if self.more {
            self.len - self.margin
        } else {
            self.len
        }
    }

    /// Takes back the reader's place, and makes sure that more can be read, or that no more was read than there is.
    pub(crate) fn renew(&mut self, position: usize) -> Result<(), Error> {
        self.position = position;
        if position <= self.threshold() {
            return Ok(());
        }
        if !self.more {
            return Err(self.ended());
        }
        let passed = position / 8;
        self.bytes.copy_within(passed..self.len, 0);
        self.len -= passed;
        self.dropped += passed;
        self.position -= 8 * passed;
        self.fill();
        Ok(())
    }

    fn fill(&mut self) {
        while self.len < CHUNK && self.more {
            let rest = &self.source[self.at..];
            let room = CHUNK - self.len;
            let window = &rest[..rest.len().min(room)];
            let plain = copy_plain(window, &mut self.bytes[self.len..CHUNK]);
            self.len += plain;
            self.at += plain;
            if plain < window.len() {
                self.pass_ff();
            } else if plain == rest.len() {
                self.more = false;
            }
        }
        // A unit that begins before the end may read beyond it, at most by its own length: `renew` then finds that the
        // data have ended, and the unit doesn't count. Until then it must not depend on what earlier data left here.
        if !self.more {
            let end = CHUNK.min(self.len + self.margin);
            self.bytes[self.len..end].fill(0);
        }
    }

    /// Handles the 0xFF at `at`, with room for one byte.
    fn pass_ff(&mut self) {
        match self.source.get(self.at + 1) {
            Some(0) => {
                self.bytes[self.len] = 0xFF;
                self.len += 1;
                self.at += 2;
            }
            // A fill byte (T.81 B.1.1.2).
            Some(0xFF) => self.at += 1,
            Some(_) => self.more = false,
            None => (self.more, self.at) = (false, self.source.len()),
        }
    }

    /// The error for an interval that ended before its blocks did.
    fn ended(&self) -> Error {
        match self.at {
            at if at >= self.source.len() => Error::truncated(at),
            at => Error::damaged(Damage::ScanEndsEarly, at),
        }
    }

    /// The error for damage that was met at `position`: if the data had ended by then, that is the cause.
    pub(crate) fn blame(&self, damage: Damage, position: usize) -> Error {
        if !self.more && position > 8 * self.len {
            return self.ended();
        }
        Error::damaged(damage, self.source_offset(position / 8))
    }

    /// Where in the source the unstuffed byte `index` of the chunk came from. Walks through the interval again, which
    /// only errors need.
    fn source_offset(&self, index: usize) -> usize {
        let mut left = self.dropped + index;
        let mut at = self.start;
        while left > 0 && at < self.source.len() {
            at += match self.source[at..] {
                [0xFF, 0, ..] => 2,
                [0xFF, 0xFF, ..] => {
                    left += 1;
                    1
                }
                _ => 1,
            };
            left -= 1;
        }
        at
    }

    /// Where the file goes on after the interval: the 0xFF of the next marker, past bytes that nobody read.
    pub(crate) fn end(&self) -> usize {
        match markers::next_marker(self.source, self.at) {
            Some((_, offset)) => offset - 1,
            None => self.source.len(),
        }
    }

    /// Whether the interval's data, read or not, end at the marker that should be there: the `count`th restart marker,
    /// or after the last interval any other.
    pub(crate) fn ends_in_turn(&self, count: usize, last: bool) -> bool {
        let Some((marker, _)) = markers::next_marker(self.source, self.at) else {
            return false;
        };
        match markers::is_restart(marker) {
            true => !last && usize::from(marker - RST0) == count % 8,
            false => last,
        }
    }

    /// Begins the interval after the next restart marker, which should be the `count`th since the scan began. Returns
    /// how many intervals are lost before it, and whether it was the very next marker: 0 and true if all is well.
    pub(crate) fn restart(&mut self, count: usize, tolerant: bool) -> Result<(usize, bool), Error> {
        let mut from = self.at;
        let mut next = true;
        loop {
            let Some((marker, offset)) = markers::next_marker(self.source, from) else {
                return Err(Error::truncated(self.source.len()));
            };
            if !markers::is_restart(marker) {
                return Err(Error::damaged(Damage::ScanEndsEarly, offset));
            }
            // T.81 F.1.1.5.2: the markers count modulo 8, from 0.
            let lost = usize::from(marker - RST0).wrapping_sub(count) % 8;
            if lost == 0 || (tolerant && lost < 7) {
                self.begin(offset + 1);
                return Ok((lost, next));
            }
            if !tolerant {
                return Err(Error::damaged(Damage::Restart, offset));
            }
            // A marker that is behind its turn is there twice.
            from = offset + 1;
            next = false;
        }
    }
}
