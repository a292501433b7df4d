//! The entries of a ledger in memory.

use std::ops::Range;

/// Entries in order, in a list for each first byte and without that byte: ten million take 70 MB.
#[derive(Debug)]
pub(super) struct Entries {
    lists: Vec<Vec<[u8; 7]>>,
    /// How many are in the lists before each.
    before: Vec<usize>,
}

impl Entries {
    pub(super) fn new() -> Self {
        let lists = vec![Vec::new(); 256];
        let before = vec![0; 257];
        Self { lists, before }
    }

    /// Adds `entries`, which are in order.
    pub(super) fn extend(&mut self, entries: &[u64]) {
        for run in entries.chunk_by(|a, b| a >> 56 == b >> 56) {
            let (first, _) = split(run[0]);
            // No more room than needed: most lists are in one object.
            self.lists[first].reserve_exact(run.len());
            self.lists[first].extend(run.iter().map(|entry| split(*entry).1));
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
        self.before[256]
    }

    /// Where `entry` is, if it is there.
    pub(super) fn position(&self, entry: u64) -> Option<usize> {
        let (first, rest) = split(entry);
        let at = self.lists[first].binary_search(&rest).ok()?;
        Some(self.before[first] + at)
    }

    /// Those with a first byte in `range`, each with its position.
    pub(super) fn within(&self, range: Range<usize>) -> impl Iterator<Item = (usize, u64)> {
        range.flat_map(move |first| {
            let list = self.lists[first].iter().enumerate();
            list.map(move |(at, rest)| {
                let mut bytes = [0; 8];
                bytes[0] = first as u8;
                bytes[1..].copy_from_slice(rest);
                (self.before[first] + at, u64::from_be_bytes(bytes))
            })
        })
    }
}

/// An entry's first byte, and the rest.
fn split(entry: u64) -> (usize, [u8; 7]) {
    let [first, rest @ ..] = entry.to_be_bytes();
    (usize::from(first), rest)
}
