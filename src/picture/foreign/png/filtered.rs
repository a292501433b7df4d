//! The rows of a PNG that is not interlaced, inflated, but filtered still (PNG, 9 and 10).

use ::png::{Decoded, Info, StreamingDecoder, UnfilterRegion, chunk};

use super::{Header, METADATA};
use crate::picture::foreign::error::Error;
use crate::picture::foreign::opened::Input;

/// How far back deflate may refer (RFC 1951, 2): so much must be kept of what has been read.
const WINDOW: usize = 32 << 10;

/// What is inflated, beside the rows that are asked for, before the rest is moved to the buffer's beginning.
const STRETCH: usize = 96 << 10;

/// Inflates rows as they are asked for.
pub(super) struct Filtered<I> {
    input: I,
    /// What the rows' length comes from.
    header: Header,
    decoder: StreamingDecoder,
    /// Room for rows, and for none behind the last: nothing is inflated there, be it sound or not.
    buffer: Vec<u8>,
    /// Bytes of rows for which there is no room yet.
    behind: usize,
    /// How far the buffer is filled, and which part of that the decoder still needs.
    region: UnfilterRegion,
    /// Where the next row starts in the buffer.
    start: usize,
    /// Bytes of a row, with that of its filter.
    row: usize,
    /// What is wrong behind the rows in the buffer.
    error: Option<Error>,
}

impl<I: Input> Filtered<I> {
    /// `input` stands at the file's beginning; its rows have `row_length` bytes.
    pub(super) fn new(input: I, header: Header, row_length: usize) -> Self {
        let mut decoder = StreamingDecoder::new();
        // Texts say nothing of the pixels, and the profile has been read.
        decoder.set_ignore_text_chunk(true);
        decoder.set_ignore_iccp_chunk(true);
        let row = row_length + 1;
        let all = (header.size.1 as usize).saturating_mul(row);
        let room = all.min(WINDOW + STRETCH + 2 * row);
        Self {
            input,
            header,
            decoder,
            buffer: vec![0; room],
            behind: all - room,
            region: UnfilterRegion::default(),
            start: 0,
            row,
            error: None,
        }
    }

    /// The next row, with the byte that tells its filter in front, and the one after it, if that is wanted and can be
    /// had whole.
    pub(super) fn next(&mut self, with_second: bool) -> Result<(&[u8], Option<&[u8]>), Error> {
        let wanted = self.row * if with_second { 2 } else { 1 };
        if self.start + wanted > self.buffer.len() {
            self.move_to_front();
        }
        while self.inflated() < wanted && self.error.is_none() {
            self.error = match self.step(true) {
                Ok(Decoded::ImageDataFlushed) if !self.has_all() => {
                    Some(Error::damaged("fewer pixels than the header says"))
                }
                Ok(_) => None,
                Err(error) => Some(error),
            };
        }
        let inflated = self.inflated();
        if inflated < self.row
            && let Some(error) = self.error.take()
        {
            return Err(error);
        }
        let (first, rest) = self.buffer[self.start..].split_at(self.row);
        Ok((
            first,
            (inflated >= 2 * self.row && with_second).then(|| &rest[..self.row]),
        ))
    }

    /// Leaves `rows` rows behind.
    pub(super) fn pass(&mut self, rows: usize) {
        self.start += rows * self.row;
    }

    /// Reads the rest of the file, and gives what all of it said.
    pub(super) fn finish(&mut self) -> Result<&Info<'static>, Error> {
        while !matches!(self.step(false)?, Decoded::ChunkComplete(chunk::IEND)) {}
        self.info()
    }

    fn info(&self) -> Result<&Info<'static>, Error> {
        let info = self.decoder.info();
        info.ok_or_else(|| Error::damaged("no header"))
    }

    /// Whether no row is still to be inflated.
    fn has_all(&self) -> bool {
        self.behind == 0 && self.region.filled == self.buffer.len()
    }

    /// Bytes that are ready.
    fn inflated(&self) -> usize {
        self.region.filled - self.start
    }

    /// Reads on to the next thing that the decoder tells of. Of pixels, nothing is kept unless they are wanted.
    fn step(&mut self, with_pixels: bool) -> Result<Decoded, Error> {
        let bytes = self.input.fill_buf()?;
        if bytes.is_empty() {
            return Err(Error::Truncated);
        }
        let mut pixels = self.region.as_buf(&mut self.buffer);
        let pixels = with_pixels.then_some(&mut pixels);
        let (consumed, decoded) = self.decoder.update(bytes, pixels)?;
        self.input.consume(consumed);
        match decoded {
            Decoded::ChunkBegin(_, chunk::IDAT) => {
                self.header.check(self.info()?)?;
                Ok(decoded)
            }
            // The one part whose size nothing else bounds.
            Decoded::ChunkBegin(length, chunk::eXIf) if length as usize > METADATA => {
                Err(Error::Memory)
            }
            decoded => Ok(decoded),
        }
    }

    /// Makes room for the rows behind those in the buffer.
    fn move_to_front(&mut self) {
        let UnfilterRegion { available, filled } = &mut self.region;
        let gone = self.start.min(*available);
        self.buffer.copy_within(gone..*filled, 0);
        self.start -= gone;
        *available -= gone;
        *filled -= gone;
        let more = gone.min(self.behind);
        self.buffer.truncate(self.buffer.len() - gone + more);
        self.behind -= more;
    }
}
