//! Lanes joined: each with the first MCU of the next that it meets.

use super::batch::{Cuts, Place, SPARE, Scan, Work};
use super::found::Batch;
use super::tables;
use super::walk::{self, LANES, Limit, ROOM, Walker};
use crate::picture::jpeg::entropy::bits::{Bits, CHUNK};
use crate::picture::jpeg::error::Damage;

impl Work {
    /// Joins the lanes that fall in step with the one before them.
    pub(super) fn join(
        &mut self,
        lanes: &[(Walker, Limit)],
        starts: &[Vec<usize>; LANES],
        cuts: &Cuts,
        scan: &mut Scan,
    ) -> Option<Batch<'_>> {
        let mut parts = Vec::with_capacity(LANES);
        let (mut first, mut end) = (walk::first(0), None);
        for (lane, (walker, _)) in lanes.iter().enumerate() {
            let mut walker = *walker;
            walker.finish_mcu(&self.tables, scan.decoders, &self.data, &mut self.out);
            if walker.is_lost() {
                break;
            }
            let chunk = walk::chunk(&self.data, lane);
            let mut bits = Bits::new(chunk, walker.position() - 8 * lane * CHUNK);
            let mut out = walker.out;
            let met = match lane + 1 < cuts.count {
                true => {
                    let stretch = &cuts.stretches[lane];
                    let last = 8 * (stretch.len - cuts.margin);
                    let room = (lane + 1) * ROOM - SPARE;
                    let next = starts[lane + 1].iter();
                    let mut next = next
                        .map(|start| 8 * stretch.own + start)
                        .enumerate()
                        .peekable();
                    loop {
                        let position = bits.position();
                        while next.next_if(|&(_, start)| start < position).is_some() {}
                        match next.peek() {
                            Some(&(mcu, start)) if start == position => break Some(mcu),
                            Some(_) if position <= last && out <= room => {}
                            _ => break None,
                        }
                        let before = bits;
                        let entries = &mut self.out[out..];
                        if decode_mcu(&mut bits, scan, lane, entries).is_err() {
                            bits = before;
                            break None;
                        }
                        out += scan.blocks.len();
                    }
                }
                false => None,
            };
            parts.push(first..out);
            let (stretch, next) = (&cuts.stretches[lane], cuts.places[lane + 1]);
            end = Some(Place {
                at: stretch.source_offset(scan.source, next, bits.position() / 8),
                bit: bits.position() % 8,
            });
            match met {
                Some(mcus) => first = walk::first(lane + 1) + mcus * scan.blocks.len(),
                None => break,
            }
        }
        Some(Batch {
            data: &self.data,
            out: &self.out,
            parts,
            restarts: false,
            end: end?,
        })
    }
}

/// Decodes the blocks of one MCU, in sequence.
fn decode_mcu(
    bits: &mut Bits,
    scan: &mut Scan,
    lane: usize,
    entries: &mut [u64],
) -> Result<(), Damage> {
    for (&component, entry) in scan.blocks.iter().zip(entries) {
        let decoder = &mut scan.decoders[usize::from(component)];
        decoder.restart();
        let difference = decoder.decode(bits)?;
        let sum = tables::biased(difference).ok_or(Damage::NoSuchCode)?;
        *entry = tables::entry(8 * lane * CHUNK + bits.position(), sum);
    }
    Ok(())
}
