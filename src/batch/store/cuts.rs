//! Where a long listing is cut into stretches: at folders, so that some can be listed side by side.
//!
//! A stretch ends with a key and not with a folder, so a tree of many small folders takes no more requests than one
//! large folder; but each stretch ends with a page that is not full. How many pages there will be is guessed by how
//! many of the folders are on the first one.

use std::collections::VecDeque;

use object_store::list::PaginatedListOptions;

use super::client::Store;
use super::lister::prefix_of;
use super::listing::{Begin, PAGE};
use super::url::Service;

/// Pages that a stretch should have at least: less would cost more requests than it brings.
const PAGES_EACH: usize = 4;

/// Stretches at most of a thousand folders.
const MOST: usize = 64;

/// Stretches where the first page doesn't tell how many pages there will be.
const FEW: usize = 8;

/// How deep it is looked for a place to cut, where there is only one folder at each depth.
const DEEPEST: usize = 4;

/// Where a listing is cut.
#[derive(Debug, Default)]
pub(super) struct Cuts {
    /// Where the next stretch begins; all have begun if there is none.
    begin: Option<Begin>,
    /// The keys, whole ones, at which it and those behind it end.
    keys: VecDeque<String>,
    more: Option<More>,
}

/// There are folders behind those that have been looked at.
#[derive(Debug)]
struct More {
    prefix: String,
    token: String,
    /// Folders in a stretch.
    each: usize,
}

impl Cuts {
    /// One stretch.
    pub(super) fn none(begin: Begin) -> Self {
        Self {
            begin: Some(begin),
            ..Self::default()
        }
    }

    /// Those of what is below `store` behind the first page, which ends with the key `last` below it.
    pub(super) fn behind(store: &Store, begin: Begin, last: &str) -> Self {
        let mut cuts = Self::none(begin);
        if store.url.service == Service::Azure {
            return cuts;
        }
        let last = store.url.key(last);
        let mut prefix = prefix_of(&store.url.prefix);
        for _ in 0..DEEPEST {
            let Some((folders, token)) = folders(store, &prefix, None) else {
                return cuts;
            };
            match folders.as_slice() {
                [only] if token.is_none() => prefix.clone_from(only),
                [] => return cuts,
                folders => {
                    let seen = folders.partition_point(|folder| *folder <= last);
                    let pages = folders.len() / seen.max(1);
                    let stretches = match seen {
                        // The first folder may go on and on.
                        0 | 1 => pages.max(FEW),
                        _ => pages / PAGES_EACH,
                    };
                    if stretches < 2 {
                        return cuts;
                    }
                    let each = folders.len().div_ceil(stretches.min(MOST));
                    let keys = folders[seen..].iter().skip(each).step_by(each);
                    cuts.keys = keys.cloned().collect();
                    cuts.more = token.map(|token| More {
                        prefix,
                        token,
                        each,
                    });
                    return cuts;
                }
            }
        }
        cuts
    }

    /// Where the next stretch begins, and the last key that can be in it.
    pub(super) fn next(&mut self, store: &Store) -> Option<(Begin, Option<String>)> {
        let begin = self.begin.take()?;
        while self.keys.is_empty()
            && let Some(more) = self.more.take()
        {
            let token = Some(more.token.clone());
            let Some((folders, token)) = folders(store, &more.prefix, token) else {
                break;
            };
            let keys = folders.into_iter().step_by(more.each);
            self.keys = keys.collect();
            self.more = token.map(|token| More { token, ..more });
        }
        let until = self.keys.pop_front();
        self.begin = until.clone().map(Begin::Behind);
        Some((begin, until))
    }
}

/// A page of the folders right below `prefix`, whole keys with their slash, and where the next one begins. What is
/// wrong with the store is told by the listing itself.
fn folders(
    store: &Store,
    prefix: &str,
    token: Option<String>,
) -> Option<(Vec<String>, Option<String>)> {
    let options = PaginatedListOptions {
        delimiter: Some("/".into()),
        max_keys: Some(PAGE),
        page_token: token,
        ..PaginatedListOptions::default()
    };
    let page = store.block_on(store.lister().page(prefix, options)).ok()?;
    // With the slash: a folder's marker, which lists without, is then in the stretch before.
    let folders = page.result.common_prefixes.iter();
    let folders = folders.map(|found| prefix_of(found.as_ref()));
    // That of the keys that begin with a slash has no name.
    let folders = folders.filter(|folder| !folder.is_empty());
    Some((folders.collect(), page.page_token))
}
