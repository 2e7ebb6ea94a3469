//! The task that writes letters when they are due. auth says who reads them and what they may see, and takes the letter.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use nexus_auth::can::ReadAnalytics;
use nexus_auth::{Grant, Permission, allowed};
use nexus_db::{DbError, DbResult};
use nexus_kernel::{UserId, business_day};
use nexus_peers::PeerError;
use nexus_problem::Problem;
use nexus_records::{Sees, Viewer, users};
use nexus_service::App;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::letter::{self, Letter, Words};
use super::model::Digest;
use super::queries;
use crate::boards;
use crate::boards::model::BoardId;
use crate::dashboard::compose;
use crate::filter::scoped;

const LOOK_EVERY: Duration = Duration::from_secs(20);
/// So long a letter belongs to whoever began to write it.
const HELD: TimeDelta = TimeDelta::minutes(5);

/// What auth says of a reader.
#[derive(Debug, Deserialize)]
struct Reader {
    reads: bool,
    locale: String,
    permissions: Vec<String>,
}

/// A letter as auth takes it.
#[derive(Debug, Serialize)]
struct Written {
    id: Uuid,
    user_id: UserId,
    subject: String,
    text: String,
    path: String,
}

#[derive(Debug, Deserialize)]
struct Kept {
    kept: bool,
}

/// Writes what is due, for ever.
pub async fn send_all(app: App) {
    loop {
        match send_one(&app).await {
            Ok(true) => {}
            Ok(false) => tokio::time::sleep(LOOK_EVERY).await,
            Err(error) => {
                tracing::debug!(cause = %error, "digests wait for the database");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
}

/// Writes the letter that is due longest. Whether there was one.
///
/// # Errors
/// The database's; then it is written later.
pub async fn send_one(app: &App) -> DbResult<bool> {
    let now = app.now();
    let take = move |conn: &mut PgConnection| queries::take(conn, now, now + HELD);
    let Some((digest, letter)) = app.db.transaction(take).await? else {
        return Ok(false);
    };
    let (id, next) = (digest.id, digest.fields.rhythm.next(now));
    match write(app, digest, letter, now).await {
        Ok(sent) => tracing::info!(digest.id = %id, sent, "a digest is over"),
        Err(cause) => {
            // It is held for a while, and then tried again as the same letter.
            tracing::warn!(digest.id = %id, cause, "a digest waits");
            return Ok(true);
        }
    }
    let finish = move |conn: &mut PgConnection| queries::finish(conn, id, letter, next);
    app.db.transaction(finish).await?;
    Ok(true)
}

/// Whether a letter goes out; nobody to read it, or nothing that they may see, is the end of it too.
async fn write(app: &App, digest: Digest, id: Uuid, now: DateTime<Utc>) -> Result<bool, String> {
    let (auth, owner) = (app.peers.auth_url(), digest.owner_id);
    let asked = app
        .peers
        .get(&format!("{auth}/internal/readers/{owner}"), Duration::ZERO)
        .await;
    let reader: Reader = match asked {
        Err(PeerError::Refused(status)) if status.as_u16() == 404 => return Ok(false),
        answer => answer.map_err(|error| error.to_string())?,
    };
    let composed = app
        .db
        .read(move |conn| composed(conn, &digest, &reader, now))
        .await
        .map_err(|error| error.to_string())?;
    let Some(Letter {
        subject,
        text,
        path,
    }) = composed
    else {
        return Ok(false);
    };
    let written = Written {
        id,
        user_id: owner,
        subject,
        text,
        path,
    };
    let url = format!("{auth}/internal/letters");
    match app.peers.post::<Kept>(&url, &written, Duration::ZERO).await {
        Ok(Kept { kept }) => Ok(kept),
        // There is no mail server any more; or it is not a letter to auth, and never will be one.
        Err(PeerError::Refused(status)) if matches!(status.as_u16(), 409 | 413 | 422) => Ok(false),
        Err(error) => Err(error.to_string()),
    }
}

fn composed(
    conn: &mut PgConnection,
    digest: &Digest,
    reader: &Reader,
    now: DateTime<Utc>,
) -> DbResult<Option<Letter>> {
    let Some(viewer) = viewer(conn, digest.owner_id, reader)? else {
        return Ok(None);
    };
    let today = business_day(now);
    let scoped = match scoped(conn, &viewer, &digest.fields.filter.on(today), today) {
        Ok(scoped) => scoped,
        // The agent or the team of the filter is not theirs to see any more. A database that is busy is asked again.
        Err(problem) if is_refused(&problem) => return Ok(None),
        Err(_) => return Err(DbError::Busy),
    };
    let (name, tiles) = match digest.fields.board_id {
        None => (None, digest.fields.tiles.clone()),
        Some(board) => {
            let found = boards::queries::find(conn, digest.owner_id, BoardId::from_uuid(board))?;
            let Some(board) = found else {
                return Ok(None);
            };
            let tiles = board.fields.tiles.iter().map(|placed| placed.tile);
            (Some(board.fields.name), tiles.collect())
        }
    };
    let dashboard = compose(conn, scoped, &tiles, now)?;
    let words = Words::of(&reader.locale);
    let path = letter::path(&digest.fields);
    Ok(Some(letter::write(
        &words,
        name.as_deref(),
        &tiles,
        &dashboard,
        path,
    )))
}

fn is_refused(problem: &Problem) -> bool {
    problem.status().is_client_error()
}

/// What the reader may see now; nothing without the permission, or when no letter reaches them.
fn viewer(conn: &mut PgConnection, user: UserId, reader: &Reader) -> DbResult<Option<Viewer>> {
    let grants: Vec<Grant> = reader
        .permissions
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect();
    let scope = allowed(&grants, ReadAnalytics::NAME).filter(|_| reader.reads);
    let Some(scope) = scope else { return Ok(None) };
    let sees = match scope {
        nexus_auth::Scope::All => Sees::Everything,
        nexus_auth::Scope::Team => Sees::OwnedBy(users::queries::team(conn, user)?),
        nexus_auth::Scope::Own => Sees::OwnedBy(vec![user]),
    };
    Ok(Some(Viewer {
        user_id: user,
        sees,
    }))
}
