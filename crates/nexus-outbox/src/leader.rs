//! The thread that gives committed events their positions, and hears when there are new ones.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Binary, Bool, Double, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use nexus_config::Secret;
use nexus_db::DbResult;
use uuid::Uuid;

use crate::chain::{GENESIS, Link};
use crate::feed::{Feed, last_position};
use crate::schema::events;
use crate::watch;

/// How often the connection is asked for notifications: one non-blocking read of a socket.
const LISTEN_EVERY: Duration = Duration::from_millis(20);
/// Without any notification, look all the same: a replica may have died between commit and notice.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const RECONNECT_AFTER: Duration = Duration::from_millis(300);
const BATCH: i64 = 500;

/// Starts the thread. It lives as long as the process, through every restart of PostgreSQL.
///
/// # Panics
/// When the operating system gives no thread.
#[must_use]
pub fn start(url: Secret) -> Feed {
    let (tell, told) = tokio::sync::watch::channel(0);
    watch::tell_of_feed();
    std::thread::Builder::new()
        .name("feed".to_owned())
        .spawn(move || {
            while !tell.is_closed() {
                if let Err(error) = listen(&url, &tell) {
                    tracing::debug!(cause = %error, "the feed's connection broke");
                }
                std::thread::sleep(RECONNECT_AFTER);
            }
        })
        .expect("the operating system gives a thread at start");
    Feed::new(told)
}

#[derive(QueryableByName)]
struct Leads {
    #[diesel(sql_type = Bool)]
    leads: bool,
}

fn listen(
    url: &Secret,
    tell: &tokio::sync::watch::Sender<i64>,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut conn = PgConnection::establish(url.expose())?;
    let conn = &mut conn;
    conn.batch_execute(
        "SET application_name = 'nexus-feed'; SET lock_timeout = '1s'; SET statement_timeout = '30s';
         DO $$ BEGIN
           EXECUTE format('LISTEN %I', 'outbox_' || current_schema());
           EXECUTE format('LISTEN %I', 'events_' || current_schema());
         END $$",
    )?;
    if !is_migrated(conn)? {
        return Ok(());
    }
    let (mut leads, mut looked) = (false, None::<Instant>);
    while !tell.is_closed() {
        let mut heard = false;
        for notification in conn.notifications_iter() {
            notification?;
            heard = true;
        }
        if heard || looked.is_none_or(|at| at.elapsed() > LOOK_EVERY) {
            looked = Some(Instant::now());
            if !leads {
                leads = diesel::sql_query(
                    "SELECT pg_try_advisory_lock(20088, hashtext(current_schema())) AS leads",
                )
                .get_result::<Leads>(conn)?
                .leads;
            }
            while leads && sequence(conn)? == BATCH {}
            let last = last_position(conn)?;
            let (waiting, oldest) = waiting(conn)?;
            watch::FEED.seen(last, leads, waiting, oldest);
            tell.send_if_modified(|known| std::mem::replace(known, last) != last);
        }
        std::thread::sleep(LISTEN_EVERY);
    }
    Ok(())
}

/// How many committed rows have no position yet, and for how many seconds the oldest has had none. Not only the leader
/// looks: of a leader that hangs, the others tell.
fn waiting(conn: &mut PgConnection) -> QueryResult<(i64, f64)> {
    let row: Backlog = diesel::sql_query(
        "SELECT count(*) AS rows, coalesce(extract(epoch FROM now() - min(at)), 0)::float8 AS oldest FROM outbox",
    )
    .get_result(conn)?;
    Ok((row.rows, row.oldest))
}

#[derive(QueryableByName)]
struct Backlog {
    #[diesel(sql_type = BigInt)]
    rows: i64,
    #[diesel(sql_type = Double)]
    oldest: f64,
}

/// The thread starts with the process, which may still have to make its tables.
fn is_migrated(conn: &mut PgConnection) -> QueryResult<bool> {
    diesel::select(diesel::dsl::sql::<Bool>(
        "to_regclass('events') IS NOT NULL",
    ))
    .get_result(conn)
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = SqlUuid)]
    subject_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    actor_id: Option<Uuid>,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    payload: String,
    #[diesel(sql_type = BigInt)]
    version: i64,
}

const TAKE: &str = "WITH taken AS (
    DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox ORDER BY seq LIMIT $1)
    RETURNING seq, id, kind, subject_id, actor_id, at, payload::text AS payload, version
) SELECT * FROM taken ORDER BY seq";

const GIVE: &str =
    "INSERT INTO events (position, seq, id, kind, subject_id, actor_id, at, payload, version, hash)
    SELECT position, seq, id, kind, subject_id, actor_id, at, payload::jsonb, version, hash
    FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
      AS t(position, seq, id, kind, subject_id, actor_id, at, payload, version, hash)";

/// Moves one batch of committed rows from `outbox` to `events`. Returns how many. Only the leader calls it.
///
/// # Errors
/// The database's; then nothing was moved.
pub fn sequence(conn: &mut PgConnection) -> DbResult<i64> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this thread has a connection of its own"
    )]
    let moved = conn.transaction(|conn| {
        let rows: Vec<Waiting> = diesel::sql_query(TAKE)
            .bind::<BigInt, _>(BATCH)
            .load(conn)?;
        if rows.is_empty() {
            return Ok(0);
        }
        let last: Option<(i64, Vec<u8>)> = events::table
            .select((events::position, events::hash))
            .order(events::position.desc())
            .first(conn)
            .optional()?;
        let (mut position, mut hash) = last.unwrap_or((0, GENESIS.to_vec()));
        let (mut positions, mut hashes) = (Vec::new(), Vec::new());
        for row in &rows {
            position += 1;
            hash = link(position, row).hash(&hash);
            positions.push(position);
            hashes.push(hash.clone());
        }
        diesel::sql_query(GIVE)
            .bind::<Array<BigInt>, _>(positions)
            .bind::<Array<BigInt>, _>(column(&rows, |row| row.seq))
            .bind::<Array<SqlUuid>, _>(column(&rows, |row| row.id))
            .bind::<Array<Text>, _>(column(&rows, |row| row.kind.clone()))
            .bind::<Array<SqlUuid>, _>(column(&rows, |row| row.subject_id))
            .bind::<Array<Nullable<SqlUuid>>, _>(column(&rows, |row| row.actor_id))
            .bind::<Array<Timestamptz>, _>(column(&rows, |row| row.at))
            .bind::<Array<Text>, _>(column(&rows, |row| row.payload.clone()))
            .bind::<Array<BigInt>, _>(column(&rows, |row| row.version))
            .bind::<Array<Binary>, _>(hashes)
            .execute(conn)?;
        diesel::sql_query("SELECT pg_notify('events_' || current_schema(), '')").execute(conn)?;
        Ok(i64::try_from(rows.len()).unwrap_or(BATCH))
    });
    moved.map_err(|error: diesel::result::Error| error.into())
}

fn column<T>(rows: &[Waiting], of: impl Fn(&Waiting) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

fn link(position: i64, row: &Waiting) -> Link<'_> {
    Link {
        position,
        id: row.id.to_string(),
        kind: &row.kind,
        subject_id: row.subject_id.to_string(),
        actor_id: row.actor_id.map(|id| id.to_string()).unwrap_or_default(),
        at_micros: row.at.timestamp_micros(),
        version: row.version,
        payload: &row.payload,
    }
}
