//! The arguments of the command line, with files of options read in.

use std::cell::Cell;
use std::env;
use std::ffi::OsString;
use std::io;

use argfile::{Argument, PREFIX, expand_args};

/// More files of options than anybody uses: one of them must name itself, perhaps through others.
const MOST_FILES: u32 = 100;

/// Options that add up when they are given several times. Those of a command line take the place of a file's, as the
/// last of two equal options does.
const ADD_UP: [&str; 2] = ["--size", "--format"];

/// The program's arguments. `@FILE` is replaced by the lines of that file, except empty ones and those that begin
/// with `#`.
///
/// # Errors
///
/// When such a file can't be read, or they never end.
pub fn arguments() -> io::Result<Vec<OsString>> {
    let files = Cell::new(0);
    let typed: Vec<_> = env::args_os()
        .filter_map(|typed| typed.into_string().ok())
        .collect();
    let replaced = ADD_UP.map(|option| {
        typed
            .iter()
            .any(|typed| is(typed, option))
            .then_some(option)
    });
    let lines = |text: &str, prefix| -> Vec<Argument> {
        files.set(files.get() + 1);
        match files.get() {
            ..=MOST_FILES => {
                let said = text.lines().filter(|line| !is_note(line));
                let left = without(said, replaced.into_iter().flatten());
                left.map(|line| Argument::parse(line, prefix)).collect()
            }
            _ => Vec::new(),
        }
    };
    let arguments = expand_args(lines, PREFIX)?;
    if files.get() > MOST_FILES {
        return Err(io::Error::other(
            "there are more than 100 of them; does one name itself?",
        ));
    }
    Ok(arguments)
}

/// Whether an argument is `option`, with or without its value.
fn is(argument: &str, option: &str) -> bool {
    let rest = argument.strip_prefix(option);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
}

/// The `lines` that are neither one of the `options` nor its value.
fn without<'l>(
    lines: impl Iterator<Item = &'l str>,
    options: impl Iterator<Item = &'static str> + Clone,
) -> impl Iterator<Item = &'l str> {
    let mut is_value = false;
    lines.filter(move |line| {
        if is_value {
            is_value = false;
            return false;
        }
        let is_option = options.clone().any(|option| is(line, option));
        is_value = is_option && !line.contains('=');
        !is_option
    })
}

fn is_note(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with('#')
}
