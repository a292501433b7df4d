//! What can be typed, and its help: clap's definitions. For a run, it becomes a [`crate::cli::config::Config`].
//!
//! ```text
//! run  thumbgen SOURCE DEST, and its options       here  the commands: report merge, gallery, completions, man
//! ```

mod run;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::cli::failure_limit::Allowance;

pub use run::Cli;

pub(super) const AFTER_HELP: &str = "\
Exit status:
  0    every picture has a fresh thumbnail, or a file of another tool's was kept (also: no pictures)
  1    the run finished, some pictures failed; as a rule, running it again does not help
  2    wrong usage, or SOURCE or DEST can't be used, or SOURCE holds only thumbgen's thumbnails
  75   another run holds DEST's lock, or that of the shard; reports of shards are missing
  129, 130, 143
       interrupted (SIGHUP, SIGINT, SIGTERM); nothing half-written is left

A SOURCE with the name of a command is written as ./gallery, ./man and so on.
Options can come from a file, one argument a line: thumbgen @options.txt";

/// Makes a thumbnail of every picture below SOURCE, into the same tree below DEST.
///
/// Fresh thumbnails are left as they are, and so is any file in DEST that thumbgen did not make. Its own thumbnails are
/// not pictures: those below SOURCE are passed over. Pictures that fail are named on stderr, and the run goes on.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = AFTER_HELP,
    max_term_width = 100,
    // The last one counts, so that a command line can change what a file of options says.
    args_override_self = true,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true
)]
pub struct CommandLine {
    /// A run.
    #[command(flatten)]
    pub run: Option<Cli>,
    /// Or something else.
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl CommandLine {
    /// Parses `arguments`. Ends the program if they are wrong, or ask for help.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Self {
        let line = Self::parse_from(arguments);
        if let Some(error) = line.run.as_ref().and_then(Cli::too_many_paths) {
            Self::command()
                .error(ErrorKind::TooManyValues, error)
                .exit();
        }
        line
    }
}

/// What can be done besides a run.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Work with reports
    #[command(subcommand)]
    Report(ReportCommand),
    /// Make a page to look over the thumbnails in DEST
    ///
    /// One HTML file, which needs neither server nor network. It shows the thumbnails where they are: to move it, move
    /// both. Without --report it shows every thumbnail that is in DEST; with one, also what failed and why, and each
    /// picture's sizes.
    Gallery(GalleryCli),
    /// Print the completions for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

/// What can be done with reports.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Add up the reports of shards, and name the shards that are missing or not finished
    ///
    /// Exit status: 0 if all shards have finished, 1 if they have but pictures failed, 75 if shards are missing or not
    /// finished, 2 if a report can't be read.
    Merge(MergeCli),
}

/// The command line of `thumbgen report merge`.
#[derive(Debug, Args)]
pub struct MergeCli {
    /// Reports of the shards of one run, or folders of *.jsonl
    #[arg(value_name = "REPORT", required = true)]
    pub reports: Vec<PathBuf>,

    /// Write all of them as one report, - for stdout
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Exit 0 if at most N (or P%) of the pictures fail
    #[arg(long, value_name = "N|P%")]
    pub allow_failures: Option<Allowance>,
}

/// The command line of `thumbgen gallery`.
#[derive(Debug, Args)]
pub struct GalleryCli {
    /// Folder of thumbnails
    pub dest: PathBuf,

    /// Show what the run that wrote this report did: failures first, then every picture
    ///
    /// A click opens the picture. Relative paths in the report are those of the folder in which the run was started.
    /// The run may still be going on.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,

    /// Where the pictures are, if not where the report says
    ///
    /// Without a report, the pictures of thumbnails that --name has named otherwise are not found.
    #[arg(long, value_name = "FOLDER")]
    pub source: Option<PathBuf>,

    /// Folder for the page; made if need be
    ///
    /// The page is FOLDER/index.html, which may be an older gallery, but no other file.
    #[arg(short, long, value_name = "FOLDER", default_value = "thumbgen-gallery")]
    pub output: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definition_is_consistent() {
        CommandLine::command().debug_assert();
    }
}
