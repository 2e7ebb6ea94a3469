use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{Data, Json, ServiceConfig, get, resource};
use diesel::prelude::*;
use nexus_auth::ServiceCaller;
use nexus_db::{Db, DbError, DbResult};
use nexus_problem::{ApiResult, Query};
use serde::Deserialize;
use tokio::sync::watch;
use utoipa::IntoParams;

use crate::event::{Event, EventPage};
use crate::schema::events;

/// Knows the feed's last position as soon as there is one more.
#[derive(Clone)]
pub struct Feed {
    last: watch::Receiver<i64>,
    stopping: Arc<watch::Sender<bool>>,
}

impl Feed {
    pub(crate) fn new(last: watch::Receiver<i64>) -> Self {
        let stopping = Arc::new(watch::Sender::new(false));
        Self { last, stopping }
    }

    /// Nobody is kept waiting any more: the service is about to stop.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Waits until the feed is past `position`, but not longer than `patience`.
    pub async fn wait_past(&self, position: i64, patience: Duration) {
        let (mut last, mut stopping) = (self.last.clone(), self.stopping.subscribe());
        tokio::select! {
            _ = last.wait_for(|last| *last > position) => {}
            _ = stopping.wait_for(|stopping| *stopping) => {}
            () = tokio::time::sleep(patience) => {}
        }
    }
}

const MOST: i64 = 1000;
const LONGEST_WAIT: u64 = 30;

/// Which part of the feed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Span {
    /// The last position already seen; 0 for the beginning.
    #[serde(default)]
    after: i64,
    /// At most so many events, up to 1,000.
    limit: Option<i64>,
    /// Wait so many seconds for the first event, up to 30.
    #[serde(default)]
    wait: u64,
}

/// Mounts `GET /internal/events`.
pub fn events_route(cfg: &mut ServiceConfig) {
    cfg.service(resource("/internal/events").route(get().to(events)));
}

async fn events(
    _caller: ServiceCaller,
    db: Data<Db>,
    feed: Data<Feed>,
    Query(span): Query<Span>,
) -> ApiResult<Json<EventPage>> {
    let limit = span.limit.unwrap_or(MOST).clamp(1, MOST);
    let mut found = read(&db, span.after, limit).await?;
    if found.is_empty() && span.wait > 0 {
        let patience = Duration::from_secs(span.wait.min(LONGEST_WAIT));
        feed.wait_past(span.after, patience).await;
        found = read(&db, span.after, limit).await?;
    }
    let position = found.last().map_or(span.after, |event| event.position);
    Ok(Json(EventPage {
        events: found,
        position,
    }))
}

async fn read(db: &Db, after: i64, limit: i64) -> Result<Vec<Event>, DbError> {
    db.read(move |conn| page_after(conn, after, limit)).await
}

/// The feed's events after a position, up to `limit`.
///
/// # Errors
/// The database's.
pub fn page_after(conn: &mut PgConnection, after: i64, limit: i64) -> DbResult<Vec<Event>> {
    let rows = events::table
        .filter(events::position.gt(after))
        .order(events::position)
        .limit(limit)
        .select(Event::as_select())
        .load(conn)?;
    Ok(rows)
}

/// The position of the feed's last event; 0 when there is none.
///
/// # Errors
/// The database's.
pub fn last_position(conn: &mut PgConnection) -> DbResult<i64> {
    let last: Option<i64> = events::table
        .select(diesel::dsl::max(events::position))
        .first(conn)?;
    Ok(last.unwrap_or(0))
}
