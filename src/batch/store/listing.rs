//! What is below a place in a store, in the order of the keys, a few pages ahead of whoever asks.
//!
//! The folders right below the place are where a listing is cut into stretches, which are listed side by side; a stretch
//! ends with a key and not with a folder, so a tree of many small folders takes no more requests than one large folder.
//!
//! A key that the crate can't bear (`a//b`, `a/../b`) fails the whole page that it is on. Such a page is asked for again
//! in halves, down to the key, which is told and stepped over.

use std::collections::VecDeque;

use object_store::list::PaginatedListOptions;
use object_store::path::Error as PathError;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::client::{BAD_KEY, Store, folder};
use super::error::StoreError;

/// The longest page there is (S3, Google, Azure).
const PAGE: usize = 1000;

/// Pages of a stretch that may be ahead.
const PAGES_AHEAD: usize = 2;

/// Stretches that are listed side by side.
const STRETCHES: usize = 8;

/// How deep it is looked for a place to cut, where there is only one folder at each depth.
const DEEPEST: usize = 4;

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key below the place.
    pub key: String,
    /// Its entity tag.
    pub etag: String,
    /// Its length in bytes.
    pub length: u64,
}

/// What a listing meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Met {
    /// An object.
    Object(Listed),
    /// An object with a key that can't be asked for, and why.
    BadKey(String, &'static str),
}

/// The objects below a place, in the order of their keys.
#[derive(Debug)]
pub struct Listing {
    stretches: VecDeque<Receiver<Result<Vec<Met>, StoreError>>>,
    page: std::vec::IntoIter<Met>,
    /// The key before.
    last: Option<String>,
}

impl Listing {
    /// Begins to list what is below `store`.
    pub fn new(store: &Store) -> Self {
        Self::cut_at(store, cuts(store))
    }

    /// The same in one stretch: for what is known to be little.
    pub fn whole(store: &Store) -> Self {
        Self::cut_at(store, Vec::new())
    }

    fn cut_at(store: &Store, cuts: Vec<String>) -> Self {
        let cuts = cuts.into_iter().map(Some);
        let starts = std::iter::once(None).chain(cuts.clone());
        let ends = cuts.chain([None]);
        let stretches = starts.zip(ends).map(|(after, until)| {
            let (sender, receiver) = channel(PAGES_AHEAD);
            let stretch = Stretch {
                store: store.clone(),
                until,
                sender,
            };
            store.spawn(stretch.list(after));
            receiver
        });
        Self {
            stretches: stretches.collect(),
            page: Vec::new().into_iter(),
            last: None,
        }
    }
}

impl Iterator for Listing {
    type Item = Result<Met, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(met) = self.page.next() else {
                match self.stretches.front_mut()?.blocking_recv() {
                    Some(Ok(page)) => self.page = page.into_iter(),
                    Some(Err(error)) => {
                        self.stretches.pop_front();
                        return Some(Err(error));
                    }
                    None => {
                        self.stretches.pop_front();
                    }
                }
                continue;
            };
            let Met::Object(object) = &met else {
                return Some(Ok(met));
            };
            // The crate drops slashes at a key's ends, and then the key stands where it does not belong.
            let in_order = self.last.as_deref().is_none_or(|last| *last < *object.key);
            if !in_order {
                return Some(Ok(Met::BadKey(object.key.clone(), BAD_KEY)));
            }
            self.last.get_or_insert_default().clone_from(&object.key);
            return Some(Ok(met));
        }
    }
}

/// The keys, whole ones, at which the listing of `store` is cut.
fn cuts(store: &Store) -> Vec<String> {
    let mut prefix = folder(&store.url.prefix);
    if !store.can_start_after() {
        return Vec::new();
    }
    for _ in 0..DEEPEST {
        let options = PaginatedListOptions {
            delimiter: Some("/".into()),
            max_keys: Some(PAGE),
            ..PaginatedListOptions::default()
        };
        // What is wrong with the store is told by the listing itself.
        let Ok(page) = store.block_on(store.page(&prefix, options)) else {
            return Vec::new();
        };
        let folders = page.result.common_prefixes;
        match folders.as_slice() {
            // Many keys are right here, and where they lie is not known.
            _ if page.page_token.is_some() => return Vec::new(),
            [] => return Vec::new(),
            [only] => prefix = folder(only.as_ref()),
            folders => {
                let each = folders.len().div_ceil(STRETCHES);
                let cuts = folders.iter().step_by(each).skip(1);
                // With the slash: a folder's marker, which lists without, is then in the stretch before.
                return cuts.map(|cut| folder(cut.as_ref())).collect();
            }
        }
    }
    Vec::new()
}

/// A part of a listing, with an end of its own.
struct Stretch {
    store: Store,
    /// The last key that can be in it.
    until: Option<String>,
    sender: Sender<Result<Vec<Met>, StoreError>>,
}

/// Where a page begins.
#[derive(Clone)]
enum From {
    Start,
    Behind(String),
    Token(String),
}

impl Stretch {
    async fn list(self, after: Option<String>) {
        let mut from = after.map_or(From::Start, From::Behind);
        let mut most = PAGE;
        loop {
            let (met, next) = match self.page(from.clone(), most).await {
                Ok(page) => page,
                Err(Failed::BadKey(_)) if most > 1 => {
                    most /= 2;
                    continue;
                }
                // It is of the next stretch, which will meet it.
                Err(Failed::BadKey(key)) if !self.holds(&key) => return,
                Err(Failed::BadKey(key)) if self.store.can_start_after() => {
                    let bad = Met::BadKey(self.relative(&key).to_owned(), BAD_KEY);
                    (vec![bad], Some(From::Behind(key)))
                }
                Err(Failed::BadKey(key)) => {
                    let text =
                        format!("the key {key:?} can't be listed, and those behind it neither");
                    let error = StoreError::new(super::error::Refusal::Unsupported, text);
                    let _ = self.sender.send(Err(error)).await;
                    return;
                }
                Err(Failed::Store(error)) => {
                    let _ = self.sender.send(Err(error)).await;
                    return;
                }
            };
            // Nobody listens any more: the run has ended.
            if self.sender.send(Ok(met)).await.is_err() {
                return;
            }
            match next {
                Some(next) => from = next,
                None => return,
            }
            most = (most * 2).min(PAGE);
        }
    }

    /// A page of at most `most` keys, and where the next one begins.
    async fn page(&self, from: From, most: usize) -> Result<(Vec<Met>, Option<From>), Failed> {
        let (offset, page_token) = match from {
            From::Start => (None, None),
            From::Behind(key) => (Some(key), None),
            From::Token(token) => (None, Some(token)),
        };
        let options = PaginatedListOptions {
            offset,
            page_token,
            max_keys: Some(most),
            ..PaginatedListOptions::default()
        };
        let prefix = folder(&self.store.url.prefix);
        let page = self.store.page(&prefix, options).await?;
        let mut next = page.page_token.map(From::Token);
        let mut met = Vec::with_capacity(page.result.objects.len());
        for object in page.result.objects {
            let key = object.location.as_ref();
            if !self.holds(key) {
                next = None;
                break;
            }
            met.push(Met::Object(Listed {
                key: self.relative(key).to_owned(),
                etag: object.e_tag.unwrap_or_default(),
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
        let prefix = self.store.url.prefix.as_str();
        let below = key.strip_prefix(prefix).unwrap_or(key);
        match prefix {
            "" => below,
            _ => below.strip_prefix('/').unwrap_or(below),
        }
    }
}

/// Why there is no page.
enum Failed {
    /// This whole key is on it.
    BadKey(String),
    Store(StoreError),
}

impl std::convert::From<object_store::Error> for Failed {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::InvalidPath {
                source: PathError::EmptySegment { path } | PathError::BadSegment { path, .. },
            } => Self::BadKey(path),
            error => Self::Store(StoreError::of(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::store::memory::Memory;

    fn keys(store: &Store) -> Vec<String> {
        let met = Listing::new(store).map(|met| match met.unwrap() {
            Met::Object(object) => object.key,
            Met::BadKey(key, _) => format!("bad {key}"),
        });
        met.collect()
    }

    #[test]
    fn keys_come_in_order_whatever_the_folders() {
        let memory = Memory::new();
        let mut expected = Vec::new();
        for folder in 0..30 {
            for number in 0..150 {
                expected.push(format!("{folder}/{number} ä%&.jpg"));
                expected.push(format!("{folder}-{number}.jpg"));
            }
        }
        for key in &expected {
            memory.insert(&format!("images/{key}"), Vec::new());
        }
        memory.insert("images-of-others/a.jpg", Vec::new());
        memory.insert("zebra/a.jpg", Vec::new());
        expected.sort_unstable();
        assert_eq!(keys(&memory.store("s3://shop/images")), expected);
        // 9 pages of 1000, one more for each stretch, and one to find them.
        let requests = memory.requests();
        assert!(
            (9..=9 + STRETCHES as u64 + 1).contains(&requests),
            "{requests}"
        );
        assert_eq!(keys(&memory.store("s3://shop")).len(), expected.len() + 2);
    }

    #[test]
    fn a_key_that_cannot_be_asked_for_is_told_and_hides_no_other() {
        for count in [1, 5, 999, 1000, 1001, 2500] {
            let memory = Memory::new();
            for number in 0..count {
                memory.insert(&format!("images/{number:04}.jpg"), Vec::new());
            }
            for bad in [
                "images//a.jpg",
                "images/0500/../a.jpg",
                "images/0500//b.jpg",
                "images/z//c.jpg",
            ] {
                memory.insert(bad, Vec::new());
            }
            let keys = keys(&memory.store("s3://shop/images"));
            let bad: Vec<_> = keys.iter().filter(|key| key.starts_with("bad ")).collect();
            assert_eq!(
                bad,
                [
                    "bad /a.jpg",
                    "bad 0500/../a.jpg",
                    "bad 0500//b.jpg",
                    "bad z//c.jpg"
                ]
            );
            assert_eq!(keys.len(), count + 4);
        }
    }

    #[test]
    fn a_bad_key_where_a_listing_is_cut_is_told_once() {
        let memory = Memory::new();
        for folder in ["a", "b", "c"] {
            memory.insert(&format!("images/{folder}/1.jpg"), Vec::new());
            memory.insert(&format!("images/{folder}/2//3.jpg"), Vec::new());
        }
        let keys = keys(&memory.store("s3://shop/images"));
        let expected = [
            "a/1.jpg",
            "bad a/2//3.jpg",
            "b/1.jpg",
            "bad b/2//3.jpg",
            "c/1.jpg",
            "bad c/2//3.jpg",
        ];
        assert_eq!(keys, expected);
    }

    #[test]
    fn a_key_whose_end_the_crate_drops_is_told() {
        let memory = Memory::new();
        for key in [
            "images/a.jpg",
            "images/a.jpg/",
            "images/b/",
            "images/b/c.jpg",
        ] {
            memory.insert(key, Vec::new());
        }
        let keys = keys(&memory.store("s3://shop/images"));
        assert_eq!(keys, ["a.jpg", "bad a.jpg", "b", "b/c.jpg"]);
    }
}
