//! Numbers that no other run has.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// A random number.
pub fn random() -> u64 {
    // Each of these states has keys of its own.
    RandomState::new().build_hasher().finish()
}
