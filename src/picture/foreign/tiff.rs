//! TIFF (6.0), its first page, a band of strips or tiles at a time.

use std::io::{Read, SeekFrom};

use ::tiff::ColorType;
use ::tiff::decoder::{ChunkType, Decoder, Limits as TiffLimits};
use ::tiff::tags::{CompressionMethod, Tag};

use super::error::Error;
use super::info::Info;
use super::jpeg_in_tiff;
use super::limits::{buffer, check_memory, check_pixels};
use super::opened::{Input, Opened};
use super::rows::Rows;
use super::samples::unpack;
use crate::picture::colour::rgb_of_ycbcr;
use crate::picture::jpeg::{Colour, Limits};
use crate::picture::orient::Orientation;

/// What a tag may hold: offsets of a million strips, or a profile.
const TAG: usize = 8 << 20;

/// The most samples that a pixel may have; what multispectral scanners write has fewer. A tag can claim 65,535, of
/// which a row would take gigabytes.
const MOST_SAMPLES: usize = 32;

/// How a page's samples are stored, and what becomes of them.
struct Page {
    /// Samples a pixel, those included that say nothing here.
    samples: usize,
    bits: u8,
    kind: Kind,
    /// Whether each sample has strips of its own (PlanarConfiguration 2).
    planar: bool,
    /// Whether strips can be read row by row, being as they are.
    plain: bool,
    /// Where strips or tiles that are JPEGs begin.
    jpegs: Option<Vec<u64>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// As many samples of each pixel as the picture has channels.
    Plain,
    /// As `Plain`; a sample is full ink where it is highest, and here it is none.
    Inks,
    YCbCr,
}

pub(super) fn open<'a>(input: &'a mut dyn Input, limits: &'a Limits) -> Result<Opened<'a>, Error> {
    let memory = usize::try_from(limits.max_memory).unwrap_or(usize::MAX);
    let mut theirs = TiffLimits::default();
    theirs.decoding_buffer_size = memory;
    theirs.intermediate_buffer_size = memory;
    theirs.ifd_value_size = TAG;
    let mut decoder = Decoder::new(input)?.with_limits(theirs);
    let size = decoder.dimensions()?;
    check_pixels(size, limits)?;

    let compression = number(&mut decoder, Tag::Compression)?.unwrap_or(1);
    let is_jpeg = compression == CompressionMethod::ModernJPEG.to_u16();
    // 1 is alpha that colours are multiplied by, 2 alpha that they are not.
    let extra = decoder.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples)?;
    let extra = extra.and_then(|extra| extra.first().copied());
    let has_alpha = matches!(extra, Some(1 | 2));
    // The crate has no decoder for these, and names them by numbers.
    let photometric = number(&mut decoder, Tag::PhotometricInterpretation)?;
    if let Some(colours) = match photometric {
        Some(3) => Some("with a palette"),
        Some(8 | 10) => Some("in CIE L*a*b*"),
        _ => None,
    } {
        return Err(Error::Unsupported(format!("TIFF {colours}")));
    }
    let (model, alpha, kind, bits) = match decoder.colortype()? {
        ColorType::Gray(bits) => (Colour::Gray, false, Kind::Plain, bits),
        ColorType::GrayA(bits) => (Colour::Gray, true, Kind::Plain, bits),
        ColorType::Multiband {
            bit_depth,
            num_samples: 2..,
        } => (Colour::Gray, has_alpha, Kind::Plain, bit_depth),
        ColorType::RGB(bits) => (Colour::Rgb, false, Kind::Plain, bits),
        // A fourth sample that nothing is said of is alpha to most readers; one that is said to be "unspecified" is
        // none.
        ColorType::RGBA(bits) => (Colour::Rgb, has_alpha || extra.is_none(), Kind::Plain, bits),
        ColorType::CMYK(bits) | ColorType::CMYKA(bits) => (Colour::Cmyk, false, Kind::Inks, bits),
        ColorType::YCbCr(8) if is_jpeg || is_full(&mut decoder)? => {
            (Colour::Rgb, false, Kind::YCbCr, 8)
        }
        other => return Err(Error::Unsupported(format!("TIFF in {other:?}"))),
    };
    let samples = usize::from(number(&mut decoder, Tag::SamplesPerPixel)?.unwrap_or(1));
    // Several in a byte are unpacked where they are all that a pixel has.
    let is_lone_grey = model == Colour::Gray && samples == 1;
    let depth_is_known = matches!(bits, 8 | 16) || is_lone_grey && matches!(bits, 1 | 2 | 4);
    let formats = decoder.find_tag_unsigned_vec::<u16>(Tag::SampleFormat)?;
    if !depth_is_known || formats.is_some_and(|formats| formats.iter().any(|format| *format != 1)) {
        return Err(Error::Unsupported(format!(
            "TIFF with samples of {bits} bits, or other than whole numbers,"
        )));
    }
    if samples > MOST_SAMPLES {
        return Err(Error::Unsupported(format!(
            "TIFF with {samples} samples a pixel"
        )));
    }
    let white_is_zero = photometric == Some(0);
    let planar = number(&mut decoder, Tag::PlanarConfiguration)? == Some(2) && samples > 1;
    let strips = decoder.get_chunk_type() == ChunkType::Strip;
    let predicted = number(&mut decoder, Tag::Predictor)?.is_some_and(|kind| kind != 1);
    let jpegs = if is_jpeg {
        let tag = if strips {
            Tag::StripOffsets
        } else {
            Tag::TileOffsets
        };
        Some(decoder.get_tag_u64_vec(tag)?)
    } else {
        None
    };
    let plain = compression == 1 && strips && !planar && !white_is_zero && !predicted;
    // What the crate unpacks has no samples beyond those of the colours, unless they have strips of their own.
    let samples = if plain || planar {
        samples
    } else {
        usize::from(decoder.colortype()?.num_samples())
    };
    let page = Page {
        jpegs,
        samples,
        bits,
        kind,
        planar,
        plain,
    };

    let mut info = Info::new(size, model, alpha);
    let orientation = number(&mut decoder, Tag::Orientation)?;
    info.metadata.orientation = orientation
        .and_then(|number| Orientation::from_exif(number.into()))
        .unwrap_or(Orientation::UPRIGHT);
    info.profile = decoder.get_tag_u8_vec(Tag::IccProfile).ok();
    let feed = move |rows: &mut Rows, info: &mut Info| {
        rows.premultiplied = extra == Some(1);
        page.feed(decoder, limits, rows, info)
    };
    Ok(Opened {
        info,
        feed: Box::new(feed),
    })
}

type Tiff<'a> = Decoder<&'a mut dyn Input>;

fn number(decoder: &mut Tiff, tag: Tag) -> Result<Option<u16>, Error> {
    let numbers = decoder.find_tag_unsigned_vec::<u16>(tag)?;
    Ok(numbers.and_then(|numbers| numbers.first().copied()))
}

/// Whether chroma has as many samples as luma; two by two pixels a sample is what no word of it means (6.0, section
/// 21).
fn is_full(decoder: &mut Tiff) -> Result<bool, Error> {
    let subsampling = decoder.find_tag_unsigned_vec::<u16>(Tag::ChromaSubsampling)?;
    Ok(subsampling.is_some_and(|sides| sides == [1, 1]))
}

impl Page {
    fn feed(
        &self,
        mut decoder: Tiff,
        limits: &Limits,
        rows: &mut Rows,
        info: &Info,
    ) -> Result<(), Error> {
        if self.plain {
            return self.feed_plain(&mut decoder, limits, rows, info);
        }
        let (width, height) = (info.size.0 as usize, info.size.1);
        let (chunk_width, chunk_height) = decoder.chunk_dimensions();
        if chunk_width == 0 || chunk_height == 0 {
            return Err(Error::damaged("strips or tiles of no size"));
        }
        let across = info.size.0.div_ceil(chunk_width);
        // The width of a tile has to be a multiple of 16 (6.0, section 15).
        if across > 1 && !(chunk_width as usize * usize::from(self.bits)).is_multiple_of(8) {
            return Err(Error::damaged("tiles that end within a byte"));
        }
        let down = height.div_ceil(chunk_height);
        let planes = if self.planar { self.samples } else { 1 };
        let pixel = self.samples / planes * usize::from(self.bits);
        let row_bytes = |width: usize| (width * pixel).div_ceil(8);
        // All chunks of a band, each of its planes apart, and one chunk.
        let plane = row_bytes(width) as u64 * u64::from(chunk_height.min(height));
        // A strip may claim to go on for ever: what lies below the page isn't read. But the crate may hold a whole row
        // of a tile, and a tile that is a JPEG is decoded whole.
        let is_whole = self.jpegs.is_some() && decoder.get_chunk_type() == ChunkType::Tile;
        let held = if is_whole {
            chunk_height
        } else {
            chunk_height.min(height)
        };
        let chunk = (row_bytes(chunk_width as usize) as u64).saturating_mul(held.into());
        check_memory((plane * planes as u64).saturating_add(chunk), limits)?;
        let mut band = buffer(plane * planes as u64, limits)?;
        let mut tile = Vec::new();
        let plane = plane as usize;
        for band_index in 0..down {
            let band_height = chunk_height.min(height - band_index * chunk_height) as usize;
            for index in 0..planes as u32 {
                let band = &mut band[index as usize * plane..][..plane];
                for column in 0..across {
                    let chunk = (index * down + band_index) * across + column;
                    if chunk_width as usize >= width {
                        self.read(
                            &mut decoder,
                            chunk,
                            &mut band[..row_bytes(width) * band_height],
                        )?;
                        continue;
                    }
                    let (tile_width, tile_height) = decoder.chunk_data_dimensions(chunk);
                    let tile_row = row_bytes(tile_width as usize);
                    tile.resize(tile_row * tile_height as usize, 0);
                    self.read(&mut decoder, chunk, &mut tile)?;
                    let at = row_bytes(column as usize * chunk_width as usize);
                    for (row, tile) in band
                        .chunks_exact_mut(row_bytes(width))
                        .zip(tile.chunks_exact(tile_row))
                    {
                        row[at..at + tile_row].copy_from_slice(tile);
                    }
                }
            }
            self.push_band(&band, plane, row_bytes(width), band_height, rows, info);
        }
        Ok(())
    }

    fn read(&self, decoder: &mut Tiff, chunk: u32, target: &mut [u8]) -> Result<(), Error> {
        if let Some(offset) = self.jpegs.as_ref().and_then(|at| at.get(chunk as usize)) {
            let mut most = decoder.chunk_dimensions();
            if decoder.get_chunk_type() == ChunkType::Strip {
                most.1 = most.1.min(decoder.dimensions()?.1);
            }
            jpeg_in_tiff::check(&mut **decoder.inner(), *offset, most)?;
        }
        Ok(decoder.read_chunk_bytes(chunk, target)?)
    }

    /// Pushes the rows of a band whose planes, if there are several, are `plane` bytes long each.
    fn push_band(
        &self,
        band: &[u8],
        plane: usize,
        row_bytes: usize,
        height: usize,
        rows: &mut Rows,
        info: &Info,
    ) {
        let mut row = Vec::new();
        for y in 0..height {
            if self.planar {
                let bytes = usize::from(self.bits / 8);
                row.clear();
                for x in (0..row_bytes).step_by(bytes) {
                    for sample in 0..self.samples {
                        let at = sample * plane + y * row_bytes + x;
                        row.extend_from_slice(&band[at..at + bytes]);
                    }
                }
                self.push(&row, u16::from_ne_bytes, rows, info);
            } else {
                self.push(
                    &band[y * row_bytes..][..row_bytes],
                    u16::from_ne_bytes,
                    rows,
                    info,
                );
            }
        }
    }

    /// Reads strips that are as they are, row by row: scans often have one strip for all of a page.
    fn feed_plain(
        &self,
        decoder: &mut Tiff,
        limits: &Limits,
        rows: &mut Rows,
        info: &Info,
    ) -> Result<(), Error> {
        let of = match decoder.byte_order() {
            ::tiff::tags::ByteOrder::LittleEndian => u16::from_le_bytes,
            ::tiff::tags::ByteOrder::BigEndian => u16::from_be_bytes,
        };
        let offsets = decoder.get_tag_u64_vec(Tag::StripOffsets)?;
        let rows_per_strip = decoder.chunk_dimensions().1.max(1) as usize;
        let row_bytes = (info.size.0 as usize * self.samples * usize::from(self.bits)).div_ceil(8);
        let mut row = buffer(row_bytes as u64, limits)?;
        for offset in offsets {
            decoder.inner().seek(SeekFrom::Start(offset))?;
            for _ in 0..rows_per_strip.min(rows.missing()) {
                decoder.inner().read_exact(&mut row)?;
                self.push(&row, of, rows, info);
            }
        }
        Ok(())
    }

    fn push(&self, row: &[u8], of: fn([u8; 2]) -> u16, rows: &mut Rows, info: &Info) {
        let channels = info.channels();
        let bytes = usize::from(self.bits / 8);
        if self.kind == Kind::Plain && self.samples == channels && bytes == 1 {
            return rows.push(row);
        }
        let mut changed = Vec::new();
        if bytes == 0 {
            unpack(row, self.bits, info.size.0 as usize, &mut changed);
            return rows.push(&changed);
        }
        // Without samples that say nothing of the colour.
        for pixel in row.chunks_exact(self.samples * bytes) {
            changed.extend_from_slice(&pixel[..channels * bytes]);
        }
        match self.kind {
            Kind::Plain => {}
            Kind::Inks => changed.iter_mut().for_each(|byte| *byte = !*byte),
            Kind::YCbCr => {
                for [y, cb, cr] in changed.as_chunks_mut::<3>().0 {
                    [*y, *cb, *cr] = rgb_of_ycbcr(*y, *cb, *cr);
                }
            }
        }
        if bytes == 2 {
            rows.push_wide(&changed, of);
        } else {
            rows.push(&changed);
        }
    }
}
