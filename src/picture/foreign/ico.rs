//! ICO, of its icons the largest. One that is a PNG is decoded as such, any other by the `image` crate.

use std::io::{Cursor, Read, SeekFrom};

use image::codecs::ico::IcoDecoder;

use super::error::Error;
use super::limits::check_memory;
use super::opened::{Input, Opened};
use super::{png, whole};
use crate::picture::jpeg::Limits;

/// ICONDIR, and each ICONDIRENTRY behind it.
const HEAD: usize = 6;
const ENTRY: usize = 16;

pub(super) fn open<'a>(input: &'a mut dyn Input, limits: &'a Limits) -> Result<Opened<'a>, Error> {
    let entry = largest(input)?;
    let u32_at = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| entry[at + byte]));
    let (length, offset) = (u32_at(8), u32_at(12));
    check_memory(length.into(), limits)?;
    input.seek(SeekFrom::Start(offset.into()))?;
    let mut icon = Vec::new();
    (&mut *input).take(length.into()).read_to_end(&mut icon)?;
    if icon.len() < length as usize {
        return Err(Error::Truncated);
    }
    if icon.starts_with(b"\x89PNG") {
        return png::open(Cursor::new(icon), limits);
    }
    // A file of this icon alone: the crate has another idea of which one is the largest.
    let mut alone = vec![0, 0, 1, 0, 1, 0];
    alone.extend_from_slice(&entry[..12]);
    alone.extend_from_slice(&((HEAD + ENTRY) as u32).to_le_bytes());
    alone.append(&mut icon);
    whole::open(IcoDecoder::new(Cursor::new(alone))?, limits)
}

/// The entry of the largest icon, and of those of one size that with most bits a pixel.
fn largest(input: &mut dyn Input) -> Result<[u8; ENTRY], Error> {
    let mut head = [0; HEAD];
    input.read_exact(&mut head)?;
    let mut largest = None;
    for _ in 0..u16::from_le_bytes([head[4], head[5]]) {
        let mut entry = [0; ENTRY];
        input.read_exact(&mut entry)?;
        // 256 does not fit a byte, and is 0.
        let side = |side: u8| u32::from(side.wrapping_sub(1)) + 1;
        let size = side(entry[0]) * side(entry[1]);
        let bits = u16::from_le_bytes([entry[6], entry[7]]);
        if largest.is_none_or(|(most, _)| (size, bits) > most) {
            largest = Some(((size, bits), entry));
        }
    }
    let (_, entry) = largest.ok_or_else(|| Error::damaged("an icon file without icons"))?;
    Ok(entry)
}
