//! As many stretches as there are lanes, walked together and joined.

use super::found::Batch;
use super::stretch::{Marker, Stretch, can_start};
use super::tables::{self, Tables};
use super::walk::{self, Data, LANES, Limit, Out, ROOM, Walker};
use crate::picture::jpeg::entropy::bits::{CHUNK, WORD};
use crate::picture::jpeg::entropy::dc_only::DcOnlyDecoder;
use crate::picture::jpeg::entropy::unstuff::MOST_PER_BLOCK;

/// The shortest scan that is decoded in lanes, in bytes.
const LEAST: usize = 32 << 10;

/// The longest stretch, in bytes of the source.
const LONGEST: usize = 26 << 10;

/// The shortest stretch, for tests that want short ones: an MCU must not fill it.
const SHORTEST: usize = 64;

/// For this many blocks, a lane that started anywhere notes where its MCUs begin. In photographs 1% of the lanes are
/// not in step by then, and the lanes after them have worked for nothing; but these blocks are decoded twice.
const NOTED: usize = 80;

/// The most bytes that these blocks may take.
const NOTED_BYTES: usize = 2048;

/// How far a place is looked for at which a lane can start. There is one after a byte or two, but for a run of fill
/// bytes (T.81 B.1.1.2), which may be as long as the file.
const MOST_FILL: usize = 64;

/// How many bits further on a lane starts again after it met bits that are no code.
const TRY: usize = 64;

/// Blocks of a lane's room that are kept free: some may be done beyond a limit, and an MCU must still fit.
pub(super) const SPARE: usize = 64;

/// What a worker keeps for lanes, and whether they are used at all.
#[derive(Debug)]
pub(crate) struct Lanes {
    /// The shortest scan that is decoded in lanes.
    least: usize,
    work: Option<Box<Work>>,
}

impl Default for Lanes {
    fn default() -> Self {
        Self::from_size(LEAST)
    }
}

#[derive(Debug)]
pub(crate) struct Work {
    least: usize,
    pub(super) data: Box<Data>,
    pub(super) out: Box<Out>,
    pub(super) tables: Tables,
}

/// The start of an MCU.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The byte of the source.
    pub(crate) at: usize,
    /// How many of its bits were passed.
    pub(crate) bit: usize,
}

/// A scan to decode.
pub(crate) struct Scan<'a, 'd> {
    pub(crate) source: &'a [u8],
    /// Where its data end, as far as is known.
    pub(crate) end: usize,
    /// For each block of an MCU, its component's place in the scan.
    pub(crate) blocks: &'d [u8],
    /// By component. Their predictions are not used, but changed.
    pub(crate) decoders: &'d mut [DcOnlyDecoder],
}

impl Lanes {
    pub(crate) fn from_size(least: usize) -> Self {
        Self { least, work: None }
    }

    /// Whether it may pay to decode this many blocks in lanes.
    pub(crate) fn pay(&self, blocks: usize) -> bool {
        // Blocks take one byte in smooth pictures, and twenty in detailed ones.
        blocks >= self.least / 16
    }

    /// Sets up the decoding of a scan in lanes, if it is long enough for that to pay and no more complicated than most.
    pub(crate) fn set_up(&mut self, from: usize, scan: &Scan) -> Option<&mut Work> {
        if scan.end.saturating_sub(from) < self.least {
            return None;
        }
        let work = self.work.get_or_insert_with(Box::default);
        work.least = self.least;
        work.tables
            .set_up(scan.blocks, scan.decoders)
            .then_some(work)
    }
}

impl Default for Work {
    fn default() -> Self {
        Self {
            least: 0,
            data: zeros(0u8),
            out: zeros(0u64),
            tables: Tables::default(),
        }
    }
}

fn zeros<T: Copy, const SIZE: usize>(zero: T) -> Box<[T; SIZE]> {
    let zeros = vec![zero; SIZE].into_boxed_slice();
    zeros
        .try_into()
        .unwrap_or_else(|_| unreachable!("BUG: of that size"))
}

/// The stretches that the lanes walk.
pub(super) struct Cuts {
    pub(super) stretches: [Stretch; LANES],
    /// Where each starts in the source, and where the last one ends.
    pub(super) places: [usize; LANES + 1],
    /// How many are usable.
    pub(super) count: usize,
    /// Bytes that must be at hand before an MCU is decoded.
    pub(super) margin: usize,
}

impl Work {
    /// Goes on decoding from the start of an MCU. `None` if too little data is left, or if it is damaged early on.
    pub(crate) fn batch(&mut self, scan: &mut Scan, from: Place) -> Option<Batch<'_>> {
        let cuts = self.cut(scan, from)?;
        let (mut lanes, starts) = self.start(&cuts, scan, from.bit);
        walk::walk(
            &mut lanes,
            &self.tables,
            scan.decoders,
            &self.data,
            &mut self.out,
        );
        self.join(&lanes, &starts, &cuts, scan)
    }

    fn cut(&mut self, scan: &mut Scan, from: Place) -> Option<Cuts> {
        let margin = scan.blocks.len() * MOST_PER_BLOCK + WORD;
        'again: loop {
            // With its stuffed zeros, the margin takes some more bytes of the source.
            let room = scan.end.checked_sub(from.at + margin + margin / 16)?;
            if room < self.least.max(LANES * SHORTEST) {
                return None;
            }
            let batches = room.div_ceil(LANES * LONGEST);
            let length = room / (LANES * batches);
            let mut cuts = Cuts {
                stretches: [Stretch::default(); LANES],
                places: [from.at; LANES + 1],
                count: 0,
                margin,
            };
            let source = &scan.source[..scan.end];
            for (lane, place) in cuts.places.iter_mut().enumerate().skip(1) {
                let guess = from.at + lane * length;
                let places = guess..scan.end.min(guess + MOST_FILL);
                *place = places.into_iter().find(|&at| can_start(source, at))?;
            }
            for lane in 0..LANES {
                let (start, next) = (cuts.places[lane], cuts.places[lane + 1]);
                let beyond = NOTED_BYTES / 2 + margin;
                match Stretch::cut(source, start, next, beyond, &mut self.data, lane) {
                    Ok(stretch) if stretch.len >= stretch.own + margin => {
                        cuts.stretches[lane] = stretch;
                        cuts.count += 1;
                    }
                    Ok(_) => break,
                    Err(Marker(at)) => {
                        // With the fill bytes before it, of which there may be any number.
                        let data = &source[from.at..at];
                        let last = data.iter().rposition(|&byte| byte != 0xFF);
                        scan.end = from.at + last.map_or(0, |last| last + 1);
                        continue 'again;
                    }
                }
            }
            return (cuts.count > 1).then_some(cuts);
        }
    }

    /// Starts the lanes: the first at the bit that is known, the others anywhere, which is why they note where their
    /// first MCUs begin. Also returns those places, in bits of the lane's own bytes.
    fn start(
        &mut self,
        cuts: &Cuts,
        scan: &Scan,
        bit: usize,
    ) -> (Vec<(Walker, Limit)>, [Vec<usize>; LANES]) {
        let mut lanes = Vec::with_capacity(LANES);
        for (lane, stretch) in cuts.stretches[..cuts.count].iter().enumerate().skip(1) {
            let limit = Limit {
                position: 8 * (lane * CHUNK + NOTED_BYTES.min(stretch.own)),
                out: walk::first(lane) + NOTED,
            };
            let walker = Walker::new(&self.tables, 8 * lane * CHUNK, walk::first(lane));
            lanes.push((walker, limit));
        }
        let mut begun = [0; LANES];
        loop {
            walk::walk(
                &mut lanes,
                &self.tables,
                scan.decoders,
                &self.data,
                &mut self.out,
            );
            // Bits that are no code of this picture were not read from the start of one: try another place.
            let mut again = false;
            for (i, (walker, limit)) in lanes.iter_mut().enumerate() {
                let lane = i + 1;
                if walker.is_lost() && begun[lane] + TRY < limit.position - 8 * lane * CHUNK {
                    begun[lane] += TRY;
                    let position = 8 * lane * CHUNK + begun[lane];
                    *walker = Walker::new(&self.tables, position, walk::first(lane));
                    again = true;
                }
            }
            if !again {
                break;
            }
        }
        let mut starts = <[Vec<usize>; LANES]>::default();
        self.out[0] = tables::entry(bit, 0);
        for (i, (walker, _)) in lanes.iter().enumerate() {
            let lane = i + 1;
            let offset = 8 * lane * CHUNK;
            self.out[lane * ROOM] = tables::entry(offset + begun[lane], 0);
            let blocks = if walker.is_lost() {
                0
            } else {
                walker.out - walk::first(lane)
            };
            let noted = self.out[lane * ROOM..][..=blocks].iter();
            let mcus = noted.step_by(scan.blocks.len());
            starts[lane].extend(mcus.map(|&entry| tables::end(entry) - offset));
        }
        lanes.insert(
            0,
            (
                Walker::new(&self.tables, bit, walk::first(0)),
                Limit {
                    position: 0,
                    out: 0,
                },
            ),
        );
        for (lane, (_, limit)) in lanes.iter_mut().enumerate() {
            *limit = Limit {
                position: 8 * (lane * CHUNK + cuts.stretches[lane].own),
                out: (lane + 1) * ROOM - SPARE,
            };
        }
        (lanes, starts)
    }
}
