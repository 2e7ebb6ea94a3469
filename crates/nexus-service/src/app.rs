use std::sync::Arc;

use actix_web::HttpResponse;
use diesel::pg::PgConnection;
use nexus_auth::Verifier;
use nexus_db::Db;
use nexus_outbox::Feed;
use nexus_peers::Peers;
use nexus_problem::{ApiResult, BodyHash};
use uuid::Uuid;

use crate::answer::Answer;
use crate::clock::Clock;
use crate::once::OnceKey;

/// What every handler can reach.
#[derive(Clone)]
pub struct App {
    /// The service's own schema.
    pub db: Db,
    /// Calls to other services.
    pub peers: Arc<Peers>,
    /// Checks tokens.
    pub verifier: Arc<Verifier>,
    /// The service's own event feed.
    pub feed: Feed,
    /// The one source of `now`.
    pub clock: Clock,
}

impl App {
    /// The time of this request.
    #[must_use]
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        (self.clock)()
    }

    /// A repeatable write: one transaction, whose answer an `Idempotency-Key` brings back.
    ///
    /// # Errors
    /// What the work fails with; then nothing was changed.
    pub async fn write_once(
        &self,
        once: OnceKey,
        actor: Uuid,
        hash: BodyHash,
        work: impl FnOnce(&mut PgConnection) -> ApiResult<Answer> + Send + 'static,
    ) -> ApiResult<HttpResponse> {
        let answer = self
            .db
            .transaction(move |conn| once.once(conn, actor, hash, work))
            .await?;
        Ok(answer.response())
    }

    /// A write that `If-Match` guards: one transaction.
    ///
    /// # Errors
    /// What the work fails with; then nothing was changed.
    pub async fn write(
        &self,
        work: impl FnOnce(&mut PgConnection) -> ApiResult<Answer> + Send + 'static,
    ) -> ApiResult<HttpResponse> {
        Ok(self.db.transaction(work).await?.response())
    }
}
