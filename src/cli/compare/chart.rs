//! The comparison as an SVG that is read at a glance; the only file that names plotters.

use std::collections::BTreeSet;
use std::error::Error;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::figures::{Comparison, Contender, Figures};
use crate::batch::execute::Strategy;

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
    draw_times(comparison, &times)?;
    draw_speed_up(comparison, &speed_up)?;
    area.present()?;
    Ok(())
}

fn heading(comparison: &Comparison, area: &Area<'_>) -> Drawn {
    let fastest = comparison.fastest();
    let title = format!(
        "{} pictures in {:.2} s: {}",
        comparison.pictures,
        fastest.real.median,
        fastest.contender()
    );
    let under = format!(
        "{:.1} MB of JPEGs, {} cores, median of {} rounds, pictures in memory",
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

/// Bars that lie: real, and below it user and system time in one.
fn draw_times(comparison: &Comparison, area: &Area<'_>) -> Drawn {
    let contenders = &comparison.contenders;
    let cpu = |figures: &Figures| figures.user + figures.sys;
    let most = contenders
        .iter()
        .map(|figures| figures.real.median.max(cpu(figures)))
        .fold(1e-6, f64::max);
    let rows = contenders.len() as f64;
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .margin_right(24)
        .caption("Time in seconds", font(15, INK))
        .x_label_area_size(64)
        .y_label_area_size(84)
        // Room for the figures behind the longest bar.
        .build_cartesian_2d(0.0..most * 1.14, rows..0.0)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(GRID)
        .x_labels(6)
        .x_label_style(font(12, PALE))
        .draw()?;
    for (row, figures) in contenders.iter().enumerate() {
        draw_row(&mut chart, row as f64, figures)?;
    }
    let keys = [("real", REAL), ("user", USER), ("sys", SYS)];
    draw_keys(area, 96, &keys)
}

fn draw_row(chart: &mut Chart<'_, '_>, row: f64, figures: &Figures) -> Drawn {
    let bar = |from: f64, to: f64, top: f64, colour: RGBColor| {
        Rectangle::new([(from, row + top), (to, row + top + 0.33)], colour.filled())
    };
    let (real, user, cpu) = (
        figures.real.median,
        figures.user,
        figures.user + figures.sys,
    );
    chart.draw_series([
        bar(0.0, real, 0.14, REAL),
        bar(0.0, user, 0.50, USER),
        bar(user, cpu, 0.50, SYS),
    ])?;
    let anchor = |horizontal| Pos::new(horizontal, VPos::Center);
    let value = font(12, INK).pos(anchor(HPos::Left));
    let label = |at: f64, top: f64, text: String| {
        EmptyElement::at((at, row + top)) + Text::new(text, (5, 0), value.clone())
    };
    let fastest = if figures.fastest { "  fastest" } else { "" };
    chart.draw_series([
        label(real, 0.31, format!("{real:.3}{fastest}")),
        label(cpu, 0.67, format!("{user:.3} + {:.3}", figures.sys)),
    ])?;
    let name = font(14, INK).pos(anchor(HPos::Right));
    chart
        .draw_series([EmptyElement::at((0.0, row + 0.49))
            + Text::new(short(figures.contender()), (-8, 0), name)])?;
    Ok(())
}

fn short(contender: Contender) -> String {
    match contender.strategy {
        Strategy::Seq => "seq".into(),
        strategy => format!("{strategy} {}", contender.jobs),
    }
}

fn colour(strategy: Strategy) -> RGBColor {
    match strategy {
        Strategy::Seq => INK,
        Strategy::Threads => RGBColor(0x2A, 0x9D, 0x8F),
        Strategy::Rayon => RGBColor(0xC1, 0x44, 0x0E),
    }
}

/// Speed-up over jobs, a line for each strategy, and what it could be at best: as many times as there are jobs, until the
/// cores run out.
fn draw_speed_up(comparison: &Comparison, area: &Area<'_>) -> Drawn {
    let contenders = &comparison.contenders;
    let jobs = contenders
        .iter()
        .map(|figures| figures.jobs)
        .max()
        .unwrap_or(1)
        .max(2) as f64;
    let cores = comparison.cores as f64;
    let ideal = cores.min(jobs);
    let most = contenders
        .iter()
        .map(|figures| figures.speed_up)
        .fold(ideal, f64::max);
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .margin_right(24)
        .caption("Speed-up against seq", font(15, INK))
        .x_label_area_size(64)
        .y_label_area_size(40)
        .build_cartesian_2d(
            1.0 - (jobs - 1.0) * 0.04..jobs + (jobs - 1.0) * 0.04,
            0.0..most * 1.1,
        )?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(GRID)
        .y_labels(6)
        .y_label_formatter(&|speed_up| format!("{speed_up:.1}"))
        .x_labels(0)
        .label_style(font(12, PALE))
        .draw()?;
    let ends = [(1.0, 1.0), (ideal, ideal), (jobs, ideal)];
    chart.draw_series(DashedLineSeries::new(ends, 6, 4, PALE.stroke_width(2)))?;
    let mut keys = vec![("ideal", PALE)];
    for strategy in [Strategy::Threads, Strategy::Rayon] {
        let colour = colour(strategy);
        let points: Vec<_> = contenders
            .iter()
            .filter(|figures| figures.strategy == strategy)
            .map(|figures| (figures.jobs as f64, figures.speed_up))
            .collect();
        chart.draw_series(LineSeries::new(
            points.iter().copied(),
            colour.stroke_width(3),
        ))?;
        chart.draw_series(
            points
                .iter()
                .map(|point| Circle::new(*point, 5, colour.filled())),
        )?;
        keys.push((name(strategy), colour));
    }
    draw_jobs(&mut chart, contenders)?;
    draw_keys(area, 52, &keys)
}

fn name(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Seq => "seq",
        Strategy::Threads => "threads",
        Strategy::Rayon => "rayon",
    }
}

/// The measured numbers of jobs below the axis, and no others.
fn draw_jobs(chart: &mut Chart<'_, '_>, contenders: &[Figures]) -> Drawn {
    let jobs: BTreeSet<_> = contenders.iter().map(|figures| figures.jobs).collect();
    let most = jobs.last().copied();
    let below = font(12, PALE).pos(Pos::new(HPos::Center, VPos::Top));
    chart.draw_series(jobs.iter().map(|jobs| {
        let unit = if Some(*jobs) == most { " jobs" } else { "" };
        EmptyElement::at((*jobs as f64, 0.0))
            + Text::new(format!("{jobs}{unit}"), (0, 8), below.clone())
    }))?;
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
