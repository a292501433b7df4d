//! A block of a progressive scan: the four procedures of T.81 G.2.

use super::Result;
use super::bits::Bits;
use super::huffman::Table;
use super::picture::{Block, ZIGZAG, coefficient};
use super::sequential;

/// The band and bits of a scan: Ss, Se, Ah, Al of its header (B.2.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Band {
    pub first: usize,
    pub last: usize,
    pub high: u32,
    pub low: u32,
}

/// First scan of DC: as in sequential coding, scaled by the point transform (G.1.2.1).
pub fn dc_first(
    bits: &mut Bits,
    table: &Table,
    prediction: &mut i32,
    low: u32,
    block: &mut Block,
) -> Result<()> {
    block[0] = coefficient(sequential::dc(bits, table, prediction)? << low)?;
    Ok(())
}

/// A further bit of DC, in two's complement and so the same for both signs (G.1.2.1.1).
pub fn dc_refine(bits: &mut Bits, low: u32, block: &mut Block) -> Result<()> {
    block[0] |= (bits.bit()? as i32) << low;
    Ok(())
}

/// First scan of a band; `end_of_bands` counts the blocks, this one included, whose band has ended (G.1.2.2).
pub fn ac_first(
    bits: &mut Bits,
    table: &Table,
    band: Band,
    end_of_bands: &mut u32,
    block: &mut Block,
) -> Result<()> {
    let mut k = band.first;
    while *end_of_bands == 0 && k <= band.last {
        let symbol = table.decode(bits)?;
        let (run, category) = (usize::from(symbol >> 4), symbol & 15);
        match (run, category) {
            (15, 0) => k += 16,
            (_, 0) => *end_of_bands = end_of_band_run(bits, run)?,
            _ => {
                k += run;
                if k > band.last {
                    return Err("a run passes the end of the band".into());
                }
                block[ZIGZAG[k]] =
                    coefficient(bits.receive_extended(category.into())? << band.low)?;
                k += 1;
            }
        }
    }
    *end_of_bands = end_of_bands.saturating_sub(1);
    Ok(())
}

/// EOBn: a run of 2^n blocks and n more bits of blocks (table G.1).
fn end_of_band_run(bits: &mut Bits, n: usize) -> Result<u32> {
    Ok((1 << n) + bits.receive(n as u32)? as u32)
}

/// A further bit of a band (G.1.2.3): each symbol places one new coefficient of magnitude 1 after `run` places that
/// are still zero; on the way there each coefficient that is not zero takes one correction bit.
pub fn ac_refine(
    bits: &mut Bits,
    table: &Table,
    band: Band,
    end_of_bands: &mut u32,
    block: &mut Block,
) -> Result<()> {
    let places = &ZIGZAG[band.first..=band.last];
    let mut rest = places.iter();
    while *end_of_bands == 0 && !rest.as_slice().is_empty() {
        let symbol = table.decode(bits)?;
        let (run, category) = (usize::from(symbol >> 4), symbol & 15);
        let new = match (run, category) {
            (15, 0) => 0,
            (_, 0) => {
                *end_of_bands = end_of_band_run(bits, run)?;
                break;
            }
            (_, 1) => (2 * bits.bit()? as i32 - 1) * (1 << band.low),
            _ => return Err(format!("category {category} in a refinement scan")),
        };
        let mut zeros = run;
        loop {
            let Some(&place) = rest.next() else {
                return Err("a run passes the end of the band".into());
            };
            match (block[place], zeros) {
                (0, 0) => {
                    block[place] = new;
                    break;
                }
                (0, _) => zeros -= 1,
                _ => correct(bits, band.low, &mut block[place])?,
            }
        }
    }
    if *end_of_bands > 0 {
        for &place in rest {
            if block[place] != 0 {
                correct(bits, band.low, &mut block[place])?;
            }
        }
        *end_of_bands -= 1;
    }
    Ok(())
}

/// A correction bit moves a coefficient away from zero.
fn correct(bits: &mut Bits, low: u32, value: &mut i32) -> Result<()> {
    *value = coefficient(*value + value.signum() * ((bits.bit()? as i32) << low))?;
    Ok(())
}
