//! A claim that is renewed as long as its run lives.

use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::own::{Own, holder_of};
use crate::batch::store::{Refusal, StoreError};
#[cfg(test)]
use {super::own::Claimed, crate::batch::destination::lock::Claim, crate::batch::store::Store};

/// How often it is written again.
pub(super) const RENEWAL: Duration = Duration::from_secs(30);

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

/// Writes `own` again `every` so often, until what is returned is dropped.
pub(super) fn hold(mut own: Box<Own>, every: Duration) -> Result<Held, StoreError> {
    let ((end, ended), (tell_loss, loss)) = (bounded(0), bounded(1));
    let unheld = own.clone();
    let renew = move || {
        while ended.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
            if !own.renew() {
                let holder = holder_of(&own.store, &own.key);
                let _ = tell_loss.send(holder.unwrap_or_else(|| "another run".to_owned()));
                break;
            }
        }
        own
    };
    let renewing = thread::Builder::new().name("claim".into()).spawn(renew);
    match renewing {
        Ok(renewing) => Ok(Held {
            end: Some(end),
            renewing: Some(renewing),
            loss,
        }),
        Err(error) => {
            unheld.remove();
            Err(StoreError::new(Refusal::Other, error.to_string()))
        }
    }
}

/// What `claim` needs of DEST, `store`, written again `every` so often.
#[cfg(test)]
pub(crate) fn held(store: &Store, claim: Claim, every: Duration) -> Held {
    let own = Own::new(store, claim).claim().expect("a store in memory");
    let Claimed::Own(own) = own else {
        panic!("another run's");
    };
    hold(own, every).expect("a thread")
}
