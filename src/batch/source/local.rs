//! Reading a picture: one state of it, and no more than its thumbnails need.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use crate::batch::error;
use crate::batch::freshness::SourceVersion;
use crate::batch::ownership::open;
use crate::picture::room::{KEPT, let_go_for};
use crate::picture::{Need, Reading};

/// How often a picture that is being written to is read before that is an error.
const READS_OF_A_CHANGING_PICTURE: u32 = 3;

/// What is read of a picture before asking whether more is needed. Linux reads this far ahead of its own accord
/// (`read_ahead_kb` is 128), so that smaller parts would save nothing.
const PART: usize = 128 << 10;

/// The first read of a file; each after it is as long as all before together. The kernel's readahead starts with what
/// the first read asks for, and only what comes after that is read while we work.
const FIRST: usize = 8 << 10;

/// A picture that was read as far as needed.
#[derive(Debug)]
pub struct ReadSource {
    /// The version that was read.
    pub version: SourceVersion,
    /// Its file, if the picture is to be read while it is decoded. Otherwise its bytes are in the [`ReadBuffer`].
    pub file: Option<OpenSource>,
}

impl ReadSource {
    fn open(file: File, version: SourceVersion) -> Self {
        let file = Some(OpenSource { file });
        Self { version, file }
    }

    /// How much of it is read in the end; `bytes` were read so far.
    pub fn bytes_read(&self, bytes: &[u8]) -> u64 {
        match self.file {
            None => bytes.len() as u64,
            Some(_) => self.version.length(),
        }
    }

    /// The version that was read, if what was read while the picture was decoded is all of that.
    ///
    /// # Errors
    ///
    /// If it is not, or that can't be told.
    pub fn unchanged(&self) -> Result<SourceVersion, error::FailureCause> {
        if let Some(OpenSource { file }) = &self.file
            && SourceVersion::of(&file.metadata()?) != self.version
        {
            return Err(error::FailureCause::Changing(1));
        }
        Ok(self.version.clone())
    }
}

/// Whether what was read of a picture is enough.
enum Enough {
    /// The file had another length than it should have.
    No,
    /// It is.
    Bytes,
    /// The rest is read while the picture is decoded.
    File,
}

/// A picture that is read while it is decoded.
#[derive(Debug)]
pub struct OpenSource {
    file: File,
}

impl OpenSource {
    /// The file, to read from.
    pub fn input(&self) -> BufReader<&File> {
        BufReader::with_capacity(PART, &self.file)
    }
}

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

    /// Hands over what was read of the last picture, and forgets it.
    pub fn take(&mut self) -> Vec<u8> {
        let Self { mut memory, length } = std::mem::take(self);
        memory.truncate(length);
        memory
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
    ) -> Result<ReadSource, error::FailureCause> {
        for _ in 0..READS_OF_A_CHANGING_PICTURE {
            self.clear();
            reading.start_over();
            let mut file = open(path)?;
            let found = file.metadata()?;
            // It was, when it was found.
            if !found.is_file() {
                return Err(error::Refused::NotFile.into());
            }
            let before = SourceVersion::of(&found);
            let length = before.length();
            if length > limit {
                self.read_to(&mut file, PART)?;
                return match reading.need(self.bytes()) {
                    Need::File => Ok(ReadSource::open(file, before)),
                    _ => Err(error::FailureCause::TooLong { length, limit }),
                };
            }
            let length = usize::try_from(length).map_err(io::Error::other)?;
            match self.read_needed(&mut file, length, reading)? {
                Enough::File => return Ok(ReadSource::open(file, before)),
                Enough::Bytes if SourceVersion::of(&file.metadata()?) == before => {
                    return Ok(ReadSource {
                        version: before,
                        file: None,
                    });
                }
                Enough::Bytes | Enough::No => {}
            }
        }
        Err(error::FailureCause::Changing(READS_OF_A_CHANGING_PICTURE))
    }

    /// Reads a file of `length` bytes on until that is enough; not so if it ends sooner or later than that.
    fn read_needed(
        &mut self,
        file: &mut File,
        length: usize,
        reading: &mut Reading,
    ) -> io::Result<Enough> {
        let_go_for(KEPT, &mut self.memory, length);
        // Room for all of it at once, or each part would move the earlier ones; what isn't read takes no memory yet.
        let whole = length.saturating_add(1);
        let room = whole.saturating_sub(self.memory.len());
        self.memory.try_reserve_exact(room)?;
        let mut end = PART;
        // Once the next part would reach the end, the rest is read without asking.
        while end < length {
            if !self.read_to(file, end)? {
                return Ok(Enough::No);
            }
            end = match reading.need(self.bytes()) {
                Need::Enough => return Ok(Enough::Bytes),
                Need::File => return Ok(Enough::File),
                Need::UpTo(bytes) => bytes.max(end + PART),
                Need::All => break,
            };
        }
        // One byte more than there should be: a file may have grown, but must not be followed forever.
        self.read_to(file, whole)?;
        Ok(match self.length == length {
            true => Enough::Bytes,
            false => Enough::No,
        })
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
