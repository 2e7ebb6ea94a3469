use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::UserId;

use crate::schema::{calendar_feeds, visits};
use crate::visits::model::Visit;

/// A feed, without its address, which is shown once.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = calendar_feeds, check_for_backend(diesel::pg::Pg))]
pub struct Feed {
    pub agent_id: UserId,
    pub created_at: DateTime<Utc>,
    pub read_at: Option<DateTime<Utc>>,
}

pub fn of_agent(conn: &mut PgConnection, agent: UserId) -> DbResult<Option<Feed>> {
    Ok(calendar_feeds::table
        .find(agent)
        .select(Feed::as_select())
        .first(conn)
        .optional()?)
}

pub fn with_token(conn: &mut PgConnection, hash: &[u8]) -> DbResult<Option<Feed>> {
    Ok(calendar_feeds::table
        .filter(calendar_feeds::token_hash.eq(hash))
        .select(Feed::as_select())
        .first(conn)
        .optional()?)
}

/// A new address; the one before leads nowhere.
pub fn put(
    conn: &mut PgConnection,
    agent: UserId,
    hash: &[u8],
    now: DateTime<Utc>,
) -> DbResult<()> {
    let row = (
        calendar_feeds::token_hash.eq(hash),
        calendar_feeds::created_at.eq(now),
        calendar_feeds::read_at.eq(None::<DateTime<Utc>>),
    );
    diesel::insert_into(calendar_feeds::table)
        .values((calendar_feeds::agent_id.eq(agent), row))
        .on_conflict(calendar_feeds::agent_id)
        .do_update()
        .set(row)
        .execute(conn)?;
    Ok(())
}

pub fn delete(conn: &mut PgConnection, agent: UserId) -> DbResult<bool> {
    Ok(diesel::delete(calendar_feeds::table.find(agent)).execute(conn)? > 0)
}

/// Notes that a calendar has read it.
pub fn note_read(conn: &mut PgConnection, agent: UserId, now: DateTime<Utc>) -> DbResult<()> {
    diesel::update(calendar_feeds::table.find(agent))
        .set(calendar_feeds::read_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// An agent's visits between two days, the newest days first if there are more.
pub fn visits_between(
    conn: &mut PgConnection,
    agent: UserId,
    from: NaiveDate,
    until: NaiveDate,
    most: i64,
) -> DbResult<Vec<Visit>> {
    Ok(visits::table
        .filter(visits::agent_id.eq(agent))
        .filter(visits::day.between(from, until))
        .order((visits::day.desc(), visits::id.desc()))
        .limit(most)
        .select(Visit::as_select())
        .load(conn)?)
}
