//! Who works on a DEST in a store at the same time. A store has no locks: a run's claim is a small object that it writes
//! where there must be none, writes again as long as it lives, and removes at its end. One that was not written again for a
//! while is a dead run's, and is taken over.
//!
//! | run | its claim | what must not be there besides |
//! |---|---|---|
//! | of the whole tree | `.thumbgen.claim/whole` | any other claim |
//! | `--shard I/N` | `.thumbgen.claim/shard-I-of-N` | `whole` |
//! | `--files-from` | `.thumbgen.claim/list-HOST-PROCESS` | `whole` |
//!
//! Ages are told by the store's clock alone: what a run has just written says what time it is there. Should two runs be at
//! work all the same, they write the same bytes.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::lock::{Claim, Wait};
use crate::batch::stop::Stop;
use crate::batch::store::{Head, Headers, Listing, Met, Over, Refusal, Store, StoreError};

const PLACE: &str = ".thumbgen.claim";

/// How long a claim holds that is not written again, in seconds.
const TERM: i64 = 120;

/// How often it is written again.
const RENEWAL: Duration = Duration::from_secs(30);

/// How often a waiting run looks whether DEST is free. Each look is some requests.
const BETWEEN_TRIES: Duration = Duration::from_secs(2);

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

/// A claim that holds as long as this lives.
#[derive(Debug)]
pub struct Held {
    store: Store,
    key: String,
    end: Option<Sender<()>>,
    renewing: Option<JoinHandle<()>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(renewing) = self.renewing.take() {
            let _ = renewing.join();
        }
        // If it stays, it runs out.
        let _ = self.store.delete(&self.key);
    }
}

/// Claims what `claim` needs of DEST, `store`, waiting for other runs as `wait` says.
///
/// # Errors
///
/// If the store refuses: DEST can't be written to, for one.
pub fn claim(store: &Store, claim: Claim, wait: Wait, stop: &Stop) -> Result<Claiming, StoreError> {
    let start = Instant::now();
    let host = nix::unistd::gethostname().unwrap_or_default();
    let host = host.to_string_lossy();
    let process = std::process::id();
    let holder = format!("process {process} on {host}");
    let name = match claim {
        Claim::Whole => "whole".to_owned(),
        Claim::Shard(shard) => format!("shard-{}-of-{}", shard.index, shard.count),
        Claim::List => format!("list-{}-{process}", host.replace(['/', '.'], "_")),
    };
    let key = format!("{PLACE}/{name}");
    loop {
        match try_to_claim(store, &key, &holder) {
            Ok(Ok(head)) => return Ok(Claiming::Held(hold(store, key, holder, head))),
            Ok(Err(other)) => {
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
        let asleep = Instant::now();
        while asleep.elapsed() < BETWEEN_TRIES {
            if stop.is_set() {
                return Ok(Claiming::Stopped);
            }
            thread::sleep(BETWEEN_LOOKS);
        }
    }
}

/// The claim at `key`, or the key of the one that is in its way.
fn try_to_claim(
    store: &Store,
    key: &str,
    holder: &str,
) -> Result<Result<Head, String>, StoreError> {
    let write = |over: Over<'_>| store.put(key, holder.into(), over, Headers::default());
    match write(Over::Nothing) {
        Ok(_) => {}
        Err(error) if matches!(error.refusal, Refusal::Exists | Refusal::Changed) => {
            let now = now(store, key)?;
            match store.head(key)? {
                Some(there) if now - there.written <= TERM => return Ok(Err(key.to_owned())),
                Some(dead) => match write(Over::This(&dead)) {
                    Ok(_) => {}
                    // It lives, or somebody else was faster.
                    Err(error) if error.refusal == Refusal::Changed => {
                        return Ok(Err(key.to_owned()));
                    }
                    Err(error) => return Err(error),
                },
                // It was removed just now.
                None => match write(Over::Nothing) {
                    Ok(_) => {}
                    Err(error) if error.refusal == Refusal::Exists => {
                        return Ok(Err(key.to_owned()));
                    }
                    Err(error) => return Err(error),
                },
            }
        }
        Err(error) => return Err(error),
    }
    let Some(mine) = store.head(key)? else {
        return Ok(Err(key.to_owned()));
    };
    // Only now: whoever claims at the same moment sees this one.
    match in_the_way(store, key, mine.written)? {
        None => Ok(Ok(mine)),
        Some(other) => {
            store.delete(key)?;
            Ok(Err(other))
        }
    }
}

/// The key of a claim that does not go together with that at `key`. Dead ones are removed.
fn in_the_way(store: &Store, key: &str, now: i64) -> Result<Option<String>, StoreError> {
    let whole = format!("{PLACE}/whole");
    let others = if key == whole {
        let mut others = Vec::new();
        for met in Listing::whole(&store.below(PLACE)) {
            if let Met::Object(listed) = met? {
                others.push(format!("{PLACE}/{}", listed.key));
            }
        }
        others
    } else {
        vec![whole]
    };
    for other in others.into_iter().filter(|other| other != key) {
        match store.head(&other)? {
            Some(there) if now - there.written <= TERM => return Ok(Some(other)),
            Some(_) => store.delete(&other)?,
            None => {}
        }
    }
    Ok(None)
}

/// What time it is by the store's clock.
fn now(store: &Store, key: &str) -> Result<i64, StoreError> {
    let probe = format!("{key}.time-{}", std::process::id());
    store.put(&probe, Vec::new(), Over::Anything, Headers::default())?;
    let written = store.head(&probe)?.map(|head| head.written);
    store.delete(&probe)?;
    written.ok_or_else(|| StoreError::new(Refusal::Other, "what was written isn't there"))
}

fn holder_of(store: &Store, key: &str) -> Option<String> {
    let holder = String::from_utf8(store.get(key, None, None).ok()?.bytes).ok()?;
    let is_plain = holder.len() < 200 && !holder.chars().any(char::is_control);
    (is_plain && !holder.is_empty()).then(|| format!("another run, {holder}"))
}

/// Writes the claim again and again, until it is dropped.
fn hold(store: &Store, key: String, holder: String, mut head: Head) -> Held {
    let (end, ended) = channel();
    let renewed = (store.clone(), key.clone());
    let renew = move || {
        let (store, key) = renewed;
        while ended.recv_timeout(RENEWAL) == Err(RecvTimeoutError::Timeout) {
            let bytes = holder.clone().into_bytes();
            match store.put(&key, bytes, Over::This(&head), Headers::default()) {
                // Another run has taken it over: it is that run's to remove.
                Err(error) if error.refusal == Refusal::Changed => return,
                _ => {}
            }
            if let Ok(Some(now)) = store.head(&key) {
                head = now;
            }
        }
    };
    let renewing = thread::Builder::new().name("claim".into()).spawn(renew);
    Held {
        store: store.clone(),
        key,
        end: Some(end),
        // Without it, the claim just runs out.
        renewing: renewing.ok(),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use crate::batch::shard::Shard;
    use crate::batch::store::memory::Memory;

    fn shard(index: u32) -> Claim {
        let count = NonZeroU32::new(2).unwrap();
        Claim::Shard(Shard { index, count })
    }

    fn try_it(store: &Store, what: Claim) -> Claiming {
        claim(store, what, Wait::No, &Stop::default()).unwrap()
    }

    #[test]
    fn a_run_of_the_whole_tree_is_alone_and_shards_are_not() {
        let store = Memory::new().store("s3://shop/thumbs");
        let whole = try_it(&store, Claim::Whole);
        assert!(matches!(whole, Claiming::Held(_)));
        for other in [Claim::Whole, shard(0), Claim::List] {
            let busy = try_it(&store, other);
            let Claiming::Busy(Some(holder)) = busy else {
                panic!("{other:?}: {busy:?}");
            };
            assert!(holder.contains(&std::process::id().to_string()), "{holder}");
        }
        drop(whole);
        let held = [shard(0), shard(1), Claim::List].map(|other| try_it(&store, other));
        assert!(
            held.iter().all(|held| matches!(held, Claiming::Held(_))),
            "{held:?}"
        );
        assert!(matches!(try_it(&store, Claim::Whole), Claiming::Busy(_)));
        assert!(matches!(try_it(&store, shard(1)), Claiming::Busy(_)));
        drop(held);
        assert!(matches!(try_it(&store, Claim::Whole), Claiming::Held(_)));
    }

    #[test]
    fn nothing_is_left_behind() {
        let memory = Memory::new();
        let store = memory.store("s3://shop/thumbs");
        let whole = try_it(&store, Claim::Whole);
        assert_eq!(memory.keys(), ["thumbs/.thumbgen.claim/whole"]);
        let busy = [try_it(&store, Claim::Whole), try_it(&store, shard(0))];
        assert_eq!(memory.keys(), ["thumbs/.thumbgen.claim/whole"]);
        drop((whole, busy));
        assert_eq!(memory.keys(), [""; 0]);
    }

    #[test]
    fn what_a_dead_run_left_is_taken_over_after_its_term() {
        for (left, next) in [
            ("whole", Claim::Whole),
            ("shard-0-of-2", Claim::Whole),
            ("whole", shard(0)),
        ] {
            let memory = Memory::new();
            let store = memory.store("s3://shop/thumbs");
            memory.insert(&format!("thumbs/.thumbgen.claim/{left}"), b"dead".to_vec());
            memory.pass(TERM);
            let busy = try_it(&store, next);
            assert!(matches!(busy, Claiming::Busy(_)), "{left}: {busy:?}");
            memory.pass(1);
            let held = try_it(&store, next);
            assert!(matches!(held, Claiming::Held(_)), "{left}: {held:?}");
            assert_eq!(memory.keys().len(), 1, "{left}");
        }
    }
}
