//! Marker segments (T.81 annex B).

use super::Result;
use super::huffman::{Table, Tables};
use super::picture::{Block, Coding, Picture, ZIGZAG};
use super::progressive::Band;

/// Second bytes of the markers that this oracle treats (table B.1).
pub mod marker {
    pub const TEM: u8 = 0x01;
    pub const SOF0: u8 = 0xC0;
    pub const SOF1: u8 = 0xC1;
    pub const SOF2: u8 = 0xC2;
    pub const DHT: u8 = 0xC4;
    pub const RST0: u8 = 0xD0;
    pub const RST7: u8 = 0xD7;
    pub const SOI: u8 = 0xD8;
    pub const EOI: u8 = 0xD9;
    pub const SOS: u8 = 0xDA;
    pub const DQT: u8 = 0xDB;
    pub const DNL: u8 = 0xDC;
    pub const DRI: u8 = 0xDD;
    pub const APP14: u8 = 0xEE;
}

/// The next marker at or after `at`, and where the bytes after it begin.
///
/// Any number of fill bytes FF may stand before a marker (B.1.1.2). Bytes that are no marker at all are passed:
/// decoders that people use do so.
pub fn next_marker(data: &[u8], at: usize) -> Option<(u8, usize)> {
    let is_marker = |pair: &[u8]| pair[0] == 0xFF && pair[1] != 0xFF && pair[1] != 0;
    let offset = data.get(at..)?.windows(2).position(is_marker)?;
    Some((data[at + offset + 1], at + offset + 2))
}

/// The body of the segment whose length field is at `at` (B.1.1.4).
pub fn body(data: &[u8], at: usize) -> Result<&[u8]> {
    let length = data
        .get(at..at + 2)
        .ok_or("the data end within a segment")?;
    let end = at + word(length);
    data.get(at + 2..end)
        .ok_or_else(|| format!("segment at {at} has a wrong length"))
}

/// A number of two bytes, the more significant first (B.1.1.1).
pub fn word(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

/// Takes `count` bytes off the front.
fn take<'a>(body: &mut &'a [u8], count: usize) -> Result<&'a [u8]> {
    let (front, rest) = body
        .split_at_checked(count)
        .ok_or("a segment is too short")?;
    *body = rest;
    Ok(front)
}

/// Quantisation tables, in zigzag order, of 8 or 16 bits (B.2.4.1).
pub fn quantisers(mut body: &[u8], tables: &mut [Option<Block>; 4]) -> Result<()> {
    while !body.is_empty() {
        let head = take(&mut body, 1)?[0];
        let wide = head >> 4 != 0;
        let table = tables
            .get_mut(usize::from(head & 15))
            .ok_or("DQT slot above 3")?;
        let elements = take(&mut body, if wide { 128 } else { 64 })?;
        let element = |k: usize| {
            if wide {
                word(&elements[2 * k..])
            } else {
                elements[k].into()
            }
        };
        let mut block = [0; 64];
        for (k, place) in ZIGZAG.into_iter().enumerate() {
            block[place] = element(k) as i32;
        }
        *table = Some(block);
    }
    Ok(())
}

/// Huffman tables (B.2.4.2).
pub fn huffman(mut body: &[u8], tables: &mut Tables) -> Result<()> {
    while !body.is_empty() {
        let head = take(&mut body, 1)?[0];
        let class = if head >> 4 == 0 {
            &mut tables.dc
        } else {
            &mut tables.ac
        };
        let table = class
            .get_mut(usize::from(head & 15))
            .ok_or("DHT slot above 3")?;
        let counts: [usize; 16] = std::array::from_fn(|i| body.get(i).copied().unwrap_or(0).into());
        take(&mut body, 16)?;
        let symbols = take(&mut body, counts.iter().sum())?.to_vec();
        *table = Some(Table { counts, symbols });
    }
    Ok(())
}

/// A frame header (B.2.2) as an empty picture, and which quantisation table each component names.
pub fn frame(marker: u8, body: &[u8]) -> Result<(Picture, Vec<usize>)> {
    let coding = match marker {
        marker::SOF0 => Coding::Baseline,
        marker::SOF1 => Coding::Extended,
        marker::SOF2 => Coding::Progressive,
        _ => return Err(format!("coding of marker {marker:02X}")),
    };
    let count = usize::from(*body.get(5).ok_or("frame header is too short")?);
    if body[0] != 8 || body.len() < 6 + 3 * count || count == 0 {
        return Err(format!("precision {} with {count} components", body[0]));
    }
    let specs: Vec<_> = body[6..6 + 3 * count].chunks_exact(3).collect();
    let sampling: Vec<_> = specs
        .iter()
        .map(|s| (s[0], usize::from(s[1] >> 4), usize::from(s[1] & 15)))
        .collect();
    let (height, width) = (word(&body[1..]), word(&body[3..]));
    if width == 0
        || sampling
            .iter()
            .any(|s| !(1..=4).contains(&s.1) || !(1..=4).contains(&s.2))
    {
        return Err(format!("width {width}, sampling {sampling:?}"));
    }
    let slots = specs.iter().map(|s| s[2].into()).collect();
    Ok((Picture::zero(coding, width, height, &sampling), slots))
}

/// A scan's components, by place in the frame, each with its DC and AC table slots; and its band.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanHeader {
    pub components: Vec<(usize, usize, usize)>,
    pub band: Band,
}

/// A scan header (B.2.3).
pub fn scan(body: &[u8], picture: &Picture) -> Result<ScanHeader> {
    let count = usize::from(*body.first().ok_or("scan header is too short")?);
    if body.len() < 4 + 2 * count || !(1..=4).contains(&count) {
        return Err(format!("scan of {count} components"));
    }
    let mut components = Vec::new();
    for spec in body[1..1 + 2 * count].chunks_exact(2) {
        let index = picture.components.iter().position(|c| c.id == spec[0]);
        let index =
            index.ok_or_else(|| format!("scan of a component {} that the frame lacks", spec[0]))?;
        components.push((index, usize::from(spec[1] >> 4), usize::from(spec[1] & 15)));
    }
    let [first, last, bits] = [
        body[1 + 2 * count],
        body[2 + 2 * count],
        body[3 + 2 * count],
    ];
    let band = match picture.coding {
        Coding::Progressive => Band {
            first: first.into(),
            last: last.into(),
            high: (bits >> 4).into(),
            low: (bits & 15).into(),
        },
        _ => Band {
            first: 0,
            last: 63,
            high: 0,
            low: 0,
        },
    };
    if band.first > band.last
        || band.last > 63
        || (band.first == 0 && band.last > 0 && !is_sequential(picture))
    {
        return Err(format!("{band:?}"));
    }
    Ok(ScanHeader { components, band })
}

fn is_sequential(picture: &Picture) -> bool {
    picture.coding != Coding::Progressive
}
