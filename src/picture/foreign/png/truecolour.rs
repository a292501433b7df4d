//! RGB and RGBA of 8 bits a sample, not interlaced: what most PNGs are, and all large ones.
//!
//! The `png` crate reads the file and inflates its rows, as it does for the others. Only the filters are undone here:
//! the crate spends 42% of a photograph's time on that, and two rows side by side take 0.42 of it (13 photographs of
//! 11 megapixels, nine rows of ten with the Paeth filter; Intel Xeon). The thumbnail takes three quarters of the time.

use ::png::{BitDepth, ColorType};

use super::filtered::Filtered;
use super::heed_late_exif;
use super::unfilter::Unfilter;
use crate::picture::foreign::error::Error;
use crate::picture::foreign::info::Info;
use crate::picture::foreign::opened::Input;
use crate::picture::foreign::rows::Rows;

/// Whether a picture is such a one. A colour that is transparent makes alpha of RGB, and an animation's frame may be
/// smaller than its picture: these are left to the crate.
pub(super) fn is(png: &::png::Info) -> bool {
    matches!(png.color_type, ColorType::Rgb | ColorType::Rgba)
        && png.bit_depth == BitDepth::Eight
        && !png.interlaced
        && png.trns.is_none()
        && png.animation_control.is_none()
        && png.frame_control.is_none()
}

/// Gives all rows of such a picture, of `N` bytes a pixel; `input` stands at the file's beginning.
pub(super) fn feed<const N: usize>(
    input: impl Input,
    rows: &mut Rows,
    info: &mut Info,
) -> Result<(), Error> {
    let mut filtered = Filtered::new(input, rows.missing(), rows.row_length());
    let mut unfilter = Unfilter::<N>::new(info.size.0 as usize);
    while rows.missing() > 0 {
        let (first, second) = filtered.next(rows.missing() > 1)?;
        let done = unfilter.next(first, second, |row| rows.push(row))?;
        filtered.pass(done);
    }
    heed_late_exif(filtered.finish()?, info);
    Ok(())
}
