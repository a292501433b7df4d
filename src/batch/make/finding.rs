//! What is known of a thumbnail before its picture is read.

use super::outcome::Fate;
use crate::batch::freshness::Reason;

/// What is known of a thumbnail before its picture is read.
pub(super) enum Finding {
    /// It needn't or can't be made.
    Settled(Fate),
    /// It is to be made.
    Stale(Reason),
}
