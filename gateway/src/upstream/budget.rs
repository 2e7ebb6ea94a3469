//! How many requests may be sent a second time: one for every five that were answered, so that trouble does not breed load.

use std::sync::atomic::{AtomicU32, Ordering};

const PER_RETRY: u32 = 5;
/// Ten retries, kept from better times.
const MOST: u32 = 10 * PER_RETRY;

#[derive(Debug)]
pub struct Budget(AtomicU32);

impl Default for Budget {
    fn default() -> Self {
        Self(AtomicU32::new(MOST))
    }
}

impl Budget {
    pub fn answered(&self) {
        let saved = self.0.load(Ordering::Relaxed);
        // Two at once may count as one: it is a budget, not a ledger.
        if saved < MOST {
            self.0.store(saved + 1, Ordering::Relaxed);
        }
    }

    /// Takes one retry out, if there is one.
    pub fn spend(&self) -> bool {
        let spend = |saved: u32| saved.checked_sub(PER_RETRY);
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend)
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_may_go_at_once_and_then_one_for_each_five_answers() {
        let budget = Budget::default();
        assert_eq!((0..20).filter(|_| budget.spend()).count(), 10);
        for _ in 0..5 {
            assert!(!budget.spend());
            budget.answered();
        }
        assert!(budget.spend() && !budget.spend());
    }
}
