//! One scan: its MCUs in order (T.81 A.2), its restart intervals (F.2.1.3, E.2.4).

use super::Result;
use super::bits::Bits;
use super::huffman::{Table, Tables};
use super::picture::{Block, Coding, Picture};
use super::segments::{ScanHeader, marker, next_marker};
use super::{progressive, sequential};

/// What a restart resets (F.2.1.3.1).
#[derive(Default)]
struct State {
    /// The last DC of each component of the frame.
    predictions: [i32; 4],
    /// Blocks whose band has already ended.
    end_of_bands: u32,
}

/// Decodes the scan whose entropy-coded data begin at `at`; returns where they end.
pub fn decode(
    data: &[u8],
    at: usize,
    header: &ScanHeader,
    tables: &Tables,
    restart_interval: usize,
    picture: &mut Picture,
) -> Result<usize> {
    let mut bits = Bits::new(data, at);
    let mut state = State::default();
    let components: Vec<_> = header.components.iter().map(|c| c.0).collect();
    for (index, mcu) in mcus(&components, picture).into_iter().enumerate() {
        if restart_interval > 0 && index > 0 && index % restart_interval == 0 {
            let number = (index / restart_interval - 1) % 8;
            bits = Bits::new(data, restart(data, bits.end(), number)?);
            state = State::default();
        }
        for (spec, x, y) in mcu {
            let (component, dc, ac) = header.components[spec];
            let tables = (&tables.dc[dc & 3], &tables.ac[ac & 3]);
            let coding = picture.coding;
            let block = picture.components[component].block_mut(x, y);
            decode_block(
                &mut bits,
                coding,
                header,
                tables,
                (component, &mut state),
                block,
            )
            .map_err(|error| format!("{error} (MCU {index}, component {component})"))?;
        }
    }
    Ok(bits.end())
}

/// The blocks of each MCU of a scan of these components: (place in the scan header, column, row).
pub fn mcus(components: &[usize], picture: &Picture) -> Vec<Vec<(usize, usize, usize)>> {
    let mut mcus = Vec::new();
    if let &[component] = components {
        // Not interleaved: an MCU is one block, and blocks beyond the component's edge are left out (A.2.2).
        let (wide, high) = picture.components[component].coded;
        for y in 0..high {
            mcus.extend((0..wide).map(|x| vec![(0, x, y)]));
        }
        return mcus;
    }
    let (h_max, v_max) = picture.max_sampling();
    for my in 0..picture.height.div_ceil(8 * v_max) {
        for mx in 0..picture.width.div_ceil(8 * h_max) {
            // Interleaved: h x v blocks of each component (A.2.3).
            let mut mcu = Vec::new();
            for (spec, &component) in components.iter().enumerate() {
                let (h, v) = (
                    picture.components[component].h,
                    picture.components[component].v,
                );
                for y in 0..v {
                    mcu.extend((0..h).map(|x| (spec, mx * h + x, my * v + y)));
                }
            }
            mcus.push(mcu);
        }
    }
    mcus
}

/// Finds RSTm after `at`, m counting modulo 8 (B.2.1); returns where the next interval begins.
fn restart(data: &[u8], at: usize, number: usize) -> Result<usize> {
    match next_marker(data, at) {
        Some((found, next)) if usize::from(found) == usize::from(marker::RST0) + number => Ok(next),
        found => Err(format!(
            "RST{number} expected after {at}, {found:02X?} found"
        )),
    }
}

fn decode_block(
    bits: &mut Bits,
    coding: Coding,
    header: &ScanHeader,
    (dc, ac): (&Option<Table>, &Option<Table>),
    (component, state): (usize, &mut State),
    block: &mut Block,
) -> Result<()> {
    let dc = || dc.as_ref().ok_or("no DC table");
    let ac = || ac.as_ref().ok_or("no AC table");
    let prediction = &mut state.predictions[component];
    let band = header.band;
    if coding != Coding::Progressive {
        block[0] = sequential::dc(bits, dc()?, prediction)?;
        return sequential::ac(bits, ac()?, block);
    }
    match (band.first, band.high) {
        (0, 0) => progressive::dc_first(bits, dc()?, prediction, band.low, block),
        (0, _) => progressive::dc_refine(bits, band.low, block),
        (_, 0) => progressive::ac_first(bits, ac()?, band, &mut state.end_of_bands, block),
        _ => progressive::ac_refine(bits, ac()?, band, &mut state.end_of_bands, block),
    }
}
