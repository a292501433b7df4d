//! One row: a name, a bar, and counts, no wider than the terminal.

use std::borrow::Cow;
use std::time::Duration;

use console::style;

/// With fewer columns than this, there is no room for a bar beside the counts.
const COLUMNS_FOR_A_BAR: usize = 64;

/// How many there are in all, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Total {
    /// Exactly this many.
    Is(u64),
    /// At least this many: they are still being counted.
    AtLeast(u64),
}

impl Total {
    pub(super) fn number(self) -> u64 {
        match self {
            Self::Is(number) | Self::AtLeast(number) => number,
        }
    }

    /// `20000`, or `12000+` while they are being counted.
    pub(super) fn text(self) -> String {
        match self {
            Self::Is(number) => number.to_string(),
            Self::AtLeast(number) => format!("{number}+"),
        }
    }
}

/// `Name [=====>     ] counts` in at most that many `columns`.
pub(super) fn row(name: &str, done: u64, total: Total, counts: &str, columns: usize) -> String {
    let around = name.len() + counts.chars().count() + " [] ".len();
    let row = match columns.checked_sub(around) {
        Some(room) if columns >= COLUMNS_FOR_A_BAR && room > 0 => {
            let bar = style(bar(done, total.number(), room)).green().for_stderr();
            format!("{name} [{bar}] {counts}")
        }
        _ => format!("{name} {counts}"),
    };
    console::truncate_str(&row, columns, "").into_owned()
}

fn bar(done: u64, total: u64, room: usize) -> String {
    // If there is nothing to do, the bar stays empty.
    let share = done as f64 / total.max(1) as f64;
    let full = ((share * room as f64) as usize).min(room);
    let head = if full < room && total > 0 { ">" } else { "" };
    format!("{:room$}", "=".repeat(full) + head)
}

/// The time that the rest takes at that many `per_second`, with a space before it; nothing while that is not known.
pub(super) fn time_left(done: u64, total: Total, per_second: f64) -> String {
    match total {
        Total::Is(total) if total > done && per_second > 0.0 => {
            let seconds = (total - done) as f64 / per_second;
            let left = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
            format!(" {}", short(left))
        }
        _ => String::new(),
    }
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

    #[test]
    fn time_left_is_told_of_a_known_total_only() {
        assert_eq!(time_left(100, Total::Is(700), 10.0), " 1m00");
        assert_eq!(time_left(100, Total::AtLeast(700), 10.0), "");
        assert_eq!(time_left(100, Total::Is(700), 0.0), "");
        assert_eq!(time_left(700, Total::Is(700), 10.0), "");
        assert_eq!(time_left(0, Total::Is(u64::MAX), 1e-300), " days");
    }

    #[test]
    fn bar_is_as_full_as_the_work_is_done() {
        for (done, total, expected) in [
            (0, 10, ">         "),
            (5, 10, "=====>    "),
            (9, 10, "=========>"),
            (10, 10, "=========="),
            (11, 10, "=========="),
            (0, 0, "          "),
        ] {
            assert_eq!(bar(done, total, 10), expected, "{done}/{total}");
        }
    }

    #[test]
    fn row_is_never_wider_than_the_terminal() {
        for columns in 0..200 {
            let row = row(
                "Completion",
                7,
                Total::AtLeast(12_000),
                "7/12000+ 8/s",
                columns,
            );
            assert!(
                console::measure_text_width(&row) <= columns,
                "{columns}: {row}"
            );
        }
    }
}
