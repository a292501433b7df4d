//! The ledger: thumbnails that some run has seen to be fresh, so that the next one need not ask for their stamps.
//!
//! An entry is 64 bits of a SHA-256 over what was seen: the picture's key and version, the thumbnail's key and entity
//! tag, the settings. It says: *these bytes were made from that picture in this way*, which stays true for ever. So two
//! ledgers may be thrown together, entries that nobody needs any more do no harm, and a ledger that is lost, old or
//! damaged costs a HEAD for each thumbnail and never a wrong answer. Of ten million entries, one that is another's by
//! chance comes once in 2 * 10^12 questions.
//!
//! The ledger is in up to 256 objects, by the first bits of the entries. In each:
//!
//! ```text
//! thumbgen ledger 1\n      then the entries, 8 bytes each, in order, highest byte first, and 8 bytes of SHA-256 over it all
//! ```

use std::collections::BTreeMap;
use std::iter;
use std::sync::Mutex;
use std::thread;

use super::client::{Head, Headers, Over, Store};
use super::crypto::{checksum, digest};
use super::error::{Refusal, StoreError};
use super::listing::{Listing, Met};

/// How the keys of what thumbgen keeps in DEST for itself begin; no thumbnail's does.
pub const RESERVED: &str = ".thumbgen.";

/// Where the ledger is.
const PLACE: &str = ".thumbgen.ledger";

const HEADER: &[u8] = b"thumbgen ledger 1\n";

/// Entries in one object before there are more objects: 32 KB.
const ENTRIES: usize = 4096;

/// The most objects that there are.
const MOST: usize = 256;

/// Objects that are read or written at the same time.
const AT_A_TIME: usize = 16;

/// How often writing is tried again because another run wrote meanwhile.
const TRIES: u32 = 5;

/// What one entry is about.
#[derive(Debug, Clone, Copy)]
pub struct Fact<'a> {
    /// The picture's path below SOURCE.
    pub source: &'a str,
    /// Its version, as stamps have it.
    pub version: &'a str,
    /// The thumbnail's key below DEST.
    pub thumbnail: &'a str,
    /// Its entity tag.
    pub etag: &'a str,
    /// The settings, as its stamp has them.
    pub settings: &'a str,
}

impl Fact<'_> {
    fn entry(self) -> u64 {
        let Fact {
            source,
            version,
            thumbnail,
            etag,
            settings,
        } = self;
        digest(&[source, version, thumbnail, etag, settings])
    }
}

/// The ledger of a DEST.
#[derive(Debug)]
pub struct Ledger {
    store: Store,
    /// What was read, in order.
    read: Vec<u64>,
    /// The objects that it was read from.
    objects: BTreeMap<String, Head>,
    /// A bit for each entry that was read: whether this run has asked for it.
    seen: Mutex<Vec<u64>>,
    /// What this run has seen to be true besides.
    new: Mutex<Vec<u64>>,
}

impl Ledger {
    /// The ledger in `store`. What makes no sense is not in it.
    ///
    /// # Errors
    ///
    /// If the store doesn't answer.
    pub fn read(store: &Store) -> Result<Self, StoreError> {
        let mut keys = Vec::new();
        for met in Listing::whole(&store.below(PLACE)) {
            if let Met::Object(listed) = met? {
                keys.push(format!("{PLACE}/{}", listed.key));
            }
        }
        let mut read = Vec::new();
        let mut objects = BTreeMap::new();
        for (key, found) in in_parallel(keys, |key| entries_of(store, key)) {
            if let Some((entries, head)) = found? {
                read.extend(entries);
                objects.insert(key, head);
            }
        }
        read.sort_unstable();
        read.dedup();
        Ok(Self {
            store: store.clone(),
            seen: Mutex::new(vec![0; read.len().div_ceil(64)]),
            read,
            objects,
            new: Mutex::default(),
        })
    }

    /// Whether `fact` is known to be true.
    pub fn knows(&self, fact: Fact<'_>) -> bool {
        let Ok(at) = self.read.binary_search(&fact.entry()) else {
            return false;
        };
        self.seen.lock().expect("BUG: poisoned ledger")[at / 64] |= 1 << (at % 64);
        true
    }

    /// Notes that `fact` was seen to be true.
    pub fn add(&self, fact: Fact<'_>) {
        let mut new = self.new.lock().expect("BUG: poisoned ledger");
        new.push(fact.entry());
    }

    /// Writes what was added, and leaves out what nobody has asked for if this run has asked for `all` there is. What
    /// another run has written meanwhile is kept.
    ///
    /// # Errors
    ///
    /// If the store refuses. Then the next run asks for stamps again.
    pub fn save(&self, all: bool) -> Result<(), StoreError> {
        let mut new = std::mem::take(&mut *self.new.lock().expect("BUG: poisoned ledger"));
        if new.is_empty() {
            return Ok(());
        }
        new.sort_unstable();
        new.dedup();
        let seen = self.seen.lock().expect("BUG: poisoned ledger");
        let is_kept = |at: &usize| !all || seen[at / 64] >> (at % 64) & 1 == 1;
        let kept = (0..self.read.len()).filter(is_kept).map(|at| self.read[at]);
        let mut entries: Vec<u64> = kept.chain(new.iter().copied()).collect();
        entries.sort_unstable();
        entries.dedup();
        let count = parts_for(entries.len());
        let keys: Vec<String> = (0..count).map(|number| key(number, count)).collect();
        // With as many objects as before, only those with something new in them are written.
        let is_other = |key: &String| !keys.contains(key);
        let old: Vec<String> = self
            .objects
            .keys()
            .filter(|key| is_other(key))
            .cloned()
            .collect();
        let numbers: Vec<usize> = (0..count)
            .filter(|number| !old.is_empty() || !part(&new, *number, count).is_empty())
            .collect();
        let store = &self.store;
        let written = in_parallel(numbers, |number| {
            let key = &keys[*number];
            let part = part(&entries, *number, count);
            write(store, key, part, self.objects.get(key).cloned())
        });
        for (_, result) in written {
            result?;
        }
        for (_, result) in in_parallel(old, |key| store.delete(key)) {
            result?;
        }
        Ok(())
    }
}

/// How many objects there are for so many entries: a power of two.
fn parts_for(entries: usize) -> usize {
    entries.div_ceil(ENTRIES).next_power_of_two().clamp(1, MOST)
}

/// The key of object `number` of `count`.
fn key(number: usize, count: usize) -> String {
    format!("{PLACE}/{number:03}-of-{count:03}")
}

/// Those of `entries`, which are in order, that belong in object `number` of `count`.
fn part(entries: &[u64], number: usize, count: usize) -> &[u64] {
    let bits = count.trailing_zeros();
    let number_of = |entry: &u64| entry.checked_shr(64 - bits).unwrap_or(0) as usize;
    let begin = entries.partition_point(|entry| number_of(entry) < number);
    let end = entries.partition_point(|entry| number_of(entry) <= number);
    &entries[begin..end]
}

/// Writes `entries` as the object `key`, and what is in there besides if that is not the object that was read.
fn write(
    store: &Store,
    key: &str,
    entries: &[u64],
    mut before: Option<Head>,
) -> Result<(), StoreError> {
    let mut entries = entries.to_vec();
    for _ in 0..TRIES {
        let over = before.as_ref().map_or(Over::Nothing, Over::This);
        match store.put(key, to_bytes(&entries), over, Headers::default()) {
            Err(error) if matches!(error.refusal, Refusal::Changed | Refusal::Exists) => {}
            // A store that knows no conditions: an entry that gets lost costs a HEAD.
            Err(error) if error.refusal == Refusal::Unsupported => {
                let over = Over::Anything;
                let written = store.put(key, to_bytes(&entries), over, Headers::default());
                return written.map(|_| ());
            }
            written => return written.map(|_| ()),
        }
        let found = store.head(key)?;
        before = found;
        if let Some((theirs, head)) = entries_of(store, key)? {
            entries.extend(theirs);
            entries.sort_unstable();
            entries.dedup();
            before = Some(head);
        }
    }
    // Others write all the time, and what they write is as true.
    Ok(())
}

/// The entries in the object `key`; none if there is no such object, or it makes no sense.
fn entries_of(store: &Store, key: &str) -> Result<Option<(Vec<u64>, Head)>, StoreError> {
    match store.get(key, None, None) {
        Ok(got) => Ok(Some((of_bytes(&got.bytes).unwrap_or_default(), got.head))),
        Err(error) if error.refusal == Refusal::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn to_bytes(entries: &[u64]) -> Vec<u8> {
    let mut bytes = HEADER.to_vec();
    bytes.extend(entries.iter().flat_map(|entry| entry.to_be_bytes()));
    let sum = checksum(&bytes);
    bytes.extend(sum.to_be_bytes());
    bytes
}

fn of_bytes(bytes: &[u8]) -> Option<Vec<u64>> {
    let (content, sum) = bytes.split_last_chunk()?;
    if u64::from_be_bytes(*sum) != checksum(content) {
        return None;
    }
    let (entries, rest) = content.strip_prefix(HEADER)?.as_chunks();
    let entries = entries.iter().map(|entry| u64::from_be_bytes(*entry));
    rest.is_empty().then(|| entries.collect())
}

/// `work` on each of `items`, several at a time; in no order.
fn in_parallel<T: Sync + Send, R: Send>(
    items: Vec<T>,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<(T, R)> {
    let items = Mutex::new(items.into_iter());
    let next = || items.lock().expect("BUG: poisoned items").next();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_A_TIME)
            .map(|_| {
                scope.spawn(|| {
                    let pairs = iter::from_fn(&next).map(|item| {
                        let result = work(&item);
                        (item, result)
                    });
                    pairs.collect::<Vec<_>>()
                })
            })
            .collect();
        let joined = threads.into_iter().map(thread::ScopedJoinHandle::join);
        joined
            .flat_map(|results| results.expect("BUG: a thread of the ledger panicked"))
            .collect()
    })
}

#[cfg(test)]
mod tests;
