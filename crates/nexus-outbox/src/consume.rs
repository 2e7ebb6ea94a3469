use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use nexus_db::{Db, DbError, DbResult};
use nexus_peers::Peers;

use crate::event::{Event, EventPage};
use crate::schema::inbox_positions;
use crate::watch;

/// What an event does here. It runs in the transaction that stores the position.
pub type Apply = fn(&mut PgConnection, &Event) -> DbResult<()>;

const WAIT_SECONDS: u64 = 25;
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Follows another service's feed for ever: each event has its effect exactly once, in order.
///
/// `source` names the feed here; `base_url` is where that service listens.
pub async fn consume(
    db: Db,
    peers: Arc<Peers>,
    source: &'static str,
    base_url: String,
    apply: Apply,
) {
    watch::tell_of_inboxes();
    let mut pause = SHORTEST_PAUSE;
    loop {
        match step(&db, &peers, source, &base_url, apply).await {
            Ok(()) => pause = SHORTEST_PAUSE,
            Err(error) => {
                watch::failed(source);
                tracing::debug!(source, cause = %error, "the feed cannot be followed right now");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

async fn step(
    db: &Db,
    peers: &Peers,
    source: &'static str,
    base_url: &str,
    apply: Apply,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let after = db.read(move |conn| position_of(conn, source)).await?;
    let url = format!("{base_url}/internal/events?after={after}&limit=500&wait={WAIT_SECONDS}");
    let page: EventPage = peers.get(&url, Duration::from_secs(WAIT_SECONDS)).await?;
    let reached = page.position.max(after);
    if !page.events.is_empty() {
        db.transaction(move |conn| apply_page(conn, source, &page, apply))
            .await?;
    }
    watch::applied(source, reached);
    Ok(())
}

/// How far a feed has been applied here.
///
/// # Errors
/// The database's.
pub fn position_of(conn: &mut PgConnection, source: &str) -> DbResult<i64> {
    let position = inbox_positions::table
        .find(source)
        .select(inbox_positions::position)
        .first(conn)
        .optional()?;
    Ok(position.unwrap_or(0))
}

/// Applies what is new in a page. Another replica may have been quicker: the row's lock lets one go first, and the
/// other then finds nothing new.
fn apply_page(
    conn: &mut PgConnection,
    source: &str,
    page: &EventPage,
    apply: Apply,
) -> Result<(), DbError> {
    use inbox_positions as inbox;
    diesel::insert_into(inbox::table)
        .values((inbox::source.eq(source), inbox::position.eq(0)))
        .on_conflict_do_nothing()
        .execute(conn)?;
    let stored: i64 = inbox::table
        .find(source)
        .select(inbox::position)
        .for_update()
        .first(conn)?;
    let mut position = stored;
    for event in page.events.iter().filter(|event| event.position > stored) {
        apply(conn, event)?;
        position = event.position;
    }
    diesel::update(inbox::table.find(source))
        .set(inbox::position.eq(position))
        .execute(conn)?;
    Ok(())
}
