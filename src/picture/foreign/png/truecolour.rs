//! RGB and RGBA of 8 bits a sample, not interlaced: what most PNGs are, and nearly all large ones.
//!
//! The `png` crate reads the file and inflates its rows, as it does for the others. Only the filters are undone here:
//! the crate spends 42% of a photograph's time on that, and two rows side by side take 0.42 of it (13 photographs of
//! 11 megapixels, nine rows of ten with the Paeth filter; Intel Xeon). The thumbnail takes three quarters of the time.

use ::png::{BitDepth, ColorType};

use super::filtered::Filtered;
use super::unfilter::Unfilter;
use super::{Header, heed_late_exif};
use crate::picture::foreign::error::Error;
use crate::picture::foreign::info::Info;
use crate::picture::foreign::opened::Input;
use crate::picture::foreign::rows::Rows;

/// Whether a picture is such a one. A colour that is transparent makes alpha of RGB: that is left to the crate.
pub(super) fn takes(header: Header) -> bool {
    matches!(header.samples, ColorType::Rgb | ColorType::Rgba)
        && header.depth == BitDepth::Eight
        && !header.is_interlaced
        && !header.has_transparent_colour
}

/// Gives all rows of such a picture, of `N` bytes a pixel; `input` stands at the file's beginning.
pub(super) fn feed<const N: usize>(
    input: impl Input,
    header: Header,
    rows: &mut Rows,
    info: &mut Info,
) -> Result<(), Error> {
    let mut filtered = Filtered::new(input, header, rows.row_length());
    let mut unfilter = Unfilter::<N>::new(info.size.0 as usize);
    while rows.missing() > 0 {
        let (first, second) = filtered.next(rows.missing() > 1)?;
        let done = unfilter.next(first, second, |row| rows.push(row))?;
        filtered.pass(done);
    }
    heed_late_exif(filtered.finish()?, info);
    Ok(())
}
