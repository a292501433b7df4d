//! The lines of a report, as they are read again.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

/// The last record of a report is hardly ever longer; a merged one may name any number of reports.
const USUAL_END: u64 = 64 << 10;

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
    let mut taken = USUAL_END;
    loop {
        let start = length.saturating_sub(taken);
        report.seek(SeekFrom::Start(start))?;
        let mut end = Vec::new();
        report.read_to_end(&mut end)?;
        let whole = end.trim_ascii_end();
        match memchr::memrchr(b'\n', whole) {
            Some(at) => return Ok(whole[at + 1..].to_vec()),
            None if start == 0 => return Ok(whole.to_vec()),
            None => taken = taken.saturating_mul(4),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn the_last_line_is_whole_however_long_it_is() {
        for length in [0, 1, 65_535, 65_536, 1_000_000] {
            let line = vec![b'x'; length];
            for before in [&b""[..], b"{}\n"] {
                let report = [before, &line, b"\n"].concat();
                let last = last_line(Cursor::new(report)).unwrap();
                // An empty line is no record.
                if length > 0 {
                    assert!(last == line, "{length} after {}", before.len());
                }
            }
        }
    }
}
