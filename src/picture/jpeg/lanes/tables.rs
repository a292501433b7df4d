//! The look-ups that lanes walk by.

use crate::picture::jpeg::entropy::ac_skip::{self, SkipTable};
use crate::picture::jpeg::entropy::dc_only::{DcOnlyDecoder, DcOnlyTable};
use std::sync::Arc;

/// The components of a scan seldom have more tables than that.
const CLASSES: usize = 4;
/// An MCU seldom has more blocks than that; T.81 B.2.3 allows 10.
pub(super) const PHASES: usize = 16;

// What look-ups add up, in 32 bits. From the lowest: the bits passed since the lane's position was last brought up to
// date; the coefficients of the block that were passed; two bits that are set when these are 64 or more; the DC
// difference; the block's end.
pub(super) const PLACE: u32 = 8;
pub(super) const RARE: u64 = 3 << 14;
pub(super) const DIFFERENCE: u32 = 16;
pub(super) const ENDED: u32 = 1 << 31;
/// Added to a difference, so that it is never negative. It leaves no room for categories beyond 14, which no encoder of
/// 8-bit samples uses (T.81 table F.1).
const BIAS: i32 = 1 << 14;
/// The bits of a state that choose the table.
pub(super) const TABLE: u32 = (2 * CLASSES as u32 - 1) << SkipTable::WIDTH;
/// The entry of a window whose first code is longer, or passes more coefficients than a block has.
const UNKNOWN: u32 = 127 << PLACE;

/// What is kept of a block after its last look-up: what was added up until then, and above it the position that the
/// bits in it are counted from.
#[inline(always)]
pub(crate) fn entry(position: usize, sum: u32) -> u64 {
    (position as u64) << 32 | u64::from(sum)
}

/// What remains of an entry after a look-up that doesn't end the block, and after one that does: the position, and the
/// bits that are not in it yet.
pub(super) const KEPT: [u64; 2] = [!0, 0xFFFF_FFFF_0000_00FF];

/// The DC difference of a block.
#[inline(always)]
pub(crate) fn difference(entry: u64) -> i16 {
    ((entry >> DIFFERENCE & 0x7FFF) as i32 - BIAS) as i16
}

/// Where a block ends.
#[inline(always)]
pub(crate) fn end(entry: u64) -> usize {
    ((entry >> 32) + (entry & 0xFF)) as usize
}

/// A difference as it is added up, unless it is too large for that.
pub(crate) fn biased(difference: i16) -> Option<u32> {
    let biased = u32::try_from(i32::from(difference) + BIAS).ok()?;
    (biased < 2 * BIAS as u32).then_some(biased << DIFFERENCE)
}

/// All look-up tables of a scan as one, and the order of its blocks as steps from look-up to look-up. So whether a
/// look-up ends the block decides only what is added and which table comes next. There is no branch to mispredict,
/// which costs most where nobody can foresee the ends of blocks.
#[derive(Debug)]
pub(crate) struct Tables {
    /// For each class, which is a pair of DC and AC tables: the look-ups for a block's first symbols, and for others.
    pub(super) lookup: [u32; (2 * CLASSES) << SkipTable::WIDTH],
    /// Two states for each phase: after a look-up that doesn't end the block, and after one that does. A state is the
    /// place of the look-up table, and in the lowest five bits twice the phase, which is the block's number within its
    /// MCU.
    pub(super) steps: [u16; 2 * PHASES],
    /// The state at the start of an MCU.
    pub(super) start: u32,
    /// By phase: the component's place in the scan.
    pub(super) components: [u8; PHASES],
    /// By class, what the look-ups were made from.
    made: Vec<(Arc<DcOnlyTable>, Arc<SkipTable>)>,
}

impl Default for Tables {
    fn default() -> Self {
        Self {
            lookup: [UNKNOWN; (2 * CLASSES) << SkipTable::WIDTH],
            steps: [0; 2 * PHASES],
            start: 0,
            components: [0; PHASES],
            made: Vec::with_capacity(CLASSES),
        }
    }
}

impl Tables {
    /// Sets up the walk of a scan whose MCUs have blocks of these components; false if there are too many of anything.
    pub(crate) fn set_up(&mut self, blocks: &[u8], decoders: &[DcOnlyDecoder]) -> bool {
        const { assert!(TABLE <= 0xFFFF && 2 * PHASES <= 1 << SkipTable::WIDTH) };
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
            ((2 * class + ac) << SkipTable::WIDTH | (2 * phase)) as u16
        };
        self.start = u32::from(state(0, 0));
        for (phase, &component) in blocks.iter().enumerate() {
            self.components[phase] = component;
            self.steps[2 * phase] = state(phase, 1);
            self.steps[2 * phase + 1] = state((phase + 1) % blocks.len(), 0);
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
                *entry = match (passed, biased(difference)) {
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
