//! Real, user and system time by contender.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::super::figures::{Comparison, Contender, Figures, Spread};
use super::style::{
    Area, Chart, Drawn, GRID, INK, PALE, REAL, SYS, USER, WHISKER, draw_keys, draw_whisker, font,
};
use crate::batch::execute::Strategy;

/// Horizontal bars: real, and below it user and system time in one.
pub(super) fn draw(comparison: &Comparison, area: &Area<'_>) -> Drawn {
    let contenders = &comparison.contenders;
    let cpu = |figures: &Figures| figures.user + figures.sys;
    let most = contenders
        .iter()
        .map(|figures| figures.real.max.max(cpu(figures)))
        .fold(1e-6, f64::max);
    let rows = contenders.len() as f64;
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .margin_right(24)
        .caption("Time in seconds", font(15, INK))
        .x_label_area_size(64)
        .y_label_area_size(84)
        // Room for the figures behind the longest bar.
        .build_cartesian_2d(0.0..most * 1.25, rows..0.0)?;
    // No lines behind the bars: they would cross the figures, which say more.
    chart
        .configure_mesh()
        .disable_mesh()
        .disable_y_axis()
        .axis_style(GRID)
        .x_labels(6)
        .x_label_style(font(12, PALE))
        .draw()?;
    for (row, figures) in contenders.iter().enumerate() {
        draw_row(&mut chart, row as f64, figures)?;
    }
    let keys = [
        ("real", REAL),
        ("user", USER),
        ("sys", SYS),
        ("min to max", WHISKER),
    ];
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
    let Spread { min, max, .. } = figures.real;
    draw_whisker(chart, [(min, row + 0.305), (max, row + 0.305)], WHISKER)?;
    let anchor = |horizontal| Pos::new(horizontal, VPos::Center);
    let value = font(12, INK).pos(anchor(HPos::Left));
    let label = |at: f64, top: f64, text: String| {
        EmptyElement::at((at, row + top)) + Text::new(text, (5, 0), value.clone())
    };
    let rank = match (figures.fastest, figures.equal) {
        (true, _) => "  fastest",
        (_, true) => "  equal",
        _ => "",
    };
    chart.draw_series([
        label(max, 0.31, format!("{real:.3}{rank}")),
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
