//! Looks through the scans of a progressive picture before any is decoded: which of them count, and where the last of
//! these ends.

use super::last_bits;
use crate::picture::jpeg::error::{Bound, Damage, Error, Flaw};
use crate::picture::jpeg::limits::{self, Limits};
use crate::picture::jpeg::samples::scale::Scales;
use crate::picture::jpeg::samples::zigzag;
use crate::picture::jpeg::syntax::frame::Frame;
use crate::picture::jpeg::syntax::header::Header;
use crate::picture::jpeg::syntax::markers::{self, DQT, EOI, SOS};
use crate::picture::jpeg::syntax::scan::Scan;

/// More scans than any encoder makes. Each costs time for all its blocks, however few bytes it has.
const MOST_SCANS: usize = 256;

/// All scans that are worth reading.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) scans: Vec<PlannedScan>,
    /// The coefficients that are decoded without their last bit.
    pub(crate) cut_short: Bands,
    /// What makes the picture incomplete.
    pub(crate) missing: Option<Error>,
}

/// A scan and where it stands.
#[derive(Debug)]
pub(crate) struct PlannedScan {
    pub(crate) scan: Scan,
    /// Where its data start.
    pub(crate) start: usize,
    /// Where they end: the next marker's 0xFF.
    pub(crate) end: usize,
    /// Whether it has a coefficient that is needed.
    pub(crate) counts: bool,
}

impl Script {
    /// The scans of `header`'s picture up to the one that sends the last bit that `scales` need of the last coefficient
    /// that they need.
    pub(crate) fn of(header: &Header, scales: &Scales) -> Result<Self, Error> {
        let mut search = Search::new(header, scales);
        let found = search.look(&header.frame, header.bytes)?;
        let mut script = Self {
            scans: search.scans,
            cut_short: search.cut_short,
            missing: match found {
                Found::All => None,
                Found::End(missing) => missing,
                // What comes after the last scan needn't be there.
                Found::Some if search.left == [0; 4] => None,
                Found::Some => Some(Error::truncated(header.bytes.len())),
            },
        };
        script.mark(search.needed);
        Ok(script)
    }

    /// A scan counts if it has a needed coefficient, unless it has only its last bit and that is not needed. To read a
    /// refining scan one must know which coefficients of its whole band are zero, so that those are needed of all scans
    /// before it.
    fn mark(&mut self, mut needed: Bands) {
        let mut last_bits_unneeded = self.cut_short;
        for planned in self.scans.iter_mut().rev() {
            let band = planned.scan.band_bits();
            for component in &planned.scan.components {
                let needed = &mut needed[component.index];
                let unneeded = &mut last_bits_unneeded[component.index];
                let counts = match planned.scan.high {
                    1 => *needed & !*unneeded & band,
                    _ => *needed & band,
                };
                if counts != 0 {
                    planned.counts = true;
                    if planned.scan.low == 0 {
                        self.cut_short[component.index] &= !band;
                    }
                    if planned.scan.high != 0 {
                        *needed |= band;
                        *unneeded &= !band;
                    }
                }
            }
        }
    }

    /// Refuses a picture that its scans can't hold: a block costs at least one bit in a DC scan.
    pub(crate) fn check_room(&self, header: &Header, limits: &Limits) -> Result<(), Error> {
        let end = self.scans.last().map_or(header.first_scan, |scan| scan.end);
        let room = 8 * (end - header.first_scan) as u64;
        if room >= header.frame.block_count() || limits.allow_damaged {
            return Ok(());
        }
        let early = Error::damaged(Damage::ScanEndsEarly, end);
        Err(self.missing.clone().unwrap_or(early))
    }
}

/// How far a progressive picture has to be read, found out while it is being read.
#[derive(Debug)]
pub struct Reach {
    frame: Frame,
    search: Search,
}

impl Reach {
    pub(crate) fn new(header: &Header, scales: &Scales) -> Self {
        Self {
            frame: header.frame.clone(),
            search: Search::new(header, scales),
        }
    }

    /// Whether `bytes` hold enough of the picture: the decode gives the same as with everything that follows them,
    /// errors included. They begin with the bytes that the header was parsed from or that were given before; each byte
    /// is looked at once.
    pub fn is_within(&mut self, bytes: &[u8]) -> bool {
        !matches!(self.search.look(&self.frame, bytes), Ok(Found::Some))
    }
}

/// A bit for each of a component's coefficients, in zigzag order, for each component.
pub(crate) type Bands = [u64; 4];

/// The search for the last scan that counts.
#[derive(Debug)]
struct Search {
    scans: Vec<PlannedScan>,
    /// What the scales need.
    needed: Bands,
    /// What of that is not needed to its last bit.
    cut_short: Bands,
    /// What is needed and has not yet been sent as far as it is needed.
    left: Bands,
    /// What is needed and has not yet been sent at all.
    unseen: Bands,
    /// Where to go on looking.
    at: usize,
    /// Whether that is in the last scan's data.
    in_scan: bool,
}

/// The result of a search.
#[derive(Debug)]
enum Found {
    /// All scans that count, from their beginnings to their ends.
    All,
    /// The end of the image, and perhaps what is missing before it.
    End(Option<Error>),
    /// The end of the bytes.
    Some,
}

impl Search {
    fn new(header: &Header, scales: &Scales) -> Self {
        let mut needed = [0; 4];
        for (i, needed) in needed
            .iter_mut()
            .enumerate()
            .take(header.components().len())
        {
            let n = scales.get(i).n();
            *needed = (0..64)
                .filter(|&k| zigzag::needed(k, n))
                .fold(0, |sum, k| sum | 1 << k);
        }
        Self {
            scans: Vec::new(),
            needed,
            cut_short: last_bits::cut_short(header, scales),
            left: needed,
            unseen: needed,
            at: header.first_scan - 1,
            in_scan: false,
        }
    }

    /// Goes on looking through `bytes`. May be called again with more of them.
    fn look(&mut self, frame: &Frame, bytes: &[u8]) -> Result<Found, Error> {
        loop {
            if let Some(last) = self.scans.last_mut()
                && self.in_scan
            {
                let Some((_, offset)) = markers::end_of_scan(bytes, self.at) else {
                    last.end = bytes.len();
                    self.at = self.end_of(bytes);
                    return Ok(Found::Some);
                };
                last.end = offset - 1;
                self.at = last.end;
                self.in_scan = false;
            }
            if self.left == [0; 4] {
                return Ok(Found::All);
            }
            let segment = match markers::next_segment(bytes, self.at) {
                Ok(segment) => segment,
                Err(Error::Truncated { .. }) => {
                    let marker = markers::next_marker(bytes, self.at);
                    self.at = marker.map_or(self.end_of(bytes), |(_, offset)| offset - 1);
                    return Ok(Found::Some);
                }
                Err(error) => return Ok(Found::End(Some(error))),
            };
            match segment.marker {
                EOI => {
                    // T.81 doesn't ask for all bits of all coefficients, but a picture needs its DC coefficients.
                    let dc = self.unseen.iter().any(|bits| bits & 1 != 0);
                    let missing = dc.then(|| Error::damaged(Damage::MissingScan, segment.offset));
                    return Ok(Found::End(missing));
                }
                SOS => {
                    let scan = Scan::parse(&segment, frame)?;
                    check(&scan, segment.offset)?;
                    self.enter(scan, segment.end)?;
                }
                // The table that the rule was asked about may be another one.
                DQT if self.unseen[0] == self.needed[0] => self.cut_short[0] = 0,
                _ => {}
            }
            self.at = segment.end;
        }
    }

    /// Where to go on after all of `bytes`: the last byte may begin a marker.
    fn end_of(&self, bytes: &[u8]) -> usize {
        self.at.max(bytes.len().saturating_sub(1))
    }

    fn enter(&mut self, scan: Scan, start: usize) -> Result<(), Error> {
        let scans = self.scans.len() as u64 + 1;
        limits::check(Bound::Scans, scans, MOST_SCANS as u64)?;
        for component in &scan.components {
            let (index, band) = (component.index, scan.band_bits());
            self.unseen[index] &= !band;
            self.left[index] &= match scan.low {
                0 => !band,
                1 => !(band & self.cut_short[index]),
                _ => u64::MAX,
            };
        }
        self.scans.push(PlannedScan {
            scan,
            start,
            end: start,
            counts: false,
        });
        self.in_scan = true;
        Ok(())
    }
}

/// T.81 G.1.1.1: what a progressive scan may hold.
fn check(scan: &Scan, offset: usize) -> Result<(), Error> {
    let (first, last) = scan.band;
    let band = match first {
        0 => last == 0,
        _ => first <= last && last < 64 && scan.components.len() == 1,
    };
    let approximation = scan.low <= 13 && (scan.high == 0 || scan.low + 1 == scan.high);
    if band && approximation {
        Ok(())
    } else {
        Err(Error::format(Flaw::ScanParameters, offset))
    }
}
