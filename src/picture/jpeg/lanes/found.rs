//! What lanes have found of a scan's blocks.

use super::batch::Place;
use super::tables;
use super::walk::{self, Data, Out};
use crate::picture::jpeg::entropy::bits::{CHUNK, Chunk};
use std::ops::Range;

/// The MCUs from one place to another.
#[derive(Debug)]
pub(crate) struct Batch<'w> {
    pub(super) data: &'w Data,
    pub(super) out: &'w Out,
    /// Blocks by their places in `out`: whole MCUs whose data are in one chunk.
    pub(super) parts: Vec<Range<usize>>,
    /// Whether each part is a restart interval.
    pub(super) restarts: bool,
    /// The place after the last of them.
    pub(crate) end: Place,
}

impl Batch<'_> {
    /// How many blocks it has.
    pub(crate) fn blocks(&self) -> usize {
        self.parts.iter().map(Range::len).sum()
    }

    /// These blocks, in parts that are whole MCUs.
    fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        self.parts.iter().map(|part| {
            let entries = &self.out[part.start - 1..part.end];
            Part {
                data: walk::chunk(self.data, tables::end(entries[0]) / 8 / CHUNK),
                entries,
                restarts: self.restarts,
            }
        })
    }

    /// Goes through MCUs of so many `blocks`, `across` of which are a row, row by row: those that follow each other,
    /// and the column and row of their first. `mcu` is the number of the batch's first.
    #[inline(always)]
    pub(crate) fn each_row(
        &self,
        blocks: usize,
        across: usize,
        mcu: usize,
        mut work: impl FnMut(Part<'_>, (usize, usize)),
    ) {
        let (mut x, mut y) = (mcu % across, mcu / across);
        for mut part in self.parts() {
            while part.blocks() > 0 {
                let count = (across - x).min(part.blocks() / blocks);
                let (mcus, rest) = part.split_at(count * blocks);
                work(mcus, (x, y));
                x += count;
                if x == across {
                    (x, y) = (0, y + 1);
                }
                part = rest;
            }
        }
    }
}

/// MCUs that follow each other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'w> {
    /// Where their bits are.
    pub(crate) data: &'w Chunk,
    /// An entry for each block, and one before them, of which only the end counts.
    entries: &'w [u64],
    /// Whether a restart interval begins with them.
    pub(crate) restarts: bool,
}

/// What is known of a block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    /// The bit at which it starts, in a [`Chunk`] that repeats itself for ever.
    pub(crate) start: usize,
    /// Its DC difference.
    pub(crate) difference: i16,
}

impl<'w> Part<'w> {
    /// How many blocks it has.
    pub(crate) fn blocks(&self) -> usize {
        self.entries.len() - 1
    }

    /// The first `blocks` of it, and the others.
    pub(crate) fn split_at(&self, blocks: usize) -> (Self, Self) {
        let (first, others) = (&self.entries[..=blocks], &self.entries[blocks..]);
        let of = |entries, restarts| Self {
            entries,
            restarts,
            ..*self
        };
        (of(first, self.restarts), of(others, false))
    }

    /// The entries of its blocks, of which [`difference`](super::difference) is the DC difference.
    pub(crate) fn entries(&self) -> &'w [u64] {
        &self.entries[1..]
    }

    /// For each MCU of this many `blocks`, what is known of them from the one numbered `first` on.
    #[inline(always)]
    pub(crate) fn mcus(
        &self,
        blocks: usize,
        first: usize,
    ) -> impl Iterator<Item = impl Iterator<Item = Found> + use<'w>> + use<'w> {
        let before = self.entries.chunks_exact(blocks);
        let mcus = before.zip(self.entries().chunks_exact(blocks));
        mcus.map(move |(before, entries)| {
            let blocks = before[first..].iter().zip(&entries[first..]);
            blocks.map(|(&before, &entry)| Found {
                start: tables::end(before),
                difference: tables::difference(entry),
            })
        })
    }
}
