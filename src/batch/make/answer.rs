//! An answer that one thread gives another, which sleeps until then.
//!
//! A channel's receiver would yield its core several times before it sleeps: with many workers that took 2% of the time of
//! runs over small pictures.

use std::sync::{Arc, Condvar, Mutex};

/// Who gives the answer, and where it is waited for.
pub(super) fn answer<T>() -> (Giver<T>, Answer<T>) {
    let slot = Arc::new(Slot {
        state: Mutex::new(State {
            answer: None,
            over: false,
        }),
        is_over: Condvar::new(),
    });
    (Giver(Arc::clone(&slot)), Answer(slot))
}

struct Slot<T> {
    state: Mutex<State<T>>,
    is_over: Condvar,
}

struct State<T> {
    answer: Option<T>,
    /// Nothing comes any more.
    over: bool,
}

/// Gives the answer. One that is dropped wakes who waits: a decoder that has died must not keep a run for ever.
pub(super) struct Giver<T>(Arc<Slot<T>>);

impl<T> Giver<T> {
    pub(super) fn give(self, answer: T) {
        self.0.state.lock().expect("BUG: poisoned answer").answer = Some(answer);
    }
}

impl<T> Drop for Giver<T> {
    fn drop(&mut self) {
        if let Ok(mut state) = self.0.state.lock() {
            state.over = true;
        }
        self.0.is_over.notify_one();
    }
}

/// An answer that may be still to come.
pub(super) struct Answer<T>(Arc<Slot<T>>);

impl<T> Answer<T> {
    /// Waits for it; nothing if its giver is gone without one.
    pub(super) fn wait(self) -> Option<T> {
        let state = self.0.state.lock().expect("BUG: poisoned answer");
        let state = self.0.is_over.wait_while(state, |state| !state.over);
        state.expect("BUG: poisoned answer").answer.take()
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn what_is_given_is_had() {
        let (giver, answer) = answer();
        let waiting = thread::spawn(move || answer.wait());
        giver.give(7);
        assert_eq!(waiting.join().unwrap(), Some(7));
    }

    #[test]
    fn who_waits_is_woken_if_there_will_be_no_answer() {
        let (giver, answer) = answer::<u8>();
        let waiting = thread::spawn(move || answer.wait());
        drop(giver);
        assert_eq!(waiting.join().unwrap(), None);
    }
}
