//! Restart intervals walked side by side.

use super::batch::{Place, Scan, Work};
use super::found::Batch;
use super::stretch::{Marker, unstuff};
use super::tables;
use super::walk::{self, LANES, Limit, PER_LOAD, Walker};
use crate::picture::jpeg::entropy::bits::CHUNK;
use crate::picture::jpeg::syntax::markers::RST0;
use std::ops::Range;

/// Which of a scan's restart intervals are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Intervals {
    /// The number of the first one, from 0.
    pub(crate) first: usize,
    /// How many, at most.
    pub(crate) most: usize,
    /// How many MCUs each has.
    pub(crate) mcus: usize,
}

/// An interval that is cut out of the source.
#[derive(Debug)]
struct Interval {
    /// Where its unstuffed bytes are, all in one chunk.
    bytes: Range<usize>,
    /// Where the source goes on after its marker.
    next: usize,
}

impl Interval {
    /// Whether its last block ends at `position`, which leaves nothing but the bits that fill up a byte (T.81 F.1.2.3).
    fn ends_at(&self, position: usize) -> bool {
        position <= 8 * self.bytes.end && position + 8 > 8 * self.bytes.end
    }
}

impl Work {
    /// Decodes intervals from the byte `from` on: some that follow each other, that are sound, and that end with the
    /// marker that should be there. `None` if the first is no such.
    pub(crate) fn intervals(
        &mut self,
        scan: &Scan,
        from: usize,
        wanted: Intervals,
    ) -> Option<Batch<'_>> {
        let blocks = wanted.mcus * scan.blocks.len();
        // An entry for where it starts, and what is written beyond its last block.
        let stride = 1 + blocks + PER_LOAD as usize;
        let room = self.out.len() / stride;
        let cut = self.cut_intervals(scan, from, wanted, room);
        let first = |number: usize| number * stride + 1;

        let mut sound = cut.len();
        let mut waiting = cut.iter().enumerate();
        let mut lanes = Vec::with_capacity(LANES);
        loop {
            let free = LANES - lanes.len();
            for (number, interval) in waiting.by_ref().take(free) {
                let (begin, end) = (8 * interval.bytes.start, 8 * interval.bytes.end);
                let out = first(number);
                self.out[out - 1] = tables::entry(begin, 0);
                let limit = Limit {
                    position: end + 1,
                    out: out + blocks,
                };
                lanes.push((Walker::new(&self.tables, begin, out), limit));
            }
            if lanes.is_empty() {
                break;
            }
            let (data, out) = (&self.data, &mut self.out);
            walk::walk_to_a_limit(&mut lanes, &self.tables, scan.decoders, data, out);
            lanes.retain(|(walker, limit)| {
                if walker.out < limit.out && limit.is_reached(walker) {
                    // Its number: less than a stride is added to that many.
                    sound = sound.min(limit.out / stride);
                }
                !limit.is_reached(walker)
            });
        }
        let ends = |number| tables::end(self.out[first(number) + blocks - 1]);
        let sound = (0..sound).take_while(|&number| cut[number].ends_at(ends(number)));
        let sound = sound.count();
        Some(Batch {
            data: &self.data,
            out: &self.out,
            parts: (0..sound)
                .map(|number| first(number)..first(number) + blocks)
                .collect(),
            restarts: true,
            end: Place {
                at: cut[..sound].last()?.next,
                bit: 0,
            },
        })
    }

    /// Unstuffs intervals as long as there is room: for their bytes, and for `room` of them.
    fn cut_intervals(
        &mut self,
        scan: &Scan,
        from: usize,
        wanted: Intervals,
        room: usize,
    ) -> Vec<Interval> {
        let source = &scan.source[..scan.end];
        let (mut at, mut begin) = (from, 0);
        let mut cut = Vec::new();
        while cut.len() < wanted.most.min(room) && begin < LANES * CHUNK {
            let end = (begin / CHUNK + 1) * CHUNK;
            let (len, marker) = unstuff(source, at, &mut self.data[begin..end]);
            match marker {
                Some(Marker(marker)) => {
                    let number = (wanted.first + cut.len()) % 8;
                    if source.get(marker + 1) != Some(&(RST0 + number as u8)) {
                        break;
                    }
                    at = marker + 2;
                    let bytes = begin..begin + len;
                    begin = bytes.end;
                    cut.push(Interval { bytes, next: at });
                }
                // It may be in the next chunk, whole.
                None if begin + len == end && begin % CHUNK > 0 => begin = end,
                None => break,
            }
        }
        cut
    }
}
