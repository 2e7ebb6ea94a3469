use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use uuid::Uuid;

use super::model::Kind;
use crate::schema::{invitations, mails, users};

/// A letter that is due, with what has to be written.
#[derive(Debug, Queryable)]
pub struct Due {
    pub invitation_id: Uuid,
    pub kind: String,
    pub tries: i32,
    pub name: String,
    pub email: Option<String>,
    pub locale: String,
}

pub fn insert(
    conn: &mut PgConnection,
    invitation: Uuid,
    kind: Kind,
    due_at: DateTime<Utc>,
) -> DbResult<()> {
    diesel::insert_into(mails::table)
        .values((
            mails::invitation_id.eq(invitation),
            mails::kind.eq(kind.text()),
            mails::due_at.eq(due_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The letter that has waited longest, held until the transaction ends; others' are passed over.
pub fn lock_due(conn: &mut PgConnection, now: DateTime<Utc>) -> DbResult<Option<Due>> {
    let found: Option<(Uuid, String, i32)> = mails::table
        .filter(mails::due_at.le(now))
        .order(mails::due_at)
        .select((mails::invitation_id, mails::kind, mails::tries))
        .for_update()
        .skip_locked()
        .first(conn)
        .optional()?;
    let Some((id, kind, tries)) = found else {
        return Ok(None);
    };
    let (name, email, locale) = invitations::table
        .inner_join(users::table)
        .filter(invitations::id.eq(id))
        .select((users::name, users::email, users::locale))
        .first(conn)?;
    Ok(Some(Due {
        invitation_id: id,
        kind,
        tries,
        name,
        email,
        locale,
    }))
}

pub fn put_off(
    conn: &mut PgConnection,
    invitation: Uuid,
    tries: i32,
    due_at: DateTime<Utc>,
) -> DbResult<()> {
    diesel::update(mails::table.find(invitation))
        .set((mails::tries.eq(tries), mails::due_at.eq(due_at)))
        .execute(conn)?;
    Ok(())
}

pub fn delete(conn: &mut PgConnection, invitation: Uuid) -> DbResult<()> {
    diesel::delete(mails::table.find(invitation)).execute(conn)?;
    Ok(())
}

/// Whether somebody was given a link after this moment that is still good.
pub fn has_link_since(
    conn: &mut PgConnection,
    user: nexus_kernel::UserId,
    since: DateTime<Utc>,
) -> DbResult<bool> {
    let link = invitations::table
        .filter(invitations::user_id.eq(user.uuid()))
        .filter(invitations::used_at.is_null())
        .filter(invitations::created_at.gt(since));
    Ok(diesel::select(diesel::dsl::exists(link)).get_result(conn)?)
}
