//! The rows of the bars on a terminal, drawn so that a change of its size does not tear them.
//!
//! The cursor waits at the start of the first row, not behind the last. Terminals that wrap lines again when their
//! window gets narrower or wider move all rows, and keep the cursor with the character it stands at; others cut rows
//! off and leave it in its place. Either way the bars begin where the cursor is, and drawing them again means erasing
//! from there. Whatever the terminal has echoed meanwhile, such as `^C`, goes too.

use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use console::Term;
use indicatif::{ProgressDrawTarget, TermLike};

/// How often the bars are drawn per second, at most.
const DRAWINGS: u8 = 20;

/// Stderr as a place for bars.
#[derive(Debug, Clone)]
pub(super) struct Screen {
    term: Term,
    rows: Arc<Mutex<Rows>>,
}

#[derive(Debug, Default)]
struct Rows {
    /// The rows that are being put together.
    next: Vec<String>,
    /// How many rows are on the screen.
    drawn: usize,
    /// Whether nothing is drawn any more.
    left: bool,
}

impl Screen {
    pub(super) fn stderr() -> Self {
        Self {
            term: Term::stderr(),
            rows: Arc::default(),
        }
    }

    /// The target that bars are drawn on.
    pub(super) fn target(&self) -> ProgressDrawTarget {
        ProgressDrawTarget::term_like_with_hz(Box::new(self.clone()), DRAWINGS)
    }

    /// Leaves the bars as they are, and the cursor below them.
    pub(super) fn leave(&self) {
        let mut rows = self.rows();
        if !rows.left && rows.drawn > 0 {
            let _ = self.term.write_str(&"\r\n".repeat(rows.drawn));
        }
        rows.left = true;
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().expect("BUG: poisoned rows")
    }
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        self.term.size().1
    }

    fn height(&self) -> u16 {
        self.term.size().0
    }

    // The cursor is where it should be, and all below it is erased.

    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        // Spaces that would fill a row up to the terminal's edge, and carriage returns, are left out.
        if !text.trim().is_empty() {
            self.rows().next.push(text.to_owned());
        }
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        let mut rows = self.rows();
        let next = std::mem::take(&mut rows.next);
        if rows.left || next.is_empty() && rows.drawn == 0 {
            return Ok(());
        }
        // CSI 0 J erases to the end of the screen, CSI n A moves n rows up (ECMA-48, 8.3.39 and 8.3.22). Meanwhile
        // nothing is wrapped (DECAWM, VT510 manual): the window may have got narrower since the rows were made.
        let mut sent = format!("\r\x1b[J\x1b[?7l{}\x1b[?7h", next.join("\r\n"));
        if next.len() > 1 {
            write!(sent, "\x1b[{}A", next.len() - 1).expect("BUG: writing to a string fails");
        }
        sent.push('\r');
        rows.drawn = next.len();
        // A terminal that has gone away, or takes nothing more, is no reason to stop. indicatif would panic.
        let _ = self.term.write_str(&sent);
        Ok(())
    }
}
