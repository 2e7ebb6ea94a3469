//! Remembers that a service does not answer, so that nobody waits for it.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// So many answers in a row that never came open the breaker.
const TIMEOUTS: u32 = 3;

#[derive(Debug, Default)]
pub struct Breaker {
    open: AtomicBool,
    timeouts: AtomicU32,
}

impl Breaker {
    pub fn is_open(&self) -> bool {
        self.open.load(Ordering::Relaxed)
    }

    /// Returns whether it was this call that opened it.
    pub fn open(&self) -> bool {
        !self.open.swap(true, Ordering::Relaxed)
    }

    /// Returns whether this timeout opened it.
    pub fn timed_out(&self) -> bool {
        let in_a_row = self.timeouts.fetch_add(1, Ordering::Relaxed) + 1;
        in_a_row >= TIMEOUTS && self.open()
    }

    pub fn answered(&self) {
        if self.timeouts.load(Ordering::Relaxed) > 0 {
            self.timeouts.store(0, Ordering::Relaxed);
        }
    }

    pub fn close(&self) {
        self.timeouts.store(0, Ordering::Relaxed);
        self.open.store(false, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_three_timeouts_in_a_row_and_says_so_once() {
        let breaker = Breaker::default();
        assert!(!breaker.timed_out() && !breaker.timed_out());
        breaker.answered();
        assert!(!breaker.timed_out() && !breaker.timed_out());
        assert!(breaker.timed_out() && breaker.is_open());
        assert!(!breaker.timed_out() && !breaker.open());
        breaker.close();
        assert!(!breaker.is_open());
    }
}
