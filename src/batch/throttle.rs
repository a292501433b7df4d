//! A good neighbour: no new picture is begun while the machine's load is above a limit.

use std::cmp::Ordering;
use std::fs;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// How often the load is looked at. The kernel counts it anew every 5 seconds.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// How often a waiting worker checks whether it should end.
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// Holds workers back while the 1-minute load average is above a limit, like `make -l`.
#[derive(Debug)]
pub struct Throttle {
    limit: f64,
    last: Mutex<(Option<Instant>, f64)>,
    load: fn() -> Option<f64>,
}

impl Throttle {
    /// A throttle for loads above `limit`.
    pub fn new(limit: f64) -> Self {
        Self {
            limit,
            last: Mutex::default(),
            load: load_average,
        }
    }

    /// Whether the system reports its load. Where it does not, nothing is held back.
    pub fn knows_the_load(&self) -> bool {
        (self.load)().is_some()
    }

    /// Waits until the load is at the limit or below, or `ended` says to wait no more; calls `paused` with the load if
    /// it has to wait. Returns the time spent waiting.
    pub fn wait(&self, ended: impl Fn() -> bool, paused: impl Fn(f64)) -> Duration {
        let mut start = None;
        loop {
            let load = self.load();
            // Not `<=`: a limit that is no number would be waited for forever.
            let is_above = load.partial_cmp(&self.limit) == Some(Ordering::Greater);
            if !is_above || ended() {
                return start.map_or(Duration::ZERO, |start: Instant| start.elapsed());
            }
            if start.is_none() {
                paused(load);
                start = Some(Instant::now());
            }
            thread::sleep(BETWEEN_TRIES);
        }
    }

    fn load(&self) -> f64 {
        let mut last = self.last.lock().expect("BUG: poisoned load");
        if last.0.is_none_or(|at| at.elapsed() >= BETWEEN_LOOKS) {
            *last = (Some(Instant::now()), (self.load)().unwrap_or(0.0));
        }
        last.1
    }
}

/// The 1-minute load average, where the system reports it (Linux, proc(5)).
fn load_average() -> Option<f64> {
    fs::read_to_string("/proc/loadavg")
        .ok()?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn nobody_waits_below_the_limit() {
        let throttle = Throttle {
            load: || Some(1.0),
            ..Throttle::new(1.0)
        };
        let waited = throttle.wait(|| false, |_| panic!("paused"));
        assert_eq!(waited, Duration::ZERO);
    }

    #[test]
    fn nothing_is_above_what_is_no_number() {
        let waited = Throttle::new(f64::NAN).wait(|| false, |_| panic!("paused"));
        assert_eq!(waited, Duration::ZERO);
    }

    #[test]
    fn above_the_limit_a_worker_waits_until_it_is_told_to_end() {
        let throttle = Throttle {
            load: || Some(1.5),
            ..Throttle::new(1.0)
        };
        let (looks, paused) = (Cell::new(0), Cell::new(Vec::new()));
        let ended = || {
            looks.set(looks.get() + 1);
            looks.get() > 3
        };
        let waited = throttle.wait(ended, |load| {
            paused.set([paused.take(), vec![load]].concat());
        });
        assert!(waited >= 2 * BETWEEN_TRIES);
        assert_eq!(paused.take(), [1.5], "told once");
    }
}
