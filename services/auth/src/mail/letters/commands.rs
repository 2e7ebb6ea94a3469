use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use nexus_db::DbResult;

use super::model::Written;
use super::queries::{self, Due};
use crate::mail::model::again_after;

/// What becomes of a letter that a service has written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It goes out, or it has gone out before.
    Kept,
    /// There is nobody to read it.
    NoReader,
}

pub fn keep(
    conn: &mut PgConnection,
    service: &str,
    written: &Written,
    now: DateTime<Utc>,
) -> DbResult<Kept> {
    let reader = queries::reader(conn, written.user_id)?;
    if reader.is_none_or(|reader| reader.address().is_none()) {
        return Ok(Kept::NoReader);
    }
    queries::insert(conn, service, written, now)?;
    Ok(Kept::Kept)
}

/// Takes a letter to send; should this process end meanwhile, it is due again later. The last try ends it.
pub fn take(conn: &mut PgConnection, now: DateTime<Utc>) -> DbResult<Option<Due>> {
    let Some(due) = queries::lock_due(conn, now)? else {
        return Ok(None);
    };
    match again_after(due.tries) {
        Some(after) => queries::put_off(conn, due.id, due.tries + 1, now + after)?,
        None => queries::end(conn, due.id)?,
    }
    Ok(Some(due))
}
