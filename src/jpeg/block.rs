//! One block of a sequential scan: the coefficients that its scale needs are decoded, the rest passed.

use super::bits::Bits;
use super::error::{Damage, Error};
use super::huffman::{AcEntry, AcTable, DcTable, SkipTable};
use super::idct::{self, Coefficients, Samples};
use super::planes::Canvas;
use super::scratch::BuiltTables;
use super::tables::Quantisation;
use super::zigzag::{self, LAST, NATURAL};
use std::sync::Arc;

/// Decodes the blocks of one component, one after another.
#[derive(Debug)]
pub(super) struct Block {
    dc: Arc<DcTable>,
    entropy: Entropy,
    /// The DC coefficient's quantiser.
    dc_quantiser: i32,
    /// The DC coefficient of the block before (T.81 F.1.1.5.1), in 16 bits as all coefficients.
    prediction: i16,
}

#[derive(Debug)]
enum Entropy {
    /// At 1/8: nothing but DC coefficients.
    Mean(Arc<SkipTable>),
    Partial(Box<Partial>),
}

/// What a scale between 2/8 and 8/8 needs.
#[derive(Debug)]
struct Partial {
    n: usize,
    ac: Arc<AcTable>,
    skip: Arc<SkipTable>,
    /// The last coefficient, in zigzag order, that counts.
    last: u32,
    /// By place in zigzag order; with room for the runs that lead beyond a block.
    places: [Place; 256],
    /// The block in work, zeros between blocks.
    block: Coefficients,
}

/// Where a coefficient goes, and what it is multiplied by.
#[derive(Clone, Copy, Debug)]
struct Place {
    quantiser: f32,
    natural: u8,
}

/// A place that nobody reads.
const NOWHERE: Place = Place {
    quantiser: 0.0,
    natural: 64,
};

impl Block {
    /// For a component at n/8, its quantisation table and the specifications of its Huffman tables; `offset` is
    /// where to put the blame for those.
    pub(super) fn new(
        n: usize,
        quantisation: &Quantisation,
        dc: &[u8],
        ac: &[u8],
        built: &mut BuiltTables,
        offset: usize,
    ) -> Result<Self, Error> {
        let entropy = if n == 1 {
            Entropy::Mean(built.skip.get(ac, offset)?)
        } else {
            let mut places = [NOWHERE; 256];
            for k in (0..64).filter(|&k| zigzag::needed(k, n)) {
                places[k] = Place {
                    quantiser: f32::from(quantisation[k]),
                    natural: NATURAL[k],
                };
            }
            Entropy::Partial(Box::new(Partial {
                n,
                ac: built.ac.get(ac, offset)?,
                skip: built.skip.get(ac, offset)?,
                last: u32::from(LAST[n]),
                places,
                block: [0.0; 128],
            }))
        };
        let dc_quantiser = i32::from(quantisation[0]);
        Ok(Self {
            dc: built.dc.get(dc, offset)?,
            entropy,
            dc_quantiser,
            prediction: 0,
        })
    }

    /// Starts anew after a restart marker.
    pub(super) fn restart(&mut self) {
        self.prediction = 0;
    }

    /// Decodes one block and draws it.
    #[inline(always)]
    pub(super) fn decode(
        &mut self,
        bits: &mut Bits,
        canvas: &mut Canvas,
        place: (usize, usize),
    ) -> Result<(), Damage> {
        bits.refill();
        let difference = self.dc.decode(bits)?;
        self.prediction = self.prediction.wrapping_add(difference as i16);
        let dc = i32::from(self.prediction) * self.dc_quantiser;
        match &mut self.entropy {
            Entropy::Mean(skip) => {
                skip.finish_block(bits, 1)?;
                canvas.dot(place, idct::mean(dc));
                Ok(())
            }
            Entropy::Partial(partial) => {
                let last = partial.decode(bits)?;
                partial.draw(canvas, place, dc, last);
                Ok(())
            }
        }
    }
}

impl Partial {
    /// Decodes the AC coefficients of one block. Returns the place of the last, 0 if there is none.
    #[inline(always)]
    fn decode(&mut self, bits: &mut Bits) -> Result<u32, Damage> {
        let (mut k, mut last) = (1, 0);
        while k <= self.last {
            bits.refill();
            let entry = self.ac.decode(bits)?;
            k += u32::from(entry.run);
            let place = self.places[k as usize & 255];
            self.block[usize::from(place.natural) & 127] = f32::from(entry.value) * place.quantiser;
            if k < 64 {
                last = k;
            }
            k += 1;
        }
        if k < 64 {
            self.skip.finish_block(bits, k)?;
        } else if k != 64 && k < u32::from(AcEntry::END) {
            return Err(Damage::RunTooLong);
        }
        Ok(last)
    }

    /// Transforms and draws the block in work, and clears it.
    #[inline(always)]
    fn draw(&mut self, canvas: &mut Canvas, place: (usize, usize), dc: i32, last: u32) {
        let mut samples = [[0; 8]; 8];
        self.block[0] = dc as f32;
        let (n, block) = (self.n, &self.block);
        let _ = last;
        match n {
            2 => draw::<2>(block, &mut samples, canvas, place),
            3 => draw::<3>(block, &mut samples, canvas, place),
            4 => draw::<4>(block, &mut samples, canvas, place),
            5 => draw::<5>(block, &mut samples, canvas, place),
            6 => draw::<6>(block, &mut samples, canvas, place),
            7 => draw::<7>(block, &mut samples, canvas, place),
            _ => draw::<8>(block, &mut samples, canvas, place),
        }
        self.block[..64].fill(0.0);
    }
}

#[inline(always)]
fn draw<const N: usize>(
    block: &Coefficients,
    samples: &mut Samples,
    canvas: &mut Canvas,
    place: (usize, usize),
) {
    idct::inverse(N, block, N, samples);
    canvas.draw::<N>(place, samples);
}
