//! SIGINT, SIGTERM and SIGHUP: the first one ends the run after the pictures in flight, the second at once.

use std::fs;
use std::io;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use thiserror::Error;

use crate::batch::error::plain;
use crate::batch::stop::Stop;

const SIGNALS: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];

/// Signals can't be caught.
#[derive(Debug, Error)]
#[error("signals can't be caught: {}", plain(.0))]
pub struct SignalsError(#[from] io::Error);

/// Which signal asked a run to end, if one did.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    stop: Stop,
    /// Separate from `stop`, which the run's observer may set, too: a signal after that is still the first.
    caught: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
}

impl Signals {
    /// Catches the signals from now on. A second signal has its default effect: it ends the process at once, which is
    /// safe, since thumbnails are whole or not there.
    ///
    /// # Errors
    ///
    /// When the system refuses a handler.
    pub fn catch() -> Result<Self, SignalsError> {
        let signals = Self::default();
        let ignored = ignored_signals();
        for signal in SIGNALS {
            // `nohup`, and shells that put jobs in the background, have a signal ignored, and it stays ignored.
            if ignored & (1 << (signal - 1)) != 0 {
                continue;
            }
            // In this order: when the first signal arrives, its default effect is not armed yet.
            flag::register_conditional_default(signal, Arc::clone(&signals.caught))?;
            let number = usize::try_from(signal).map_err(io::Error::other)?;
            flag::register_usize(signal, Arc::clone(&signals.signal), number)?;
            flag::register(signal, signals.stop.flag())?;
            flag::register(signal, Arc::clone(&signals.caught))?;
        }
        Ok(signals)
    }

    /// What a signal sets.
    pub fn stop(&self) -> &Stop {
        &self.stop
    }

    /// The signal that arrived.
    pub fn caught(&self) -> Option<i32> {
        i32::try_from(self.signal.load(Ordering::Relaxed))
            .ok()
            .filter(|signal| *signal != 0)
    }
}

/// Signal n is ignored if bit n-1 is set. Where the system doesn't say, none is.
fn ignored_signals() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

/// Ends the process as `signal` would have, so that whoever waits for it sees a death by that signal.
pub fn die_by(signal: i32) -> ! {
    // The first process of a container has no default effects: the kernel would drop the signal.
    if process::id() != 1 {
        let _ = low_level::emulate_default_handler(signal);
    }
    process::exit(128 + signal)
}
