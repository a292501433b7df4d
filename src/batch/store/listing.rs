//! What is below a place in a store, in the order of the keys, a few pages ahead of whoever asks.
//!
//! If there is more than a page, the listing is [cut](super::cuts) into stretches at folders, and some of them are
//! listed side by side.
//!
//! A key that the crate can't bear (`a//b`, `a/../b`) fails the whole page that it is on. Such a page is asked for
//! again in halves, down to the key, which is told and stepped over, [in Azure](super::page_token) too. Of a key that
//! begins with a slash, the crate drops the slash, and then it stands where it does not belong; such keys are listed
//! first, for themselves.

mod stretch;
#[cfg(test)]
mod tests;

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::timeout;

use super::client::{BAD_KEY, Store};
use super::cuts::Cuts;
use super::error::{Refusal, StoreError};
use super::lister::prefix_of;
use super::page_token::PageToken;
use super::url::Service;
use crate::batch::stop::Stop;

pub(super) use stretch::Begin;
use stretch::{Part, Stretch};

/// The longest page there is (S3, Google, Azure).
pub(super) const PAGE: usize = 1000;

/// Pages of a stretch that may be ahead.
const PAGES_AHEAD: usize = 4;

/// Stretches that are listed side by side.
const STRETCHES: usize = 8;

/// How often a listing that waits for the store looks whether it is to end.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

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
    store: Store,
    stop: Stop,
    cuts: Cuts,
    /// Keys that begin with a slash, without it.
    slashed: HashSet<String>,
    stretches: VecDeque<Receiver<Part>>,
    page: std::vec::IntoIter<Met>,
    /// The key before.
    last: Option<String>,
}

impl Listing {
    /// Begins to list what is below `store`, until `stop` is set.
    pub fn new(store: &Store, stop: &Stop) -> Self {
        let mut listing = Self::nothing(store, stop);
        if store.url.prefix.is_empty() {
            listing.list_slashed();
        }
        let mut first = listing.stretch(&Begin::Start, None);
        let page = store.block_on(first.page(Begin::Start, PAGE));
        match page {
            Ok((met, next)) => {
                let told = listing.page.by_ref();
                let met: Vec<Met> = told.chain(met).collect();
                let last = met.iter().rev().find_map(Met::key);
                if let Some(next) = next {
                    listing.cuts = match last {
                        Some(last) => Cuts::behind(store, next, last),
                        // All of the page was passed over.
                        None => Cuts::none(next),
                    };
                }
                listing.page = met.into_iter();
                listing.begin(Some(first));
            }
            // All that is to be said of it, it says itself.
            Err(_) => listing.cuts = Cuts::none(Begin::Start),
        }
        listing.begin(None);
        listing
    }

    /// The same in one stretch: for what is known to be little.
    pub fn whole(store: &Store) -> Self {
        let mut listing = Self::nothing(store, &Stop::default());
        listing.cuts = Cuts::none(Begin::Start);
        listing.begin(None);
        listing
    }

    fn nothing(store: &Store, stop: &Stop) -> Self {
        Self {
            store: store.clone(),
            stop: stop.clone(),
            cuts: Cuts::default(),
            slashed: HashSet::new(),
            stretches: VecDeque::new(),
            page: Vec::new().into_iter(),
            last: None,
        }
    }

    /// Tells the keys that begin with a slash.
    fn list_slashed(&mut self) {
        let slashed = Stretch {
            prefix: "/".into(),
            ..self.stretch(&Begin::Start, None)
        };
        let mut listing = Self::nothing(&self.store, &self.stop);
        listing.start(slashed, Begin::Start);
        let mut bad = Vec::new();
        // What is wrong with the store is told by the rest.
        for met in listing.map_while(Result::ok) {
            match met {
                Met::Object(object) => {
                    bad.push(Met::BadKey(format!("/{}", object.key), BAD_KEY));
                    self.slashed.insert(object.key);
                }
                bad_key => bad.push(bad_key),
            }
        }
        self.page = bad.into_iter();
    }

    /// Begins as many stretches as are listed side by side, of which the `first` may have begun.
    fn begin(&mut self, mut first: Option<Stretch>) {
        while self.stretches.len() < STRETCHES {
            let Some((from, until)) = self.cuts.next(&self.store) else {
                return;
            };
            let stretch = match first.take() {
                Some(begun) => Stretch { until, ..begun },
                None => self.stretch(&from, until),
            };
            self.start(stretch, from);
        }
    }

    fn stretch(&self, from: &Begin, until: Option<String>) -> Stretch {
        let begins_before = match from {
            Begin::Start | Begin::Token(_) => true,
            Begin::Behind(key) => key.as_str() < "/",
        };
        let ends_behind = until.as_deref().is_none_or(|until| until > "/");
        Stretch {
            lister: self.store.lister(),
            place: self.store.url.prefix.clone(),
            prefix: prefix_of(&self.store.url.prefix),
            // Azure's emulator passes over the wish, and Azure itself knows none in the version that the crate speaks.
            can_start_after: self.store.url.service != Service::Azure,
            token: PageToken::default(),
            slashed: match begins_before && ends_behind {
                true => self.slashed.clone(),
                false => HashSet::new(),
            },
            until,
        }
    }

    fn start(&mut self, stretch: Stretch, from: Begin) {
        let (sender, receiver) = channel(PAGES_AHEAD);
        self.store.spawn(stretch.list(from, sender));
        self.stretches.push_back(receiver);
    }

    /// The next part of the first stretch; nothing if the listing is to end.
    fn part(&mut self) -> Option<Part> {
        let stretch = self.stretches.front_mut()?;
        while !self.stop.is_set() {
            let part = async { timeout(BETWEEN_LOOKS, stretch.recv()).await };
            if let Ok(part) = self.store.block_on(part) {
                let died = || StoreError::new(Refusal::Other, "the listing broke off");
                return Some(part.unwrap_or_else(|| Part::Failed(died())));
            }
        }
        None
    }
}

impl Met {
    fn key(&self) -> Option<&str> {
        match self {
            Self::Object(object) => Some(&object.key),
            Self::BadKey(..) => None,
        }
    }
}

impl Iterator for Listing {
    type Item = Result<Met, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(met) = self.page.next() else {
                match self.part()? {
                    Part::Page(page) => self.page = page.into_iter(),
                    Part::Failed(error) => {
                        // What is behind it would come with a gap.
                        self.stretches.clear();
                        self.cuts = Cuts::default();
                        return Some(Err(error));
                    }
                    Part::End => {
                        self.stretches.pop_front();
                        self.begin(None);
                    }
                }
                continue;
            };
            let Met::Object(object) = &met else {
                return Some(Ok(met));
            };
            // The crate drops a slash at a key's end, and then the key stands where it does not belong.
            let in_order = self.last.as_deref().is_none_or(|last| *last < *object.key);
            if !in_order {
                return Some(Ok(Met::BadKey(object.key.clone(), BAD_KEY)));
            }
            self.last.get_or_insert_default().clone_from(&object.key);
            return Some(Ok(met));
        }
    }
}
