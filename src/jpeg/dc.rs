//! Look-ups for DC coefficients.

use super::bits::{Bits, extend};
use super::error::Damage;
use super::huffman::{Canonical, Code, FromSpec, InvalidCode};

/// Look-ups for DC differences (T.81 F.2.2.1).
#[derive(Clone, Debug)]
pub(super) struct DcTable {
    /// By the next [`WIDTH`](Self::WIDTH) bits: the difference in the upper half, the bits it takes in the lower;
    /// 0 where code and extra bits don't fit.
    lookup: [u32; 1 << Self::WIDTH],
    canonical: Canonical,
}

impl DcTable {
    const WIDTH: u32 = 10;

    /// Reads one difference; the window must hold 31 bits.
    #[inline(always)]
    pub(super) fn decode(&self, bits: &mut Bits) -> Result<i32, Damage> {
        let entry = self.lookup[bits.peek(Self::WIDTH) as usize];
        if entry != 0 {
            bits.pass(entry & 31);
            return Ok(entry as i32 >> 16);
        }
        let code = self.find(bits.peek(16) as u32)?;
        bits.pass(code.length);
        Ok(extend(
            bits.take(u32::from(code.symbol)),
            u32::from(code.symbol),
        ))
    }

    #[cold]
    #[inline(never)]
    fn find(&self, window: u32) -> Result<Code, Damage> {
        self.canonical.find(window, 0)
    }
}

impl FromSpec for DcTable {
    fn from_spec(spec: &[u8]) -> Result<Self, InvalidCode> {
        let canonical = Canonical::from_spec(spec)?;
        let mut lookup = [0; 1 << Self::WIDTH];
        for code in canonical.codes() {
            let size = u32::from(code.symbol);
            // T.81 table F.1 goes to 11; 16-bit arithmetic is what bounds it here, as in libjpeg.
            if size > 15 {
                return Err(InvalidCode);
            }
            let length = code.length + size;
            if length <= Self::WIDTH {
                let places = &mut lookup[code.places(Self::WIDTH)];
                for (extra, part) in places
                    .chunks_exact_mut(1 << (Self::WIDTH - length))
                    .enumerate()
                {
                    part.fill((extend(extra as u32, size) as u32) << 16 | length);
                }
            }
        }
        Ok(Self { lookup, canonical })
    }
}
