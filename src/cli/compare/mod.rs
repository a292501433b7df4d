//! `--compare`: the same work by every strategy, measured fairly.
//!
//! All pictures are read once so that they are in memory, then each contender (a strategy and a number of jobs) makes
//! all thumbnails into a folder of its own, several rounds of that, the order rotating. The thumbnails must be the same
//! bytes whoever made them. The result is a [`Comparison`]: figures, shown as a table, as JSON and as a chart.
//!
//! ```text
//! settings  the command line -> what is measured        rounds   all contenders in turn, their results held together
//! make      one contender makes all pictures            figures  what is measured, and what is shown of it
//! evaluate  measurements -> figures                     advice   figures -> a sentence
//! table     the figures for a terminal                  chart    the figures as an SVG
//! error     what ends a comparison
//! ```

mod advice;
mod chart;
mod error;
mod evaluate;
mod figures;
mod make;
mod rounds;
mod settings;
mod table;
#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::path::Path;

use crate::batch::check_places::prepare;
use crate::batch::stop::Stop;
use crate::cli::exit::Exit;
use crate::cli::signals::Signals;
use crate::tell::progress::Steps;
use crate::tell::side_file::{Kind, Output, SideFiles, is_stdout};

pub use chart::svg;
pub use error::{CompareError, Difference};
pub use figures::{Comparison, Contender, Figures, Measured, Spread};
pub use make::{Fate, Round, make_all};
pub use rounds::Rounds;
pub use settings::Settings;
pub use table::text;

/// Columns of the table where it is not printed on a terminal.
const COLUMNS: usize = 100;

/// Compares the strategies as `settings` say: the table on `out`, what is to be kept in `files`, failures of pictures
/// on stderr.
///
/// # Errors
///
/// When SOURCE can't be used or holds no pictures, when the strategies do not agree, or when results can't be written.
pub fn compare(
    settings: &Settings,
    files: &SideFiles,
    out: &mut impl Write,
) -> Result<Exit, CompareError> {
    let signals = Signals::catch()?;
    let measured = measure(settings, files, signals.stop());
    if let Some(signal) = signals.caught() {
        return Ok(Exit::Interrupted(signal));
    }
    let (comparison, failures) = measured?;
    let told = if settings.report.as_deref().is_some_and(is_stdout) {
        json(&comparison)
    } else {
        text(&comparison, columns())
    };
    out.write_all(told.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| CompareError::Output("-".into(), error))?;
    Ok(if failures == 0 {
        Exit::Success
    } else {
        Exit::SomeFailed
    })
}

fn columns() -> usize {
    console::Term::stdout()
        .size_checked()
        .map_or(COLUMNS, |(_, columns)| usize::from(columns))
}

/// What kind of file a comparison's JSON is.
const JSON: Kind = Kind {
    beginning: b"{\n  \"pictures\":",
    media_type: "application/json",
};

/// What kind of file a chart is.
const SVG: Kind = Kind {
    beginning: b"<svg ",
    media_type: "image/svg+xml",
};

fn json(comparison: &Comparison) -> String {
    serde_json::to_string_pretty(comparison).expect("BUG: figures are no JSON") + "\n"
}

/// The comparison, and how many pictures and entries of the tree failed; its files are written.
fn measure(
    settings: &Settings,
    files: &SideFiles,
    stop: &Stop,
) -> Result<(Comparison, u64), CompareError> {
    // Created first: better to fail now than after minutes of work.
    let report = settings.report.as_deref();
    let report = report.filter(|path| !is_stdout(path));
    let chart = settings.chart.as_deref();
    let failed = |path: &Path, error| CompareError::Output(path.to_owned(), error);
    // All checks come first: a file that is refused must not cost one that is not.
    let outputs = [(report, JSON), (chart, SVG)];
    for (path, kind) in outputs
        .into_iter()
        .filter_map(|(path, kind)| Some((path?, kind)))
    {
        let file = files.at(path);
        let checked = file.and_then(|file| file.check(kind.beginning));
        checked.map_err(|error| failed(path, error))?;
    }
    if let (Some(report), Some(chart)) = (report, chart)
        && report == chart
    {
        let both = io::Error::other("it can't be both the report and the chart");
        return Err(failed(chart, both));
    }
    let create = |path, kind| create(files, path, kind);
    let report = report.map(|path| create(path, JSON)).transpose()?;
    let chart = chart.map(|path| create(path, SVG)).transpose()?;
    let temporary = |error: io::Error| CompareError::Temporary {
        folder: std::env::temp_dir(),
        cause: error.to_string(),
    };
    let folder = tempfile::Builder::new()
        .prefix("thumbgen-compare.")
        .tempdir()
        .map_err(temporary)?;
    prepare(&settings.source, folder.path(), None, false)?;
    let rounds = Rounds::new(settings, folder.path(), stop)?;
    let bar = Steps::new(!settings.quiet, "Comparing", rounds.steps());
    let (comparison, failures) = rounds.run(&bar, |contender, dest, done| {
        make_all(settings, contender, dest, stop, done)
    })?;
    if let Some((path, file)) = report {
        fill(path, file, &json(&comparison))?;
    }
    if let Some((path, file)) = chart {
        fill(path, file, &svg(&comparison))?;
    }
    folder.close().map_err(temporary)?;
    Ok((comparison, failures))
}

fn create<'p>(
    files: &SideFiles,
    path: &'p Path,
    kind: Kind,
) -> Result<(&'p Path, Output), CompareError> {
    let file = files.at(path).and_then(|file| file.create(kind));
    let file = file.map_err(|error| CompareError::Output(path.to_owned(), error))?;
    Ok((path, file))
}

fn fill(path: &Path, mut file: Output, text: &str) -> Result<(), CompareError> {
    file.write_all(text.as_bytes())
        .and_then(|()| file.finish())
        .map_err(|error| CompareError::Output(path.to_owned(), error))
}
