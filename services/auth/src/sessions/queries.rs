use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::{SessionId, UserId};
use uuid::Uuid;

use super::model::{EndReason, IDLE_DAYS, RefreshToken, Session};
use crate::schema::{refresh_tokens, sessions};

pub fn insert(conn: &mut PgConnection, session: &Session) -> DbResult<()> {
    diesel::insert_into(sessions::table)
        .values(session)
        .execute(conn)?;
    Ok(())
}

pub fn insert_token(conn: &mut PgConnection, token: &RefreshToken) -> DbResult<()> {
    diesel::insert_into(refresh_tokens::table)
        .values(token)
        .execute(conn)?;
    Ok(())
}

/// Uses an unused token, if it is one: of several at once, one gets it.
pub fn use_token(
    conn: &mut PgConnection,
    hash: &[u8],
    now: DateTime<Utc>,
) -> DbResult<Option<RefreshToken>> {
    let unused = refresh_tokens::table
        .find(hash)
        .filter(refresh_tokens::used_at.is_null());
    let row = diesel::update(unused)
        .set(refresh_tokens::used_at.eq(now))
        .returning(RefreshToken::as_returning())
        .get_result(conn)
        .optional()?;
    Ok(row)
}

pub fn token(conn: &mut PgConnection, hash: &[u8]) -> DbResult<Option<RefreshToken>> {
    Ok(refresh_tokens::table
        .find(hash)
        .select(RefreshToken::as_select())
        .first(conn)
        .optional()?)
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, id: SessionId) -> DbResult<Option<Session>> {
    let row = sessions::table
        .find(id.uuid())
        .select(Session::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    Ok(row)
}

pub fn touch(conn: &mut PgConnection, session: &Session) -> DbResult<()> {
    diesel::update(session)
        .set((
            sessions::last_used_at.eq(session.last_used_at),
            sessions::ip.eq(session.ip.as_deref()),
            sessions::user_agent.eq(session.user_agent.as_deref()),
        ))
        .execute(conn)?;
    Ok(())
}

/// The user's sessions that still count, the newest first.
pub fn alive(conn: &mut PgConnection, user: UserId, now: DateTime<Utc>) -> DbResult<Vec<Session>> {
    let rows = sessions::table
        .filter(sessions::user_id.eq(user.uuid()))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::last_used_at.gt(now - Duration::days(IDLE_DAYS)))
        .order((sessions::last_used_at.desc(), sessions::id.desc()))
        .select(Session::as_select())
        .load(conn)?;
    Ok(rows)
}

/// Ends the session, if it has not ended. Returns whether it was this that ended it.
pub fn end(
    conn: &mut PgConnection,
    id: SessionId,
    reason: EndReason,
    now: DateTime<Utc>,
) -> DbResult<bool> {
    let open = sessions::table
        .find(id.uuid())
        .filter(sessions::ended_at.is_null());
    let ended = diesel::update(open)
        .set((
            sessions::ended_at.eq(now),
            sessions::end_reason.eq(reason.text()),
        ))
        .execute(conn)?;
    Ok(ended == 1)
}

/// The sessions of a user that have not ended, but this one.
pub fn open_of(
    conn: &mut PgConnection,
    user: UserId,
    but: Option<SessionId>,
) -> DbResult<Vec<SessionId>> {
    let ids: Vec<Uuid> = sessions::table
        .filter(sessions::user_id.eq(user.uuid()))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::id.ne(but.map_or(Uuid::nil(), SessionId::uuid)))
        .order(sessions::id)
        .select(sessions::id)
        .load(conn)?;
    Ok(ids.into_iter().map(SessionId::from_uuid).collect())
}

/// The sessions that ended since then, with when.
pub fn ended_since(
    conn: &mut PgConnection,
    since: DateTime<Utc>,
) -> DbResult<Vec<(SessionId, DateTime<Utc>)>> {
    let rows: Vec<(Uuid, DateTime<Utc>)> = sessions::table
        .filter(sessions::ended_at.gt(since))
        .select((sessions::id, sessions::ended_at.assume_not_null()))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, at)| (SessionId::from_uuid(id), at))
        .collect())
}

/// Forgets sessions, and with them their tokens, that nobody can use since then.
pub fn forget_older(conn: &mut PgConnection, than: DateTime<Utc>) -> DbResult<usize> {
    let old = sessions::table.filter(
        sessions::expires_at
            .lt(than)
            .or(sessions::last_used_at.lt(than)),
    );
    Ok(diesel::delete(old).execute(conn)?)
}
