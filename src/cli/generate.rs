//! What is installed beside the program, made from its own command line: completions for shells, and the manual page.

use std::io::{self, Write};

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::cli::command_line::{AFTER_HELP, CommandLine};
use crate::cli::exit::Exit;

/// Writes the completions for `shell` into `out`.
///
/// # Errors
///
/// When they can't be written.
pub fn completions(shell: Shell, out: &mut dyn Write) -> io::Result<Exit> {
    // Made as a whole before anything is written: clap would panic where a pipe is closed.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut CommandLine::command(), "thumbgen", &mut script);
    out.write_all(&script)?;
    Ok(Exit::Success)
}

/// Writes the manual page into `out`: one for the program and its commands.
///
/// # Errors
///
/// When it can't be written.
pub fn man(out: &mut dyn Write) -> io::Result<Exit> {
    let mut command = CommandLine::command();
    command.build();
    let mut page = Vec::new();
    let version = env!("CARGO_PKG_VERSION");
    writeln!(
        page,
        r#".TH THUMBGEN 1 "" "thumbgen {version}" "User Commands""#
    )?;
    Man::new(command.clone()).render_name_section(&mut page)?;
    describe(&mut command, &mut page)?;
    for mut command in leaves(&command) {
        let mut sections = Vec::new();
        describe(&mut command, &mut sections)?;
        let sections = String::from_utf8(sections).map_err(io::Error::other)?;
        let name = command.get_bin_name().unwrap_or_default().to_uppercase();
        writeln!(page, ".SH \"{name}\"")?;
        page.write_all(sections.replace(".SH ", ".SS ").as_bytes())?;
    }
    // Its columns are those of the help, and must stay.
    let (heading, rest) = AFTER_HELP.split_once(":\n").expect("BUG: a heading");
    writeln!(page, ".SH \"{}\"\n.nf\n{rest}\n.fi", heading.to_uppercase())?;
    out.write_all(&page)?;
    Ok(Exit::Success)
}

/// Writes what `command` does and what it takes. The usage is that of the help: clap_mangen's would list every option.
fn describe(command: &mut Command, page: &mut Vec<u8>) -> io::Result<()> {
    let usage = command.render_usage().to_string();
    writeln!(page, ".SH SYNOPSIS\n.nf")?;
    for line in usage.trim_start_matches("Usage:").lines() {
        writeln!(page, "{}", line.trim())?;
    }
    writeln!(page, ".fi")?;
    let man = Man::new(command.clone());
    man.render_description_section(page)?;
    man.render_options_section(page)
}

/// The commands below `command` that do something themselves.
fn leaves(command: &Command) -> Vec<Command> {
    let below: Vec<_> = command.get_subcommands().flat_map(leaves).collect();
    if below.is_empty() {
        vec![command.clone()]
    } else {
        below
    }
}
