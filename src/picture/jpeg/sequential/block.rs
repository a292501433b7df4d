//! One block of a sequential scan: the coefficients that its scale needs are decoded, the rest passed.

use crate::picture::jpeg::entropy::ac::{self, AcTable, Places};
use crate::picture::jpeg::entropy::ac_skip::SkipTable;
use crate::picture::jpeg::entropy::bits::Bits;
use crate::picture::jpeg::entropy::dc::DcTable;
use crate::picture::jpeg::entropy::dc_only::DcOnlyDecoder;
use crate::picture::jpeg::error::{Damage, Error};
use crate::picture::jpeg::samples::idct::{self, Block};
use crate::picture::jpeg::samples::inverse::Inverse;
use crate::picture::jpeg::samples::planes::Canvas;
use crate::picture::jpeg::samples::zigzag::LAST;
use crate::picture::jpeg::scratch::BuiltTables;
use crate::picture::jpeg::syntax::tables::Quantisation;
use std::sync::Arc;

/// Decodes the blocks of one component, one after another.
#[derive(Debug)]
pub(crate) enum Decoder {
    /// At 1/8.
    DcOnly(DcOnlyDecoder),
    Partial(Box<Partial>),
}

/// Decodes blocks at a scale between 2/8 and 8/8.
#[derive(Debug)]
pub(crate) struct Partial {
    pub(super) dc: Arc<DcTable>,
    pub(super) ac: Arc<AcTable>,
    skip: Arc<SkipTable>,
    /// The DC coefficient of the block before (T.81 F.1.1.5.1), in 16 bits like all coefficients.
    pub(crate) prediction: i16,
    /// The DC coefficient's quantiser.
    quantiser: i32,
    /// The last coefficient, in zigzag order, that is needed.
    pub(crate) last: u32,
    pub(crate) places: Places,
    /// The block in progress; all zeros between blocks.
    pub(crate) block: Block,
    pub(super) inverse: Inverse,
}

impl Decoder {
    /// A decoder for a component at n/8, with its quantisation table and the specifications of its Huffman tables;
    /// `offset` is where errors in these are reported.
    pub(crate) fn new(
        n: usize,
        quantisation: &Quantisation,
        dc: &[u8],
        ac: &[u8],
        built: &mut BuiltTables,
        offset: usize,
    ) -> Result<Self, Error> {
        if n == 1 {
            return Ok(Self::DcOnly(built.dc_only_decoder(
                dc,
                ac,
                quantisation[0],
                offset,
            )?));
        }
        Ok(Self::Partial(Box::new(Partial {
            dc: built.dc.get(dc, offset)?,
            ac: built.ac.get(ac, offset)?,
            skip: built.skip.get(ac, offset)?,
            prediction: 0,
            quantiser: i32::from(quantisation[0]),
            last: u32::from(LAST[n]),
            places: ac::places(n),
            block: [0; 128],
            inverse: Inverse::new(n, quantisation),
        })))
    }

    /// Starts anew after a restart marker.
    pub(crate) fn restart(&mut self) {
        match self {
            Self::DcOnly(decoder) => decoder.restart(),
            Self::Partial(partial) => partial.restart(),
        }
    }

    /// Decodes one block and draws it.
    #[inline(always)]
    pub(crate) fn decode(
        &mut self,
        bits: &mut Bits,
        canvas: &mut Canvas,
        place: (usize, usize),
    ) -> Result<(), Damage> {
        match self {
            Self::DcOnly(decoder) => {
                let dc = decoder.decode(bits)?;
                canvas.dots(place, &[dc], decoder.quantiser);
            }
            Self::Partial(partial) => {
                let coded = partial.read(bits)?;
                partial.draw(coded, canvas, place);
            }
        }
        Ok(())
    }
}

impl Partial {
    /// Starts anew. Damage may have left coefficients in the block in progress.
    pub(crate) fn restart(&mut self) {
        self.prediction = 0;
        self.block = [0; 128];
    }

    /// Draws the block in progress, whose DC coefficient is the prediction and of which no more than the first `coded`
    /// coefficients in zigzag order aren't zero.
    #[inline(always)]
    pub(super) fn draw(&mut self, coded: usize, canvas: &mut Canvas, place: (usize, usize)) {
        if coded > 1 {
            self.block[0] = self.prediction;
            self.inverse.draw(&self.block, coded, canvas, place);
            self.block.as_chunks_mut().0[0] = [0; 64];
        } else {
            let dc = i32::from(self.prediction) * self.quantiser;
            canvas.fill(place, idct::mean(dc));
        }
    }

    /// Reads one block: its DC coefficient becomes the prediction, and the others that are needed go into the block in
    /// progress. Returns how many there are in zigzag order, with those that are zero between them, at most.
    #[inline(always)]
    pub(crate) fn read(&mut self, bits: &mut Bits) -> Result<usize, Damage> {
        bits.refill();
        let difference = self.dc.decode(bits)?;
        self.prediction = self.prediction.wrapping_add(difference as i16);
        let k = self
            .ac
            .decode(bits, &self.places, self.last, &mut self.block)?;
        if k < 64 {
            self.skip.finish_block(bits, k)?;
        }
        Ok(ac::coded(k))
    }
}
