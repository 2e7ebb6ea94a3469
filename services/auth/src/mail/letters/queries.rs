use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use uuid::Uuid;

use super::model::Written;
use crate::schema::{letters, users};
use crate::users::Status;

/// A letter that is due, and whom it is for.
#[derive(Debug)]
pub struct Due {
    pub id: Uuid,
    pub subject: String,
    pub text: String,
    pub path: String,
    pub tries: i32,
    pub reader: Reader,
}

/// Whom a letter is for, as they are now.
#[derive(Debug, Queryable)]
pub struct Reader {
    pub name: String,
    pub email: Option<String>,
    pub locale: String,
    pub status: Status,
}

impl Reader {
    /// The address that letters go to: an active user's own.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        self.email
            .as_deref()
            .filter(|_| self.status == Status::Active)
    }
}

pub fn reader(conn: &mut PgConnection, user: Uuid) -> DbResult<Option<Reader>> {
    Ok(users::table
        .find(user)
        .select((users::name, users::email, users::locale, users::status))
        .first(conn)
        .optional()?)
}

/// Keeps a letter, unless it was told before.
pub fn insert(
    conn: &mut PgConnection,
    service: &str,
    written: &Written,
    now: DateTime<Utc>,
) -> DbResult<()> {
    diesel::insert_into(letters::table)
        .values((
            letters::id.eq(written.id),
            letters::user_id.eq(written.user_id),
            letters::service.eq(service),
            letters::subject.eq(&written.subject),
            letters::text.eq(&written.text),
            letters::path.eq(&written.path),
            letters::created_at.eq(now),
            letters::due_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

/// The letter that has waited longest, held until the transaction ends; others' are passed over.
pub fn lock_due(conn: &mut PgConnection, now: DateTime<Utc>) -> DbResult<Option<Due>> {
    let found: Option<(Uuid, Uuid, String, String, String, i32)> = letters::table
        .filter(letters::due_at.le(now))
        .order(letters::due_at)
        .select((
            letters::id,
            letters::user_id,
            letters::subject,
            letters::text,
            letters::path,
            letters::tries,
        ))
        .for_update()
        .skip_locked()
        .first(conn)
        .optional()?;
    let Some((id, user, subject, text, path, tries)) = found else {
        return Ok(None);
    };
    let reader = users::table
        .find(user)
        .select((users::name, users::email, users::locale, users::status))
        .first(conn)?;
    Ok(Some(Due {
        id,
        subject,
        text,
        path,
        tries,
        reader,
    }))
}

pub fn put_off(
    conn: &mut PgConnection,
    id: Uuid,
    tries: i32,
    due_at: DateTime<Utc>,
) -> DbResult<()> {
    diesel::update(letters::table.find(id))
        .set((letters::tries.eq(tries), letters::due_at.eq(due_at)))
        .execute(conn)?;
    Ok(())
}

/// It is over: what it said is forgotten.
pub fn end(conn: &mut PgConnection, id: Uuid) -> DbResult<()> {
    diesel::update(letters::table.find(id))
        .set((
            letters::subject.eq(""),
            letters::text.eq(""),
            letters::path.eq(""),
            letters::due_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets letters that are over and older than this. Returns how many.
pub fn forget_older(conn: &mut PgConnection, than: DateTime<Utc>) -> DbResult<usize> {
    let old = letters::table
        .filter(letters::due_at.is_null())
        .filter(letters::created_at.lt(than));
    Ok(diesel::delete(old).execute(conn)?)
}
