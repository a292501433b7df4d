//! `thumbgen report merge`: the reports of shards as one, and whether all of them are there.
//!
//! Reports are read line by line; what is kept is a few numbers for each shard, and the paths of folders that could not
//! be visited. What counts is what the lines say: a report whose lines do not add up to its last one has lost some, and
//! is not taken for that of a finished run.
//!
//! ```text
//! reading  files -> lines -> the runs in them           all    the runs added up, and written as one report
//! text     the sum in words                             error  why reports are not merged
//! ```

mod all;
mod error;
mod reading;
mod text;

use std::io::{self, Write};
use std::path::PathBuf;

use crate::batch::is_in_store;
use crate::batch::place::to_path;
use crate::cli::command_line::MergeCli;
use crate::cli::error::Error;
use crate::cli::exit::Exit;
use crate::cli::failure_limit::Allowance;
use crate::tell::side_file::{SideFiles, is_stdout};
use all::All;
use reading::reports_at;

pub use error::MergeError;

/// What is to be merged, and how.
#[derive(Debug, Clone)]
pub struct Merge {
    /// The reports, or folders of them.
    pub reports: Vec<PathBuf>,
    /// Where the merged report goes; `-` is stdout.
    pub output: Option<PathBuf>,
    /// How many pictures may have failed before the exit status says so.
    pub allow_failures: Allowance,
}

impl From<MergeCli> for Merge {
    fn from(cli: MergeCli) -> Self {
        Self {
            reports: cli.reports.into_iter().map(to_path).collect(),
            output: cli.output.map(to_path),
            allow_failures: cli.allow_failures.unwrap_or_default(),
        }
    }
}

/// Adds the reports up. Prints the result on `out`, and each picture that failed on `err`.
///
/// # Errors
///
/// When a report can't be read or isn't one, when shards are not of one run, or when the merged report can't be
/// written.
pub fn merge(merge: &Merge, out: &mut dyn Write, err: &mut dyn Write) -> Result<Exit, Error> {
    for (path, name) in merge.reports.iter().map(|path| (path, "REPORT")) {
        is_in_store(path, name)?;
    }
    if let Some(output) = &merge.output {
        is_in_store(output, "--output")?;
    }
    let files = SideFiles::default();
    let mut all = All::default();
    for path in &merge.reports {
        for report in reports_at(path, &files)? {
            all.read(report, err)?;
        }
    }
    let merged = all.record();
    let text = all.text(&merged);
    let told = if merge.output.as_deref().is_some_and(is_stdout) {
        err.write_all(text.as_bytes()).or(Ok(()))
    } else {
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    };
    let counts = merged.counts;
    let finished = merged.finished;
    if let Some(output) = &merge.output {
        all.write(output, merged, &files)?;
    }
    match told {
        // A closed stdout doesn't change the exit status.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            return Err(MergeError::Stdout(error).into());
        }
        _ => {}
    }
    Ok(if finished {
        Exit::of_counts(&counts, merge.allow_failures)
    } else {
        Exit::Incomplete
    })
}
