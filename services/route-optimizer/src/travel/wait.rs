//! How long somebody waits for an answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How soon a client that has gone is noticed.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Until a moment, and only as long as the client is there.
#[derive(Debug, Clone, Copy)]
pub struct Wait<'a> {
    /// No longer than this.
    pub until: Instant,
    /// Set when nobody waits any more.
    pub gone: &'a AtomicBool,
}

impl Wait<'_> {
    /// The same, but no longer than some time from now.
    #[must_use]
    pub fn at_most(self, span: Duration) -> Self {
        Self {
            until: self.until.min(Instant::now() + span),
            ..self
        }
    }

    /// What is left of the time.
    #[must_use]
    pub fn left(self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    /// Whether the client went away.
    #[must_use]
    pub fn is_gone(self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }

    /// Returns when the client goes away.
    pub async fn client_goes(self) {
        while !self.is_gone() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}
