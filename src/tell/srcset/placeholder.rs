//! A tiny likeness of a picture, to be shown until its thumbnail is there.

use std::num::NonZeroU16;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::picture::{Bounds, FramingRule, Options, Thumbnailer};

/// What kind of likeness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// ThumbHash: some 25 bytes (<https://evanw.github.io/thumbhash/>).
    ThumbHash,
}

/// The largest side that a ThumbHash is made of.
const LARGEST: NonZeroU16 = NonZeroU16::new(100).expect("100 is not 0");

/// Makes placeholders, from any thread.
#[derive(Debug)]
pub(super) struct Placeholders {
    kind: Placeholder,
    /// Those that no thread is using.
    thumbnailers: Mutex<Vec<Thumbnailer>>,
}

impl Placeholders {
    pub(super) fn new(kind: Placeholder) -> Self {
        Self {
            kind,
            thumbnailers: Mutex::default(),
        }
    }

    /// The placeholder of a picture, made of the first of its `thumbnails`, files, that can be read, in base64.
    pub(super) fn of(&self, thumbnails: &mut dyn Iterator<Item = Vec<u8>>) -> Option<String> {
        let idle = || {
            self.thumbnailers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        let thumbnailer = idle().pop();
        let mut thumbnailer = thumbnailer.unwrap_or_else(|| Thumbnailer::new(Options::default()));
        let rule = FramingRule::new(Bounds::square(LARGEST));
        let mut pixels = thumbnails.filter_map(|file| thumbnailer.pixels(&file, rule).ok());
        let pixels = pixels.next();
        idle().push(thumbnailer);
        let pixels = pixels?.to_rgba8();
        let (width, height) = (pixels.width() as usize, pixels.height() as usize);
        match self.kind {
            Placeholder::ThumbHash => {
                let hash = thumbhash::rgba_to_thumb_hash(width, height, pixels.as_raw());
                Some(STANDARD.encode(hash))
            }
        }
    }
}
