//! The command line: what is typed, what the program does then, and the status it exits with.
//!
//! ```text
//! arguments      argv, with @FILEs read in           run            a run: signals, teller, report, exit status
//! command_line   what can be typed, and its help     compare        --compare: every strategy, measured
//! choices        an option's words for an enum       gallery        the command, and --gallery of a run
//! values         an option's numbers and units       merge          report merge: reports of shards as one
//! places         SOURCE and DEST, as typed           generate       completions and the manual page
//! thumbnails     sizes, qualities, colours            variants       the variants that they ask for
//! config         what a run is to do                 failure_limit  --allow-failures
//! error, exit    how it may end, and the status      signals        SIGINT, SIGTERM, SIGHUP -> the stop flag
//! core_dumps     none with credentials
//! ```

pub mod arguments;
pub mod choices;
pub mod command_line;
pub mod compare;
pub mod config;
#[cfg(feature = "object-store")]
mod core_dumps;
pub mod error;
pub mod exit;
pub mod failure_limit;
pub mod gallery;
pub mod generate;
pub mod merge;
pub mod places;
pub mod run;
pub mod signals;
mod thumbnails;
mod values;
mod variants;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use crate::batch::error::RunError;
use crate::batch::execute::keep_quiet_about_jobs;
use crate::batch::is_in_store;
use crate::batch::place::{store_scheme, without_file_scheme};
use crate::tell::prefix;
use crate::tell::side_file::SideFiles;
use command_line::{Cli, Command, CommandLine, GalleryCli, ReportCommand};
use compare::Settings;
use config::Config;
use error::Error;
use exit::Exit;
use merge::Merge;

/// Runs the program: parses the arguments, does what they ask for, and prints one error at most.
pub fn main() -> ExitCode {
    #[cfg(feature = "object-store")]
    core_dumps::forbid_with_credentials();
    keep_quiet_about_jobs();
    let arguments = match arguments::arguments() {
        Ok(arguments) => arguments,
        Err(error) => return fail(&format!("file of options: {error}"), Exit::Unusable),
    };
    let line = CommandLine::read(arguments);
    let result = match (line.command, line.run) {
        (Some(Command::Report(ReportCommand::Merge(cli))), _) => {
            merge::merge(&Merge::from(cli), &mut io::stdout(), &mut io::stderr())
        }
        (Some(Command::Gallery(cli)), _) if let Err(error) = check_folders(&cli) => {
            Err(error.into())
        }
        (Some(Command::Gallery(cli)), _) => {
            gallery::gallery(&cli, &mut io::stdout()).map_err(Error::from)
        }
        (Some(Command::Completions { shell }), _) => {
            generate::completions(shell, &mut io::stdout()).map_err(Error::Stdout)
        }
        (Some(Command::Man), _) => generate::man(&mut io::stdout()).map_err(Error::Stdout),
        (None, Some(cli)) if let Err(error) = check_urls(&cli) => Err(error.into()),
        (None, Some(cli)) if cli.compare && store_scheme(&cli.source).is_some() => {
            let text = "--compare needs a SOURCE that is a folder or a picture";
            Err(RunError::NotInStore(text).into())
        }
        (None, Some(cli)) if cli.compare => {
            let files = SideFiles::default();
            compare::compare(&Settings::from(cli), &files, &mut io::stdout()).map_err(Error::from)
        }
        (None, Some(cli)) => run::run(&Config::from(cli)),
        (None, None) => unreachable!("BUG: SOURCE is required"),
    };
    match result {
        Ok(exit) => exit.leave(),
        Err(error) => fail(&error.to_string(), error.exit()),
    }
}

/// Refuses URLs of no store, and those with a secret in them: no later message may show it.
fn check_urls(cli: &Cli) -> Result<(), RunError> {
    for (path, name) in [
        (&cli.report, "--report"),
        (&cli.srcset, "--srcset"),
        (&cli.chart, "--chart"),
        (&cli.gallery, "--gallery"),
    ] {
        let is_in_store = match path {
            Some(path) => is_in_store(&without_file_scheme(path), name)?,
            None => false,
        };
        if is_in_store && name == "--gallery" {
            return Err(RunError::NotInStore("--gallery makes a page in a folder"));
        }
    }
    Ok(())
}

/// Refuses URLs of stores: a gallery is made of folders and files, in a folder.
fn check_folders(cli: &GalleryCli) -> Result<(), RunError> {
    let paths = [
        (Some(&cli.dest), "DEST"),
        (cli.report.as_ref(), "--report"),
        (cli.source.as_ref(), "--source"),
        (Some(&cli.output), "--output"),
    ];
    for (path, name) in paths {
        if let Some(path) = path
            && is_in_store(path, name)?
        {
            let text = "thumbgen gallery needs folders and files";
            return Err(RunError::NotInStore(text));
        }
    }
    Ok(())
}

fn fail(error: &str, exit: Exit) -> ExitCode {
    // A closed stderr doesn't change the exit status.
    let _ = if io::stderr().is_terminal() {
        writeln!(io::stderr(), "{}", prefix::error(error))
    } else {
        writeln!(io::stderr(), "thumbgen: {error}")
    };
    exit.leave()
}
