//! A part of a listing, page by page, with an end of its own.

use std::collections::HashSet;

use object_store::list::PaginatedListOptions;
use object_store::path::Error as PathError;
use tokio::sync::mpsc::Sender;

use super::{Listed, Met, PAGE};
use crate::batch::store::client::BAD_KEY;
use crate::batch::store::error::StoreError;
use crate::batch::store::lister::Lister;
use crate::batch::store::object::quoted;
use crate::batch::store::page_token::PageToken;

/// What a stretch hands over.
#[derive(Debug)]
pub(super) enum Part {
    Page(Vec<Met>),
    Failed(StoreError),
    /// There is no more in it.
    End,
}

/// A part of a listing, with an end of its own.
pub(super) struct Stretch {
    pub(super) lister: Lister,
    /// The prefix of all keys, without its slash.
    pub(super) place: String,
    pub(super) prefix: String,
    pub(super) can_start_after: bool,
    /// Where a page begins if it can't start after a key.
    pub(super) token: PageToken,
    /// Keys that come with a slash in front which nobody sees.
    pub(super) slashed: HashSet<String>,
    /// The last key that can be in it.
    pub(super) until: Option<String>,
}

/// Where a page begins.
#[derive(Debug, Clone)]
pub(in crate::batch::store) enum Begin {
    Start,
    Behind(String),
    Token(String),
}

impl Stretch {
    pub(super) async fn list(mut self, mut from: Begin, sender: Sender<Part>) {
        let mut most = PAGE;
        loop {
            let (met, next) = match self.page(from.clone(), most).await {
                Ok(page) => page,
                Err(Failed::BadKey(_)) if most > 1 => {
                    most /= 2;
                    continue;
                }
                // It is of the next stretch, which will meet it.
                Err(Failed::BadKey(key)) if !self.holds(&key) => (Vec::new(), None),
                Err(Failed::BadKey(key)) => {
                    // Those that begin with a slash were told before all others.
                    let is_told = self.prefix.is_empty() && key.starts_with('/');
                    let bad = Met::BadKey(self.relative(&key).to_owned(), BAD_KEY);
                    let next = match self.can_start_after {
                        true => Some(Begin::Behind(key)),
                        false => self.token.take().map(Begin::Token),
                    };
                    (if is_told { Vec::new() } else { vec![bad] }, next)
                }
                Err(Failed::Store(error)) => {
                    let _ = sender.send(Part::Failed(error)).await;
                    return;
                }
            };
            // If nobody listens any more, the run has ended.
            if sender.send(Part::Page(met)).await.is_err() {
                return;
            }
            let Some(next) = next else {
                let _ = sender.send(Part::End).await;
                return;
            };
            from = next;
            most = (most * 2).min(PAGE);
        }
    }

    /// A page of at most `most` keys, and where the next one begins.
    pub(super) async fn page(
        &mut self,
        from: Begin,
        most: usize,
    ) -> Result<(Vec<Met>, Option<Begin>), Failed> {
        let (offset, page_token) = match from {
            Begin::Start => (None, None),
            Begin::Behind(key) => (Some(key), None),
            Begin::Token(token) => (None, Some(token)),
        };
        let mut options = PaginatedListOptions {
            offset,
            page_token,
            max_keys: Some(most),
            ..PaginatedListOptions::default()
        };
        // A page of one key is asked for where that key may be the bad one.
        if !self.can_start_after && most == 1 {
            options.extensions.insert(self.token.clone());
        }
        let page = self.lister.page(&self.prefix, options).await?;
        let mut next = page.page_token.map(Begin::Token);
        let mut met = Vec::with_capacity(page.result.objects.len());
        for object in page.result.objects {
            let key = object.location.as_ref();
            // Those that begin with a slash come before all others of their letters.
            if key > "/" && self.slashed.remove(key) {
                continue;
            }
            if !self.holds(key) {
                next = None;
                break;
            }
            // The place's own marker, from which the crate has dropped the slash, is not below it.
            if self.relative(key).is_empty() {
                continue;
            }
            met.push(Met::Object(Listed {
                key: self.relative(key).to_owned(),
                etag: object.e_tag.as_deref().map(quoted).unwrap_or_default(),
                length: object.size,
            }));
        }
        Ok((met, next))
    }

    /// Whether a whole key is not behind its end.
    fn holds(&self, key: &str) -> bool {
        self.until.as_deref().is_none_or(|until| key <= until)
    }

    /// A whole key as it is below the place.
    fn relative<'k>(&self, key: &'k str) -> &'k str {
        let below = key.strip_prefix(&self.place).unwrap_or(key);
        match self.place.as_str() {
            "" => below,
            _ => below.strip_prefix('/').unwrap_or(below),
        }
    }
}

/// Why there is no page.
pub(super) enum Failed {
    /// This whole key is on it.
    BadKey(String),
    Store(StoreError),
}

impl From<object_store::Error> for Failed {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::InvalidPath {
                source: PathError::EmptySegment { path } | PathError::BadSegment { path, .. },
            } => Self::BadKey(path),
            error => Self::Store(StoreError::of(&error)),
        }
    }
}
