//! A terminal that a run's progress is shown on, and what is seen there.

use std::fs::{self, File};
use std::io::Read;
use std::num::NonZeroU16;
use std::process::{ExitStatus, Stdio};

use nix::pty::{Winsize, openpty};
use nix::unistd::Pid;

use crate::env::{Env, jpeg};

/// Runs `thumbgen images thumbs` and `options` with stderr on a terminal of `columns`. Returns what the terminal was
/// sent.
pub(crate) fn on_a_terminal(
    env: &Env,
    columns: u16,
    options: &[&str],
    variables: &[(&str, &str)],
) -> (ExitStatus, String) {
    watched(env, columns, options, variables, |_| ())
}

/// A run on a terminal that is under way.
pub(crate) struct Watched<'a> {
    pub(crate) process: Pid,
    pub(crate) master: &'a mut File,
    /// What the terminal has been sent so far.
    pub(crate) sent: &'a [u8],
}

impl Watched<'_> {
    /// Pictures that the last drawing says are done.
    pub(crate) fn done(&self) -> u64 {
        let sent = String::from_utf8_lossy(self.sent);
        completions(&sent).last().map_or(0, |(done, _)| *done)
    }
}

/// The same; `watch` looks each time something is sent.
pub(crate) fn watched(
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
    // It holds this side's copy of the terminal, whose output would never end.
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
pub(crate) fn completions(sent: &str) -> Vec<(u64, Option<u64>)> {
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

/// This many pictures that take their time.
pub(crate) fn slow_pictures(env: &Env, count: u32) {
    let slow = env.file("slow.jpg", &jpeg(2400, 2400, 1));
    for number in 0..count {
        let path = env.dir(&format!("images/{}", number % 7));
        fs::hard_link(&slow, path.join(format!("{number:03}.jpg"))).unwrap();
    }
}

/// The lines of a terminal of that many columns as they were drawn, one after the other, without what moves the cursor
/// or sets colours. The bars fill their lines with spaces and leave it to the terminal to begin a new one.
pub(crate) fn drawn(sent: &str, columns: u16) -> Vec<String> {
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

pub(crate) fn pictures(env: &Env, count: u8) {
    for number in 0..count {
        env.file(format!("images/{number:03}.jpg"), &jpeg(400, 400, number));
    }
}

/// The rows of the screen when all has been sent. At no moment may a bar stand there twice, or anywhere but at the
/// beginning of a row.
#[track_caller]
pub(crate) fn screen(sent: &str, columns: u16) -> Vec<String> {
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
pub(crate) fn place(rows: &[String], start: &str) -> usize {
    let place = rows.iter().position(|row| row.starts_with(start));
    place.unwrap_or_else(|| panic!("no {start} in {rows:#?}"))
}
