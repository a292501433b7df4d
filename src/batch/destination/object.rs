//! Thumbnails as objects in a store: the stamp is in the bytes and in the user metadata, and a PUT is whole or not
//! there.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use crate::batch::destination::thumbnail::{Thumbnail, Wanted, Written};
use crate::batch::freshness::{DAMAGED, Etag, Freshness, Reason, SourceVersion, of_stamp};
use crate::batch::job::{Job, There};
use crate::batch::ownership::{Foreign, HEAD};
use crate::batch::store::{
    Fact, Head, Headers, Ledger, NotUtf8, Over, Patience, Refusal, Span, Store, StoreError,
};
use crate::picture::Format;
use crate::picture::stamp::{Found, Stamp, find};

/// How often writing is begun again because something else came into the place.
const TRIES: u32 = 5;

/// What all workers of a run have in common.
#[derive(Debug)]
pub struct Bucket {
    /// DEST.
    pub store: Store,
    /// DEST as thumbnails' paths have it.
    pub root: std::path::PathBuf,
    /// What is known to be fresh.
    pub ledger: Ledger,
    /// Cache-Control of the thumbnails.
    pub cache_control: Option<String>,
}

/// Looks at and writes one worker's thumbnails.
#[derive(Debug)]
pub struct Place {
    bucket: Arc<Bucket>,
    /// What was found in the places of the job at hand, by the thumbnails' numbers.
    heads: Vec<(usize, Head)>,
    text: String,
}

impl Place {
    /// A worker's part of `bucket`.
    pub fn new(bucket: Arc<Bucket>) -> Self {
        Self {
            bucket,
            heads: Vec::new(),
            text: String::new(),
        }
    }

    /// Forgets the last job.
    pub fn begin(&mut self) {
        self.heads.clear();
    }

    /// Whether thumbnail number `variant` of `job` is what is wanted: without a request, where the listing and the
    /// ledger tell.
    ///
    /// # Errors
    ///
    /// If the store doesn't say.
    pub fn look(&mut self, job: &Job, variant: usize, wanted: Wanted<'_>) -> io::Result<Freshness> {
        let place = self.bucket.key(&job.thumbnails[variant])?;
        match job.there.get(variant) {
            Some(There::Nothing) => return Ok(Freshness::Stale(Reason::Missing)),
            Some(There::Object(etag)) if self.is_known(job, place, etag, wanted) => {
                return Ok(Freshness::Fresh);
            }
            _ => {}
        }
        let Some(head) = self.bucket.store.head(place)? else {
            return Ok(Freshness::Stale(Reason::Missing));
        };
        let stamp = self.bucket.stamp(place, &head)?;
        let found = match stamp.as_deref().and_then(Stamp::parse) {
            None if head.length == 0 => Freshness::Stale(Reason::Damaged),
            None => Freshness::Foreign(Foreign::File),
            Some(stamp) => {
                let Wanted {
                    version,
                    settings,
                    allow_damaged,
                } = wanted;
                let text = &mut self.text;
                let found = of_stamp(&stamp, head.length, version, settings, allow_damaged, text);
                if found == Freshness::Fresh {
                    self.bucket.note(job, place, version, &head.etag, &stamp);
                }
                found
            }
        };
        self.heads.push((variant, head));
        Ok(found)
    }

    /// Whether the ledger has the thumbnail with the entity tag `etag`.
    fn is_known(&self, job: &Job, place: &str, etag: &str, wanted: Wanted<'_>) -> bool {
        let mut version = String::new();
        wanted.version.write_fields(&mut version);
        let (etag, settings) = (Etag(etag).to_string(), wanted.settings.to_string());
        let knows = |settings: &str| {
            self.bucket.ledger.knows(Fact {
                source: &job.source.relative().to_string_lossy(),
                version: &version,
                thumbnail: place,
                etag: &etag,
                settings,
            })
        };
        knows(&settings) || wanted.allow_damaged && knows(&(settings.clone() + DAMAGED))
    }

    /// Puts `thumbnail` in its place, unless something foreign is there that may not be replaced. What was not looked
    /// at is not replaced: that nothing was there, or a thumbnail of ours, is a condition of the request.
    ///
    /// # Errors
    ///
    /// If the store refuses.
    pub fn write(
        &mut self,
        thumbnail: Thumbnail<'_>,
        replace_foreign: bool,
    ) -> io::Result<Written> {
        let Thumbnail {
            job,
            variant,
            bytes,
            format,
            stamp,
            version,
        } = thumbnail;
        let Bucket {
            store,
            cache_control,
            ..
        } = &*self.bucket;
        let place = self.bucket.key(&job.thumbnails[variant])?;
        let headers = Headers {
            content_type: Some(content_type(format)),
            cache_control: cache_control.as_deref(),
            stamp: Some(stamp),
        };
        let seen = self.heads.iter().position(|(number, _)| *number == variant);
        let mut there = seen.map(|at| self.heads.swap_remove(at).1);
        // It was known without having been looked at.
        if there.is_none()
            && let Some(There::Object(listed)) = job.there.get(variant)
        {
            there = store.head(place)?;
            // Another one than was listed and taken for a thumbnail.
            if let Some(head) = &there
                && head.etag != *listed
                && head.length > 0
                && !replace_foreign
                && self.bucket.stamp(place, head)?.is_none()
            {
                return Ok(Written::Kept(Foreign::File));
            }
        }
        let mut patience = Patience::new(store.retry_timeout);
        let (mut tries, mut conditions) = (0, true);
        while tries < TRIES {
            let over = match &there {
                _ if !conditions => Over::Anything,
                Some(head) => Over::This(head),
                None => Over::Nothing,
            };
            match store.put(place, bytes.to_vec(), over, headers) {
                Ok(etag) => {
                    self.bucket.note_made(job, place, version, etag, stamp);
                    return Ok(Written::InPlace);
                }
                Err(error) if error.is_others() => {
                    tries += 1;
                }
                // A store that knows no conditions: what comes between this look and the next request is lost.
                Err(error) if error.refusal == Refusal::Unsupported && conditions => {
                    conditions = false;
                }
                // Whether it is there is not known, and the crate asks only once where there is a condition.
                Err(error) => match patience.pause_after(&error) {
                    Some(pause) => thread::sleep(pause),
                    None => return Err(error.into()),
                },
            }
            there = store.head(place)?;
            let Some(head) = &there else { continue };
            // Without conditions, nothing was sent yet, or it is sent once more.
            if conditions
                && head.stamp.as_deref() == Some(stamp)
                && head.length == bytes.len() as u64
            {
                // The answer was lost on the way, or another run has made it.
                self.bucket
                    .note_made(job, place, version, Some(head.etag.clone()), stamp);
                return Ok(Written::InPlace);
            }
            if !replace_foreign && head.length > 0 && self.bucket.stamp(place, head)?.is_none() {
                return Ok(Written::Kept(Foreign::File));
            }
        }
        Err(StoreError::contended().into())
    }
}

impl Bucket {
    /// The key of the thumbnail at `path`, below DEST.
    pub(crate) fn key<'p>(&self, path: &'p Path) -> io::Result<&'p str> {
        let relative = path.strip_prefix(&self.root).unwrap_or(path).to_str();
        relative.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidFilename, NotUtf8))
    }

    /// The stamp of the object `key`: in its user metadata, or else in its bytes, where another tool copied them.
    pub(crate) fn stamp(&self, key: &str, head: &Head) -> Result<Option<String>, StoreError> {
        if let Some(stamp) = &head.stamp
            && Stamp::parse(stamp).is_some()
        {
            return Ok(Some(stamp.clone()));
        }
        if head.length == 0 {
            return Ok(None);
        }
        let bytes = self.store.get(key, Span::Part(0..HEAD as u64), None)?.bytes;
        Ok(match find(&bytes) {
            Found::Stamp(stamp) => Some(stamp.text.to_owned()),
            Found::CutShort | Found::Nothing => None,
        })
    }

    /// Notes that the thumbnail in `place` was made just now, if the store has told its entity tag.
    fn note_made(
        &self,
        job: &Job,
        place: &str,
        version: &SourceVersion,
        etag: Option<String>,
        stamp: &str,
    ) {
        if let Some((etag, stamp)) = etag.zip(Stamp::parse(stamp)) {
            self.note(job, place, version, &etag, &stamp);
        }
    }

    /// Notes that the thumbnail in `place` with this entity tag and this stamp was made from this version.
    fn note(&self, job: &Job, place: &str, version: &SourceVersion, etag: &str, stamp: &Stamp<'_>) {
        let mut text = String::new();
        version.write_fields(&mut text);
        self.ledger.add(Fact {
            source: &job.source.relative().to_string_lossy(),
            version: &text,
            thumbnail: place,
            etag: &Etag(etag).to_string(),
            settings: stamp.settings.unwrap_or_default(),
        });
    }
}

/// Content-Type of thumbnails in `format`.
fn content_type(format: Format) -> &'static str {
    match format {
        Format::Jpeg => "image/jpeg",
        Format::Png => "image/png",
        #[cfg(feature = "webp")]
        Format::WebP => "image/webp",
    }
}
