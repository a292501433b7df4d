//! Speed-up over jobs.

use std::collections::BTreeSet;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::super::figures::{Comparison, Figures};
use super::style::{Area, Chart, Drawn, GRID, INK, PALE, draw_keys, draw_whisker, font};
use crate::batch::execute::Strategy;

fn colour(strategy: Strategy) -> RGBColor {
    match strategy {
        Strategy::Seq => INK,
        Strategy::Threads => RGBColor(0x2A, 0x9D, 0x8F),
        Strategy::Rayon => RGBColor(0xC1, 0x44, 0x0E),
    }
}

/// Speed-up over jobs, a line for each strategy, and what it could be at best: as many times as there are jobs, until
/// the cores run out.
pub(super) fn draw(comparison: &Comparison, area: &Area<'_>) -> Drawn {
    let contenders = &comparison.contenders;
    let jobs = contenders
        .iter()
        .map(|figures| figures.jobs)
        .max()
        .unwrap_or(1)
        .max(2) as f64;
    let cores = comparison.cores as f64;
    let ideal = cores.min(jobs);
    let baseline = contenders[0].real.median;
    let most = contenders
        .iter()
        .map(|figures| range(baseline, figures).1)
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
    // In one piece: the SVG backend rounds each dash to whole pixels, so that a dashed slope looks jagged.
    chart.draw_series(LineSeries::new(ends, PALE.stroke_width(1)))?;
    let mut keys = vec![("ideal", PALE)];
    // Side by side, so that the whiskers of one don't hide those of the other.
    let aside = (jobs - 1.0) * 0.016;
    let parallel = Strategy::ALL
        .iter()
        .filter(|strategy| **strategy != Strategy::Seq);
    let middle = (parallel.clone().count() - 1) as f64 / 2.0;
    for (place, &strategy) in parallel.enumerate() {
        let aside = (place as f64 - middle) * aside;
        let colour = colour(strategy);
        let figures: Vec<_> = contenders
            .iter()
            .filter(|figures| figures.strategy == strategy)
            .collect();
        let point = |figures: &&Figures| (figures.jobs as f64 + aside, figures.speed_up);
        chart.draw_series(LineSeries::new(
            figures.iter().map(point),
            colour.stroke_width(3),
        ))?;
        for figures in &figures {
            let (least, most) = range(baseline, figures);
            let at = point(figures).0;
            draw_whisker(&mut chart, [(at, least), (at, most)], colour)?;
        }
        chart.draw_series(
            figures
                .iter()
                .map(|figures| Circle::new(point(figures), 5, colour.filled())),
        )?;
        keys.push((strategy.name(), colour));
    }
    draw_jobs(&mut chart, contenders)?;
    draw_keys(area, 52, &keys)
}

/// The smallest and the largest factor by which `figures` were faster than the median of the `baseline`.
fn range(baseline: f64, figures: &Figures) -> (f64, f64) {
    let times = |real: f64| baseline / real.max(1e-9);
    (times(figures.real.max), times(figures.real.min))
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
