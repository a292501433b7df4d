//! What is seen on a terminal.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};

use nix::pty::{Winsize, openpty};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::env::{Env, jpeg};

/// Runs `thumbgen images thumbs` and `options` with stderr on a terminal of `columns`; gives what it was sent.
fn on_a_terminal(
    env: &Env,
    columns: u16,
    options: &[&str],
    variables: &[(&str, &str)],
) -> (ExitStatus, String) {
    watched(env, columns, options, variables, |_| ())
}

/// A run on a terminal that is under way.
struct Watched<'a> {
    process: Pid,
    master: &'a mut File,
    /// What the terminal was sent by now.
    sent: &'a [u8],
}

impl Watched<'_> {
    /// Pictures that the last drawing says are done.
    fn done(&self) -> u64 {
        let sent = String::from_utf8_lossy(self.sent);
        completions(&sent).last().map_or(0, |(done, _)| *done)
    }
}

/// The same; `watch` looks each time something is sent.
fn watched(
    env: &Env,
    columns: u16,
    options: &[&str],
    variables: &[(&str, &str)],
    mut watch: impl FnMut(Watched<'_>),
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
        watch(Watched {
            process: Pid::from_raw(i32::try_from(child.id()).unwrap()),
            master: &mut master,
            sent: &sent,
        });
    }
    (child.wait().unwrap(), String::from_utf8(sent).unwrap())
}

/// How many pictures each drawing said were done, and of how many; nothing while they are being counted.
fn completions(sent: &str) -> Vec<(u64, Option<u64>)> {
    let plain = console::strip_ansi_codes(sent).into_owned();
    let counts = |row: &str| {
        let words = row.strip_prefix("Completion ")?.split(' ');
        let (done, total) = words
            .filter_map(|word| word.split_once('/'))
            .find(|(done, _)| done.parse::<u64>().is_ok())?;
        Some((done.parse().ok()?, total.parse().ok()))
    };
    plain.split(['\r', '\n']).filter_map(counts).collect()
}

/// So many pictures that take their time.
fn slow_pictures(env: &Env, count: u32) {
    let slow = jpeg(1200, 1200, 1);
    for number in 0..count {
        env.file(format!("images/{}/{number:03}.jpg", number % 7), &slow);
    }
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
        let start = format!("made thumbs/{number:03}.jpg (missing): 400x400 to 128x128, ");
        assert_eq!(
            made.iter().filter(|line| line.starts_with(&start)).count(),
            1,
            "{sent:?}"
        );
    }
}

#[test]
fn the_total_stands_before_a_tenth_is_done() {
    let env = Env::new();
    slow_pictures(&env, 400);
    env.picture("images/.hidden/0.jpg");
    env.file("images/1/note.txt", b"no picture");
    // From the third of the pictures on, it is shown whether the total is known, and that is enough.
    let ended = |run: Watched<'_>| {
        if run.done() > 130 {
            kill(run.process, Signal::SIGTERM).unwrap();
        }
    };
    let (_, sent) = watched(&env, 80, &["--jobs", "1"], &[], ended);
    let shown = completions(&sent);
    let known: Vec<_> = shown
        .iter()
        .filter_map(|(done, total)| Some((*done, (*total)?)))
        .collect();
    assert!(known[0].0 < 40, "{shown:?}");
    assert!(known.iter().all(|(_, total)| *total == 400), "{shown:?}");
    // A time to go is at the end of the row.
    let plain = console::strip_ansi_codes(&sent).into_owned();
    let time_to_go =
        |row: &str| row.contains("/400 ") && row.trim_end().ends_with('s') && !row.ends_with("/s");
    assert!(plain.split('\r').any(time_to_go), "{plain}");
}

/// The totals that were shown as known while the last of the pictures was still to be made.
fn totals(sent: &str) -> BTreeSet<u64> {
    let shown = completions(sent);
    let last = shown.last().unwrap().0;
    let early = shown.iter().filter(|(done, _)| *done < last);
    early.filter_map(|(_, total)| *total).collect()
}

#[test]
fn the_total_of_a_shard_or_a_list_is_that_of_its_own_pictures() {
    let env = Env::new();
    slow_pictures(&env, 60);
    let (_, sent) = on_a_terminal(&env, 80, &["--strategy", "seq", "--shard", "0/2"], &[]);
    let own = env.tree("thumbs").len() as u64;
    assert!((1..60).contains(&own));
    assert_eq!(totals(&sent), [own].into(), "{sent}");

    let listed: String = (0..40)
        .map(|number| format!("./{}/{number:03}.jpg\n\n", number % 7))
        .collect();
    env.file("list", listed.as_bytes());
    let options = ["--force", "--strategy", "seq", "--files-from", "list"];
    let (_, sent) = on_a_terminal(&env, 80, &options, &[]);
    assert_eq!(totals(&sent), [40].into(), "{sent}");
}

#[test]
fn the_total_of_a_pipe_is_what_came_so_far() {
    let env = Env::new();
    slow_pictures(&env, 30);
    let pipe = env.path("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let writer = std::thread::spawn(move || {
        let listed: String = (0..30)
            .map(|number| format!("{}/{number:03}.jpg\n", number % 7))
            .collect();
        fs::write(pipe, listed).unwrap();
    });
    let options = ["--strategy", "seq", "--files-from", "pipe"];
    let (status, sent) = on_a_terminal(&env, 80, &options, &[]);
    writer.join().unwrap();
    assert!(status.success(), "{sent}");
    assert_eq!(totals(&sent), BTreeSet::new(), "{sent}");
    assert_eq!(completions(&sent).last(), Some(&(30, Some(30))), "{sent}");
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
fn bars_follow_the_size_of_the_window() {
    let env = Env::new();
    slow_pictures(&env, 150);
    let mut sizes = vec![(60, 72_u16), (30, 110)];
    let mut places = vec![(0, 90)];
    let resize = |run: Watched<'_>| {
        if let Some((_, columns)) = sizes.pop_if(|(done, _)| run.done() >= *done) {
            // What is sent to the other end counts for both.
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
        // Rows that were on their way when the window got narrower end at its edge: they are sent with DECAWM off, which
        // this terminal does not know.
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

#[test]
fn a_signal_leaves_the_bars_where_the_work_stopped() {
    let env = Env::new();
    slow_pictures(&env, 300);
    let mut interrupted = false;
    let interrupt = |run: Watched<'_>| {
        if !interrupted && run.done() >= 20 {
            interrupted = true;
            // The terminal shows what was typed. It is not the one that controls the run, so the signal comes besides.
            run.master.write_all(b"\x03").unwrap();
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
    let told = format!("interrupted: {} pictures not begun", 300 - made);
    assert!(
        rows.iter().any(|row| row.trim_end() == told),
        "{told}: {rows:#?}"
    );
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
            "\x1b[31m\x1b[1merror:\x1b[0m images/broken.jpg: header: not a JPEG but text"
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
