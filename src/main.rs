//! The command-line program: parse, run, print one error, exit.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use thumbgen::arguments::arguments;
use thumbgen::cli::{Command, CommandLine, ReportCommand};
use thumbgen::compare::{Settings, compare};
use thumbgen::config::Config;
use thumbgen::execute::keep_quiet_about_jobs;
use thumbgen::exit::Exit;
use thumbgen::merge::{Merge, merge};
use thumbgen::run::run;

fn main() -> ExitCode {
    keep_quiet_about_jobs();
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(error) => return fail(&format!("file of options: {error}"), Exit::Unusable),
    };
    let line = CommandLine::parse_from(arguments);
    let result = match (line.command, line.run) {
        (Some(Command::Report(ReportCommand::Merge(cli))), _) => {
            merge(&Merge::from(cli), &mut io::stdout(), &mut io::stderr())
        }
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
    let _ = writeln!(io::stderr(), "thumbgen: {error}");
    exit.leave()
}
