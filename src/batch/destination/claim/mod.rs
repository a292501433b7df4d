//! Who works on a DEST in a store at the same time. A store has no locks: a run's claim is a small object that it
//! writes where there must be none, writes again as long as it lives, and removes at its end. One that was not written
//! again for a while is a dead run's, and is taken over.
//!
//! | run | its claim | what must not be there besides |
//! |---|---|---|
//! | of the whole tree | `.thumbgen.claim/whole` | any other claim |
//! | `--shard I/N` | `.thumbgen.claim/shard-I-of-N` | `whole` |
//! | `--files-from` | `.thumbgen.claim/list-HOST-PROCESS` | `whole` |
//!
//! Ages are told by the store's clock alone: an object that a run has just written in `.thumbgen.time/` says what time
//! it is there. In a claim stands who has it, and a number by which its run knows it again: where no answer comes to a
//! request, it isn't known whether it was done. Behind that stands how often it was written again: on S3, where an
//! entity tag is a hash of the bytes, it would keep its own otherwise, and a run that has just come back to life could
//! be taken over by one that has looked before. Should two runs be at work all the same, they write the same bytes.

mod held;
mod own;
#[cfg(test)]
mod tests;

use std::thread;
use std::time::{Duration, Instant};

use super::lock::{Claim, Wait};
use crate::batch::stop::Stop;
use crate::batch::store::{Refusal, Store, StoreError, jittered};
use held::{RENEWAL, hold};
use own::{Claimed, Own, holder_of};

pub use held::Held;
#[cfg(test)]
pub(crate) use held::held;

/// The longest that a waiting run doesn't look whether DEST is free. Each look is some requests.
const BETWEEN_TRIES: Duration = Duration::from_secs(3);

/// How often a waiting run looks whether it is to end.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// What came of claiming DEST.
#[derive(Debug)]
pub enum Claiming {
    /// It is this run's until the value is dropped.
    Held(Held),
    /// Another run has it: the holder, if that could be told.
    Busy(Option<String>),
    /// The store knows no conditions.
    Unsupported(StoreError),
    /// The run was stopped while it waited.
    Stopped,
}

/// Claims what `claim` needs of DEST, `store`, waiting for other runs as `wait` says.
///
/// # Errors
///
/// If the store refuses: DEST can't be written to, for one.
pub fn claim(store: &Store, claim: Claim, wait: Wait, stop: &Stop) -> Result<Claiming, StoreError> {
    let start = Instant::now();
    let own = Own::new(store, claim);
    loop {
        match own.clone().claim() {
            Ok(Claimed::Own(own)) => return hold(own, RENEWAL).map(Claiming::Held),
            Ok(Claimed::Others(other)) => {
                let patient = match wait {
                    Wait::No => false,
                    Wait::For(limit) => start.elapsed() < limit,
                    Wait::Forever => true,
                };
                if !patient {
                    return Ok(Claiming::Busy(holder_of(store, &other)));
                }
            }
            Err(error) if error.refusal == Refusal::Unsupported => {
                return Ok(Claiming::Unsupported(error));
            }
            Err(error) => return Err(error),
        }
        let (asleep, pause) = (Instant::now(), jittered(BETWEEN_TRIES));
        while asleep.elapsed() < pause {
            if stop.is_set() {
                return Ok(Claiming::Stopped);
            }
            thread::sleep(BETWEEN_LOOKS);
        }
    }
}
