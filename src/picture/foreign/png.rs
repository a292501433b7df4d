//! PNG (W3C, third edition), row by row; of an APNG its default picture.

mod filtered;
mod paeth;
mod truecolour;
mod unfilter;

use ::png::{BitDepth, ColorType, Decoder, Limits as PngLimits, Reader, Transformations};

use super::error::Error;
use super::info::Info;
use super::limits::{buffer, check_memory, check_pixels};
use super::opened::{Input, Opened};
use super::rows::Rows;
use crate::picture::colour::{self, Chromaticities, Described};
use crate::picture::jpeg::{Colour, Limits};

/// What profile, EXIF and palette may take, unpacked. A profile for print has half a megabyte; a zip bomb, no end.
const METADATA: usize = 16 << 20;

pub(super) fn open<'a>(
    mut input: impl Input + 'a,
    limits: &'a Limits,
) -> Result<Opened<'a>, Error> {
    let reader = read_header(&mut input, limits, true)?;
    let (samples, _) = reader.output_color_type();
    let (model, alpha) = match samples {
        ColorType::Grayscale => (Colour::Gray, false),
        ColorType::GrayscaleAlpha => (Colour::Gray, true),
        ColorType::Rgb | ColorType::Indexed => (Colour::Rgb, false),
        ColorType::Rgba => (Colour::Rgb, true),
    };
    let mut info = Info::new(reader.info().size(), model, alpha);
    match colours(reader.info(), model) {
        Some(Described::Srgb) => info.says_colours = true,
        Some(Described::By(profile)) => info.profile = Some(profile),
        None => {}
    }
    match &reader.info().exif_metadata {
        Some(exif) => info.heed_exif(exif),
        None => info.metadata_may_follow = true,
    }
    let header = Header::of(reader.info());
    let feed = move |rows: &mut Rows, info: &mut Info| {
        input.rewind()?;
        match info.channels() {
            3 if truecolour::takes(header) => truecolour::feed::<3>(input, header, rows, info),
            4 if truecolour::takes(header) => truecolour::feed::<4>(input, header, rows, info),
            _ => {
                let reader = read_header(input, limits, false)?;
                header.check(reader.info())?;
                feed(reader, limits, rows, info)
            }
        }
    };
    Ok(Opened {
        info,
        feed: Box::new(feed),
    })
}

/// What the rows' form depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Header {
    size: (u32, u32),
    samples: ColorType,
    depth: BitDepth,
    is_interlaced: bool,
    has_transparent_colour: bool,
}

impl Header {
    fn of(png: &::png::Info) -> Self {
        Self {
            size: png.size(),
            samples: png.color_type,
            depth: png.bit_depth,
            is_interlaced: png.interlaced,
            has_transparent_colour: png.trns.is_some(),
        }
    }

    /// Holds what is read again to what was read before: somebody may have written to the file.
    fn check(self, again: &::png::Info) -> Result<(), Error> {
        if Self::of(again) == self {
            Ok(())
        } else {
            Err(Error::damaged("the header changed while it was read"))
        }
    }
}

/// Reads up to the pixels.
fn read_header<I: Input>(
    input: I,
    limits: &Limits,
    with_profile: bool,
) -> Result<Reader<I>, Error> {
    let mut decoder = Decoder::new_with_limits(input, PngLimits { bytes: METADATA });
    // Texts say nothing of the pixels, and may be zip bombs.
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(!with_profile);
    decoder.set_transformations(Transformations::EXPAND);
    // Before the decoder makes room for a row.
    let size = decoder.read_header_info()?.size();
    let row = 8 * u64::from(size.0);
    check_pixels(size, limits)?;
    check_memory(3 * row, limits)?;
    decoder.set_limits(PngLimits {
        bytes: METADATA + row as usize,
    });
    let reader = decoder.read_info()?;
    // The crate would panic (11.2.2).
    if reader.info().color_type == ColorType::Indexed
        && let Some(palette) = &reader.info().palette
        && !palette.len().is_multiple_of(3)
    {
        return Err(Error::damaged("a part of a colour in the palette"));
    }
    Ok(reader)
}

fn feed(
    mut reader: Reader<impl Input>,
    limits: &Limits,
    rows: &mut Rows,
    info: &mut Info,
) -> Result<(), Error> {
    let wide = reader.output_color_type().1 == BitDepth::Sixteen;
    let mut push = |row: &[u8]| {
        if wide {
            rows.push_wide(row, u16::from_be_bytes);
        } else {
            rows.push(row);
        }
    };
    let row_length = info.size.0 as usize * info.channels() * if wide { 2 } else { 1 };
    if reader.info().interlaced {
        let size = row_length as u64 * u64::from(info.size.1);
        let mut pixels = buffer(size, limits)?;
        reader.next_frame(&mut pixels)?;
        pixels.chunks_exact(row_length).for_each(push);
    } else {
        let mut row = vec![0; row_length];
        for _ in 0..info.size.1 {
            if reader.read_row(&mut row)?.is_none() {
                return Err(Error::Truncated);
            }
            push(&row);
        }
    }
    // What is wrong behind the last row is wrong with the picture, too: its checksum stands there.
    reader.finish()?;
    heed_late_exif(reader.info(), info);
    Ok(())
}

/// EXIF may stand behind the pixels (11.3.4.5).
fn heed_late_exif(png: &::png::Info, info: &mut Info) {
    if let Some(exif) = &png.exif_metadata {
        info.heed_exif(exif);
    }
}

/// What is said of the samples' colours, in the order of precedence (4.3).
fn colours(info: &::png::Info, model: Colour) -> Option<Described> {
    let code_points = info.coding_independent_code_points;
    let described = code_points.and_then(|points| {
        colour::colours_of_code_points(points.color_primaries, points.transfer_function, model)
    });
    // Only a decoder that can follow it passes over the others.
    if described.is_some() {
        return described;
    }
    if let Some(profile) = &info.icc_profile {
        return Some(Described::By(profile.to_vec()));
    }
    if info.srgb.is_some() {
        return Some(Described::Srgb);
    }
    let gamma = info.gama_chunk.map(|gamma| f64::from(gamma.into_value()));
    let chromaticities = info.chrm_chunk.map(|c| {
        [c.white, c.red, c.green, c.blue]
            .map(|(x, y)| (f64::from(x.into_value()), f64::from(y.into_value())))
    });
    let chromaticities = chromaticities.map(|[white, red, green, blue]| Chromaticities {
        white,
        red,
        green,
        blue,
    });
    // Many writers give a gamma of 1/2.2 without knowing any better; primaries are chosen.
    let unsaid = !chromaticities.is_some_and(|c| c.are_sound());
    match colour::profile_of_gamma(gamma, chromaticities, model) {
        Some(profile) => Some(Described::By(profile)),
        None if unsaid => None,
        None => Some(Described::Srgb),
    }
}
