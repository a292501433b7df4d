//! The command-line program: parse, run, print one error, exit.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use thumbgen::batch::execute::keep_quiet_about_jobs;
use thumbgen::cli::arguments::arguments;
use thumbgen::cli::compare::{Settings, compare};
use thumbgen::cli::config::Config;
use thumbgen::cli::error::Error;
use thumbgen::cli::exit::Exit;
use thumbgen::cli::gallery::gallery;
use thumbgen::cli::generate::{completions, man};
use thumbgen::cli::merge::{Merge, merge};
use thumbgen::cli::run::run;
use thumbgen::cli::{Command, CommandLine, ReportCommand};
use thumbgen::tell::prefix;

fn main() -> ExitCode {
    keep_quiet_about_jobs();
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(error) => return fail(&format!("file of options: {error}"), Exit::Unusable),
    };
    let line = CommandLine::read(arguments);
    let result = match (line.command, line.run) {
        (Some(Command::Report(ReportCommand::Merge(cli))), _) => {
            merge(&Merge::from(cli), &mut io::stdout(), &mut io::stderr()).map_err(Error::from)
        }
        (Some(Command::Gallery(cli)), _) => gallery(&cli, &mut io::stdout()).map_err(Error::from),
        (Some(Command::Completions { shell }), _) => {
            completions(shell, &mut io::stdout()).map_err(Error::Stdout)
        }
        (Some(Command::Man), _) => man(&mut io::stdout()).map_err(Error::Stdout),
        (None, Some(cli)) if cli.compare => compare(&Settings::from(cli), &mut io::stdout()),
        (None, Some(cli)) => run(&Config::from(cli)),
        (None, None) => unreachable!("BUG: SOURCE is required"),
    };
    match result {
        Ok(exit) => exit.leave(),
        Err(error) => fail(&error.to_string(), error.exit()),
    }
}

fn fail(error: &str, exit: Exit) -> ExitCode {
    // That stderr is gone is no reason for another exit status.
    let _ = if io::stderr().is_terminal() {
        writeln!(io::stderr(), "{}", prefix::error(error))
    } else {
        writeln!(io::stderr(), "thumbgen: {error}")
    };
    exit.leave()
}
