//! The loop that all this is for: several places of a scan are walked side by side, with one look-up each in turn.

use super::tables::{self, DIFFERENCE, ENDED, KEPT, PHASES, PLACE, RARE, TABLE, Tables, biased};
use crate::picture::jpeg::entropy::ac_skip::SkipTable;
use crate::picture::jpeg::entropy::bits::{Bits, CHUNK, Chunk, REFILLED, WORD, window};
use crate::picture::jpeg::entropy::dc_only::DcOnlyDecoder;
use crate::picture::jpeg::error::Damage;
use crate::picture::vectors::vectorised;

/// How many places are walked side by side: a power of two, as [`ROOM`] is. A look-up waits about 20 cycles for the one
/// before it, longer if its table was in the second-level cache, and a processor has room for several such chains. Their
/// places don't fit its registers, but what was just stored is loaded again at once. Whole runs over photographs of some
/// megabytes took 0.94, 0.90 and 0.88 of the time of four lanes with five, six and eight, and 0.94 with sixteen.
pub(crate) const LANES: usize = 8;

/// How many blocks of a lane there is room for: a power of two, so that a place among them needs a mask and no check.
pub(crate) const ROOM: usize = 1 << 15;

/// The lanes' unstuffed bytes, one [`CHUNK`] after another, and room to read the last of them by the word.
pub(crate) type Data = [u8; LANES * CHUNK + WORD];

/// What the lanes write, [`ROOM`] for each, or less where they walk restart intervals: an entry for the start, and one
/// for each block, of which
/// [`difference`](super::tables::difference) is the DC difference, and [`end`](super::tables::end) the position of its
/// end.
pub(crate) type Out = [u64; LANES * ROOM];

/// The place in [`Out`] of a lane's first block.
pub(crate) fn first(lane: usize) -> usize {
    lane * ROOM + 1
}

/// A lane's place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Walker {
    /// The [`entry`](tables::entry) of the block in progress.
    entry: u64,
    /// Which look-up comes next, as one of [`Tables::steps`].
    state: u32,
    /// The place in [`Out`] of the block in progress.
    pub(crate) out: usize,
}

impl Walker {
    /// The position of a lane that met damage, or something that no look-up here can express: beyond all others.
    const LOST: usize = 1 << 30;

    /// At the start of an MCU, whose first block goes to the place `out`.
    pub(crate) fn new(tables: &Tables, position: usize, out: usize) -> Self {
        Self {
            entry: tables::entry(position, 0),
            state: tables.start,
            out,
        }
    }

    /// In bits of the [`Data`]. While look-ups are added up, it is the place that their bits are counted from.
    #[inline(always)]
    pub(crate) fn position(&self) -> usize {
        (self.entry >> 32) as usize
    }

    fn sum(&self) -> u32 {
        self.entry as u32
    }

    /// Adds the bits passed to the position.
    #[inline(always)]
    fn bring_up_to_date(&mut self) {
        let passed = self.entry & 0xFF;
        self.entry = (self.entry - passed) + (passed << 32);
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.position() >= Self::LOST
    }

    /// Goes on to the start of an MCU, symbol by symbol.
    pub(crate) fn finish_mcu(
        &mut self,
        tables: &Tables,
        decoders: &[DcOnlyDecoder],
        data: &Data,
        out: &mut Out,
    ) {
        while (self.sum() != 0 || self.state != tables.start) && !self.is_lost() {
            *self = step(*self, tables, decoders, data, out).0;
        }
    }
}

/// The bytes of a lane.
pub(crate) fn chunk(data: &Data, lane: usize) -> &Chunk {
    let (chunk, _) = data[lane * CHUNK..]
        .split_first_chunk()
        .expect("BUG: all lanes have a chunk");
    chunk
}

/// Passes one symbol that no look-up can pass: its code is long, or the block ends without a code that says so. Also
/// returns the bits to come. Everything goes in and out by value, because a local that is borrowed lives in memory; and
/// it passes one symbol only, because a version that went on to the end of the block lost most of what the lanes gain.
#[cold]
#[inline(never)]
fn step(
    mut walker: Walker,
    tables: &Tables,
    decoders: &[DcOnlyDecoder],
    data: &Data,
    out: &mut Out,
) -> (Walker, u64) {
    let at = walker.state as usize % (2 * PHASES);
    let decoder = &decoders[usize::from(tables.components[at / 2])];
    walker.bring_up_to_date();
    let (position, sum) = (walker.position(), walker.sum());
    let k = sum >> PLACE & 0x7F;
    let lane = position / 8 / CHUNK;
    let mut bits = Bits::new(chunk(data, lane % LANES), position % (8 * CHUNK));
    let result = if k == 0 {
        decoder.dc.decode(&mut bits).and_then(|difference| {
            // Whatever it is, it is decoded again in sequence.
            let sum = biased(difference as i16).ok_or(Damage::NoSuchCode)?;
            Ok((sum | 1 << PLACE, false))
        })
    } else {
        let after = decoder.skip.step(&mut bits, k);
        after.map(|k| (sum & 0x7FFF << DIFFERENCE | k << PLACE, k == 64))
    };
    match result {
        Ok((sum, ended)) => {
            let ended = usize::from(ended);
            let entry = tables::entry(lane * 8 * CHUNK + bits.position(), sum);
            out[walker.out % (LANES * ROOM)] = entry;
            walker.entry = entry & KEPT[ended];
            walker.state = u32::from(tables.steps[(at + ended) % (2 * PHASES)]);
            walker.out += ended;
        }
        Err(_) => walker.entry = tables::entry(Walker::LOST, 0),
    }
    (walker, window(data, walker.position()))
}

/// How far a lane walks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) position: usize,
    pub(crate) out: usize,
}

impl Limit {
    #[inline(always)]
    pub(crate) fn is_reached(&self, walker: &Walker) -> bool {
        walker.position() >= self.position || walker.out >= self.out
    }
}

/// Look-ups for each time that the bits to come are loaded. As many blocks may be done beyond a limit.
pub(crate) const PER_LOAD: u32 = REFILLED / SkipTable::MOST_BITS;

/// Defines a function that walks the first so many lanes until one of them is at its limit. It is written out for each
/// lane: with a loop over them, whole runs over photographs of some megabytes took 1.04 times as long.
macro_rules! walk {
    ($name:ident, $($lane:ident $limit:ident $window:ident),+) => {
        #[inline(never)]
        fn $name(
            lanes: &mut [(Walker, Limit)],
            tables: &Tables,
            decoders: &[DcOnlyDecoder],
            data: &Data,
            out: &mut Out,
        ) {
            let [$($lane),+, ..] = lanes else {
                unreachable!("BUG: fewer lanes than the function walks")
            };
            let places = vectorised(
                #[inline(always)]
                || {
                    let ($($limit,)+) = ($($lane.1,)+);
                    $(let mut $lane = $lane.0;)+
                    while !($($limit.is_reached(&$lane))||+) {
                        $(let mut $window = window(data, $lane.position());)+
                        for _ in 0..PER_LOAD {
                            $(
                                let bits = ($window >> (64 - SkipTable::WIDTH)) as u32;
                                let found = tables.lookup[($lane.state & TABLE | bits) as usize];
                                let entry = $lane.entry.wrapping_add(u64::from(found));
                                if entry & RARE != 0 {
                                    ($lane, $window) = step($lane, tables, decoders, data, out);
                                } else {
                                    $window = $window.wrapping_shl(found);
                                    out[$lane.out % (LANES * ROOM)] = entry;
                                    let ended = (found / ENDED) as usize;
                                    let at = ($lane.state as usize + ended) % (2 * PHASES);
                                    $lane.entry = entry & KEPT[ended];
                                    $lane.state = u32::from(tables.steps[at]);
                                    $lane.out += ended;
                                }
                            )+
                        }
                        $($lane.bring_up_to_date();)+
                    }
                    [$($lane),+]
                },
            );
            for ((lane, _), place) in lanes.iter_mut().zip(places) {
                *lane = place;
            }
        }
    };
}

walk!(walk_1, a a_limit a_window);
walk!(walk_2, a a_limit a_window, b b_limit b_window);
walk!(walk_4, a a_limit a_window, b b_limit b_window, c c_limit c_window, d d_limit d_window);
walk!(
    walk_8,
    a a_limit a_window, b b_limit b_window, c c_limit c_window, d d_limit d_window,
    e e_limit e_window, f f_limit f_window, g g_limit g_window, h h_limit h_window
);

/// Walks all lanes to their limits.
pub(crate) fn walk(
    lanes: &mut [(Walker, Limit)],
    tables: &Tables,
    decoders: &[DcOnlyDecoder],
    data: &Data,
    out: &mut Out,
) {
    let mut rest = &mut *lanes;
    loop {
        // Those that are done go to the front.
        let mut done = 0;
        for i in 0..rest.len() {
            if rest[i].1.is_reached(&rest[i].0) {
                rest.swap(i, done);
                done += 1;
            }
        }
        rest = &mut rest[done..];
        if rest.is_empty() {
            break;
        }
        walk_to_a_limit(rest, tables, decoders, data, out);
    }
    lanes.sort_unstable_by_key(|(_, limit)| limit.out);
}

/// Walks one lane or more, none of which is at its limit, until one of them is.
pub(crate) fn walk_to_a_limit(
    lanes: &mut [(Walker, Limit)],
    tables: &Tables,
    decoders: &[DcOnlyDecoder],
    data: &Data,
    out: &mut Out,
) {
    let walk = match lanes.len() {
        1 => walk_1,
        2 | 3 => walk_2,
        4..8 => walk_4,
        _ => walk_8,
    };
    walk(lanes, tables, decoders, data, out);
}
