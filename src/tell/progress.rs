//! What is seen while a run goes on: two bars on a terminal, and lines that don't tear them.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// Columns below which there is no room for a bar beside the counts.
const COLUMNS_FOR_A_BAR: u16 = 64;

/// Stderr: bars if it is a terminal, lines in any case.
#[derive(Debug)]
pub struct Progress(Option<Bars>);

#[derive(Debug)]
struct Bars {
    all: MultiProgress,
    scheduling: ProgressBar,
    completion: ProgressBar,
    walk_ended: Arc<AtomicBool>,
}

impl Progress {
    /// Bars if stderr is a terminal and they are `wanted`.
    pub fn new(wanted: bool) -> Self {
        Self((wanted && io::stderr().is_terminal()).then(Bars::new))
    }

    /// One more picture was found and handed out.
    pub fn found(&self) {
        if let Some(bars) = &self.0 {
            bars.scheduling.inc(1);
            bars.completion.inc_length(1);
        }
    }

    /// All pictures are found: the total is known.
    pub fn walk_ended(&self) {
        if let Some(bars) = &self.0 {
            bars.walk_ended.store(true, Ordering::Relaxed);
            bars.scheduling.set_length(bars.scheduling.position());
            bars.scheduling.tick();
        }
    }

    /// One more picture is done.
    pub fn done(&self) {
        if let Some(bars) = &self.0 {
            bars.completion.inc(1);
        }
    }

    /// Prints a line above the bars, or below those that are finished. That stderr is gone is no reason to stop making thumbnails.
    pub fn line(&self, text: &str) {
        let print = || drop(writeln!(io::stderr().lock(), "{text}"));
        match &self.0 {
            Some(bars) if !bars.completion.is_finished() => bars.all.suspend(print),
            _ => print(),
        }
    }

    /// Prints a line on stdout. Only for runs without bars, which would be torn.
    pub fn say(&self, text: &str) {
        let _ = writeln!(io::stdout().lock(), "{text}");
    }

    /// Says in the bar that the machine's load keeps new pictures from being begun.
    pub fn pausing(&self, load: f64) {
        if let Some(bars) = &self.0 {
            bars.completion
                .set_message(format!(" paused: load {load:.1}"));
        }
    }

    /// Takes that back.
    pub fn resumed(&self) {
        if let Some(bars) = &self.0 {
            bars.completion.set_message("");
        }
    }

    /// Leaves the bars as they stand.
    pub fn finish(&self) {
        if let Some(bars) = &self.0 {
            bars.scheduling.abandon();
            bars.completion.abandon();
        }
    }
}

/// One bar on the way to a number of steps that is known beforehand, and lines that don't tear it.
#[derive(Debug)]
pub struct Steps(Option<ProgressBar>);

impl Steps {
    /// A bar of so many `steps`, if stderr is a terminal and it is `wanted`.
    pub fn new(wanted: bool, name: &str, steps: u64) -> Self {
        Self((wanted && io::stderr().is_terminal()).then(|| {
            let columns = console::Term::stderr().size().1;
            let total_is_known = Arc::new(AtomicBool::new(true));
            let style = style(name, "{pos}/{len}{left}", columns, &total_is_known);
            let target = ProgressDrawTarget::stderr();
            let bar = ProgressBar::with_draw_target(Some(steps), target).with_style(style);
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        }))
    }

    /// One step is done.
    pub fn step(&self) {
        if let Some(bar) = &self.0 {
            bar.inc(1);
        }
    }

    /// Prints a line above the bar.
    pub fn line(&self, text: &str) {
        let print = || drop(writeln!(io::stderr().lock(), "{text}"));
        match &self.0 {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Leaves the bar as it stands.
    pub fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.abandon();
        }
    }
}

impl Bars {
    fn new() -> Self {
        let target = ProgressDrawTarget::stderr();
        let columns = console::Term::stderr().size().1;
        let walk_ended = Arc::new(AtomicBool::new(false));
        let all = MultiProgress::with_draw_target(target);
        let bar = |style| {
            let bar = all.add(ProgressBar::no_length().with_style(style));
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        };
        let scheduling = bar(style("Scheduling", "{pos} found", columns, &walk_ended));
        let completion = bar(style(
            "Completion",
            "{pos}/{len} {rate}{left}{msg}",
            columns,
            &walk_ended,
        ));
        completion.set_length(0);
        Self {
            all,
            scheduling,
            completion,
            walk_ended,
        }
    }
}

fn style(name: &str, counts: &str, columns: u16, walk_ended: &Arc<AtomicBool>) -> ProgressStyle {
    let bar = match (
        columns < COLUMNS_FOR_A_BAR,
        console::colors_enabled_stderr(),
    ) {
        (true, _) => "",
        (false, true) => " [{wide_bar:.green}]",
        (false, false) => " [{wide_bar}]",
    };
    let walk_ended = Arc::clone(walk_ended);
    ProgressStyle::with_template(&format!("{name}{bar} {counts}"))
        .expect("BUG: template of a bar")
        .progress_chars("=> ")
        .with_key(
            "rate",
            |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                let _ = write!(out, "{:.0}/s", state.per_sec());
            },
        )
        .with_key(
            "left",
            move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                // Before the walk ends, the time left would be that of the pictures found so far.
                if walk_ended.load(Ordering::Relaxed) && !state.is_finished() {
                    let _ = write!(out, " {}", short(state.eta()));
                }
            },
        )
}

/// `duration` in at most 5 columns.
fn short(duration: Duration) -> Cow<'static, str> {
    let seconds = duration.as_secs();
    match seconds {
        0..=59 => format!("{seconds}s").into(),
        60..=3599 => format!("{}m{:02}", seconds / 60, seconds % 60).into(),
        3600..=359_999 => format!("{}h{:02}", seconds / 3600, seconds / 60 % 60).into(),
        _ => "days".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_is_short() {
        for (seconds, text) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1m00"),
            (3599, "59m59"),
            (3600, "1h00"),
            (360_000, "days"),
        ] {
            assert_eq!(short(Duration::from_secs(seconds)), text);
        }
    }
}
