//! A scan's data, restart interval by restart interval (T.81 E.2.3 to E.2.5).

use super::bits::Bits;
use super::unstuff::Feed;
use crate::picture::jpeg::error::{Damage, Error};
use crate::picture::jpeg::limits::DamagePolicy;
use crate::picture::vectors::vectorised;

/// What decodes the units of a scan: MCUs, or the blocks of one component.
pub(crate) trait Units {
    /// Units across and down.
    fn size(&self) -> (usize, usize);

    /// Starts anew after a restart marker.
    fn restart(&mut self);

    /// Decodes units of one row, from `at` on: at least one, then more until `count` are done or the reader is beyond
    /// `threshold`. Returns how many were done, and what is wrong with the next, if anything.
    fn decode(
        &mut self,
        bits: &mut Bits,
        threshold: usize,
        at: (usize, usize),
        count: usize,
    ) -> (usize, Result<(), Damage>);

    /// Decodes units from the start of an interval by better means than [`decode`](Self::decode), if there are any, and
    /// leaves the feed after them. Returns how many were done, always fewer than there are. Intervals are whole, and
    /// the marker after them is passed.
    fn decode_ahead(&mut self, _feed: &mut Feed, _from: usize, _ahead: Ahead) -> usize {
        0
    }

    /// Takes back what was decoded of a unit in which damage was noticed: it can't be trusted.
    fn erase(&mut self, at: (usize, usize));
}

/// What may be decoded ahead.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ahead {
    /// Units of an interval that has so many left.
    Within(usize),
    /// Intervals of so many units, from the first on.
    Intervals(usize),
}

/// Decodes units of a row as [`Units::decode`] does, some at each `step`, which is given the number of units done and
/// returns how many more it did.
#[inline(always)]
pub(crate) fn decode_row(
    bits: &mut Bits,
    threshold: usize,
    count: usize,
    mut step: impl FnMut(&mut Bits, usize) -> Result<usize, Damage>,
) -> (usize, Result<(), Damage>) {
    // A copy, so that it can live in registers.
    let mut local = *bits;
    let mut done = 0;
    let result = loop {
        match step(&mut local, done) {
            Ok(more) => done += more,
            Err(damage) => break Err(damage),
        }
        if done == count || local.position() > threshold {
            break Ok(());
        }
    };
    *bits = local;
    (done, result)
}

/// Decodes all units of a scan.
pub(crate) fn decode(
    units: &mut impl Units,
    feed: &mut Feed,
    restart_interval: u16,
    policy: &mut DamagePolicy,
) -> Result<(), Error> {
    let total = units.size().0 * units.size().1;
    let interval = match usize::from(restart_interval) {
        0 => total,
        interval => interval,
    };
    let mut start = match restart_interval {
        0 => 0,
        _ => units.decode_ahead(feed, 0, Ahead::Intervals(interval)),
    };
    debug_assert!(start % interval == 0 && start < total);
    let mut restarts = start / interval;
    loop {
        let end = total.min(start + interval);
        if let Err(error) = decode_interval(units, feed, start, end) {
            // Damage within an interval that ends with the right marker is what restart markers are for. There are such
            // pictures, and other programs show them; what to do about the damage is for the caller to decide.
            if restart_interval > 0 && feed.ends_in_turn(restarts, end == total) {
                policy.keep(error);
            } else {
                policy.note(error)?;
            }
        }
        if end == total {
            return Ok(());
        }
        let (lost, next) = feed.restart(restarts, policy.tolerant)?;
        if lost > 0 || !next {
            policy.note(Error::damaged(Damage::Restart, feed.end()))?;
        }
        start = end + lost * interval;
        restarts += lost + 1;
        if start >= total {
            return Ok(());
        }
    }
}

/// Decodes the units from `start` to `end`, which follow a restart marker or the scan's header.
fn decode_interval(
    units: &mut impl Units,
    feed: &mut Feed,
    start: usize,
    end: usize,
) -> Result<(), Error> {
    units.restart();
    let across = units.size().0;
    let mut unit = start + units.decode_ahead(feed, start, Ahead::Within(end - start));
    while unit < end {
        let (x, y) = (unit % across, unit / across);
        let mut bits = feed.bits();
        let count = (end - unit).min(across - x);
        let threshold = feed.threshold();
        let (done, result) = vectorised(
            #[inline(always)]
            || units.decode(&mut bits, threshold, (x, y), count),
        );
        let position = bits.position();
        if let Err(damage) = result {
            units.erase((x + done, y));
            return Err(feed.blame(damage, position));
        }
        if let Err(error) = feed.renew(position) {
            units.erase((x + done - 1, y));
            return Err(error);
        }
        unit += done;
    }
    Ok(())
}
