//! The arguments of the command line, with files of options read in.

use std::cell::Cell;
use std::ffi::OsString;
use std::io;

use argfile::{Argument, PREFIX, expand_args};

/// More files of options than anybody uses: one of them must name itself, perhaps through others.
const MOST_FILES: u32 = 100;

/// The program's arguments. `@FILE` is replaced by the lines of that file, except empty ones and those that begin
/// with `#`.
///
/// # Errors
///
/// When such a file can't be read, or they never end.
pub fn arguments() -> io::Result<Vec<OsString>> {
    let files = Cell::new(0);
    let lines = |text: &str, prefix| -> Vec<Argument> {
        files.set(files.get() + 1);
        match files.get() {
            ..=MOST_FILES => {
                let said = text.lines().filter(|line| !is_note(line));
                said.map(|line| Argument::parse(line, prefix)).collect()
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

fn is_note(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with('#')
}
