//! What is seen on a terminal.

use std::fs::File;
use std::io::Read;
use std::num::NonZeroU16;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};

use nix::pty::{Winsize, openpty};

use crate::env::{Env, jpeg};

/// Runs `thumbgen images thumbs` and `options` with stderr on a terminal of `columns`; gives what it was sent.
fn on_a_terminal(
    env: &Env,
    columns: u16,
    options: &[&str],
    variables: &[(&str, &str)],
) -> (ExitStatus, String) {
    let size = Winsize {
        ws_row: 24,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let terminal = openpty(&size, None).unwrap();
    let mut command = env.command(["images", "thumbs"].iter().chain(options));
    command
        .env("TERM", "xterm-256color")
        .env_remove("NO_COLOR")
        .envs(variables.iter().copied())
        .stdout(Stdio::null())
        .stderr(terminal.slave);
    let mut child = command.spawn().unwrap();
    // It holds this side's copy of the terminal, which would never end.
    drop(command);
    let mut sent = Vec::new();
    let mut buffer = [0; 4096];
    let mut master = File::from(terminal.master);
    // The end is an error here: the other side was closed (pty(7), EIO).
    while let Ok(count @ 1..) = master.read(&mut buffer) {
        sent.extend(&buffer[..count]);
    }
    (child.wait().unwrap(), String::from_utf8(sent).unwrap())
}

/// The lines of a terminal of so many columns that were drawn, one after the other, without what moves the cursor or
/// sets colours. The bars fill their lines with spaces and leave it to the terminal to begin a new one.
fn drawn(sent: &str, columns: u16) -> Vec<String> {
    console::strip_ansi_codes(sent)
        .split(['\r', '\n'])
        .flat_map(|line| {
            let characters: Vec<char> = line.chars().collect();
            let rows = characters.chunks(usize::from(columns));
            rows.map(|row| row.iter().collect::<String>().trim_end().to_owned())
                .collect::<Vec<_>>()
        })
        .filter(|line| !line.is_empty())
        .collect()
}

fn pictures(env: &Env, count: u8) {
    for number in 0..count {
        env.file(format!("images/{number:03}.jpg"), &jpeg(400, 400, number));
    }
}

/// The rows of the screen when all has been sent. At no moment may a bar stand there twice, or anywhere but at the
/// beginning of a row.
#[track_caller]
fn screen(sent: &str, columns: u16) -> Vec<String> {
    let size = |size| NonZeroU16::new(size).unwrap();
    let mut terminal = vt100::Parser::new(size(24), size(columns), 0);
    for byte in sent.bytes() {
        terminal.process(&[byte]);
        let rows: Vec<_> = terminal.screen().rows(0, columns).collect();
        for name in ["Scheduling", "Completion"] {
            let mut with_it = rows.iter().filter(|row| row.contains(name));
            let (first, second) = (with_it.next(), with_it.next());
            assert!(
                first.is_none_or(|row| row.starts_with(name)) && second.is_none(),
                "{rows:#?}"
            );
        }
    }
    terminal.screen().rows(0, columns).collect()
}

#[track_caller]
fn place(rows: &[String], start: &str) -> usize {
    let place = rows.iter().position(|row| row.starts_with(start));
    place.unwrap_or_else(|| panic!("no {start} in {rows:#?}"))
}

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
        let start = format!("images/{number:03} broken.jpg: ");
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
        let start = format!("made thumbs/{number:03}.jpg (missing): 400x400 to 128x128, ");
        assert_eq!(
            made.iter().filter(|line| line.starts_with(&start)).count(),
            1,
            "{sent:?}"
        );
    }
}
