//! Rows in, rows out.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::{SessionId, UserId};
use uuid::Uuid;

use super::model::{ApiKey, ApiKeyView};
use crate::roles;
use crate::schema::api_keys;

/// All of them, the newest first; a company has a handful.
pub fn all(conn: &mut PgConnection) -> DbResult<Vec<ApiKeyView>> {
    let keys: Vec<ApiKey> = api_keys::table
        .order(api_keys::id.desc())
        .limit(500)
        .select(ApiKey::as_select())
        .load(conn)?;
    let users: Vec<UserId> = keys.iter().map(|key| key.user_id).collect();
    let names = roles::queries::names_of(conn, &users)?;
    let roles_of = |user: UserId| {
        let of_user = names.iter().filter(|(holder, _)| *holder == user);
        of_user.map(|(_, name)| name.clone()).collect()
    };
    Ok(keys
        .into_iter()
        .map(|key| {
            let roles = roles_of(key.user_id);
            ApiKeyView::new(key, roles)
        })
        .collect())
}

pub fn insert(conn: &mut PgConnection, key: &ApiKey) -> DbResult<()> {
    diesel::insert_into(api_keys::table)
        .values(key)
        .execute(conn)?;
    Ok(())
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, id: Uuid) -> DbResult<Option<ApiKey>> {
    Ok(api_keys::table
        .find(id)
        .select(ApiKey::as_select())
        .for_update()
        .first(conn)
        .optional()?)
}

/// The one with this secret.
pub fn by_secret(conn: &mut PgConnection, hash: &[u8]) -> DbResult<Option<ApiKey>> {
    Ok(api_keys::table
        .filter(api_keys::secret_hash.eq(hash))
        .select(ApiKey::as_select())
        .first(conn)
        .optional()?)
}

pub fn note_use(conn: &mut PgConnection, id: Uuid, at: DateTime<Utc>) -> DbResult<()> {
    diesel::update(api_keys::table.find(id))
        .set(api_keys::last_used_at.eq(at))
        .execute(conn)?;
    Ok(())
}

pub fn revoke(conn: &mut PgConnection, id: Uuid, at: DateTime<Utc>) -> DbResult<()> {
    diesel::update(api_keys::table.find(id))
        .set(api_keys::revoked_at.eq(at))
        .execute(conn)?;
    Ok(())
}

/// Whether a user is one that keys act as.
pub fn is_programs(conn: &mut PgConnection, user: UserId) -> DbResult<bool> {
    let any = api_keys::table.filter(api_keys::user_id.eq(user.uuid()));
    Ok(diesel::select(diesel::dsl::exists(any)).get_result(conn)?)
}

/// What was revoked since then, with when.
pub fn revoked_since(
    conn: &mut PgConnection,
    since: DateTime<Utc>,
) -> DbResult<Vec<(SessionId, DateTime<Utc>)>> {
    let rows: Vec<(Uuid, DateTime<Utc>)> = api_keys::table
        .filter(api_keys::revoked_at.gt(since))
        .select((api_keys::id, api_keys::revoked_at.assume_not_null()))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, at)| (SessionId::from_uuid(id), at))
        .collect())
}
