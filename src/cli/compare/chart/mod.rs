//! The comparison as an SVG that can be read at a glance. Only this module names plotters.
//!
//! ```text
//! times  bars by contender        speed_up  lines over jobs        style  colours, fonts, whiskers, keys
//! ```

mod speed_up;
mod style;
#[cfg(test)]
mod tests;
mod times;

use plotters::prelude::*;

use super::figures::Comparison;
use style::{Area, Drawn, INK, PALE, font};

const WIDTH: u32 = 1040;
const HEADING: u32 = 56;
/// Height of one contender's bars.
const ROW: u32 = 46;
const LEAST_HEIGHT: u32 = 300;
/// Room for titles, axes and keys above and below the rows.
const AROUND: u32 = 100;

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
