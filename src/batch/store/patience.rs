//! How long a request is tried again that the crate gives up: one whose answer broke off, and one that may not be made
//! twice without a look at what came of the first.

use std::time::{Duration, Instant};

use super::error::StoreError;
use super::random::jittered;

/// The first pause; the next ones double.
const FIRST: Duration = Duration::from_millis(100);

/// The longest one: a run that is to end waits for its workers.
const LONGEST: Duration = Duration::from_secs(5);

/// What is left of the time in which a request is tried again.
#[derive(Debug)]
pub struct Patience {
    began: Instant,
    retry_timeout: Duration,
    pause: Duration,
}

impl Patience {
    /// Patience for `retry_timeout` from now on.
    pub fn new(retry_timeout: Duration) -> Self {
        Self {
            began: Instant::now(),
            retry_timeout,
            pause: FIRST,
        }
    }

    /// How long to wait before the request that failed with `error` is made again; none if it is not.
    pub fn pause_after(&mut self, error: &StoreError) -> Option<Duration> {
        let pause = self.pause;
        self.pause = LONGEST.min(2 * pause);
        let there_is_time = self.began.elapsed() + pause < self.retry_timeout;
        (error.may_pass() && there_is_time).then(|| jittered(pause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::store::Refusal;

    #[test]
    fn pauses_double_up_to_the_longest_and_end_with_the_time() {
        let gone = StoreError::new(Refusal::Gone, "no answer");
        let mut patience = Patience::new(Duration::from_secs(3600));
        let pauses: Vec<_> = (0..8).filter_map(|_| patience.pause_after(&gone)).collect();
        for (pause, most) in pauses
            .iter()
            .zip([100, 200, 400, 800, 1600, 3200, 5000, 5000])
        {
            let most = Duration::from_millis(most);
            assert!((most / 2..=most).contains(pause), "{pauses:?}");
        }
        assert_eq!(pauses.len(), 8);
        let mut patience = Patience::new(Duration::from_millis(99));
        assert_eq!(patience.pause_after(&gone), None);
    }

    #[test]
    fn what_will_not_pass_is_not_tried_again() {
        let mut patience = Patience::new(Duration::from_secs(3600));
        let denied = StoreError::new(Refusal::Denied, "no");
        assert_eq!(patience.pause_after(&denied), None);
    }
}
