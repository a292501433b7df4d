//! What is seen while a run goes on: two bars on a terminal, and lines that don't tear them.

use std::io::{self, IsTerminal, Write as _};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};

use super::bar::{Total, row, time_left};
use super::screen::Screen;

/// How often a bar is redrawn at least.
const TICK: Duration = Duration::from_millis(100);

/// Stderr: bars if it is a terminal, lines in any case.
#[derive(Debug)]
pub struct Progress(Option<Bars>);

#[derive(Debug)]
struct Bars {
    screen: Screen,
    all: MultiProgress,
    scheduling: ProgressBar,
    completion: ProgressBar,
    known: Arc<Known>,
}

/// What is known of the number of pictures.
#[derive(Debug, Default)]
struct Known {
    /// Pictures that the walk has handed out.
    found: AtomicU64,
    /// The walk has come to its end: these are all.
    walk_ended: AtomicBool,
    /// Pictures that were counted ahead of the walk.
    counted: AtomicU64,
    /// The count has come to its end.
    count_ended: AtomicBool,
    /// Why no picture is being begun just now.
    pause: Mutex<String>,
}

impl Known {
    fn total(&self) -> Total {
        let found = self.found.load(Ordering::Relaxed);
        if self.walk_ended.load(Ordering::Relaxed) {
            return Total::Is(found);
        }
        // Pictures may come while the walk is under way.
        let counted = self.counted.load(Ordering::Relaxed).max(found);
        if self.count_ended.load(Ordering::Relaxed) {
            Total::Is(counted)
        } else {
            Total::AtLeast(counted)
        }
    }

    fn pause(&self) -> std::sync::MutexGuard<'_, String> {
        self.pause.lock().expect("BUG: poisoned pause")
    }
}

impl Progress {
    /// Bars if stderr is a terminal that can move its cursor and they are `wanted`.
    pub fn new(wanted: bool) -> Self {
        Self((wanted && is_screen()).then(Bars::new))
    }

    /// Whether there are bars, which make it worthwhile to count ahead.
    pub fn has_bars(&self) -> bool {
        self.0.is_some()
    }

    /// This many pictures were counted ahead.
    pub fn counted(&self, pictures: u64) {
        if let Some(bars) = &self.0 {
            bars.known.counted.store(pictures, Ordering::Relaxed);
        }
    }

    /// The count is complete.
    pub fn count_ended(&self) {
        if let Some(bars) = &self.0 {
            bars.known.count_ended.store(true, Ordering::Relaxed);
        }
    }

    /// How many pictures there are in all, if that is known.
    pub fn total(&self) -> Option<u64> {
        match self.0.as_ref()?.known.total() {
            Total::Is(total) => Some(total),
            Total::AtLeast(_) => None,
        }
    }

    /// One more picture was found and handed out.
    pub fn found(&self) {
        if let Some(bars) = &self.0 {
            bars.known.found.fetch_add(1, Ordering::Relaxed);
            bars.scheduling.inc(1);
        }
    }

    /// All pictures are found.
    pub fn walk_ended(&self) {
        if let Some(bars) = &self.0 {
            bars.known.walk_ended.store(true, Ordering::Relaxed);
            bars.scheduling.tick();
        }
    }

    /// One more picture is done.
    pub fn done(&self) {
        if let Some(bars) = &self.0 {
            bars.completion.inc(1);
        }
    }

    /// Prints a line above the bars, or below those that are finished. A closed stderr is no reason to stop.
    pub fn line(&self, text: &str) {
        let print = || drop(writeln!(io::stderr().lock(), "{text}"));
        match &self.0 {
            Some(bars) if !bars.completion.is_finished() => bars.all.suspend(print),
            _ => print(),
        }
    }

    /// Prints a line on stdout. Only for runs without bars, which the line would tear.
    ///
    /// # Errors
    ///
    /// When it can't be written.
    pub fn say(&self, text: &str) -> io::Result<()> {
        writeln!(io::stdout().lock(), "{text}")
    }

    /// Shows in the bar that the machine's load keeps new pictures from being begun.
    pub fn pausing(&self, load: f64) {
        if let Some(bars) = &self.0 {
            *bars.known.pause() = format!(" paused: load {load:.1}");
        }
    }

    /// Takes that back.
    pub fn resumed(&self) {
        if let Some(bars) = &self.0 {
            bars.known.pause().clear();
        }
    }

    /// Leaves the bars as they are.
    pub fn finish(&self) {
        if let Some(bars) = &self.0 {
            bars.finish();
        }
    }
}

impl Bars {
    fn new() -> Self {
        let screen = Screen::stderr();
        let all = MultiProgress::with_draw_target(screen.target());
        let known = Arc::new(Known::default());
        let bar = |row| {
            let bar = all.add(ProgressBar::no_length().with_style(style(row)));
            bar.enable_steady_tick(TICK);
            bar
        };
        let of = Arc::clone(&known);
        let scheduling = bar(Arc::new(move |state: &ProgressState| {
            let (found, total) = (state.pos(), of.total());
            let counts = if of.walk_ended.load(Ordering::Relaxed) {
                format!("{found} found")
            } else {
                format!("{found}/{} found", total.text())
            };
            row("Scheduling", found, total, &counts, columns())
        }));
        let of = Arc::clone(&known);
        let completion = bar(Arc::new(move |state: &ProgressState| {
            let (done, total) = (state.pos(), of.total());
            let left = if state.is_finished() {
                String::new()
            } else {
                time_left(done, total, state.per_sec())
            };
            let counts = format!(
                "{done}/{} {:.0}/s{left}{}",
                total.text(),
                state.per_sec(),
                of.pause()
            );
            row("Completion", done, total, &counts, columns())
        }));
        Self {
            screen,
            all,
            scheduling,
            completion,
            known,
        }
    }

    fn finish(&self) {
        self.scheduling.abandon();
        self.completion.abandon();
        self.screen.leave();
    }
}

impl Drop for Bars {
    /// What ends a run early is printed below the bars.
    fn drop(&mut self) {
        self.finish();
    }
}

/// One bar towards a known number of steps, and lines that don't tear it.
#[derive(Debug)]
pub struct Steps(Option<(ProgressBar, Screen)>);

impl Steps {
    /// A bar of that many `steps`, if stderr is a terminal that can move its cursor and it is `wanted`.
    pub fn new(wanted: bool, name: &'static str, steps: u64) -> Self {
        Self((wanted && is_screen()).then(|| {
            let screen = Screen::stderr();
            let total = Total::Is(steps);
            let style = style(Arc::new(move |state: &ProgressState| {
                let done = state.pos();
                let left = time_left(done, total, state.per_sec());
                row(
                    name,
                    done,
                    total,
                    &format!("{done}/{steps}{left}"),
                    columns(),
                )
            }));
            let bar = ProgressBar::with_draw_target(Some(steps), screen.target()).with_style(style);
            bar.enable_steady_tick(TICK);
            (bar, screen)
        }))
    }

    /// One step is done.
    pub fn step(&self) {
        if let Some((bar, _)) = &self.0 {
            bar.inc(1);
        }
    }

    /// Prints a line above the bar, or below it if it is finished.
    pub fn line(&self, text: &str) {
        let print = || drop(writeln!(io::stderr().lock(), "{text}"));
        match &self.0 {
            Some((bar, _)) if !bar.is_finished() => bar.suspend(print),
            _ => print(),
        }
    }

    /// Leaves the bar as it is.
    pub fn finish(&self) {
        if let Some((bar, screen)) = &self.0 {
            bar.abandon();
            screen.leave();
        }
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Whether stderr is a terminal that understands how to move its cursor.
fn is_screen() -> bool {
    let term = std::env::var_os("TERM");
    io::stderr().is_terminal() && term.is_some_and(|term| !term.is_empty() && term != "dumb")
}

/// The terminal's width, as it is now.
fn columns() -> usize {
    usize::from(console::Term::stderr().size().1)
}

type Row = Arc<dyn Fn(&ProgressState) -> String + Send + Sync>;

/// A bar that is drawn as `row` says.
fn style(row: Row) -> ProgressStyle {
    ProgressStyle::with_template("{row}")
        .expect("BUG: template of a bar")
        .with_key(
            "row",
            move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                let _ = out.write_str(&row(state));
            },
        )
}
