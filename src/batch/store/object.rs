//! What is known of an object, and what is said with one that is written.

use std::ops::Range;

use object_store::{Attribute, AttributeValue, Attributes, GetRange, ObjectMeta};

/// Under which name an object's user metadata has the stamp.
const STAMP: &str = "thumbgen";

/// What is known of an object without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its entity tag, with its quotes.
    pub etag: String,
    /// What Google's store calls its generation.
    pub(super) version: Option<String>,
    /// Its length in bytes.
    pub length: u64,
    /// When it was written, in seconds by the store's clock.
    pub written: i64,
    /// The stamp in its user metadata.
    pub stamp: Option<String>,
}

/// Which bytes of an object are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Those in this range, as far as there are as many.
    Part(Range<u64>),
    /// All of them, if there are no more than so many.
    Whole {
        /// How many they may be.
        most: u64,
    },
}

/// Bytes of an object.
#[derive(Debug, Clone)]
pub struct Got {
    /// The bytes that were asked for.
    pub bytes: Vec<u8>,
    /// What is known of the whole object.
    pub head: Head,
}

/// What an object that is written may replace.
#[derive(Debug, Clone, Copy)]
pub enum Over<'a> {
    /// Whatever is there.
    Anything,
    /// Nothing: there must be none.
    Nothing,
    /// The object that was looked at, and no other.
    This(&'a Head),
}

/// An object's headers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Headers<'a> {
    /// Content-Type.
    pub content_type: Option<&'static str>,
    /// Cache-Control.
    pub cache_control: Option<&'a str>,
    /// The stamp, as user metadata.
    pub stamp: Option<&'a str>,
}

impl Head {
    pub(super) fn of(meta: &ObjectMeta, attributes: &Attributes) -> Head {
        let stamp = attributes.get(&Attribute::Metadata(STAMP.into()));
        Head {
            etag: meta.e_tag.as_deref().map(quoted).unwrap_or_default(),
            version: meta.version.clone(),
            length: meta.size,
            written: meta.last_modified.timestamp(),
            stamp: stamp.map(|text| text.as_ref().to_owned()),
        }
    }
}

impl Span {
    /// How many bytes they may be.
    pub(super) fn most(&self) -> u64 {
        match self {
            Self::Part(range) => range.end.saturating_sub(range.start),
            Self::Whole { most } => *most,
        }
    }

    /// The range that a request names.
    pub(super) fn range(self) -> Option<GetRange> {
        match self {
            Self::Part(range) => Some(GetRange::Bounded(range)),
            Self::Whole { .. } => None,
        }
    }
}

/// An entity tag as requests and answers have it (RFC 9110, section 8.8.3). Azure's listings leave the quotes out.
pub(super) fn quoted(etag: &str) -> String {
    match etag.ends_with('"') {
        true => etag.to_owned(),
        false => format!("\"{etag}\""),
    }
}

impl Headers<'_> {
    pub(super) fn attributes(self) -> Attributes {
        let mut attributes = Attributes::new();
        if let Some(kind) = self.content_type {
            attributes.insert(Attribute::ContentType, kind.into());
        }
        if let Some(cache) = self.cache_control {
            attributes.insert(
                Attribute::CacheControl,
                AttributeValue::from(cache.to_owned()),
            );
        }
        if let Some(stamp) = self.stamp {
            attributes.insert(
                Attribute::Metadata(STAMP.into()),
                AttributeValue::from(stamp.to_owned()),
            );
        }
        attributes
    }
}
