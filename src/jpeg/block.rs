//! One block of a sequential scan: the coefficients that its scale needs are decoded, the rest passed.

use super::ac::{self, AcTable, END, Places};
use super::bits::Bits;
use super::dc::DcTable;
use super::error::{Damage, Error};
use super::idct::{self, Block, Inverse};
use super::planes::Canvas;
use super::scratch::BuiltTables;
use super::skip::SkipTable;
use super::tables::Quantisation;
use super::zigzag::LAST;
use std::sync::Arc;

/// Decodes the blocks of one component, one after another.
#[derive(Debug)]
pub(super) struct Decoder {
    dc: Arc<DcTable>,
    skip: Arc<SkipTable>,
    /// What is needed but DC coefficients; nothing at 1/8.
    partial: Option<Box<Partial>>,
    /// The DC coefficient's quantiser.
    quantiser: i32,
    /// The DC coefficient of the block before (T.81 F.1.1.5.1), in 16 bits as all coefficients.
    prediction: i16,
}

/// What a scale between 2/8 and 8/8 needs.
#[derive(Debug)]
struct Partial {
    ac: Arc<AcTable>,
    /// The last coefficient, in zigzag order, that counts.
    last: u32,
    places: Places,
    /// The block in work, zeros between blocks.
    block: Block,
    inverse: Inverse,
}

impl Decoder {
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
        let partial = match n {
            1 => None,
            _ => Some(Box::new(Partial {
                ac: built.ac.get(ac, offset)?,
                last: u32::from(LAST[n]),
                places: ac::places(n),
                block: [0; 128],
                inverse: Inverse::new(n, quantisation),
            })),
        };
        Ok(Self {
            dc: built.dc.get(dc, offset)?,
            skip: built.skip.get(ac, offset)?,
            partial,
            quantiser: i32::from(quantisation[0]),
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
        let dc = self.prediction;
        let Some(Partial {
            ac,
            last,
            places,
            block,
            inverse,
        }) = self.partial.as_deref_mut()
        else {
            self.skip.finish_block(bits, 1)?;
            canvas.dot(place, idct::mean(i32::from(dc) * self.quantiser));
            return Ok(());
        };
        let k = ac.decode(bits, places, *last, block)?;
        if k < 64 {
            self.skip.finish_block(bits, k)?;
        }
        if k == END + 1 {
            canvas.fill(place, idct::mean(i32::from(dc) * self.quantiser));
        } else {
            block[0] = dc;
            inverse.draw(block, canvas, place);
            block.as_chunks_mut().0[0] = [0; 64];
        }
        Ok(())
    }
}
