//! Thumbnails as objects in a store: the stamp is in the bytes and in the user metadata, and a PUT is whole or not there.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::batch::destination::thumbnail::{Thumbnail, Wanted, Written};
use crate::batch::freshness::{DAMAGED, Etag, Freshness, Reason, SourceVersion, of_stamp};
use crate::batch::job::{Job, There};
use crate::batch::ownership::{Foreign, HEAD};
use crate::batch::store::{Fact, Head, Headers, Ledger, NotUtf8, Over, Refusal, Store, StoreError};
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

    /// Whether thumbnail number `variant` of `job` is what is wanted: without a request, where the listing and the ledger
    /// tell.
    ///
    /// # Errors
    ///
    /// If the store doesn't say.
    pub fn look(&mut self, job: &Job, variant: usize, wanted: Wanted<'_>) -> io::Result<Freshness> {
        let place = self.bucket.key(&job.thumbnails[variant])?;
        match job.there.get(variant) {
            Some(There::Nothing) => return Ok(Freshness::Stale(Reason::Missing)),
            Some(There::Object { etag, .. }) if self.is_known(job, place, etag, wanted) => {
                return Ok(Freshness::Fresh);
            }
            _ => {}
        }
        let Some(head) = self.bucket.store.head(place)? else {
            return Ok(Freshness::Stale(Reason::Missing));
        };
        let found = match self.bucket.stamp(place, &head)? {
            None if head.length == 0 => Freshness::Stale(Reason::Damaged),
            None => Freshness::Foreign(Foreign::File),
            Some(text) => {
                let stamp = Stamp::parse(&text).expect("BUG: a stamp that is none");
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

    /// Puts `thumbnail` in its place, unless something foreign is there that may not be replaced. What was not looked at
    /// is not replaced: that nothing was there, or a thumbnail of ours, is a condition of the request.
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
        if there.is_none() && matches!(job.there.get(variant), Some(There::Object { .. })) {
            there = store.head(place)?;
        }
        for _ in 0..TRIES {
            let over = there.as_ref().map_or(Over::Nothing, Over::This);
            match store.put(place, bytes.to_vec(), over, headers) {
                Ok(etag) => {
                    let stamp = Stamp::parse(stamp).expect("BUG: a stamp that is none");
                    if let Some(etag) = etag {
                        self.bucket.note(job, place, version, &etag, &stamp);
                    }
                    return Ok(Written::InPlace);
                }
                Err(error) if matches!(error.refusal, Refusal::Changed | Refusal::Exists) => {}
                // A store that knows no conditions: what comes in this moment is lost.
                Err(error) if error.refusal == Refusal::Unsupported => {
                    store.put(place, bytes.to_vec(), Over::Anything, headers)?;
                    return Ok(Written::InPlace);
                }
                Err(error) => return Err(error.into()),
            }
            there = store.head(place)?;
            if let Some(head) = &there
                && !replace_foreign
                && head.length > 0
                && self.bucket.stamp(place, head)?.is_none()
            {
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
        let bytes = self.store.get(key, Some(0..HEAD as u64), None)?.bytes;
        Ok(match find(&bytes) {
            Found::Stamp(stamp) => Some(stamp.to_string()),
            Found::CutShort | Found::Nothing => None,
        })
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
