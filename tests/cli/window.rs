//! Bars in a window whose size changes.

use std::collections::BTreeSet;
use std::num::NonZeroU16;
use std::process::Command;

use crate::env::Env;
use crate::terminal::{Watched, slow_pictures, watched};

#[test]
fn bars_follow_the_size_of_the_window() {
    let env = Env::new();
    slow_pictures(&env, 150);
    let mut sizes = vec![(60, 72_u16), (30, 110)];
    let mut places = vec![(0, 90)];
    let resize = |run: Watched<'_>| {
        if let Some((_, columns)) = sizes.pop_if(|(done, _)| run.done() >= *done) {
            // Setting the size at this end sets it for both.
            let status = Command::new("stty")
                .args(["cols", &columns.to_string()])
                .stdin(run.master.try_clone().unwrap())
                .status();
            assert!(status.unwrap().success());
            places.push((run.sent.len(), columns));
        }
    };
    let (_, sent) = watched(&env, 90, &["--strategy", "seq"], &[], resize);
    assert_eq!(places.len(), 3, "{sent}");
    let size = |size| NonZeroU16::new(size).unwrap();
    let mut terminal = vt100::Parser::new(size(24), size(90), 0);
    let mut widths = BTreeSet::new();
    for (at, byte) in sent.bytes().enumerate() {
        if let Some((_, columns)) = places.iter().find(|(place, _)| *place == at) {
            terminal.screen_mut().set_size(size(24), size(*columns));
        }
        // Rows that were on their way when the window got narrower end at its edge: they are sent with DECAWM off,
        // which this terminal does not know.
        let is_unended = |escape| !sent[escape..at].contains(|end: char| end.is_ascii_alphabetic());
        let is_cut = sent[..at].rfind("\x1b[?7l") > sent[..at].rfind("\x1b[?7h")
            && terminal.screen().cursor_position().1 >= terminal.screen().size().1.get()
            && (byte == b' ' || byte.is_ascii_graphic())
            && !sent[..at].rfind('\x1b').is_some_and(is_unended);
        if is_cut {
            continue;
        }
        terminal.process(&[byte]);
        let columns = terminal.screen().size().1.get();
        let rows: Vec<_> = terminal.screen().rows(0, columns).collect();
        let bars: Vec<_> = (0..rows.len())
            .filter(|row| rows[*row].contains("] "))
            .collect();
        assert!(bars.len() <= 2, "{rows:#?}");
        if let [first, second] = bars[..] {
            assert_eq!(second, first + 1, "{rows:#?}");
            // A terminal that wraps its rows anew moves them and the cursor together.
            if terminal.screen().cursor_position() == (u16::try_from(first).unwrap(), 0) {
                widths.insert(rows[second].trim_end().len());
            }
        }
    }
    // As wide as the window was each time, to the end of the counts.
    assert_eq!(widths, [72, 90, 110].into(), "{sent:?}");
}
