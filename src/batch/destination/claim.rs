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

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::lock::{Claim, Wait};
use crate::batch::stop::Stop;
use crate::batch::store::{
    Head, Headers, Listing, Met, Over, Refusal, Span, Store, StoreError, about, random,
};

const PLACE: &str = ".thumbgen.claim";

/// Where runs ask what time it is.
const TIME: &str = ".thumbgen.time";

/// All of a claim: no host has a name that would make it longer.
const SPAN: Span = Span::Whole { most: 4 << 10 };

/// How long a claim holds that is not written again, in seconds.
const TERM: i64 = 120;

/// How often it is written again.
const RENEWAL: Duration = Duration::from_secs(30);

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

/// A claim that holds as long as this lives.
#[derive(Debug)]
pub struct Held {
    end: Option<Sender<()>>,
    /// Renews it; gives it back to be removed.
    renewing: Option<JoinHandle<Box<Own>>>,
    /// Who has taken it over.
    loss: Receiver<String>,
}

impl Held {
    /// Who has taken it over, because it was not renewed in time; told once.
    pub fn take_loss(&self) -> Option<String> {
        self.loss.try_recv().ok()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(Ok(own)) = self.renewing.take().map(JoinHandle::join) {
            own.remove();
        }
    }
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
            Ok(Claimed::Own(own)) => return own.hold(RENEWAL),
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
        let (asleep, pause) = (Instant::now(), about(BETWEEN_TRIES));
        while asleep.elapsed() < pause {
            if stop.is_set() {
                return Ok(Claiming::Stopped);
            }
            thread::sleep(BETWEEN_LOOKS);
        }
    }
}

/// A run's own claim.
#[derive(Debug, Clone)]
struct Own {
    store: Store,
    key: String,
    /// What stands in it, but for the number of renewals; nothing in one that is to be removed.
    text: String,
    renewals: u64,
    /// The object that was written last; none if there is none, or it is another run's now.
    head: Option<Head>,
}

/// Whose a place is.
enum Claimed {
    Own(Box<Own>),
    /// That of the claim with this key.
    Others(String),
}

impl Own {
    fn new(store: &Store, claim: Claim) -> Self {
        let host = nix::unistd::gethostname().unwrap_or_default();
        let host = host.to_string_lossy();
        let process = std::process::id();
        let name = match claim {
            Claim::Whole => "whole".to_owned(),
            Claim::Shard(shard) => format!("shard-{}-of-{}", shard.index, shard.count),
            Claim::List => format!("list-{}-{process}", host.replace(['/', '.'], "_")),
        };
        Self {
            store: store.clone(),
            key: format!("{PLACE}/{name}"),
            text: format!("process {process} on {host}\n{:016x}\n", random()),
            renewals: 0,
            head: None,
        }
    }

    fn claim(mut self) -> Result<Claimed, StoreError> {
        if !self.write(None)? {
            let now = self.now()?;
            let there = self.store.head(&self.key)?;
            // Nobody's, if it was removed just now. If somebody else is faster, it is theirs.
            if there.as_ref().is_some_and(|there| is_alive(there, now))
                || !self.write(there.as_ref())?
            {
                return Ok(Claimed::Others(self.key));
            }
        }
        let written = self.head.as_ref().map_or(0, |head| head.written);
        // Only now: whoever claims at the same moment sees this one.
        let other = match self.in_the_way(written) {
            Ok(None) => return Ok(Claimed::Own(Box::new(self))),
            Ok(Some(other)) => Ok(Claimed::Others(other)),
            Err(error) => Err(error),
        };
        self.remove();
        other
    }

    /// Writes it over what is there, or where there is nothing; false if there is another run's.
    fn write(&mut self, over: Option<&Head>) -> Result<bool, StoreError> {
        let condition = over.map_or(Over::Nothing, Over::This);
        let written = self
            .store
            .put(&self.key, self.bytes(), condition, Headers::default());
        let refused = match written {
            Ok(_) => None,
            Err(error) if error.is_others() || error.may_pass() => Some(error),
            Err(error) => return Err(error),
        };
        // Also where it was refused: that may be the answer to a second try, where that to the first was lost.
        self.head = match self.store.get(&self.key, SPAN, None) {
            Ok(there) => self.is_own(&there.bytes).then_some(there.head),
            // What is longer than any claim is not this one.
            Err(error) if matches!(error.refusal, Refusal::NotFound | Refusal::OtherLength) => None,
            Err(error) => return Err(error),
        };
        match refused {
            Some(error) if self.head.is_none() && !error.is_others() => Err(error),
            _ => Ok(self.head.is_some()),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self.text.as_str() {
            "" => Vec::new(),
            text => format!("{text}{}\n", self.renewals).into_bytes(),
        }
    }

    /// Whether `bytes` are this claim's, renewed however often: the last answer may have been lost.
    fn is_own(&self, bytes: &[u8]) -> bool {
        let renewals = bytes.strip_prefix(self.text.as_bytes());
        renewals.is_some_and(|renewals| renewals.is_empty() == self.text.is_empty())
    }

    /// The key of a claim that does not go together with this one. Dead ones are removed.
    fn in_the_way(&self, now: i64) -> Result<Option<String>, StoreError> {
        let whole = format!("{PLACE}/whole");
        let others = if self.key == whole {
            let mut others = Vec::new();
            for met in Listing::whole(&self.store.below(PLACE)) {
                if let Met::Object(listed) = met? {
                    others.push(format!("{PLACE}/{}", listed.key));
                }
            }
            others
        } else {
            vec![whole]
        };
        for other in others.into_iter().filter(|other| *other != self.key) {
            match self.store.head(&other)? {
                Some(there) if is_alive(&there, now) => return Ok(Some(other)),
                Some(dead) => {
                    // Its run may come back between two requests: first it is taken over.
                    let mut other = Self {
                        key: other,
                        // Empty: nobody's, also to runs that do the same now.
                        text: String::new(),
                        ..self.clone()
                    };
                    if other.write(Some(&dead))? {
                        other.remove();
                    } else if let Some(there) = self.store.head(&other.key)?
                        && is_alive(&there, now)
                    {
                        return Ok(Some(other.key));
                    }
                }
                None => {}
            }
        }
        Ok(None)
    }

    /// What time it is by the store's clock.
    fn now(&self) -> Result<i64, StoreError> {
        let probe = format!("{TIME}/{:016x}", random());
        let store = &self.store;
        store.put(&probe, Vec::new(), Over::Anything, Headers::default())?;
        let written = store.head(&probe)?.map(|head| head.written);
        store.delete(&probe)?;
        written.ok_or_else(|| StoreError::new(Refusal::Other, "what was written isn't there"))
    }

    /// Writes it again; false if it is another run's now, and that run's to remove.
    fn renew(&mut self) -> bool {
        let Some(head) = self.head.take() else {
            return false;
        };
        self.renewals += 1;
        match self.write(Some(&head)) {
            Ok(is_own) => is_own,
            // If it can't be written now, then the next time.
            Err(_) => {
                self.head = Some(head);
                true
            }
        }
    }

    /// Writes it again `every` so often, until what is returned is dropped.
    fn hold(mut self: Box<Self>, every: Duration) -> Result<Claiming, StoreError> {
        let ((end, ended), (tell_loss, loss)) = (bounded(0), bounded(1));
        let unheld = self.clone();
        let renew = move || {
            while ended.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                if !self.renew() {
                    let holder = holder_of(&self.store, &self.key);
                    let _ = tell_loss.send(holder.unwrap_or_else(|| "another run".to_owned()));
                    break;
                }
            }
            self
        };
        let renewing = thread::Builder::new().name("claim".into()).spawn(renew);
        match renewing {
            Ok(renewing) => Ok(Claiming::Held(Held {
                end: Some(end),
                renewing: Some(renewing),
                loss,
            })),
            Err(error) => {
                unheld.remove();
                Err(StoreError::new(Refusal::Other, error.to_string()))
            }
        }
    }

    /// Removes it, unless it is another run's. If it stays, it runs out.
    fn remove(&self) {
        let there = self.store.head(&self.key);
        if let (Some(own), Ok(Some(there))) = (&self.head, there)
            && there.etag == own.etag
        {
            let _ = self.store.delete(&self.key);
        }
    }
}

/// Whether a claim is a living run's. An empty one is being removed.
fn is_alive(there: &Head, now: i64) -> bool {
    there.length > 0 && now - there.written <= TERM
}

fn holder_of(store: &Store, key: &str) -> Option<String> {
    let text = String::from_utf8(store.get(key, SPAN, None).ok()?.bytes).ok()?;
    let holder = text.lines().next()?;
    let is_plain = holder.len() < 200 && !holder.chars().any(char::is_control);
    (is_plain && !holder.is_empty()).then(|| format!("another run, {holder}"))
}

/// What `claim` needs of DEST, `store`, written again `every` so often.
#[cfg(test)]
pub(crate) fn held(store: &Store, claim: Claim, every: Duration) -> Held {
    let own = Own::new(store, claim).claim().expect("a store in memory");
    let Claimed::Own(own) = own else {
        panic!("another run's");
    };
    match own.hold(every) {
        Ok(Claiming::Held(held)) => held,
        unheld => panic!("{unheld:?}"),
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
    fn what_another_run_has_taken_over_is_left_to_it() {
        let memory = Memory::new();
        let store = memory.store("s3://shop/thumbs");
        let held = try_it(&store, Claim::Whole);
        memory.insert("thumbs/.thumbgen.claim/whole", b"another run's".to_vec());
        drop(held);
        assert_eq!(memory.keys(), ["thumbs/.thumbgen.claim/whole"]);
    }

    #[test]
    fn a_run_that_renews_its_claim_is_not_taken_over_by_one_that_has_looked_before() {
        let memory = Memory::new();
        let store = memory.store("s3://shop/thumbs");
        let [mut own, mut other] = [Claim::Whole; 2].map(|claim| Own::new(&store, claim));
        assert!(own.write(None).unwrap());
        let looked = own.head.clone();
        for _ in 0..12 {
            let holder = holder_of(&store, &own.key);
            assert!(own.renew());
            assert_eq!(holder_of(&store, &own.key), holder);
            assert!(!other.write(looked.as_ref()).unwrap());
        }
        assert!(own.renew());
    }

    #[test]
    fn a_renewal_whose_answer_was_lost_is_known_again() {
        let store = Memory::new().store("s3://shop/thumbs");
        let mut own = Own::new(&store, Claim::Whole);
        assert!(own.write(None).unwrap());
        let before = own.head.clone();
        assert!(own.renew());
        own.head = before;
        assert!(own.renew() && own.renew());
    }

    #[test]
    fn that_another_run_has_taken_a_claim_over_is_told_once() {
        let memory = Memory::new();
        let store = memory.store("s3://shop/thumbs");
        for (others, told) in [
            (
                &b"process 7 on mars\n0\n"[..],
                "another run, process 7 on mars",
            ),
            (b"", "another run"),
        ] {
            let held = held(&store, Claim::Whole, Duration::from_millis(1));
            assert_eq!(held.take_loss(), None);
            memory.insert("thumbs/.thumbgen.claim/whole", others.to_vec());
            let start = Instant::now();
            let loss = loop {
                assert!(start.elapsed() < Duration::from_secs(60), "not seen");
                if let Some(loss) = held.take_loss() {
                    break loss;
                }
            };
            assert_eq!(loss, told);
            drop(held);
            assert_eq!(memory.keys(), ["thumbs/.thumbgen.claim/whole"]);
            memory.remove("thumbs/.thumbgen.claim/whole");
        }
    }

    #[test]
    fn a_run_that_asks_for_the_time_is_in_nobodys_way() {
        let memory = Memory::new();
        let store = memory.store("s3://shop/thumbs");
        memory.insert("thumbs/.thumbgen.time/0123456789abcdef", Vec::new());
        let whole = try_it(&store, Claim::Whole);
        assert!(matches!(whole, Claiming::Held(_)), "{whole:?}");
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
