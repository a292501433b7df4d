//! The entries of a ledger in memory.

use std::ops::Range;

/// Entries in order, in a list for each of their first 16 bits and without those: ten million take 63 MB.
#[derive(Debug)]
pub(super) struct Entries {
    lists: Vec<Vec<Rest>>,
    /// How many are in the lists before each.
    before: Vec<usize>,
}

/// How many lists there are.
const LISTS: usize = 1 << 16;

/// An entry without the bits that tell its list.
type Rest = [u8; 6];

impl Entries {
    pub(super) fn new() -> Self {
        let lists = vec![Vec::new(); LISTS];
        let before = vec![0; LISTS + 1];
        Self { lists, before }
    }

    /// Adds `entries`, which are in order.
    pub(super) fn extend(&mut self, entries: &[u64]) {
        for run in entries.chunk_by(|a, b| split(*a).0 == split(*b).0) {
            let (list, _) = split(run[0]);
            // No more room than needed: a list is in one object, as a rule.
            self.lists[list].reserve_exact(run.len());
            self.lists[list].extend(run.iter().map(|entry| split(*entry).1));
        }
    }

    /// Brings them in order.
    pub(super) fn sort(&mut self) {
        for (number, list) in self.lists.iter_mut().enumerate() {
            list.sort_unstable();
            list.dedup();
            self.before[number + 1] = self.before[number] + list.len();
        }
    }

    pub(super) fn len(&self) -> usize {
        self.before[LISTS]
    }

    /// Where `entry` is, if it is there.
    pub(super) fn position(&self, entry: u64) -> Option<usize> {
        let (list, rest) = split(entry);
        let at = self.lists[list].binary_search(&rest).ok()?;
        Some(self.before[list] + at)
    }

    /// Those with a first byte in `range`, each with its position.
    pub(super) fn within(&self, range: Range<usize>) -> impl Iterator<Item = (usize, u64)> {
        (range.start << 8..range.end << 8).flat_map(move |list| {
            let rests = self.lists[list].iter().enumerate();
            rests.map(move |(at, rest)| (self.before[list] + at, joined(list, rest)))
        })
    }
}

/// The list that an entry is in, and the rest.
fn split(entry: u64) -> (usize, Rest) {
    let [first, second, rest @ ..] = entry.to_be_bytes();
    (usize::from(u16::from_be_bytes([first, second])), rest)
}

fn joined(list: usize, rest: &Rest) -> u64 {
    let mut bytes = [0; 8];
    bytes[2..].copy_from_slice(rest);
    (list as u64) << 48 | u64::from_be_bytes(bytes)
}
