//! Formats that the `image` crate decodes whole.

use image::codecs::bmp::BmpDecoder;
use image::codecs::tga::TgaDecoder;
use image::{ColorType, ImageDecoder};

use super::error::Error;
use super::info::Info;
use super::limits::{buffer, check_memory, check_pixels};
use super::opened::{Input, Opened};
use super::rows::Rows;
use crate::picture::jpeg::{Colour, Limits};

pub(super) fn open_tga<'a>(
    input: &'a mut dyn Input,
    limits: &'a Limits,
) -> Result<Opened<'a>, Error> {
    open(TgaDecoder::new(input)?, limits)
}

pub(super) fn open_bmp<'a>(
    decoder: BmpDecoder<&'a mut dyn Input>,
    limits: &'a Limits,
) -> Result<Opened<'a>, Error> {
    open(decoder, limits)
}

pub(super) fn open<'a>(
    mut decoder: impl ImageDecoder + 'a,
    limits: &'a Limits,
) -> Result<Opened<'a>, Error> {
    let size = decoder.dimensions();
    check_pixels(size, limits)?;
    // The pixels, and as many bytes again for what the decoder makes them from.
    check_memory(decoder.total_bytes().saturating_mul(2), limits)?;
    let mut theirs = image::Limits::no_limits();
    theirs.max_alloc = Some(limits.max_memory);
    decoder.set_limits(theirs)?;
    let colours = decoder.color_type();
    let (model, alpha) = meaning(colours)?;
    let info = Info::new(size, model, alpha);
    let feed = move |rows: &mut Rows, _: &mut Info| {
        let mut pixels = buffer(decoder.total_bytes(), limits)?;
        decoder.read_image(&mut pixels)?;
        push_all(rows, &pixels, colours);
        Ok(())
    };
    Ok(Opened {
        info,
        feed: Box::new(feed),
    })
}

/// What the crate's `colours` are here.
pub(super) fn meaning(colours: ColorType) -> Result<(Colour, bool), Error> {
    Ok(match colours {
        ColorType::L8 | ColorType::L16 => (Colour::Gray, false),
        ColorType::La8 | ColorType::La16 => (Colour::Gray, true),
        ColorType::Rgb8 | ColorType::Rgb16 => (Colour::Rgb, false),
        ColorType::Rgba8 | ColorType::Rgba16 => (Colour::Rgb, true),
        other => return Err(Error::Unsupported(format!("a picture in {other:?}"))),
    })
}

/// Takes all rows of `pixels`, as the crate gives them.
pub(super) fn push_all(rows: &mut Rows, pixels: &[u8], colours: ColorType) {
    let wide = colours.bytes_per_pixel() / colours.channel_count() == 2;
    if wide {
        for row in pixels.chunks_exact(2 * rows.row_length()) {
            rows.push_wide(row, u16::from_ne_bytes);
        }
    } else {
        for row in pixels.chunks_exact(rows.row_length()) {
            rows.push(row);
        }
    }
}
