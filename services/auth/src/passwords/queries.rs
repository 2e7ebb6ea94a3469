use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::UserId;

use crate::schema::{passwords, users};

/// A user's hash.
pub fn hash_of(conn: &mut PgConnection, user: UserId) -> DbResult<Option<String>> {
    let hash = passwords::table
        .find(user.uuid())
        .select(passwords::hash)
        .first(conn)
        .optional()?;
    Ok(hash)
}

/// Whose e-mail address this is, and their hash, in one statement whether there is such a user or not.
pub fn by_email(
    conn: &mut PgConnection,
    email: &str,
) -> DbResult<Option<(UserId, Option<String>)>> {
    let found: Option<(uuid::Uuid, Option<String>)> = users::table
        .left_join(passwords::table)
        .filter(users::email.eq(email))
        .select((users::id, passwords::hash.nullable()))
        .first(conn)
        .optional()?;
    Ok(found.map(|(id, hash)| (UserId::from_uuid(id), hash)))
}

pub fn save(conn: &mut PgConnection, user: UserId, hash: &str, now: DateTime<Utc>) -> DbResult<()> {
    diesel::insert_into(passwords::table)
        .values((
            passwords::user_id.eq(user.uuid()),
            passwords::hash.eq(hash),
            passwords::changed_at.eq(now),
        ))
        .on_conflict(passwords::user_id)
        .do_update()
        .set((passwords::hash.eq(hash), passwords::changed_at.eq(now)))
        .execute(conn)?;
    Ok(())
}
