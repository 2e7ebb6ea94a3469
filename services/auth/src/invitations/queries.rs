use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use uuid::Uuid;

use super::model::Invitation;
use crate::schema::invitations;

pub fn insert(conn: &mut PgConnection, invitation: &Invitation) -> DbResult<()> {
    diesel::insert_into(invitations::table)
        .values(invitation)
        .execute(conn)?;
    Ok(())
}

/// The invitation with this token's hash, held until the transaction ends.
pub fn lock(conn: &mut PgConnection, token_hash: &[u8]) -> DbResult<Option<Invitation>> {
    let row = invitations::table
        .filter(invitations::token_hash.eq(token_hash))
        .select(Invitation::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    Ok(row)
}

pub fn mark_used(conn: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> DbResult<()> {
    diesel::update(invitations::table.find(id))
        .set(invitations::used_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// A user's open invitations let nobody in any more.
pub fn withdraw(conn: &mut PgConnection, user: UserId) -> DbResult<()> {
    let open = invitations::table
        .filter(invitations::user_id.eq(user.uuid()))
        .filter(invitations::used_at.is_null());
    diesel::delete(open).execute(conn)?;
    Ok(())
}
