//! A block of a sequential scan (T.81 F.2.2).

use super::Result;
use super::bits::Bits;
use super::huffman::Table;
use super::picture::{Block, ZIGZAG, coefficient};

/// DC: a category, then as many bits of difference to the component's last DC (F.2.2.1).
pub fn dc(bits: &mut Bits, table: &Table, prediction: &mut i32) -> Result<i32> {
    let category = table.decode(bits)?;
    if category > 15 {
        return Err(format!("DC category {category}"));
    }
    *prediction += bits.receive_extended(category.into())?;
    coefficient(*prediction)
}

/// AC: zeros to pass and a category, until the end of the block (F.2.2.2, figure F.13).
pub fn ac(bits: &mut Bits, table: &Table, block: &mut Block) -> Result<()> {
    let mut k = 1;
    while k < 64 {
        let symbol = table.decode(bits)?;
        let (run, category) = (usize::from(symbol >> 4), symbol & 15);
        match (run, category) {
            (15, 0) => k += 16,
            // Only run 0 is EOB; figure F.13 stops at the others too.
            (_, 0) => return Ok(()),
            _ => {
                k += run;
                let place = *ZIGZAG.get(k).ok_or("a run passes the end of the block")?;
                block[place] = bits.receive_extended(category.into())?;
                k += 1;
            }
        }
    }
    match k {
        64 => Ok(()),
        _ => Err("a run of zeros passes the end of the block".into()),
    }
}
