//! The loop that all this is for: several places of a scan are walked side by side, with one look-up each in turn.

use crate::picture::jpeg::entropy::ac_skip::{self, SkipTable};
use crate::picture::jpeg::entropy::bits::{Bits, CHUNK, Chunk, REFILLED, WORD};
use crate::picture::jpeg::error::Damage;
use crate::picture::jpeg::sequential::dc_only::{DcOnlyDecoder, DcOnlyTable};
use std::sync::Arc;

/// How many places are walked side by side. A look-up waits about 20 cycles for the one before it, and a processor has
/// room for several such chains: two decode 1.2 times as fast as one loop with branches, three 1.45 times, four 1.6
/// times. With five or six the registers run out.
pub(crate) const LANES: usize = 4;

/// How many blocks of a lane there is room for: a power of two, so that a place among them needs a mask and no check.
pub(crate) const ROOM: usize = 1 << 15;

/// The lanes' unstuffed bytes, one [`CHUNK`] after another, and room to read the last of them by the word.
pub(crate) type Data = [u8; LANES * CHUNK + WORD];

/// What the lanes write, [`ROOM`] for each: an entry for a block, of which [`difference`] is the DC difference.
pub(crate) type Out = [u32; LANES * ROOM];

/// Where the first blocks of each lane end, by position: [`NOTES`] for each.
pub(crate) type Notes = [u32; LANES * NOTES];

/// How many blocks of a lane can be noted.
pub(crate) const NOTES: usize = 1 << 8;

/// The components of a scan seldom have more tables than that.
const CLASSES: usize = 4;
/// An MCU seldom has more blocks than that; T.81 B.2.3 allows 10.
const PHASES: usize = 16;

// What look-ups add up, in 32 bits. From the lowest: the bits passed since the lane's position was last brought up to
// date; the coefficients of the block that were passed; two bits that are set when these are 64 or more; the DC
// difference; the block's end.
const PLACE: u32 = 8;
const RARE: u32 = 3 << 14;
const DIFFERENCE: u32 = 16;
const ENDED: u32 = 1 << 31;
/// Added to a difference, so that it is never negative. It leaves no room for categories beyond 14, which no encoder of
/// 8-bit samples uses (T.81 table F.1).
const BIAS: i32 = 1 << 14;
/// The bits of a state that choose the table.
const TABLE: u32 = (2 * CLASSES as u32 - 1) << SkipTable::WIDTH;
/// The entry of a window whose first code is longer, or passes more coefficients than a block has.
const UNKNOWN: u32 = 127 << PLACE;

/// The DC difference of a block.
#[inline(always)]
pub(crate) fn difference(entry: u32) -> i16 {
    ((entry >> DIFFERENCE & 0x7FFF) as i32 - BIAS) as i16
}

/// The entry of a block, unless its difference is too large for one.
pub(crate) fn entry(difference: i16) -> Option<u32> {
    let biased = u32::try_from(i32::from(difference) + BIAS).ok()?;
    (biased < 2 * BIAS as u32).then_some(biased << DIFFERENCE)
}

/// What comes after a look-up.
#[derive(Clone, Copy, Debug, Default)]
struct Step {
    /// What is kept of the sum.
    mask: u32,
    /// The place of the look-up table; in the lowest four bits the phase, which is the block's number within its MCU.
    state: u16,
    /// Blocks done.
    blocks: u16,
}

/// All look-up tables of a scan as one, and the order of its blocks as steps from look-up to look-up. So whether a
/// look-up ends the block decides only what is added and which table comes next. There is no branch to mispredict,
/// which costs most where nobody can foresee the ends of blocks.
#[derive(Debug)]
pub(crate) struct Tables {
    /// For each class, which is a pair of DC and AC tables: the look-ups for a block's first symbols, and for others.
    lookup: [u32; (2 * CLASSES) << SkipTable::WIDTH],
    /// Two for each phase: after a look-up that doesn't end the block, and after one that does.
    steps: [Step; 2 * PHASES],
    /// The state at the start of an MCU.
    start: u32,
    /// By phase: the component's place in the scan.
    components: [u8; PHASES],
    /// By class, what the look-ups were made from.
    made: Vec<(Arc<DcOnlyTable>, Arc<SkipTable>)>,
}

impl Default for Tables {
    fn default() -> Self {
        Self {
            lookup: [UNKNOWN; (2 * CLASSES) << SkipTable::WIDTH],
            steps: [Step::default(); 2 * PHASES],
            start: 0,
            components: [0; PHASES],
            made: Vec::with_capacity(CLASSES),
        }
    }
}

impl Tables {
    /// Sets up the walk of a scan whose MCUs have blocks of these components; false if there are too many of anything.
    pub(crate) fn set_up(&mut self, blocks: &[u8], decoders: &[DcOnlyDecoder]) -> bool {
        const { assert!(TABLE <= 0xFFFF && PHASES <= 1 << SkipTable::WIDTH) };
        let mut pairs = Vec::<(&Arc<DcOnlyTable>, &Arc<SkipTable>)>::with_capacity(CLASSES);
        let mut classes = [0; 4];
        for (decoder, class) in decoders.iter().zip(&mut classes) {
            let pair = (&decoder.first, &decoder.skip);
            let same = |(first, skip): &(&Arc<_>, &Arc<_>)| {
                Arc::ptr_eq(first, pair.0) && Arc::ptr_eq(skip, pair.1)
            };
            *class = pairs.iter().position(same).unwrap_or_else(|| {
                pairs.push(pair);
                pairs.len() - 1
            });
        }
        if blocks.len() > PHASES || pairs.len() > CLASSES {
            return false;
        }
        self.make(&pairs);
        let state = |phase: usize, ac: usize| {
            let class = classes[usize::from(blocks[phase])];
            ((2 * class + ac) << SkipTable::WIDTH | phase) as u16
        };
        self.start = u32::from(state(0, 0));
        for (phase, &component) in blocks.iter().enumerate() {
            self.components[phase] = component;
            self.steps[2 * phase] = Step {
                mask: !0,
                state: state(phase, 1),
                blocks: 0,
            };
            self.steps[2 * phase + 1] = Step {
                mask: 0xFF,
                state: state((phase + 1) % blocks.len(), 0),
                blocks: 1,
            };
        }
        true
    }

    fn make(&mut self, pairs: &[(&Arc<DcOnlyTable>, &Arc<SkipTable>)]) {
        let kept = self.made.iter().zip(pairs).take_while(|(made, pair)| {
            Arc::ptr_eq(&made.0, pair.0) && Arc::ptr_eq(&made.1, pair.1)
        });
        let kept = kept.count();
        self.made.truncate(kept);
        for (class, &(first, skip)) in pairs.iter().enumerate().skip(kept) {
            let tables = &mut self.lookup[(2 * class) << SkipTable::WIDTH..];
            let (of_first, rest) = tables.split_at_mut(1 << SkipTable::WIDTH);
            for (entry, (difference, passed)) in of_first.iter_mut().zip(first.entries()) {
                *entry = match (passed, self::entry(difference)) {
                    (Some(passed), Some(difference)) => entry_of(passed) | difference,
                    _ => UNKNOWN,
                };
            }
            for (entry, &passed) in rest.iter_mut().zip(skip.entries(SkipTable::WIDTH)) {
                *entry = entry_of(passed);
            }
            self.made.push((Arc::clone(first), Arc::clone(skip)));
        }
    }
}

/// An entry of a [`SkipTable`] in this form.
#[inline(always)]
fn entry_of(passed: u32) -> u32 {
    let ended = passed >> PLACE & ac_skip::ENDED != 0;
    let entry = passed & !(ac_skip::ENDED << PLACE);
    let is_known = entry >> PLACE <= 64;
    let entry = entry | if ended { ENDED } else { 0 };
    if is_known { entry } else { UNKNOWN }
}

/// A lane's place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Walker {
    /// In bits of the [`Data`].
    pub(crate) position: usize,
    sum: u32,
    state: u32,
    /// The place in [`Out`] of the block in progress.
    pub(crate) out: usize,
}

impl Walker {
    /// The position of a lane that met damage, or something that no look-up here can express: beyond all others.
    const LOST: usize = 1 << 30;

    /// At the start of an MCU.
    pub(crate) fn new(tables: &Tables, position: usize, out: usize) -> Self {
        Self {
            position,
            sum: 0,
            state: tables.start,
            out,
        }
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.position >= Self::LOST
    }

    /// Goes on to the start of an MCU, symbol by symbol.
    pub(crate) fn finish_mcu(
        &mut self,
        tables: &Tables,
        decoders: &[DcOnlyDecoder],
        data: &Data,
        out: &mut Out,
    ) {
        while (self.sum != 0 || self.state != tables.start) && !self.is_lost() {
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

/// The bits to come at a position, at least 57.
#[inline(always)]
fn window(data: &Data, position: usize) -> u64 {
    let at = (position >> 3) % (LANES * CHUNK);
    let mut word = [0; WORD];
    word.copy_from_slice(&data[at..at + WORD]);
    u64::from_be_bytes(word) << (position & 7)
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
    let phase = walker.state as usize % PHASES;
    let decoder = &decoders[usize::from(tables.components[phase])];
    walker.position += (walker.sum & 0xFF) as usize;
    let k = walker.sum >> PLACE & 0x7F;
    let lane = walker.position / 8 / CHUNK;
    let mut bits = Bits::new(chunk(data, lane % LANES), walker.position % (8 * CHUNK));
    let result = if k == 0 {
        decoder.dc.decode(&mut bits).and_then(|difference| {
            // Whatever it is, it is decoded again in sequence.
            let entry = entry(difference as i16).ok_or(Damage::NoSuchCode)?;
            Ok((entry | 1 << PLACE, false))
        })
    } else {
        let after = decoder.skip.step(&mut bits, k);
        after.map(|k| (walker.sum & 0x7FFF << DIFFERENCE | k << PLACE, k == 64))
    };
    match result {
        Ok((sum, ended)) => {
            if ended {
                out[walker.out % (LANES * ROOM)] = sum;
            }
            let step = tables.steps[2 * phase + usize::from(ended)];
            walker.sum = sum & step.mask & !0xFF;
            walker.state = u32::from(step.state);
            walker.out += usize::from(step.blocks);
            walker.position = lane * 8 * CHUNK + bits.position();
        }
        Err(_) => walker.position = Walker::LOST,
    }
    (walker, window(data, walker.position))
}

/// How far a lane walks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) position: usize,
    pub(crate) out: usize,
}

impl Limit {
    #[inline(always)]
    fn is_reached(&self, walker: &Walker) -> bool {
        walker.position >= self.position || walker.out >= self.out
    }
}

/// Look-ups for each time that the bits to come are loaded.
const PER_LOAD: u32 = REFILLED / SkipTable::MOST_BITS;

/// Where a lane's block is noted, by its place in [`Out`].
#[inline(always)]
fn note(out: usize) -> usize {
    ((out / ROOM * NOTES) | (out % NOTES)) % (LANES * NOTES)
}

/// Defines a function that walks this many lanes until one of them is at its limit, and takes notes or not. It is
/// written out for each lane, so that places live in registers.
macro_rules! walk {
    ($name:ident, $($lane:ident $limit:ident $window:ident),+) => {
        #[inline(never)]
        fn $name<const NOTING: bool>(
            lanes: &mut [(Walker, Limit)],
            tables: &Tables,
            decoders: &[DcOnlyDecoder],
            data: &Data,
            out: &mut Out,
            notes: &mut Notes,
        ) {
            let [$($lane),+] = lanes else {
                unreachable!("BUG: as many lanes as the function walks")
            };
            let ($($limit,)+) = ($($lane.1,)+);
            $(let mut $lane = $lane.0;)+
            while !($($limit.is_reached(&$lane))||+) {
                $(let mut $window = window(data, $lane.position);)+
                for _ in 0..PER_LOAD {
                    $(
                        let noted = note($lane.out);
                        let at = $lane.state & TABLE | ($window >> (64 - SkipTable::WIDTH)) as u32;
                        let entry = tables.lookup[at as usize];
                        let sum = $lane.sum.wrapping_add(entry);
                        if sum & RARE != 0 {
                            ($lane, $window) = step($lane, tables, decoders, data, out);
                        } else {
                            $window = $window.wrapping_shl(entry);
                            out[$lane.out % (LANES * ROOM)] = sum;
                            let next = ($lane.state << 1 | sum >> 31) as usize % (2 * PHASES);
                            let next = tables.steps[next];
                            $lane.sum = sum & next.mask;
                            $lane.state = u32::from(next.state);
                            $lane.out += usize::from(next.blocks);
                        }
                        if NOTING {
                            notes[noted] = $lane.position as u32 + ($lane.sum & 0xFF);
                        }
                    )+
                }
                $(
                    $lane.position += ($lane.sum & 0xFF) as usize;
                    $lane.sum &= !0xFF;
                )+
            }
            let places = [$($lane),+];
            for ((lane, _), place) in lanes.iter_mut().zip(places) {
                *lane = place;
            }
        }
    };
}

walk!(walk_1, a a_limit a_window);
walk!(walk_2, a a_limit a_window, b b_limit b_window);
walk!(walk_3, a a_limit a_window, b b_limit b_window, c c_limit c_window);
walk!(walk_4, a a_limit a_window, b b_limit b_window, c c_limit c_window, d d_limit d_window);

/// Walks all lanes to their limits.
pub(crate) fn walk<const NOTING: bool>(
    lanes: &mut [(Walker, Limit)],
    tables: &Tables,
    decoders: &[DcOnlyDecoder],
    data: &Data,
    out: &mut Out,
    notes: &mut Notes,
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
        let walk = match rest.len() {
            0 => break,
            1 => walk_1::<NOTING>,
            2 => walk_2::<NOTING>,
            3 => walk_3::<NOTING>,
            _ => walk_4::<NOTING>,
        };
        walk(rest, tables, decoders, data, out, notes);
    }
    lanes.sort_unstable_by_key(|(_, limit)| limit.out);
}
