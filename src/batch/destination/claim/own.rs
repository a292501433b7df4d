//! The small object by which a run claims DEST: written, renewed, and taken over where its run is dead.

use crate::batch::destination::lock::Claim;
use crate::batch::store::{
    Head, Headers, Listing, Met, Over, Refusal, Span, Store, StoreError, random,
};

const PLACE: &str = ".thumbgen.claim";

/// Where runs ask what time it is.
const TIME: &str = ".thumbgen.time";

/// All of a claim: no host has a name that would make it longer.
const SPAN: Span = Span::Whole { most: 4 << 10 };

/// How long a claim holds that is not written again, in seconds.
pub(super) const TERM: i64 = 120;

/// A run's own claim.
#[derive(Debug, Clone)]
pub(super) struct Own {
    pub(super) store: Store,
    pub(super) key: String,
    /// What stands in it, but for the number of renewals; nothing in one that is to be removed.
    text: String,
    renewals: u64,
    /// The object that was written last; none if there is none, or it is another run's now.
    pub(super) head: Option<Head>,
}

/// Whose a place is.
pub(super) enum Claimed {
    Own(Box<Own>),
    /// That of the claim with this key.
    Others(String),
}

impl Own {
    pub(super) fn new(store: &Store, claim: Claim) -> Self {
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

    pub(super) fn claim(mut self) -> Result<Claimed, StoreError> {
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
    pub(super) fn write(&mut self, over: Option<&Head>) -> Result<bool, StoreError> {
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
    pub(super) fn renew(&mut self) -> bool {
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

    /// Removes it, unless it is another run's. If it stays, it runs out.
    pub(super) fn remove(&self) {
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

pub(super) fn holder_of(store: &Store, key: &str) -> Option<String> {
    let text = String::from_utf8(store.get(key, SPAN, None).ok()?.bytes).ok()?;
    let holder = text.lines().next()?;
    let is_plain = holder.len() < 200 && !holder.chars().any(char::is_control);
    (is_plain && !holder.is_empty()).then(|| format!("another run, {holder}"))
}
