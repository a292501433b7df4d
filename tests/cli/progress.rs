//! What is seen on a terminal.

use std::fs::File;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use nix::sys::signal::{Signal, kill};

use crate::env::{Env, jpeg};
use crate::terminal::{
    Watched, drawn, on_a_terminal, pictures, place, screen, slow_pictures, watched,
};

#[test]
fn two_bars_and_the_summary_are_on_a_terminal() {
    let env = Env::new();
    pictures(&env, 60);
    let (status, sent) = on_a_terminal(&env, 80, &[], &[]);
    assert_eq!(status.into_raw(), 0, "{sent}");
    let rows = screen(&sent, 80);
    let first = place(&rows, "Scheduling");
    let bar = rows[first].trim_end();
    assert!(bar.ends_with("=] 60 found"), "a full bar: {bar}");
    let bar = rows[first + 1].trim_end();
    assert!(bar.starts_with("Completion [="), "{bar}");
    assert!(bar.contains("=] 60/60 ") && bar.ends_with("/s"), "{bar}");
    assert!(rows[first + 2].starts_with("60 pictures found: 60 made, 0 fresh, 0 failed"));
}

#[test]
fn nothing_wraps_at_40_columns() {
    let env = Env::new();
    pictures(&env, 40);
    for columns in [40, 41, 63, 64] {
        let (_, sent) = on_a_terminal(&env, columns, &["--force"], &[]);
        let rows = screen(&sent, columns);
        let first = place(&rows, "Scheduling");
        assert!(rows[first].trim_end().ends_with(" 40 found"), "{rows:#?}");
        assert!(rows[first + 1].starts_with("Completion"), "{rows:#?}");
        assert!(
            rows[first + 2].starts_with("40 pictures found: 40 made"),
            "{rows:#?}"
        );
    }
}

#[test]
fn errors_do_not_tear_the_bars() {
    let env = Env::new();
    pictures(&env, 20);
    for number in 0..20 {
        env.file(format!("images/{number:03} broken.jpg"), b"");
    }
    let (status, sent) = on_a_terminal(&env, 100, &[], &[]);
    assert_eq!(ExitStatus::code(&status), Some(1));
    screen(&sent, 100);
    let lines = drawn(&sent, 100);
    for number in 0..20 {
        let start = format!("error: images/{number:03} broken.jpg: ");
        let about: Vec<_> = lines.iter().filter(|line| line.contains(&start)).collect();
        assert_eq!(about.len(), 1, "{about:?}");
        assert!(about[0].starts_with(&start), "{about:?}");
        assert!(
            !about[0].contains("Scheduling") && !about[0].contains("Completion"),
            "{about:?}"
        );
    }
}

#[test]
fn no_color_is_respected() {
    let env = Env::new();
    pictures(&env, 10);
    let colours = |sent: &str| {
        // "Select graphic rendition": ESC [ numbers m (ECMA-48, 8.3.117). The others move the cursor.
        sent.split("\x1b[").skip(1).any(|code| {
            code.trim_start_matches(|byte: char| byte.is_ascii_digit() || byte == ';')
                .starts_with('m')
        })
    };
    let (_, coloured) = on_a_terminal(&env, 80, &["--force"], &[]);
    assert!(colours(&coloured), "{coloured:?}");
    let (_, plain) = on_a_terminal(&env, 80, &["--force"], &[("NO_COLOR", "1")]);
    assert!(!colours(&plain), "{plain:?}");
    assert!(plain.contains("Completion"), "{plain:?}");
}

#[test]
fn quiet_is_quiet_on_a_terminal_too() {
    let env = Env::new();
    pictures(&env, 5);
    let (status, sent) = on_a_terminal(&env, 80, &["-q"], &[]);
    assert!(status.success());
    assert_eq!(sent, "");
}

#[test]
fn a_terminal_without_a_size_or_skills_does_no_harm() {
    let env = Env::new();
    pictures(&env, 5);
    for (columns, term) in [(0, "xterm"), (1, "xterm"), (10, "dumb"), (80, "")] {
        let (status, sent) = on_a_terminal(&env, columns, &["--force"], &[("TERM", term)]);
        assert!(status.success(), "{columns} {term}: {sent:?}");
        assert!(
            sent.contains("5 pictures found: 5 made"),
            "{columns} {term}: {sent:?}"
        );
    }
}

#[test]
fn verbose_lines_stand_above_the_bars() {
    let env = Env::new();
    pictures(&env, 5);
    let (_, sent) = on_a_terminal(&env, 120, &["-v"], &[]);
    let made = drawn(&sent, 80);
    for number in 0..5 {
        let start = format!("made thumbs/{number:03}.jpg (missing): JPEG 400x400 to 128x128, ");
        assert_eq!(
            made.iter().filter(|line| line.starts_with(&start)).count(),
            1,
            "{sent:?}"
        );
    }
}

#[test]
fn of_nothing_no_bar_is_full() {
    let env = Env::new();
    let (status, sent) = on_a_terminal(&env, 80, &[], &[]);
    assert!(status.success(), "{sent}");
    let rows = screen(&sent, 80);
    let first = place(&rows, "Scheduling");
    assert!(rows[first].trim_end().ends_with("] 0 found"), "{rows:#?}");
    assert!(rows[first + 1].contains("] 0/0 "), "{rows:#?}");
    assert!(
        !rows[first].contains('=') && !rows[first + 1].contains('='),
        "{rows:#?}"
    );
}

#[test]
fn a_signal_leaves_the_bars_where_the_work_stopped() {
    let env = Env::new();
    slow_pictures(&env, 300);
    let (mut is_typed, mut is_sent) = (false, false);
    let interrupt = |run: Watched<'_>| {
        // The terminal shows what was typed. It does not control the run, so the signal is sent separately, and not
        // before that is on the screen.
        if !is_typed && run.done() >= 20 {
            is_typed = true;
            run.master.write_all(b"\x03").unwrap();
        }
        if !is_sent && run.sent.windows(2).any(|two| two == b"^C") {
            is_sent = true;
            kill(run.process, Signal::SIGINT).unwrap();
        }
    };
    let (status, sent) = watched(&env, 80, &["--jobs", "1"], &[], interrupt);
    assert_eq!(status.signal(), Some(Signal::SIGINT as i32), "{sent}");
    assert!(sent.contains("^C"), "{sent}");
    let rows = screen(&sent, 80);
    assert!(!rows.iter().any(|row| row.contains("^C")), "{rows:#?}");
    let made = env.tree("thumbs").len();
    let first = place(&rows, "Scheduling");
    assert!(rows[first].trim_end().ends_with("/300 found"), "{rows:#?}");
    assert!(rows[first].contains(">  "), "not full: {rows:#?}");
    assert!(
        rows[first + 1].contains(&format!("] {made}/300 ")),
        "{rows:#?}"
    );
    assert!(rows[first + 1].contains(">  "), "not full: {rows:#?}");
    let told = format!("interrupted: {} of 300 pictures not begun", 300 - made);
    assert!(
        rows.iter().any(|row| row.trim_end() == told),
        "{told}: {rows:#?}"
    );
}

#[test]
fn a_terminal_that_goes_away_ends_no_run() {
    let env = Env::new();
    slow_pictures(&env, 60);
    let close = |run: Watched<'_>| {
        if run.done() >= 5 {
            // What was the terminal's is closed by that.
            *run.master = File::open("/dev/null").unwrap();
        }
    };
    let options = ["-v", "--jobs", "1", "--report", "report"];
    let (status, _) = watched(&env, 80, &options, &[], close);
    assert_eq!((status.code(), status.signal()), (Some(0), None));
    assert_eq!(env.tree("thumbs").len(), 60);
    assert_eq!(env.records("report").last().unwrap()["record"], "run");
}

#[test]
fn errors_and_warnings_are_marked_and_the_summary_is_wrapped_at_words() {
    let env = Env::new();
    pictures(&env, 3);
    env.file("images/broken.jpg", b"no picture");
    let whole = jpeg(300, 200, 1);
    env.file("images/cut.jpg", &whole[..whole.len() / 2]);
    let (status, sent) = on_a_terminal(&env, 50, &["--allow-damaged"], &[]);
    assert_eq!(status.code(), Some(1));
    assert!(
        sent.contains(
            "\x1b[31m\x1b[1merror:\x1b[0m images/broken.jpg: header: not a picture but text"
        ),
        "{sent:?}"
    );
    assert!(
        sent.contains("\x1b[33m\x1b[1mwarning:\x1b[0m images/cut.jpg: made from what is left"),
        "{sent:?}"
    );
    let plain = console::strip_ansi_codes(&sent).replace('\r', "");
    let summary = &plain[plain.find("5 pictures found").unwrap()..];
    let joined = summary.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        joined.contains("5 pictures found: 4 made, 1 of them damaged, 0 fresh, 1 failed real ")
    );
    assert!(joined.contains(", waiting for work "), "{joined}");
    let widths: Vec<_> = summary.lines().map(|line| line.chars().count()).collect();
    assert!(
        widths.iter().all(|width| *width <= 50) && widths.len() > 5,
        "{summary}"
    );

    let (_, sent) = on_a_terminal(&env, 50, &["-q"], &[("NO_COLOR", "1")]);
    assert!(
        sent.contains("error: images/broken.jpg: header: ") && !sent.contains('\x1b'),
        "{sent:?}"
    );

    let (status, sent) = on_a_terminal(&env, 80, &["--files-from", "none"], &[("NO_COLOR", "1")]);
    assert_eq!(status.code(), Some(2));
    assert!(
        sent.contains("error: list none can't be read: "),
        "{sent:?}"
    );
}
