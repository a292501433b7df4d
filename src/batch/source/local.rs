//! Reading a picture: one state of it, and no more than its thumbnails need.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::batch::error;
use crate::batch::freshness::SourceVersion;
use crate::picture::{Need, Reading};

/// How often a picture that is being written to is read before that is an error.
const READS_OF_A_CHANGING_PICTURE: u32 = 3;

/// What is read of a picture before asking whether more is needed. Linux reads this far ahead of its own accord
/// (`read_ahead_kb` is 128), so that smaller parts would save nothing.
const PART: usize = 128 << 10;

/// The first read of a file; each after it is as long as all before together. The kernel's readahead starts with what
/// the first read asks for, and only what comes after that is read while we work.
const FIRST: usize = 8 << 10;

/// A picture's bytes, as far as they were read. Keeps its memory from one picture to the next.
#[derive(Debug, Default)]
pub struct ReadBuffer {
    memory: Vec<u8>,
    length: usize,
}

impl ReadBuffer {
    /// What was read of the last picture.
    pub fn bytes(&self) -> &[u8] {
        &self.memory[..self.length]
    }

    /// Forgets the picture.
    pub fn clear(&mut self) {
        self.length = 0;
    }

    /// Reads the picture at `path`, of at most `limit` bytes, as far as `reading` says that it is needed: one
    /// state of it, not the beginning of one and the end of another.
    ///
    /// # Errors
    ///
    /// If it can't be read, is longer than `limit`, or is written to all the time.
    pub fn read(
        &mut self,
        path: &Path,
        limit: u64,
        reading: &mut Reading,
    ) -> Result<SourceVersion, error::FailureCause> {
        for _ in 0..READS_OF_A_CHANGING_PICTURE {
            self.clear();
            reading.start_over();
            let mut file = File::open(path)?;
            let before = SourceVersion::of(&file.metadata()?);
            let length = before.length();
            if length > limit {
                return Err(error::FailureCause::TooLong { length, limit });
            }
            let length = usize::try_from(length).map_err(io::Error::other)?;
            let enough = self.read_needed(&mut file, length, reading)?;
            if enough && SourceVersion::of(&file.metadata()?) == before {
                return Ok(before);
            }
        }
        Err(error::FailureCause::Changing(READS_OF_A_CHANGING_PICTURE))
    }

    /// Reads a file of `length` bytes on until that is enough; false if it ends sooner or later than that.
    fn read_needed(
        &mut self,
        file: &mut File,
        length: usize,
        reading: &mut Reading,
    ) -> io::Result<bool> {
        // Room for all of it at once, or each part would move the earlier ones; what isn't read takes no memory yet.
        let room = (length + 1).saturating_sub(self.memory.len());
        self.memory.reserve_exact(room);
        let mut end = PART;
        // Once the next part would reach the end, the rest is read without asking.
        while end < length {
            if !self.read_to(file, end)? {
                return Ok(false);
            }
            end = match reading.need(self.bytes()) {
                Need::Enough => return Ok(true),
                Need::UpTo(bytes) => bytes.max(end + PART),
                Need::All => break,
            };
        }
        // One byte more than there should be: a file may have grown, but must not be followed forever.
        self.read_to(file, length + 1)?;
        Ok(self.length == length)
    }

    /// Reads up to byte `end` of the file; false if the file ends before.
    fn read_to(&mut self, file: &mut File, end: usize) -> io::Result<bool> {
        if self.memory.len() < end {
            self.memory.resize(end, 0);
        }
        while self.length < end {
            let end = end.min(self.length + self.length.max(FIRST));
            match file.read(&mut self.memory[self.length..end]) {
                Ok(0) => return Ok(false),
                Ok(count) => self.length += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}
