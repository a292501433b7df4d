//! What both halves of the chart are drawn with: colours, fonts, whiskers and keys.

use std::error::Error;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

pub(super) const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
pub(super) const PALE: RGBColor = RGBColor(0x8A, 0x8A, 0x8A);
pub(super) const GRID: RGBColor = RGBColor(0xE4, 0xE4, 0xE4);
pub(super) const REAL: RGBColor = RGBColor(0x1B, 0x49, 0x65);
pub(super) const USER: RGBColor = RGBColor(0x5F, 0xA8, 0xD3);
pub(super) const SYS: RGBColor = RGBColor(0xF4, 0xA2, 0x59);
pub(super) const WHISKER: RGBColor = RGBColor(0xD0, 0x46, 0x6B);
/// How far a whisker's cap reaches to either side, in pixels.
const CAP: i32 = 4;
const FONT: &str = "sans-serif";

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(super) type Chart<'a, 'b> =
    ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
pub(super) type Drawn = Result<(), Box<dyn Error>>;

pub(super) fn font(size: i32, colour: RGBColor) -> TextStyle<'static> {
    (FONT, size).into_font().color(&colour)
}

/// A line between two `ends`, with a cap across each.
pub(super) fn draw_whisker(
    chart: &mut Chart<'_, '_>,
    ends: [(f64, f64); 2],
    colour: RGBColor,
) -> Drawn {
    let style = colour.stroke_width(2);
    let lies = ends[0].1 == ends[1].1;
    let (x, y) = if lies { (0, CAP) } else { (CAP, 0) };
    chart.draw_series([PathElement::new(ends, style)])?;
    chart.draw_series(
        ends.map(|end| EmptyElement::at(end) + PathElement::new([(-x, -y), (x, y)], style)),
    )?;
    Ok(())
}

/// A key below the chart: a patch of colour and a name for each series.
pub(super) fn draw_keys(area: &Area<'_>, mut left: i32, keys: &[(&str, RGBColor)]) -> Drawn {
    let (_, height) = area.dim_in_pixel();
    let top = height as i32 - 34;
    for (name, colour) in keys {
        area.draw(&Rectangle::new(
            [(left, top), (left + 14, top + 14)],
            colour.filled(),
        ))?;
        let style = font(13, INK).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new(*name, (left + 20, top + 7), style))?;
        left += 40 + 8 * name.len() as i32;
    }
    Ok(())
}
