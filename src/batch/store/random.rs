//! Numbers that no other run has.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

/// A random number.
pub fn random() -> u64 {
    // Each of these states has keys of its own.
    RandomState::new().build_hasher().finish()
}

/// Something between half of `pause` and all of it, so that runs which wait for the same don't all come at once.
pub fn jittered(pause: Duration) -> Duration {
    let part = random() as f64 / u64::MAX as f64;
    pause.mul_f64(0.5 + part / 2.0)
}
