use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;

use super::model::Count;
use crate::schema::tries;

/// Reads the count, none being one of nothing, and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, key: &[u8], now: DateTime<Utc>) -> DbResult<Count> {
    diesel::insert_into(tries::table)
        .values((
            tries::key.eq(key),
            tries::failed.eq(0),
            tries::last_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    let (failed, last_at, locked_until) = tries::table
        .find(key)
        .select((tries::failed, tries::last_at, tries::locked_until))
        .for_update()
        .first(conn)?;
    Ok(Count {
        failed,
        last_at,
        locked_until,
    })
}

pub fn save(conn: &mut PgConnection, key: &[u8], count: &Count) -> DbResult<()> {
    diesel::update(tries::table.find(key))
        .set((
            tries::failed.eq(count.failed),
            tries::last_at.eq(count.last_at),
            tries::locked_until.eq(count.locked_until),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn delete(conn: &mut PgConnection, key: &[u8]) -> DbResult<()> {
    diesel::delete(tries::table.find(key)).execute(conn)?;
    Ok(())
}

/// Forgets counts that nobody has added to since.
pub fn delete_older(conn: &mut PgConnection, than: DateTime<Utc>) -> DbResult<usize> {
    Ok(diesel::delete(tries::table.filter(tries::last_at.lt(than))).execute(conn)?)
}
