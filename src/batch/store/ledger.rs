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

mod entries;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use super::client::Store;
use super::crypto::{checksum, digest};
use super::error::{Refusal, StoreError};
use super::listing::{Listing, Met};
use super::object::{Head, Headers, Over, Span};
use super::parallel::in_parallel;
use super::random::jittered;
use entries::Entries;

/// How the keys of what thumbgen keeps in DEST for itself begin.
pub const RESERVED: &str = ".thumbgen.";

/// Where the ledger is.
const PLACE: &str = ".thumbgen.ledger";

const HEADER: &[u8] = b"thumbgen ledger 1\n";

/// Entries in one object before there are more objects: 32 KB.
const ENTRIES: usize = 4096;

/// The most objects that there are.
const MOST: usize = 256;

/// No object of a ledger is longer, in bytes: some billion thumbnails are known then. A longer one makes no sense.
const LONGEST: u64 = 32 << 20;

/// How many entries that a run of all there is has not asked for are kept, for each that it has.
const MOST_UNSEEN: usize = 2;

/// How often writing is tried because another run wrote meanwhile.
const TRIES: u32 = 8;

/// The pause before the second time; it doubles.
const PAUSE: Duration = Duration::from_millis(50);

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
    /// What was read.
    read: Entries,
    /// The objects that it was read from.
    objects: BTreeMap<String, Head>,
    /// A bit for each entry that was read: whether this run has asked for it.
    seen: Vec<AtomicU64>,
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
        let read = Mutex::new(Entries::new());
        let heads = in_parallel(keys, |key| {
            let Some((entries, head)) = entries_of(store, key)? else {
                return Ok(None);
            };
            read.lock().expect("BUG: poisoned ledger").extend(&entries);
            Ok::<_, StoreError>(Some(head))
        });
        let mut objects = BTreeMap::new();
        for (key, head) in heads {
            if let Some(head) = head? {
                objects.insert(key, head);
            }
        }
        let mut read = read.into_inner().expect("BUG: poisoned ledger");
        read.sort();
        let words = read.len().div_ceil(64);
        Ok(Self {
            store: store.clone(),
            seen: (0..words).map(|_| AtomicU64::new(0)).collect(),
            read,
            objects,
            new: Mutex::default(),
        })
    }

    /// Whether `fact` is known to be true.
    pub fn knows(&self, fact: Fact<'_>) -> bool {
        self.has_read(fact.entry())
    }

    fn has_read(&self, entry: u64) -> bool {
        let Some(at) = self.read.position(entry) else {
            return false;
        };
        self.seen[at / 64].fetch_or(1 << (at % 64), Ordering::Relaxed);
        true
    }

    /// Notes that `fact` was seen to be true.
    pub fn add(&self, fact: Fact<'_>) {
        let entry = fact.entry();
        if !self.has_read(entry) {
            self.new.lock().expect("BUG: poisoned ledger").push(entry);
        }
    }

    /// Writes what was added. If this run has asked for `all` there is and most of the ledger was not among that, the
    /// rest is left out. What another run has written meanwhile is kept.
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
        let is_seen = |at: usize| self.seen[at / 64].load(Ordering::Relaxed) >> (at % 64) & 1 == 1;
        let seen = (0..self.read.len()).filter(|at| is_seen(*at)).count();
        // What this run doesn't need may be another's, with other pictures or sizes.
        let all = all && self.read.len() - seen > MOST_UNSEEN * (seen + new.len());
        let is_kept = |at: usize| !all || is_seen(at);
        let kept = (0..self.read.len()).filter(|at| is_kept(*at)).count();
        let count = parts_for(kept + new.len());
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
        let has_failed = AtomicBool::new(false);
        let written = in_parallel(numbers, |number| {
            // A store that is gone takes its time each time.
            if has_failed.load(Ordering::Relaxed) {
                return Ok(());
            }
            let key = &keys[*number];
            let bytes = 256 / count;
            let before = self.read.within(number * bytes..(number + 1) * bytes);
            let before = before.filter(|(at, _)| is_kept(*at));
            let mut entries: Vec<u64> = before.map(|(_, entry)| entry).collect();
            entries.extend(part(&new, *number, count));
            entries.sort_unstable();
            let written = write(store, key, entries, self.objects.get(key).cloned());
            has_failed.fetch_or(written.is_err(), Ordering::Relaxed);
            written
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
    mut entries: Vec<u64>,
    mut before: Option<Head>,
) -> Result<(), StoreError> {
    let mut pause = PAUSE;
    for _ in 0..TRIES {
        let over = before.as_ref().map_or(Over::Nothing, Over::This);
        match store.put(key, to_bytes(&entries), over, Headers::default()) {
            // Changed, or without an answer: whether it was written is not known.
            Err(error) if error.is_others() || error.may_pass() => {}
            // A store that knows no conditions: an entry that gets lost costs a HEAD.
            Err(error) if error.refusal == Refusal::Unsupported => {
                let over = Over::Anything;
                let written = store.put(key, to_bytes(&entries), over, Headers::default());
                return written.map(|_| ());
            }
            written => return written.map(|_| ()),
        }
        // Shards that end together write the same objects.
        thread::sleep(jittered(pause));
        pause *= 2;
        let theirs = entries_of(store, key)?;
        before = theirs.map(|(theirs, head)| {
            entries.extend(theirs);
            entries.sort_unstable();
            entries.dedup();
            head
        });
    }
    Err(StoreError::contended())
}

/// The entries in the object `key`; none if there is no such object, or it makes no sense.
fn entries_of(store: &Store, key: &str) -> Result<Option<(Vec<u64>, Head)>, StoreError> {
    match store.get(key, Span::Whole { most: LONGEST }, None) {
        Ok(got) => Ok(Some((of_bytes(&got.bytes).unwrap_or_default(), got.head))),
        Err(error) if error.refusal == Refusal::NotFound => Ok(None),
        Err(error) if error.refusal == Refusal::OtherLength => {
            let head = store.head(key)?;
            Ok(head.map(|head| (Vec::new(), head)))
        }
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

#[cfg(test)]
mod tests;
