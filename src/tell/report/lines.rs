//! The lines of a report, as they are read again.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

/// The last record of a report is never longer.
const LONGEST_END: u64 = 64 << 10;

/// Hands every line of `report` to `each`, without its end; a last line that has no end was being written when its run
/// was killed, or is being written now, and is left out. Returns whether there was none.
pub(crate) fn for_each_line<E>(
    report: impl Read,
    unreadable: impl Fn(io::Error) -> E,
    mut each: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<bool, E> {
    let mut lines = BufReader::new(report);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).map_err(&unreadable)? > 0 {
        if line.pop_if(|last| *last == b'\n').is_none() {
            return Ok(false);
        }
        each(&line)?;
        line.clear();
    }
    Ok(true)
}

/// The last line of `report`.
pub(crate) fn last_line(mut report: impl Read + Seek) -> io::Result<Vec<u8>> {
    let length = report.seek(SeekFrom::End(0))?;
    report.seek(SeekFrom::Start(length.saturating_sub(LONGEST_END)))?;
    let mut end = Vec::new();
    report.read_to_end(&mut end)?;
    let last = end.trim_ascii_end().rsplit(|byte| *byte == b'\n').next();
    Ok(last.unwrap_or_default().to_vec())
}
