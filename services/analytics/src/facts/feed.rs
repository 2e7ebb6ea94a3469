//! Following crm and visits: a page of events, its effect and the position are one transaction.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use nexus_db::DbResult;
use nexus_kernel::business_day;
use nexus_outbox::position_of;
use nexus_peers::{PeerError, Peers};
use nexus_service::App;

use super::apply::{Told, apply};
use super::event::{Event, Page};
use crate::measures::sql::Tables;

/// A feed that is followed.
#[derive(Debug, Clone)]
pub struct Source {
    pub name: &'static str,
    pub url: String,
}

const PAGE: usize = 500;
const WAIT: Duration = Duration::from_secs(25);
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Follows a feed for ever.
pub async fn follow(app: App, source: Source) {
    let mut pause = SHORTEST_PAUSE;
    loop {
        match step(&app, &source).await {
            Ok(()) => pause = SHORTEST_PAUSE,
            Err(error) => {
                tracing::debug!(source = source.name, cause = %error, "the feed cannot be followed right now");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn step(app: &App, source: &Source) -> Result<(), Failure> {
    let name = source.name;
    let after = app.db.read(move |conn| position_of(conn, name)).await?;
    let page = page_after(&app.peers, source, after, PAGE, WAIT).await?;
    if page.events.is_empty() {
        return Ok(());
    }
    let now = app.now();
    app.db
        .transaction(move |conn| take_in(conn, name, page.events, now))
        .await?;
    Ok(())
}

/// What a feed has after a position.
///
/// # Errors
/// When the service is down, slow or refuses.
pub async fn page_after(
    peers: &Arc<Peers>,
    source: &Source,
    after: i64,
    limit: usize,
    wait: Duration,
) -> Result<Page, PeerError> {
    let url = format!(
        "{}/internal/events?after={after}&limit={limit}&wait={}",
        source.url,
        wait.as_secs()
    );
    peers.get(&url, wait).await
}

/// Applies what is new in a page and notes how far it goes.
///
/// # Errors
/// The database's; then nothing was changed.
pub fn take_in(
    conn: &mut PgConnection,
    source: &str,
    mut events: Vec<Event>,
    now: DateTime<Utc>,
) -> DbResult<()> {
    one_at_a_time(conn)?;
    let stored = position_of(conn, source)?;
    // A feed tells in order of position.
    events.drain(..events.partition_point(|event| event.position <= stored));
    let Some(position) = events.last().map(|event| event.position) else {
        return Ok(());
    };
    let newest = events.iter().map(|event| event.at).max();
    let told = Told::of(events);
    apply(conn, Tables::Serving, source, &told, business_day(now))?;
    note_position(conn, source, position)?;
    note_change(conn, newest)
}

/// Counts are taken away and added by one transaction at a time, whichever feed or job it is of.
pub fn one_at_a_time(conn: &mut PgConnection) -> DbResult<()> {
    diesel::sql_query("SET LOCAL lock_timeout = '7s'").execute(conn)?;
    diesel::sql_query(
        "SELECT pg_advisory_xact_lock(hashtext('analytics.apply' || current_schema()))",
    )
    .execute(conn)?;
    Ok(())
}

pub fn note_position(conn: &mut PgConnection, source: &str, position: i64) -> DbResult<()> {
    diesel::sql_query(
        "INSERT INTO inbox_positions (source, position) VALUES ($1, $2)
         ON CONFLICT (source) DO UPDATE SET position = excluded.position",
    )
    .bind::<Text, _>(source)
    .bind::<BigInt, _>(position)
    .execute(conn)?;
    Ok(())
}

/// Whoever looks at figures is told that they are other ones.
pub fn note_change(conn: &mut PgConnection, newest: Option<DateTime<Utc>>) -> DbResult<()> {
    diesel::sql_query(
        "UPDATE changes SET number = number + 1, newest_at = greatest(newest_at, $1)",
    )
    .bind::<Nullable<Timestamptz>, _>(newest)
    .execute(conn)?;
    Ok(())
}
