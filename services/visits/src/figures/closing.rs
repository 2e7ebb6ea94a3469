//! A day that is over is told as one event; one that changes afterwards (a phone that had no signal) is told again.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::business_day;
use nexus_outbox::announce;
use nexus_records::Author;
use nexus_service::App;
use serde_json::json;

use super::model::{Counts, DayFigures};
use super::queries::{self, AgentDay, Closed};

const PAUSE: Duration = Duration::from_secs(30);

/// Closes days for ever.
pub async fn work(app: App) {
    loop {
        let now = app.now();
        let closed = app.db.transaction(move |conn| close(conn, now)).await;
        match closed {
            Ok(days) if days > 0 => {}
            Ok(_) => tokio::time::sleep(PAUSE).await,
            Err(error) => {
                tracing::debug!(cause = %error, "no day is closed for now");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Tells the figures of some days that are over and have changed. Answers how many were looked at.
///
/// # Errors
/// The database's.
pub fn close(conn: &mut PgConnection, now: DateTime<Utc>) -> DbResult<usize> {
    let today: NaiveDate = business_day(now);
    let days = queries::take_stale(conn, today)?;
    for day in &days {
        tell(conn, *day, now)?;
    }
    Ok(days.len())
}

fn tell(conn: &mut PgConnection, of: AgentDay, now: DateTime<Utc>) -> DbResult<()> {
    // Held before it is counted: who comes second counts what the first has told.
    let before = queries::hold(conn, of)?;
    let counted = queries::days(conn, Some(&[of.agent_id]), of.day, of.day)?.pop();
    let figures = counted.unwrap_or_else(|| DayFigures {
        agent_id: of.agent_id.uuid(),
        day: of.day,
        counts: Counts::default(),
    });
    if before.version == 0 && figures.counts == Counts::default() {
        return queries::forget(conn, of);
    }
    let told: Option<DayFigures> = serde_json::from_value(before.figures.clone()).ok();
    if told.as_ref() == Some(&figures) {
        return Ok(());
    }
    let after = Closed {
        version: before.version + 1,
        figures: json!(figures),
        ..before
    };
    queries::save(conn, &after)?;
    let system = Author { user_id: None, now };
    let fact = system.fact(
        "visits.day.closed.v1",
        after.id,
        after.version,
        told.as_ref(),
        &figures,
    );
    announce(conn, &fact)
}
