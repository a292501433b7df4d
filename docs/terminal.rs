//! Draws what commands show on a terminal, as an SVG that plays it: `docs/pictures.sh`.
//!
//! `cargo run --example terminal -- FILE.svg COMMAND...` runs each COMMAND on a pseudo-terminal. Pauses between commands are
//! ours; all else is as it was shown, when it was shown.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read;
use std::num::NonZeroU16;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::pty::{Winsize, openpty};
use vt100::{Color, Parser, Screen};

const ROWS: u16 = 17;
const COLUMNS: u16 = 88;

/// Size of a character in the drawing.
const WIDTH: f64 = 8.0;
const HEIGHT: f64 = 18.0;

/// Frames are no closer together than this.
const TICK: Duration = Duration::from_millis(100);

/// How long a command stands there before it is run, and how long the last frame stays.
const TYPED: Duration = Duration::from_millis(800);
const END: Duration = Duration::from_secs(4);

/// What the terminal showed from a time on.
struct Frame {
    from: Duration,
    svg: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("needs FILE.svg COMMAND...")?;
    let [rows, columns] =
        [ROWS, COLUMNS].map(|count| NonZeroU16::new(count).expect("BUG: no terminal"));
    let mut terminal = Parser::new(rows, columns, 0);
    let mut frames = Vec::new();
    let mut now = Duration::ZERO;
    for command in arguments {
        terminal.process(format!("\x1b[1;32m$\x1b[m {command}\r\n").as_bytes());
        add(&mut frames, now, terminal.screen());
        now = run(&command, &mut terminal, now + TYPED, &mut frames)?;
        terminal.process(b"\r\n");
        now += TYPED;
    }
    add(&mut frames, now, terminal.screen());
    fs::write(file, drawing(&frames, now + END))?;
    Ok(())
}

/// Runs `command` from `begin` on; returns when it ended.
fn run(
    command: &str,
    terminal: &mut Parser,
    begin: Duration,
    frames: &mut Vec<Frame>,
) -> Result<Duration, Box<dyn Error>> {
    let size = Winsize {
        ws_row: ROWS,
        ws_col: COLUMNS,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let pty = openpty(&size, None)?;
    let mut bash = Command::new("bash");
    bash.args(["-c", command])
        .env("TERM", "xterm-256color")
        .stdin(Stdio::null())
        .stdout(pty.slave.try_clone()?)
        .stderr(pty.slave)
        .process_group(0);
    let started = Instant::now();
    let mut child = bash.spawn()?;
    // It holds this side's copies of the terminal, whose output would never end.
    drop(bash);
    let mut master = File::from(pty.master);
    let mut buffer = [0; 4096];
    // The end is an error here: the other side was closed (pty(7), EIO).
    while let Ok(count @ 1..) = master.read(&mut buffer) {
        terminal.process(&buffer[..count]);
        let now = begin + started.elapsed();
        if frames.last().is_none_or(|last| now >= last.from + TICK) {
            add(frames, now, terminal.screen());
        }
    }
    let status = child.wait()?;
    let end = begin + started.elapsed();
    add(frames, end.max(begin + TICK), terminal.screen());
    match status.success() {
        true => Ok(end),
        false => Err(format!("{command}: {status}").into()),
    }
}

fn add(frames: &mut Vec<Frame>, from: Duration, screen: &Screen) {
    let svg = rows(screen);
    if frames.last().is_none_or(|last| last.svg != svg) {
        frames.push(Frame { from, svg });
    }
}

/// The text of a screen: runs of characters of one style.
fn rows(screen: &Screen) -> String {
    let mut svg = String::new();
    for row in 0..ROWS {
        let mut run = (0, String::new(), String::new());
        for column in 0..=COLUMNS {
            let cell = screen.cell(row, column);
            let style = cell.map(style).unwrap_or_default();
            if cell.is_none() || style != run.2 {
                text(&mut svg, row, &run);
                run = (column, String::new(), style);
            }
            let contents = cell.map_or("", vt100::Cell::contents);
            run.1
                .push_str(if contents.is_empty() { " " } else { contents });
        }
    }
    svg
}

fn text(svg: &mut String, row: u16, (column, text, style): &(u16, String, String)) {
    let text = text.trim_end();
    if text.is_empty() {
        return;
    }
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    let (x, y) = (WIDTH * f64::from(*column), HEIGHT * (f64::from(row) + 0.75));
    // Whatever the font, a character is as wide as a terminal's.
    let length = WIDTH * text.chars().count() as f64;
    writeln!(
        svg,
        "<text x=\"{x}\" y=\"{y}\" textLength=\"{length}\"{style}>{escaped}</text>"
    )
    .expect("BUG: writing to a string fails");
}

fn style(cell: &vt100::Cell) -> String {
    let colour = match cell.fgcolor() {
        Color::Idx(number @ 0..16) => format!(" class=\"c{}\"", number % 8),
        _ => String::new(),
    };
    colour
        + if cell.bold() {
            " font-weight=\"bold\""
        } else {
            ""
        }
}

/// All frames below each other, and a window that moves from one to the next.
fn drawing(frames: &[Frame], length: Duration) -> String {
    let (width, height) = (WIDTH * f64::from(COLUMNS), HEIGHT * f64::from(ROWS));
    let mut steps = String::new();
    let mut all = String::new();
    for (number, frame) in frames.iter().enumerate() {
        let top = height * number as f64;
        let percent = 100.0 * frame.from.as_secs_f64() / length.as_secs_f64();
        writeln!(steps, "{percent:.2}% {{ transform: translateY(-{top}px) }}")
            .expect("BUG: writing to a string fails");
        write!(
            all,
            "<g transform=\"translate(0 {top})\">\n{}</g>\n",
            frame.svg
        )
        .expect("BUG: writing to a string fails");
    }
    let last = height * (frames.len() - 1) as f64;
    let seconds = length.as_secs_f64();
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {outer_width} {outer_height}" width="{outer_width}" height="{outer_height}">
<style>
text {{ font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d8dee9; white-space: pre }}
.c1 {{ fill: #ff7a85 }} .c2 {{ fill: #a3d977 }} .c3 {{ fill: #f0c674 }} .c4 {{ fill: #7cb7ff }} .c5 {{ fill: #d7a1f9 }} .c6 {{ fill: #74d7d7 }}
.frames {{ transform: translateY(-{last}px); animation: play {seconds:.2}s step-end infinite }}
@media (prefers-reduced-motion: reduce) {{ .frames {{ animation: none }} }}
@keyframes play {{
{steps}}}
</style>
<rect width="100%" height="100%" rx="8" fill="#1b1f27"/>
<svg x="14" y="12" width="{width}" height="{height}">
<g class="frames">
{all}</g>
</svg>
</svg>
"##,
        outer_width = width + 28.0,
        outer_height = height + 24.0,
    )
}
