//! The AC scans of a progressive picture, block by block; always of one component.

use super::coefficients::CoefficientPlane;
use crate::picture::jpeg::entropy::bits::Bits;
use crate::picture::jpeg::entropy::intervals::{self, Units};
use crate::picture::jpeg::error::Damage;

/// The band of a scan, first or refining: what is the same for all its blocks.
pub(crate) trait Band: Copy {
    /// Decodes a block's coefficients, and adds to its history those that aren't zero any more. Returns how many more
    /// blocks' bands end with it.
    fn decode(
        &self,
        bits: &mut Bits,
        coefficients: &mut [i16],
        history: &mut u64,
    ) -> Result<u32, Damage>;

    /// The coefficients of a block that have bits in the scan although its band has ended.
    fn corrected(&self, history: u64) -> u64;

    /// Reads these bits.
    fn correct(&self, bits: &mut Bits, coefficients: &mut [i16], corrected: u64);
}

/// An AC scan.
pub(crate) struct AcScan<'p, 's, B> {
    plane: &'p mut CoefficientPlane<'s>,
    band: B,
    /// How many more blocks have nothing new in the band (T.81 G.1.2.2).
    eobrun: u32,
}

impl<'p, 's, B> AcScan<'p, 's, B> {
    pub(crate) fn new(plane: &'p mut CoefficientPlane<'s>, band: B) -> Self {
        Self {
            plane,
            band,
            eobrun: 0,
        }
    }
}

impl<B: Band> Units for AcScan<'_, '_, B> {
    fn size(&self) -> (usize, usize) {
        self.plane.blocks
    }

    fn restart(&mut self) {
        self.eobrun = 0;
    }

    #[inline(always)]
    fn decode(
        &mut self,
        bits: &mut Bits,
        threshold: usize,
        (x, y): (usize, usize),
        count: usize,
    ) -> (usize, Result<(), Damage>) {
        let (band, mut eobrun) = (self.band, self.eobrun);
        let size = self.plane.n * self.plane.n;
        let start = y * self.plane.across + x;
        let histories = &mut self.plane.histories[start..start + count];
        let coefficients = &mut self.plane.coefficients[start * size..][..count * size];
        let decoded = intervals::decode_row(
            bits,
            threshold,
            count,
            #[inline(always)]
            |bits, done| {
                // Blocks that have nothing new, and nothing that could be corrected.
                let ended = (count - done).min(eobrun as usize);
                let mut run = histories[done..done + ended].iter();
                let empty = run.position(|history| band.corrected(*history) != 0);
                let empty = empty.unwrap_or(ended);
                if empty > 0 {
                    eobrun -= empty as u32;
                    return Ok(empty);
                }
                let coefficients = &mut coefficients[done * size..][..size];
                let history = &mut histories[done];
                if eobrun > 0 {
                    eobrun -= 1;
                    band.correct(bits, coefficients, band.corrected(*history));
                } else {
                    eobrun = band.decode(bits, coefficients, history)?;
                }
                Ok(1)
            },
        );
        self.eobrun = eobrun;
        decoded
    }

    fn erase(&mut self, _block: (usize, usize)) {}
}
