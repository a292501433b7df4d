//! Scan headers (T.81 B.2.3) and the order of blocks in a scan (T.81 A.2).

use super::frame::Frame;
use super::markers::Segment;
use crate::picture::jpeg::error::{Error, Flaw};

/// What a scan header says.
#[derive(Clone, Debug)]
pub(crate) struct Scan {
    pub(crate) components: Vec<ScanComponent>,
    /// Ss and Se: the first and last coefficient, in zigzag order.
    pub(crate) band: (u8, u8),
    /// Ah: the bit position that was sent before, 0 in a first scan.
    pub(crate) high: u8,
    /// Al: the bit position that is sent now.
    pub(crate) low: u8,
}

/// A component in a scan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScanComponent {
    /// Its place in the frame.
    pub(crate) index: usize,
    /// Td: its DC table.
    pub(crate) dc: usize,
    /// Ta: its AC table.
    pub(crate) ac: usize,
}

impl Scan {
    pub(crate) fn parse(segment: &Segment, frame: &Frame) -> Result<Self, Error> {
        let (&count, rest) = segment
            .payload
            .split_first()
            .ok_or_else(|| segment.wrong_length())?;
        if !(1..=4).contains(&count) {
            return Err(segment.invalid());
        }
        let (specs, rest) = rest
            .split_at_checked(2 * usize::from(count))
            .ok_or_else(|| segment.wrong_length())?;
        let &[ss, se, approximation] = rest.first_chunk().ok_or_else(|| segment.wrong_length())?;
        let mut components = Vec::<ScanComponent>::with_capacity(4);
        for spec in specs.chunks_exact(2) {
            let (id, dc, ac) = (
                spec[0],
                usize::from(spec[1] >> 4),
                usize::from(spec[1] & 15),
            );
            let index = frame.components.iter().position(|c| c.id == id);
            let index = index.filter(|index| components.iter().all(|c| c.index != *index));
            let index = index.ok_or(Error::format(Flaw::ScanComponent { id }, segment.offset))?;
            if dc > 3 || ac > 3 {
                return Err(segment.invalid());
            }
            components.push(ScanComponent { index, dc, ac });
        }
        Ok(Self {
            components,
            band: (ss, se),
            high: approximation >> 4,
            low: approximation & 15,
        })
    }

    /// A bit for each coefficient of the band, in zigzag order.
    pub(crate) fn band_bits(&self) -> u64 {
        (self.band.0..=self.band.1).fold(0, |bits, k| bits | 1 << (k & 63))
    }
}

/// One block of an MCU.
#[derive(Clone, Copy, Debug)]
pub(crate) struct McuBlock {
    /// The component's place in the scan.
    pub(crate) component: usize,
    /// The block's column and row within the component's part of the MCU.
    pub(crate) at: (usize, usize),
}

/// The order of a scan's blocks.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) blocks: Vec<McuBlock>,
    /// For each component in the scan: its blocks in an MCU, across and down.
    pub(crate) steps: Vec<(usize, usize)>,
    /// MCUs across and down.
    pub(crate) mcus: (usize, usize),
}

impl Layout {
    pub(crate) fn new(scan: &Scan, frame: &Frame) -> Self {
        if let [only] = scan.components[..] {
            // T.81 A.2.2: alone, a component is coded block by block, without padding to MCUs.
            let blocks = vec![McuBlock {
                component: 0,
                at: (0, 0),
            }];
            return Self {
                blocks,
                steps: vec![(1, 1)],
                mcus: frame.components[only.index].blocks,
            };
        }
        let factors = |c: &ScanComponent| {
            let c = &frame.components[c.index];
            (usize::from(c.horizontal), usize::from(c.vertical))
        };
        let steps = scan.components.iter().map(factors).collect::<Vec<_>>();
        let mut blocks = Vec::with_capacity(10);
        for (component, &(across, down)) in steps.iter().enumerate() {
            // T.81 A.2.3, figure A.3: row by row within the component's part.
            for y in 0..down {
                blocks.extend((0..across).map(|x| McuBlock {
                    component,
                    at: (x, y),
                }));
            }
        }
        Self {
            blocks,
            steps,
            mcus: frame.mcus,
        }
    }

    /// Where in its component a block of an MCU stands.
    #[inline(always)]
    pub(crate) fn place(&self, block: &McuBlock, mcu: (usize, usize)) -> (usize, usize) {
        let steps = self.steps[block.component];
        (mcu.0 * steps.0 + block.at.0, mcu.1 * steps.1 + block.at.1)
    }
}
