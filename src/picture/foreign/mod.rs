//! Pictures of all other formats than JPEG -> planes of 3 to 6 times the thumbnail's size, if they are larger.
//!
//! The decoders are the `image` crate's and those beneath it, but for QOI and the filters of most PNGs. What their formats
//! allow goes row by row: each row is averaged into boxes as it comes ([`rows`]), so that a picture of 100 megapixels
//! takes no more memory than one of one. What has to be whole in memory first is held to the limit before anything is
//! allocated.
//!
//! | format | how | orientation, colours |
//! |---|---|---|
//! | PNG, and an APNG's default picture | row by row; interlaced: whole | eXIf; cICP, iCCP, sRGB, gAMA and cHRM, in this order |
//! | TIFF, its first page | a band of strips or tiles at a time | its tags |
//! | GIF, its first frame | row by row; interlaced: whole, a byte a pixel | - |
//! | BMP, PNM | a band at a time; BMP with run lengths: whole | - |
//! | QOI | row by row | - |
//! | WebP, of an animation the first frame | whole | EXIF, ICCP |
//! | ICO, the largest | a PNG: as such; else whole | of a PNG: as such |
//! | TGA | whole | - |
//!
//! Samples of 16 bits are rounded to 8, palettes become colours (but those of TIFF, which the crate doesn't decode),
//! and colours with alpha are multiplied by it before they are averaged: a pixel that isn't seen has no colour to give.

mod bands;
mod error;
mod gif;
mod ico;
mod info;
mod jpeg_in_tiff;
mod limits;
mod opened;
mod png;
mod qoi;
mod rows;
mod samples;
#[cfg(test)]
mod tests;
mod tiff;
mod webp;
mod whole;

use std::io::{Read, SeekFrom};

use crate::picture::jpeg::Limits;
use crate::picture::sniff::{self, FileKind};
use limits::check_memory;
use opened::Opened;

pub use error::Error;
pub(crate) use info::Info;
pub use opened::Input;

/// A format that is decoded here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Png,
    WebP,
    Gif,
    Tiff,
    Bmp,
    Ico,
    Pnm,
    Qoi,
    Tga,
}

impl Format {
    /// The format of a file of `kind`; none if it isn't decoded here.
    pub(crate) fn of(kind: FileKind) -> Option<Self> {
        Some(match kind {
            FileKind::Png => Self::Png,
            FileKind::WebP => Self::WebP,
            FileKind::Gif => Self::Gif,
            FileKind::Tiff => Self::Tiff,
            FileKind::Bmp => Self::Bmp,
            FileKind::Ico => Self::Ico,
            FileKind::Pnm => Self::Pnm,
            FileKind::Qoi => Self::Qoi,
            FileKind::Tga => Self::Tga,
            _ => return None,
        })
    }
}

/// Reads the header of the picture in `input`, and holds its size to the limits.
pub(crate) fn open<'a>(
    format: Format,
    input: &'a mut dyn Input,
    limits: &'a Limits,
) -> Result<Opened<'a>, Error> {
    input.seek(SeekFrom::Start(0))?;
    let opened = match format {
        Format::Png => png::open(input, limits),
        Format::WebP => webp::open(input, limits),
        Format::Gif => gif::open(input, limits),
        Format::Tiff => tiff::open(input, limits),
        Format::Bmp => bands::open_bmp(input, limits),
        Format::Pnm => bands::open_pnm(input, limits),
        Format::Qoi => qoi::open(input, limits),
        Format::Ico => ico::open(input, limits),
        Format::Tga => whole::open_tga(input, limits),
    }?;
    if opened.info.size.0 == 0 || opened.info.size.1 == 0 {
        return Err(Error::damaged("the picture has no pixels"));
    }
    Ok(opened)
}

/// What the file is; it is read from its beginning then.
pub(crate) fn kind_of(file: &mut dyn Input) -> Result<FileKind, Error> {
    file.seek(SeekFrom::Start(0))?;
    let mut beginning = Vec::new();
    (&mut *file)
        .take(sniff::ENOUGH as u64)
        .read_to_end(&mut beginning)?;
    let kind = FileKind::begun(&beginning);
    let is_tga = !kind.is_certain() && {
        let mut end = Vec::new();
        let footer = sniff::TGA_FOOTER;
        // A shorter file has no footer.
        file.seek(SeekFrom::End(-(footer.len() as i64))).is_ok()
            && file.read_to_end(&mut end).is_ok()
            && end == footer
    };
    file.seek(SeekFrom::Start(0))?;
    Ok(if is_tga { FileKind::Tga } else { kind })
}

/// All that is in `file`, which is read to its end.
pub(crate) fn read_all(file: &mut dyn Input, limits: &Limits) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let limit = limits.max_memory;
    (&mut *file)
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)?;
    check_memory(bytes.len() as u64, limits)?;
    Ok(bytes)
}
