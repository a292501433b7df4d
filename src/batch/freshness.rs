//! Whether a thumbnail still is what would be made now, and the stamp that tells.
//!
//! "Newer than its source" is not enough: a source that is *replaced* by an older file (`rsync -a`, `tar`, `mv` keep
//! times) would never be noticed, nor a change of size or quality, nor a file that a crash cut short. So every
//! thumbnail carries, as a JPEG comment right after its header, what it was made from and how:
//!
//! ```text
//! thumbgen 1 mtime=1763629320.123456789 length=114392 settings=128x128,inside,q80,p1 bytes=0000003931
//! ```
//!
//! Fresh means *equal* to what would be written now; nothing is compared by order, so clocks do not matter.

use std::fmt::{self, Write as _};
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use filetime::FileTime;
use nix::fcntl::OFlag;

use crate::picture::Options;
use crate::picture::encode;

/// Version of the stamp's format.
const FORMAT: u32 = 1;

/// Version of thumbgen's own pixels: to be raised by every change that makes other pixels from the same source and
/// options, so that thumbnails made before it are made again. `tests/pixels.rs` fails until it is.
const PIXELS: u32 = 1;

/// Marker of a comment segment (T.81, table B.1).
const COM: u8 = 0xFE;

/// How much of a thumbnail is read at once. Thumbnails are far smaller, so one read sees all of it and its length.
const READ_AT_ONCE: usize = 32 << 10;

/// Why a thumbnail is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// There is none.
    Missing,
    /// The source's modification time or length is not the one it was made from.
    SourceChanged,
    /// It was made with other settings, or by a thumbgen that made other pixels.
    SettingsChanged,
    /// It is empty, cut short, or no JPEG.
    Damaged,
    /// Another tool made it, and not after its source was last changed.
    OlderThanSource,
    /// `--force`.
    Forced,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Missing => "missing",
            Self::SourceChanged => "source changed",
            Self::SettingsChanged => "settings changed",
            Self::Damaged => "damaged",
            Self::OlderThanSource => "older than its source",
            Self::Forced => "forced",
        })
    }
}

/// What `check` found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// The thumbnail is what would be made now.
    Fresh,
    /// It is not.
    Stale(Reason),
}

/// What tells one state of a source file from another without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceVersion {
    mtime: FileTime,
    length: u64,
}

impl SourceVersion {
    /// The version of the file that `metadata` describes.
    pub fn of(metadata: &Metadata) -> Self {
        Self {
            mtime: FileTime::from_last_modification_time(metadata),
            length: metadata.len(),
        }
    }

    /// Length in bytes.
    pub fn length(self) -> u64 {
        self.length
    }
}

/// The settings' part of a stamp: all options that change pixels, readable, without spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint(String);

/// Added to the fingerprint of a thumbnail made from what was left of a damaged picture.
const DAMAGED: &str = ",damaged";

impl Fingerprint {
    /// The fingerprint of `options`.
    pub fn of(options: &Options) -> Self {
        let mut text = format!(
            "{},{},q{},p{PIXELS}",
            options.bounds, options.fit, options.quality
        );
        if options.enlarge {
            text.push_str(",enlarge");
        }
        if !options.rotate {
            text.push_str(",stored-order");
        }
        Self(text)
    }

    /// Whether a thumbnail with the settings `found` is what would be made now. One made from a damaged picture is,
    /// if damaged pictures are allowed; whether the picture is damaged is known only by decoding it.
    fn matches(&self, found: &str, allow_damaged: bool) -> bool {
        let sound = found.strip_suffix(DAMAGED);
        sound.unwrap_or(found) == self.0 && (sound.is_none() || allow_damaged)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Puts the stamp into `jpeg`, a thumbnail as the encoder made it, right after its JFIF header.
pub fn stamp(jpeg: &mut Vec<u8>, source: SourceVersion, settings: &Fingerprint, damaged: bool) {
    let mut text = String::with_capacity(128);
    let suffix = if damaged { DAMAGED } else { "" };
    write!(
        text,
        "thumbgen {FORMAT} mtime={} length={} settings={settings}{suffix} bytes=",
        Mtime(source.mtime),
        source.length
    )
    .expect("BUG: writing to a string fails");
    // Ten digits whatever the number, so that the segment's own length is known before the file's is.
    let bytes = jpeg.len() + encode::COMMENT_OVERHEAD + text.len() + 10;
    write!(text, "{bytes:010}").expect("BUG: writing to a string fails");
    encode::insert_comment(jpeg, text.as_bytes());
}

/// Seconds and nanoseconds, readable.
struct Mtime(FileTime);

impl fmt::Display for Mtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:09}", self.0.unix_seconds(), self.0.nanoseconds())
    }
}

/// A stamp as it was found in a thumbnail.
#[derive(Debug, PartialEq, Eq)]
struct Stamp<'a> {
    format: &'a str,
    mtime: &'a str,
    length: &'a str,
    settings: &'a str,
    bytes: &'a str,
}

impl<'a> Stamp<'a> {
    /// The stamp in the first comment of `jpeg`, if there is one.
    fn find(jpeg: &'a [u8]) -> Option<Self> {
        let mut rest = jpeg.strip_prefix(&[0xFF, 0xD8])?;
        // Only the application segments, 0xE0 to 0xEF, stand before the stamp.
        while let &[0xFF, marker, high, low, ref body @ ..] = rest {
            let body_length = usize::from(u16::from_be_bytes([high, low])).checked_sub(2)?;
            let (body, after) = body.split_at_checked(body_length)?;
            match marker {
                COM => return Self::parse(std::str::from_utf8(body).ok()?),
                0xE0..=0xEF => rest = after,
                _ => return None,
            }
        }
        None
    }

    fn parse(text: &'a str) -> Option<Self> {
        let mut words = text.strip_prefix("thumbgen ")?.split(' ');
        Some(Self {
            format: words.next()?,
            mtime: words.next()?.strip_prefix("mtime=")?,
            length: words.next()?.strip_prefix("length=")?,
            settings: words.next()?.strip_prefix("settings=")?,
            bytes: words.next()?.strip_prefix("bytes=")?,
        })
    }

    fn is_of(&self, source: SourceVersion, text: &mut String) -> bool {
        text.clear();
        let parts = write!(text, "{} {}", Mtime(source.mtime), source.length);
        parts.is_ok() && text.split_once(' ') == Some((self.mtime, self.length))
    }
}

/// Compares thumbnails with what would be made now. One a worker; it keeps the buffers.
#[derive(Debug)]
pub struct Checker {
    bytes: Box<[u8]>,
    text: String,
}

impl Default for Checker {
    fn default() -> Self {
        Self {
            bytes: vec![0; READ_AT_ONCE].into_boxed_slice(),
            text: String::new(),
        }
    }
}

impl Checker {
    /// Whether the thumbnail at `path` is what would be made from `source` with `settings`: one open, one read.
    pub fn check(
        &mut self,
        path: &Path,
        source: SourceVersion,
        settings: &Fingerprint,
        allow_damaged: bool,
    ) -> Freshness {
        use Freshness::{Fresh, Stale};
        // Without waiting: a pipe in the thumbnail's place would wait for a writer for ever.
        let file = File::options()
            .read(true)
            .custom_flags(OFlag::O_NONBLOCK.bits())
            .open(path);
        let mut file = match file {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Stale(Reason::Missing),
            Err(_) => return Stale(Reason::Damaged),
        };
        let Ok((head, length)) = read_head(&mut file, &mut self.bytes) else {
            return Stale(Reason::Damaged);
        };
        let Some(stamp) = Stamp::find(head) else {
            return without_stamp(&file, head, length, source);
        };
        if stamp.bytes.parse() != Ok(length) {
            Stale(Reason::Damaged)
        } else if !stamp.is_of(source, &mut self.text) {
            Stale(Reason::SourceChanged)
        } else if stamp.format != "1" || !settings.matches(stamp.settings, allow_damaged) {
            Stale(Reason::SettingsChanged)
        } else {
            Fresh
        }
    }
}

/// The beginning of `file`, and the file's whole length.
fn read_head<'b>(file: &mut File, bytes: &'b mut [u8]) -> io::Result<(&'b [u8], u64)> {
    let count = file.read(bytes)?;
    let length = if count < bytes.len() {
        count as u64
    } else {
        file.metadata()?.len()
    };
    Ok((&bytes[..count], length))
}

/// A thumbnail that another tool made is fresh if it is a JPEG and newer than its source. The usual rule must do here.
///
/// One of thumbgen's own that was cut short before its stamp ends looks like that too, but for its end (T.81, table B.1:
/// EOI; in the coded data, 0xD9 never follows 0xFF).
fn without_stamp(file: &File, head: &[u8], length: u64, source: SourceVersion) -> Freshness {
    let all_read = length == head.len() as u64;
    let ends = || memchr::memmem::find(head, &[0xFF, 0xD9]).is_some();
    if !head.starts_with(&[0xFF, 0xD8, 0xFF]) || (all_read && !ends()) {
        return Freshness::Stale(Reason::Damaged);
    }
    let newer = file
        .metadata()
        .is_ok_and(|metadata| FileTime::from_last_modification_time(&metadata) > source.mtime);
    if newer {
        Freshness::Fresh
    } else {
        Freshness::Stale(Reason::OlderThanSource)
    }
}

/// Whether `jpeg`, the beginning of a file, carries thumbgen's stamp: only such a file may be pruned.
pub fn is_stamped(jpeg: &[u8]) -> bool {
    Stamp::find(jpeg).is_some()
}
