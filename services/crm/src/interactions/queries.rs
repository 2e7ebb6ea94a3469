//! Rows in, rows out. Whoever sees the client or the opportunity sees its timeline.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::ClientId;
use uuid::Uuid;

use super::model::{Interaction, InteractionId, Kind};
use crate::leads::model::LeadId;
use crate::opportunities::model::OpportunityId;
use crate::schema::interactions;
use nexus_records::keyset;

/// Whose timeline.
#[derive(Debug, Clone, Copy)]
pub enum Subject {
    Client(ClientId),
    Opportunity(OpportunityId),
    Lead(LeadId),
}

/// One page of a timeline, newest first.
pub fn page(
    conn: &mut PgConnection,
    subject: Subject,
    kinds: &[Kind],
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: usize,
) -> DbResult<Vec<Interaction>> {
    let mut query = interactions::table.into_boxed();
    query = match subject {
        Subject::Client(id) => query.filter(interactions::client_id.eq(id)),
        Subject::Opportunity(id) => query.filter(interactions::opportunity_id.eq(id)),
        Subject::Lead(id) => query.filter(interactions::lead_id.eq(id)),
    };
    if !kinds.is_empty() {
        query = query.filter(interactions::kind.eq_any(kinds.to_vec()));
    }
    let query = keyset!(
        query,
        interactions::occurred_at,
        interactions::id,
        true,
        after
    );
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    Ok(query
        .limit(one_more)
        .select(Interaction::as_select())
        .load(conn)?)
}

pub fn find(conn: &mut PgConnection, id: InteractionId) -> DbResult<Option<Interaction>> {
    let row = interactions::table
        .find(id)
        .select(Interaction::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

pub fn insert(conn: &mut PgConnection, entries: &[Interaction]) -> DbResult<()> {
    match entries {
        [] => 0,
        [one] => diesel::insert_into(interactions::table)
            .values(one)
            .execute(conn)?,
        many => diesel::copy_from(interactions::table)
            .from_insertable(many)
            .execute(conn)?,
    };
    Ok(())
}

/// What was written down of a lead goes onto the timeline of the client that it became.
pub fn give_to_client(conn: &mut PgConnection, lead: LeadId, client: ClientId) -> DbResult<()> {
    diesel::update(interactions::table)
        .filter(interactions::lead_id.eq(lead))
        .filter(interactions::client_id.is_null())
        .set(interactions::client_id.eq(client))
        .execute(conn)?;
    Ok(())
}
