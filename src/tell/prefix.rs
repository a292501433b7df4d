//! How lines that matter begin on a terminal, so that they stand out.

use std::borrow::Cow;
use std::io::{self, IsTerminal};

use console::Style;

/// `line`, an error on stderr: as it is, or on a terminal with a coloured `error:` before it.
pub fn error(line: &str) -> Cow<'_, str> {
    prefixed("error:", Style::new().red(), line)
}

/// `line`, a warning on stderr, likewise.
pub(crate) fn warning(line: &str) -> Cow<'_, str> {
    prefixed("warning:", Style::new().yellow(), line)
}

fn prefixed<'a>(prefix: &str, colour: Style, line: &'a str) -> Cow<'a, str> {
    if io::stderr().is_terminal() {
        let prefix = colour.bold().for_stderr().apply_to(prefix);
        format!("{prefix} {line}").into()
    } else {
        line.into()
    }
}
