//! The comparison as an SVG that is read at a glance; nothing else names plotters.

mod speed_up;
#[cfg(test)]
mod tests;
mod times;

use std::error::Error;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::figures::Comparison;

const WIDTH: u32 = 1040;
const HEADING: u32 = 56;
/// Height of one contender's bars.
const ROW: u32 = 46;
const LEAST_HEIGHT: u32 = 300;
/// Room for titles, axes and keys above and below the rows.
const AROUND: u32 = 100;

const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
const PALE: RGBColor = RGBColor(0x8A, 0x8A, 0x8A);
const GRID: RGBColor = RGBColor(0xE4, 0xE4, 0xE4);
const REAL: RGBColor = RGBColor(0x1B, 0x49, 0x65);
const USER: RGBColor = RGBColor(0x5F, 0xA8, 0xD3);
const SYS: RGBColor = RGBColor(0xF4, 0xA2, 0x59);
const WHISKER: RGBColor = RGBColor(0xD0, 0x46, 0x6B);
/// How far a whisker's cap reaches to both sides, in pixels.
const CAP: i32 = 4;
const FONT: &str = "sans-serif";

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Drawn = Result<(), Box<dyn Error>>;

/// Real, user and system time by contender, and speed-up over jobs beside the ideal line.
pub fn svg(comparison: &Comparison) -> String {
    let mut svg = String::new();
    draw(comparison, &mut svg).expect("BUG: drawing into a string fails");
    svg
}

fn draw(comparison: &Comparison, svg: &mut String) -> Drawn {
    let rows = comparison.contenders.len() as u32;
    let height = HEADING + (rows * ROW + AROUND).max(LEAST_HEIGHT);
    let area = SVGBackend::with_string(svg, (WIDTH, height)).into_drawing_area();
    area.fill(&WHITE)?;
    heading(comparison, &area)?;
    let (times, speed_up) = area
        .margin(HEADING, 0, 0, 0)
        .split_horizontally(WIDTH * 58 / 100);
    times::draw(comparison, &times)?;
    speed_up::draw(comparison, &speed_up)?;
    area.present()?;
    Ok(())
}

fn heading(comparison: &Comparison, area: &Area<'_>) -> Drawn {
    let best = comparison.recommended();
    let title = format!(
        "{} pictures in {:.2} s: {}",
        comparison.pictures,
        best.real.median,
        best.contender()
    );
    let under = format!(
        "{:.1} MB of JPEGs, {} cores, median of {} rounds, whiskers from the least to the most, pictures in memory",
        comparison.bytes as f64 / 1e6,
        comparison.cores,
        comparison.rounds
    );
    area.draw(&Text::new(title, (16, 14), font(22, INK)))?;
    area.draw(&Text::new(under, (16, 38), font(13, PALE)))?;
    Ok(())
}

fn font(size: i32, colour: RGBColor) -> TextStyle<'static> {
    (FONT, size).into_font().color(&colour)
}

/// A line between two `ends`, with a cap across each.
fn draw_whisker(chart: &mut Chart<'_, '_>, ends: [(f64, f64); 2], colour: RGBColor) -> Drawn {
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
fn draw_keys(area: &Area<'_>, mut left: i32, keys: &[(&str, RGBColor)]) -> Drawn {
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
