//! BMP and PNM, a band of rows at a time. The `image` crate decodes them whole, so each band is given to it as a
//! picture of its own: the file's header with another height, and the band's rows.

use std::io::{Cursor, Read, SeekFrom};

use image::ImageDecoder;
use image::codecs::bmp::BmpDecoder;
use image::codecs::pnm::{
    ArbitraryHeader, BitmapHeader, GraymapHeader, PixmapHeader, PnmDecoder, PnmHeader,
};

use super::error::Error;
use super::info::Info;
use super::limits::{check_memory, check_pixels};
use super::opened::{Input, Opened};
use super::rows::Rows;
use super::whole::{self, meaning, push_all};
use crate::picture::jpeg::Limits;

/// Bytes that a band has at most, if that is at least a row.
const BAND: u64 = 256 << 10;

/// Rows of a band, for rows of `bytes`.
fn rows_of(bytes: u64, height: u32) -> u32 {
    (BAND / bytes.max(1)).clamp(1, u64::from(height.max(1))) as u32
}

// BMP

/// What of a BMP's headers (BITMAPFILEHEADER, then BITMAPCOREHEADER or BITMAPINFOHEADER) says where the rows are.
struct BmpRows {
    /// All that stands before the rows.
    head: Vec<u8>,
    /// Bytes a row, padding included.
    stride: u64,
    top_down: bool,
    /// Whether the height has 16 bits.
    is_core: bool,
}

/// The longest head that is read: bit masks and palette take some thousand bytes, comments hardly more.
const LONGEST_HEAD: u64 = 64 << 10;

impl BmpRows {
    /// None if the rows have run lengths, or the head is out of the ordinary.
    fn read(input: &mut dyn Input, width: u32) -> Result<Option<Self>, Error> {
        input.seek(SeekFrom::Start(0))?;
        let mut head = Vec::new();
        (&mut *input).take(LONGEST_HEAD).read_to_end(&mut head)?;
        let u16_at = |at: usize| Some(u16::from_le_bytes(*head.get(at..)?.first_chunk()?));
        let u32_at = |at: usize| Some(u32::from_le_bytes(*head.get(at..)?.first_chunk()?));
        let is_core = u32_at(14) == Some(12);
        let (bits, compression) = if is_core {
            (u16_at(24), Some(0))
        } else {
            (u16_at(28), u32_at(30))
        };
        let (Some(start), Some(bits)) = (u32_at(10), bits) else {
            return Ok(None);
        };
        let header = u32_at(14).map_or(u64::MAX, |length| 14 + u64::from(length));
        // BI_RGB, BI_BITFIELDS, BI_ALPHABITFIELDS
        let plain = matches!(compression, Some(0 | 3 | 6));
        // Up to the height, which each band has another one of.
        let header = header.max(if is_core { 22 } else { 26 });
        if !plain || u64::from(start) < header || head.len() < start as usize {
            return Ok(None);
        }
        let top_down = !is_core && u32_at(22).is_some_and(|height| height > i32::MAX as u32);
        head.truncate(start as usize);
        Ok(Some(Self {
            head,
            stride: (u64::from(bits) * u64::from(width)).div_ceil(32) * 4,
            top_down,
            is_core,
        }))
    }

    /// The band of `height` rows from row `top` of a picture of `rows` rows, as a file.
    fn band(
        &self,
        input: &mut dyn Input,
        top: u32,
        height: u32,
        rows: u32,
    ) -> Result<Vec<u8>, Error> {
        let mut file = self.head.clone();
        let first = if self.top_down {
            top
        } else {
            rows - top - height
        };
        if self.is_core {
            file[20..22].copy_from_slice(&(height as u16).to_le_bytes());
        } else {
            let height = if self.top_down {
                -(height as i32)
            } else {
                height as i32
            };
            file[22..26].copy_from_slice(&height.to_le_bytes());
        }
        let at = self.head.len() as u64 + u64::from(first) * self.stride;
        input.seek(SeekFrom::Start(at))?;
        let length = self.stride * u64::from(height);
        let read = (&mut *input).take(length).read_to_end(&mut file)?;
        if (read as u64) < length {
            return Err(Error::Truncated);
        }
        Ok(file)
    }
}

pub(super) fn open_bmp<'a>(
    input: &'a mut dyn Input,
    limits: &'a Limits,
) -> Result<Opened<'a>, Error> {
    let decoder = BmpDecoder::new(&mut *input)?;
    let (size, colours) = (decoder.dimensions(), decoder.color_type());
    check_pixels(size, limits)?;
    check_memory(16 * u64::from(size.0), limits)?;
    let Some(file) = BmpRows::read(input, size.0)? else {
        input.seek(SeekFrom::Start(0))?;
        return whole::open_bmp(BmpDecoder::new(input)?, limits);
    };
    let (model, alpha) = meaning(colours)?;
    let info = Info::new(size, model, alpha);
    let feed = move |rows: &mut Rows, info: &mut Info| {
        let height = info.size.1;
        let step = rows_of(file.stride, height);
        let mut pixels = vec![0; rows.row_length() * step as usize];
        for top in (0..height).step_by(step as usize) {
            let band_height = step.min(height - top);
            let band = file.band(input, top, band_height, height)?;
            let pixels = &mut pixels[..rows.row_length() * band_height as usize];
            let decoder = BmpDecoder::new(Cursor::new(band.as_slice()))?;
            // Its head was read after that of the whole: somebody may have written to the file.
            if (decoder.dimensions(), decoder.color_type()) != ((size.0, band_height), colours) {
                return Err(Error::damaged("the header changed while it was read"));
            }
            decoder.read_image(pixels)?;
            push_all(rows, pixels, colours);
        }
        Ok(())
    };
    Ok(Opened {
        info,
        feed: Box::new(feed),
    })
}

// PNM

pub(super) fn open_pnm<'a>(
    input: &'a mut dyn Input,
    limits: &'a Limits,
) -> Result<Opened<'a>, Error> {
    let decoder = PnmDecoder::new(input.take(LONGEST_HEAD))?;
    let (size, colours) = (decoder.dimensions(), decoder.color_type());
    check_pixels(size, limits)?;
    let row_length = u64::from(size.0) * u64::from(colours.bytes_per_pixel());
    check_memory(4 * row_length, limits)?;
    let (model, alpha) = meaning(colours)?;
    let info = Info::new(size, model, alpha);
    let (input, header) = decoder.into_inner();
    let input = input.into_inner();
    let feed = move |rows: &mut Rows, info: &mut Info| {
        let height = info.size.1;
        let step = rows_of(row_length, height);
        let mut pixels = vec![0; row_length as usize * step as usize];
        for top in (0..height).step_by(step as usize) {
            let band_height = step.min(height - top);
            let pixels = &mut pixels[..row_length as usize * band_height as usize];
            read_band(&header, band_height, input, pixels)?;
            push_all(rows, pixels, colours);
        }
        Ok(())
    };
    Ok(Opened {
        info,
        feed: Box::new(feed),
    })
}

/// Reads the next `height` rows.
fn read_band(
    header: &PnmHeader,
    height: u32,
    input: &mut dyn Input,
    pixels: &mut [u8],
) -> Result<(), Error> {
    let mut head = Vec::new();
    with_height(header, height)?.write(&mut head)?;
    PnmDecoder::new(head.chain(input))?.read_image(pixels)?;
    Ok(())
}

fn with_height(header: &PnmHeader, height: u32) -> Result<PnmHeader, Error> {
    if let Some(header) = header.as_bitmap() {
        let BitmapHeader {
            encoding, width, ..
        } = *header;
        return Ok(BitmapHeader {
            encoding,
            height,
            width,
        }
        .into());
    }
    if let Some(header) = header.as_graymap() {
        let GraymapHeader {
            encoding,
            width,
            maxwhite,
            ..
        } = *header;
        return Ok(GraymapHeader {
            encoding,
            height,
            width,
            maxwhite,
        }
        .into());
    }
    if let Some(header) = header.as_pixmap() {
        let PixmapHeader {
            encoding,
            width,
            maxval,
            ..
        } = *header;
        return Ok(PixmapHeader {
            encoding,
            height,
            width,
            maxval,
        }
        .into());
    }
    let header = header
        .as_arbitrary()
        .expect("BUG: a header of none of the four kinds");
    Ok(ArbitraryHeader {
        height,
        width: header.width,
        depth: header.depth,
        maxval: header.maxval,
        tupltype: header.tupltype.clone(),
    }
    .into())
}
