//! What is installed beside the program, made from its own command line: completions for shells, and the manual page.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::cli::command_line::CommandLine;
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
    let whole = Man::new(command.clone()).manual("User Commands");
    whole.render_title(&mut page)?;
    whole.render_name_section(&mut page)?;
    whole.render_synopsis_section(&mut page)?;
    whole.render_description_section(&mut page)?;
    whole.render_options_section(&mut page)?;
    for command in leaves(&command) {
        let name = command.get_bin_name().unwrap_or_default().to_uppercase();
        let mut sections = Vec::new();
        let part = Man::new(command.clone());
        part.render_synopsis_section(&mut sections)?;
        part.render_description_section(&mut sections)?;
        part.render_options_section(&mut sections)?;
        writeln!(page, ".SH \"{name}\"")?;
        let sections = String::from_utf8(sections).map_err(io::Error::other)?;
        page.write_all(sections.replace(".SH ", ".SS ").as_bytes())?;
    }
    whole.render_extra_section(&mut page)?;
    whole.render_version_section(&mut page)?;
    out.write_all(&page)?;
    Ok(Exit::Success)
}

/// The commands below `command` that do something themselves.
fn leaves(command: &clap::Command) -> Vec<&clap::Command> {
    let below: Vec<_> = command.get_subcommands().flat_map(leaves).collect();
    if below.is_empty() {
        vec![command]
    } else {
        below
    }
}
