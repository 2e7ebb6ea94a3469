use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;

use super::model::StoredKey;
use crate::schema::signing_keys;

/// One change of the keys at a time, whoever makes it.
pub fn lock(conn: &mut PgConnection) -> DbResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(20090, hashtext(current_schema()))")
        .execute(conn)?;
    Ok(())
}

/// All that are published at `now` or will sign, oldest first.
pub fn published(conn: &mut PgConnection, now: DateTime<Utc>) -> DbResult<Vec<StoredKey>> {
    let keys = signing_keys::table
        .filter(
            signing_keys::expires_at
                .is_null()
                .or(signing_keys::expires_at.gt(now)),
        )
        .order((signing_keys::signs_from, signing_keys::created_at))
        .select(StoredKey::as_select())
        .load(conn)?;
    Ok(keys)
}

pub fn insert(conn: &mut PgConnection, key: &StoredKey) -> DbResult<()> {
    diesel::insert_into(signing_keys::table)
        .values(key)
        .execute(conn)?;
    Ok(())
}

/// The end of all keys but one.
pub fn end_others(conn: &mut PgConnection, kid: &str, at: DateTime<Utc>) -> DbResult<()> {
    diesel::update(signing_keys::table)
        .filter(signing_keys::kid.ne(kid))
        .filter(signing_keys::expires_at.is_null())
        .set(signing_keys::expires_at.eq(at))
        .execute(conn)?;
    Ok(())
}

/// Forgets what is not published any more.
pub fn forget_ended(conn: &mut PgConnection, now: DateTime<Utc>) -> DbResult<()> {
    diesel::delete(signing_keys::table.filter(signing_keys::expires_at.le(now))).execute(conn)?;
    Ok(())
}
