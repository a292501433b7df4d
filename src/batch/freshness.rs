//! Whether a thumbnail still is what would be made now, and the stamp that tells.
//!
//! "Newer than its source" is not enough: a source that is *replaced* by an older file (`rsync -a`, `tar`, `mv` keep
//! times) would never be noticed, nor a change of size or quality, nor a file that a crash cut short. So every
//! thumbnail carries what it was made from and how, in a JPEG as a comment right after its header:
//!
//! ```text
//! thumbgen 1 mtime=1763629320.123456789 length=114392 settings=128x128,inside,q80,p1 bytes=0000003931
//! ```
//!
//! Fresh means *equal* to what would be written now; nothing is compared by order, so clocks do not matter.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::fs::Metadata;
use std::io;
use std::path::Path;

use filetime::FileTime;

use crate::batch::ownership::{Foreign, Standing, look};
use crate::picture::stamp::Stamp;
use crate::picture::{self, Background, Fit, Format, Gravity, Options, Variant};

/// Version of thumbgen's own pixels: to be raised by every change that makes other pixels from the same source and
/// options, so that thumbnails made before it are made again. `tests/pixels.rs` fails until then. The exception is a
/// change after which those made before it are as good or better: hundreds of thousands would be made again for nothing.
/// There has been one, after 0.1.0: the [last bits](crate::picture::jpeg::Scales::without_last_bits) of progressive
/// pictures.
const PIXELS: u32 = 1;

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
    /// It is cut short, or what is there holds nothing: it is empty, or zeros only.
    Damaged,
    /// What is there is not thumbgen's, and `--replace-foreign` says that it may go.
    Foreign,
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
            Self::Foreign => "foreign",
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
    /// What is there is not thumbgen's: it stays.
    Foreign(Foreign),
}

/// What tells one state of a source from another without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceVersion {
    /// That of a file.
    File {
        /// Its modification time.
        mtime: FileTime,
        /// Its length in bytes.
        length: u64,
    },
    /// That of an object in a store.
    Object {
        /// Its entity tag, as the store tells it.
        etag: String,
        /// Its length in bytes.
        length: u64,
    },
}

impl SourceVersion {
    /// The version of the file that `metadata` describes.
    pub fn of(metadata: &Metadata) -> Self {
        Self::File {
            mtime: FileTime::from_last_modification_time(metadata),
            length: metadata.len(),
        }
    }

    /// Modification time as stamps have it: seconds and nanoseconds. An object has none that would tell anything.
    pub fn mtime(&self) -> Option<String> {
        match self {
            Self::File { mtime, .. } => Some(Mtime(*mtime).to_string()),
            Self::Object { .. } => None,
        }
    }

    /// Entity tag as stamps have it: without its quotes, and plain whatever is in it.
    pub fn etag(&self) -> Option<String> {
        match self {
            Self::File { .. } => None,
            Self::Object { etag, .. } => Some(Etag(etag).to_string()),
        }
    }

    /// Length in bytes.
    pub fn length(&self) -> u64 {
        match self {
            Self::File { length, .. } | Self::Object { length, .. } => *length,
        }
    }

    /// The fields of a stamp that tell it.
    pub(crate) fn write_fields(&self, text: &mut String) {
        let length = self.length();
        let written = match self {
            Self::File { mtime, .. } => write!(text, "mtime={} length={length}", Mtime(*mtime)),
            Self::Object { etag, .. } => write!(text, "etag={} length={length}", Etag(etag)),
        };
        written.expect("BUG: writing to a string fails");
    }
}

/// An entity tag as stamps have it.
pub(crate) struct Etag<'a>(pub(crate) &'a str);

impl fmt::Display for Etag<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.trim_matches('"').bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.+/=:~".contains(&byte) {
                write!(f, "{}", char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

/// The settings' part of a stamp: all options that change pixels, readable, without spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint(String);

/// Added to the fingerprint of a thumbnail made from what was left of a damaged picture.
pub(crate) const DAMAGED: &str = ",damaged";

impl Fingerprint {
    /// The fingerprint of thumbnails made as `options` and `variant` say.
    pub fn of(options: &Options, variant: &Variant) -> Self {
        let Variant {
            framing, format, ..
        } = variant;
        let mut text = format!("{},{}", framing.bounds, framing.fit);
        if format.has_quality() {
            text = format!("{text},q{}", variant.quality());
        }
        text = format!("{text},p{PIXELS}");
        // Only what isn't as usual, so that stamps from before there was a choice stay what they are; and only what the
        // thumbnail depends on, so that nothing is made again in vain.
        if *format != Format::default() {
            text = format!("{text},{format}");
        }
        if framing.enlarge {
            text.push_str(",enlarge");
        }
        if !options.rotate {
            text.push_str(",stored-order");
        }
        if framing.gravity != Gravity::default() && framing.fit != Fit::Inside {
            text = format!("{text},{}", framing.gravity);
        }
        let shows_background = !format.has_alpha() || framing.fit == Fit::Pad;
        if variant.background != Background::default() && shows_background {
            text = format!("{text},{}", variant.background);
        }
        if variant.progressive && *format == Format::Jpeg {
            text.push_str(",progressive");
        }
        if variant.sharpen {
            text.push_str(",sharpen");
        }
        Self(text)
    }

    /// Whether a thumbnail with this `stamp` has the size and the format that these settings are for, whatever else it
    /// was made with. A stamp of another version counts as such, too: what it says is not known.
    pub(crate) fn is_variant_of(&self, stamp: &Stamp<'_>) -> bool {
        let found = stamp.settings.filter(|_| stamp.is_current());
        found.is_none_or(|found| size_and_format(found) == size_and_format(&self.0))
    }

    /// Whether a thumbnail with the settings `found` is what would be made now. One made from a damaged picture is,
    /// if damaged pictures are allowed; whether the picture is damaged is known only by decoding it.
    fn matches(&self, found: &str, allow_damaged: bool) -> bool {
        let sound = found.strip_suffix(DAMAGED);
        sound.unwrap_or(found) == self.0 && (sound.is_none() || allow_damaged)
    }
}

/// The size in the settings of a stamp, and the format if it isn't JPEG.
fn size_and_format(settings: &str) -> (Option<&str>, Option<&str>) {
    let mut fields = settings.split(',');
    let size = fields.next();
    // A build without WebP knows what one with it makes.
    (size, fields.find(|field| matches!(*field, "webp" | "png")))
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Puts the stamp into `thumbnail`, as the encoder of `format` made it, and gives the stamp's text.
///
/// # Panics
///
/// As [`picture::stamp::insert`].
pub fn stamp(
    thumbnail: &mut Vec<u8>,
    format: Format,
    source: &SourceVersion,
    settings: &Fingerprint,
    damaged: bool,
) -> String {
    let mut settings = Cow::Borrowed(settings.0.as_str());
    if damaged {
        settings += DAMAGED;
    }
    let mut made_from = String::new();
    source.write_fields(&mut made_from);
    picture::stamp::insert(thumbnail, format, &made_from, &settings)
}

/// Seconds and nanoseconds, readable.
struct Mtime(FileTime);

impl fmt::Display for Mtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:09}", self.0.unix_seconds(), self.0.nanoseconds())
    }
}

/// Compares thumbnails with what would be made now. Each worker has one, which keeps the buffers.
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
    ///
    /// # Errors
    ///
    /// If what is there can't be read.
    pub fn check(
        &mut self,
        path: &Path,
        source: &SourceVersion,
        settings: &Fingerprint,
        allow_damaged: bool,
    ) -> io::Result<Freshness> {
        use Freshness::{Foreign, Stale};
        Ok(match look(path, &mut self.bytes)? {
            Standing::Nothing => Stale(Reason::Missing),
            Standing::Remains => Stale(Reason::Damaged),
            Standing::Foreign(what) => Foreign(what),
            Standing::Ours(stamp, length) => of_stamp(
                &stamp,
                length,
                source,
                settings,
                allow_damaged,
                &mut self.text,
            ),
        })
    }
}

/// Whether a thumbnail of ours with this `stamp`, and of this `length`, is what would be made from `source` with
/// `settings`; `text` is scratch.
pub(crate) fn of_stamp(
    stamp: &Stamp<'_>,
    length: u64,
    source: &SourceVersion,
    settings: &Fingerprint,
    allow_damaged: bool,
    text: &mut String,
) -> Freshness {
    use Freshness::{Fresh, Stale};
    let is_as_set = |found| settings.matches(found, allow_damaged);
    if !stamp.is_current() {
        // First: what the fields of another version mean is not known.
        Stale(Reason::SettingsChanged)
    } else if stamp.bytes.and_then(|bytes| bytes.parse().ok()) != Some(length) {
        Stale(Reason::Damaged)
    } else if !is_of(stamp, source, text) {
        Stale(Reason::SourceChanged)
    } else if !stamp.settings.is_some_and(is_as_set) {
        Stale(Reason::SettingsChanged)
    } else {
        Fresh
    }
}

/// Whether `stamp` says that the thumbnail was made from `source`; `text` is scratch.
fn is_of(stamp: &Stamp<'_>, source: &SourceVersion, text: &mut String) -> bool {
    text.clear();
    source.write_fields(text);
    let found = match source {
        SourceVersion::File { .. } => stamp.mtime,
        SourceVersion::Object { .. } => stamp.etag,
    };
    let mut values = text
        .split(' ')
        .map(|field| field.split_once('=').map(|(_, value)| value));
    [found, stamp.length]
        .into_iter()
        .all(|found| values.next() == Some(found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Quality;

    #[test]
    fn every_setting_that_changes_pixels_changes_the_fingerprint() {
        let usual = Variant::default();
        let of = |variant: &Variant| Fingerprint::of(&Options::default(), variant).to_string();
        // What stamps have always had.
        assert_eq!(of(&usual), "128x128,inside,q80,p1");
        let cover = usual.clone().with_fit(Fit::Cover);
        let webp_or_png = Format::ALL.iter().filter(|format| **format != Format::Jpeg);
        let changed = [
            usual.clone().with_enlarge(true),
            usual.clone().with_background(Background::rgb(1, 2, 3)),
            usual.clone().with_progressive(true),
            usual.clone().with_sharpen(true),
            cover.clone(),
            cover.with_gravity(Gravity::North),
        ]
        .into_iter()
        .chain(webp_or_png.map(|&format| usual.clone().with_format(format)))
        .collect::<Vec<_>>();
        let mut texts: Vec<_> = changed.iter().chain([&usual]).map(of).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), changed.len() + 1, "{texts:?}");
        assert!(texts.iter().all(|text| !text.contains(' ')), "{texts:?}");
    }

    #[test]
    fn a_setting_that_changes_no_pixel_leaves_the_fingerprint_as_it_is() {
        let of = |variant: &Variant| Fingerprint::of(&Options::default(), variant);
        let (jpeg, png) = (
            Variant::default(),
            Variant::default().with_format(Format::Png),
        );
        let blue = Background::rgb(0, 0, 255);
        for (variant, changed) in [
            (&jpeg, jpeg.clone().with_gravity(Gravity::North)),
            (&png, png.clone().with_background(blue)),
            (&png, png.clone().with_progressive(true)),
            (&png, png.clone().with_quality(Quality::new(12).unwrap())),
        ] {
            assert_eq!(of(variant), of(&changed), "{changed:?}");
        }
    }
}
