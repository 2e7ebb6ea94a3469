//! Whoever looks at figures is told when they are other ones: one question to the database serves all who wait.

pub mod routes;

use std::sync::Arc;
use std::time::Duration;

use nexus_service::App;
use tokio::sync::watch;

use crate::dashboard::change;

/// The number of the last change, as far as this process knows.
#[derive(Debug, Clone)]
pub struct Live {
    last: Arc<watch::Sender<i64>>,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            last: Arc::new(watch::Sender::new(0)),
        }
    }
}

/// Two seconds from an event to its tile leave room for four looks.
const LOOK_EVERY: Duration = Duration::from_millis(400);
const TRY_AGAIN: Duration = Duration::from_secs(2);

impl Live {
    /// Looks for changes as long as somebody waits for one.
    pub async fn look(self, app: App) {
        loop {
            if self.last.receiver_count() == 0 {
                tokio::time::sleep(LOOK_EVERY).await;
                continue;
            }
            match app.db.read(change).await {
                Ok(number) => {
                    self.last
                        .send_if_modified(|last| std::mem::replace(last, number) != number);
                    tokio::time::sleep(LOOK_EVERY).await;
                }
                Err(_) => tokio::time::sleep(TRY_AGAIN).await,
            }
        }
    }

    /// Waits for a change after this one, but not longer than `patience`.
    pub async fn after(&self, number: i64, patience: Duration) {
        let mut last = self.last.subscribe();
        let _patient = tokio::time::timeout(patience, last.wait_for(|last| *last > number)).await;
    }
}
