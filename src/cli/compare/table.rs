//! The comparison as text, no wider than the terminal.

use std::fmt::Write as _;

use super::figures::{Comparison, Figures};

/// With fewer columns than this, a bar says nothing.
const LEAST_BAR: usize = 8;

/// Between two columns.
const GAP: &str = "  ";

/// A column of a table: its title and a cell for each contender.
struct Column {
    title: String,
    cells: Vec<String>,
    left: bool,
}

impl Column {
    fn new(title: &str, contenders: &[Figures], cell: impl Fn(&Figures) -> String) -> Self {
        Self {
            title: title.to_owned(),
            cells: contenders.iter().map(cell).collect(),
            left: false,
        }
    }

    fn left(mut self) -> Self {
        self.left = true;
        self
    }

    fn width(&self) -> usize {
        let cells = self.cells.iter().map(String::len);
        cells.chain([self.title.len()]).max().unwrap_or(0)
    }

    /// The title, or the cell of the contender at `row`.
    fn line(&self, row: Option<usize>) -> String {
        let text = row.map_or(&self.title, |row| &self.cells[row]);
        let width = self.width();
        if self.left {
            format!("{text:width$}")
        } else {
            format!("{text:>width$}")
        }
    }
}

/// The comparison for a person, in lines of at most `columns` columns (if those are 30 or more).
pub fn text(comparison: &Comparison, columns: usize) -> String {
    let contenders = &comparison.contenders;
    let mut parts = vec![wrapped(&heading(comparison), columns)];
    parts.extend(tables(contenders, times(contenders), columns));
    parts.extend(bars(comparison, columns));
    parts.push(
        wrapped("Share of the workers' time", columns)
            + &tables(contenders, shares(contenders), columns).join("\n"),
    );
    parts.push(wrapped(&comparison.advice, columns));
    parts.join("\n")
}

fn heading(comparison: &Comparison) -> String {
    let failed = match comparison.failed {
        0 => String::new(),
        failed => format!(" ({failed} failed)"),
    };
    let equal = if comparison.contenders.iter().filter(|one| one.equal).count() > 1 {
        " and its equals ="
    } else {
        ""
    };
    format!(
        "{} {}{failed}, {:.1} MB, {} {}, {} {}; times in seconds, the fastest marked *{equal}",
        comparison.pictures,
        plural(comparison.pictures, "picture"),
        comparison.bytes as f64 / 1e6,
        comparison.rounds,
        plural(comparison.rounds as u64, "round"),
        comparison.cores,
        plural(comparison.cores as u64, "core"),
    )
}

fn plural(count: u64, noun: &str) -> String {
    if count == 1 {
        noun.into()
    } else {
        format!("{noun}s")
    }
}

fn names(contenders: &[Figures]) -> Vec<Column> {
    let strategy = |figures: &Figures| {
        let mark = match (figures.fastest, figures.equal) {
            (true, _) => " *",
            (_, true) => " =",
            _ => "",
        };
        format!("{}{mark}", figures.strategy)
    };
    vec![
        Column::new("strategy", contenders, strategy).left(),
        Column::new("jobs", contenders, |figures| figures.jobs.to_string()),
    ]
}

fn times(contenders: &[Figures]) -> Vec<Column> {
    vec![
        Column::new("real", contenders, |figures| seconds(figures.real.median)),
        Column::new("min", contenders, |figures| seconds(figures.real.min)),
        Column::new("max", contenders, |figures| seconds(figures.real.max)),
        Column::new("user", contenders, |figures| seconds(figures.user)),
        Column::new("sys", contenders, |figures| seconds(figures.sys)),
        Column::new("pics/s", contenders, |figures| {
            rate(figures.pictures_per_second)
        }),
        Column::new("MB/s", contenders, |figures| {
            rate(figures.megabytes_per_second)
        }),
        Column::new("speedup", contenders, |figures| {
            format!("{:.2}", figures.speed_up)
        }),
        Column::new("cores", contenders, |figures| {
            format!("{:.2}", figures.cores_busy)
        }),
    ]
}

fn shares(contenders: &[Figures]) -> Vec<Column> {
    let names: Vec<_> = contenders
        .first()
        .map_or(Vec::new(), |first| first.shares.clone());
    names
        .iter()
        .enumerate()
        .map(|(place, (name, _))| {
            // "waiting for work" would take the room of two columns.
            let title = name.split(' ').next().unwrap_or(name);
            Column::new(title, contenders, |figures| {
                format!("{:.1}%", figures.shares[place].1 * 100.0)
            })
        })
        .collect()
}

fn seconds(value: f64) -> String {
    match value {
        ..10.0 => format!("{value:.3}"),
        ..100.0 => format!("{value:.2}"),
        _ => format!("{value:.1}"),
    }
}

fn rate(value: f64) -> String {
    if value < 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    }
}

/// Tables below each other, each as wide as there is room for, each beginning with the names of the contenders.
fn tables(contenders: &[Figures], columns: Vec<Column>, room: usize) -> Vec<String> {
    let names = names(contenders);
    let names_width = width(&names);
    let mut tables: Vec<Vec<Column>> = Vec::new();
    let mut used = usize::MAX;
    for column in columns {
        let wider = GAP.len() + column.width();
        used = used.saturating_add(wider);
        if used > room {
            tables.push(Vec::new());
            used = names_width + wider;
        }
        tables
            .last_mut()
            .expect("BUG: no table was begun")
            .push(column);
    }
    tables
        .iter()
        .map(|table| lines(&names, table, contenders.len()))
        .collect()
}

fn width(columns: &[Column]) -> usize {
    let gaps = columns.len().saturating_sub(1) * GAP.len();
    columns.iter().map(Column::width).sum::<usize>() + gaps
}

fn lines(names: &[Column], table: &[Column], rows: usize) -> String {
    let mut text = String::new();
    for row in std::iter::once(None).chain((0..rows).map(Some)) {
        let cells: Vec<_> = names
            .iter()
            .chain(table)
            .map(|column| column.line(row))
            .collect();
        text.push_str(cells.join(GAP).trim_end());
        text.push('\n');
    }
    text
}

/// A bar for each contender: the longer, the more pictures per second. Nothing if there is no room.
fn bars(comparison: &Comparison, room: usize) -> Option<String> {
    let contenders = &comparison.contenders;
    let names = names(contenders);
    let rates = Column::new("pictures/s", contenders, |figures| {
        rate(figures.pictures_per_second)
    });
    let longest = room.checked_sub(width(&names) + rates.width() + 2 * GAP.len())?;
    if longest < LEAST_BAR {
        return None;
    }
    let most = contenders
        .iter()
        .map(|figures| figures.pictures_per_second)
        .fold(0.0, f64::max);
    let mut text = String::new();
    for (row, figures) in contenders.iter().enumerate() {
        let name: Vec<_> = names.iter().map(|column| column.line(Some(row))).collect();
        let share = figures.pictures_per_second / most.max(1e-9);
        let bar = "=".repeat((share * longest as f64).round() as usize);
        let rate = &rates.cells[row];
        writeln!(text, "{}{GAP}{bar}{GAP}{rate} /s", name.join(GAP))
            .expect("BUG: writing to a string fails");
    }
    Some(text)
}

/// `text` in lines of at most `columns` columns, broken between words.
fn wrapped(text: &str, columns: usize) -> String {
    let mut lines = String::new();
    let mut used = 0;
    for word in text.split(' ') {
        if used > 0 && used + 1 + word.len() > columns {
            lines.push('\n');
            used = 0;
        } else if used > 0 {
            lines.push(' ');
            used += 1;
        }
        lines.push_str(word);
        used += word.len();
    }
    lines + "\n"
}
