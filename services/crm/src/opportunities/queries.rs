//! Rows in, rows out. `None` means "no such row for you".

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Text, Uuid as SqlUuid};
use nexus_db::DbResult;
use nexus_kernel::ClientId;
use uuid::Uuid;

use super::model::{Opportunity, OpportunityId};
use crate::pipelines::model::Outcome;
use crate::schema::opportunities;
use nexus_records::{Viewer, keyset, visible_to};

/// Which opportunities.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub words: Vec<String>,
    pub client_id: Option<Uuid>,
    pub owner_id: Option<Uuid>,
    pub pipeline_id: Option<Uuid>,
    pub stage_id: Option<Uuid>,
    pub status: Option<Outcome>,
    pub stale: bool,
    pub no_next_step: bool,
    pub archived: bool,
}

/// The order of a page and the last row of the page before.
#[derive(Debug)]
pub enum Order {
    Updated {
        descending: bool,
        after: Option<(DateTime<Utc>, Uuid)>,
    },
    Amount {
        descending: bool,
        after: Option<(i64, Uuid)>,
    },
    Close {
        descending: bool,
        after: Option<(NaiveDate, Uuid)>,
    },
    Name {
        descending: bool,
        after: Option<(String, Uuid)>,
    },
}

/// Where an opportunity without an expected close sorts: at the end.
pub const NO_CLOSE: &str = "9999-12-31";

const STALE: &str = "opportunities.status = 'open' AND EXISTS (
    SELECT 1 FROM stages WHERE stages.id = opportunities.stage_id
    AND opportunities.stage_entered_at < now() - make_interval(days => stages.stale_after_days))";

type Boxed<'a> = opportunities::BoxedQuery<'a, diesel::pg::Pg>;

fn filtered<'a>(viewer: &Viewer, filter: Filter) -> Boxed<'a> {
    let mut query = visible_to!(opportunities::table, opportunities::owner_id, viewer);
    for word in filter.words {
        query = query.filter(opportunities::search_text.like(word));
    }
    if let Some(client) = filter.client_id {
        query = query.filter(opportunities::client_id.eq(client));
    }
    if let Some(owner) = filter.owner_id {
        query = query.filter(opportunities::owner_id.eq(owner));
    }
    if let Some(pipeline) = filter.pipeline_id {
        query = query.filter(opportunities::pipeline_id.eq(pipeline));
    }
    if let Some(stage) = filter.stage_id {
        query = query.filter(opportunities::stage_id.eq(stage));
    }
    if let Some(status) = filter.status {
        query = query.filter(opportunities::status.eq(status));
    }
    if filter.stale {
        query = query.filter(sql::<Bool>(STALE));
    }
    if filter.no_next_step {
        query = query.filter(opportunities::next_step.is_null());
    }
    if filter.archived {
        query.filter(opportunities::archived_at.is_not_null())
    } else {
        query.filter(opportunities::archived_at.is_null())
    }
}

pub fn page(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: Filter,
    order: Order,
    limit: usize,
) -> DbResult<Vec<Opportunity>> {
    use opportunities as o;
    let query = filtered(viewer, filter);
    let query = match order {
        Order::Updated { descending, after } => {
            keyset!(query, o::updated_at, o::id, descending, after)
        }
        Order::Amount { descending, after } => {
            keyset!(query, o::amount_cents, o::id, descending, after)
        }
        Order::Name { descending, after } => keyset!(query, o::name, o::id, descending, after),
        Order::Close { descending, after } => {
            let close = || sql::<Date>("coalesce(expected_close_on, '9999-12-31')");
            keyset!(query, close(), o::id, descending, after)
        }
    };
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    Ok(query
        .limit(one_more)
        .select(Opportunity::as_select())
        .load(conn)?)
}

pub fn count(conn: &mut PgConnection, viewer: &Viewer, filter: Filter) -> DbResult<i64> {
    Ok(filtered(viewer, filter).count().get_result(conn)?)
}

pub fn find(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: OpportunityId,
) -> DbResult<Option<Opportunity>> {
    let row = visible_to!(opportunities::table, opportunities::owner_id, viewer)
        .filter(opportunities::id.eq(id))
        .select(Opportunity::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

/// Holds the row until the transaction ends, whoever may see it: its tasks' next step is written to it.
pub fn lock_any(conn: &mut PgConnection, id: OpportunityId) -> DbResult<Option<Opportunity>> {
    let query = opportunities::table
        .find(id)
        .select(Opportunity::as_select());
    Ok(query.for_update().first(conn).optional()?)
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: OpportunityId,
) -> DbResult<Option<Opportunity>> {
    let row: Option<Opportunity> = opportunities::table
        .find(id)
        .select(Opportunity::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    Ok(row.filter(|opportunity| viewer.reaches(opportunity.fields.owner_id)))
}

/// The same for what follows from elsewhere, whoever made it happen.
pub fn lock_for_system(
    conn: &mut PgConnection,
    id: OpportunityId,
) -> DbResult<Option<Opportunity>> {
    Ok(opportunities::table
        .find(id)
        .select(Opportunity::as_select())
        .for_update()
        .first(conn)
        .optional()?)
}

pub fn insert(conn: &mut PgConnection, opportunity: &Opportunity) -> DbResult<()> {
    diesel::insert_into(opportunities::table)
        .values(opportunity)
        .execute(conn)?;
    Ok(())
}

/// Rows of one INSERT: PostgreSQL takes at most 65,535 values.
const AT_ONCE: usize = 2000;

pub fn insert_all(conn: &mut PgConnection, new: &[Opportunity]) -> DbResult<()> {
    for some in new.chunks(AT_ONCE) {
        diesel::insert_into(opportunities::table)
            .values(some)
            .execute(conn)?;
    }
    Ok(())
}

/// Those with these references, whoever may see them. An import looks for its own rows with it.
pub fn with_references(
    conn: &mut PgConnection,
    references: &[String],
) -> DbResult<Vec<Opportunity>> {
    Ok(opportunities::table
        .filter(opportunities::external_ref.eq_any(references))
        .select(Opportunity::as_select())
        .load(conn)?)
}

/// Those with these names and no reference, whoever may see them. An import looks for its own rows with it.
pub fn without_reference(conn: &mut PgConnection, names: &[String]) -> DbResult<Vec<Opportunity>> {
    Ok(opportunities::table
        .filter(opportunities::name.eq_any(names))
        .filter(opportunities::external_ref.is_null())
        .filter(opportunities::archived_at.is_null())
        .select(Opportunity::as_select())
        .load(conn)?)
}

pub fn save(conn: &mut PgConnection, opportunity: &Opportunity) -> DbResult<()> {
    diesel::update(opportunity).set(opportunity).execute(conn)?;
    Ok(())
}

/// A client's new name: its opportunities are searched by it.
pub fn rename_client(conn: &mut PgConnection, client: ClientId, name: &str) -> DbResult<()> {
    let rows: Vec<Opportunity> = opportunities::table
        .filter(opportunities::client_id.eq(client))
        .select(Opportunity::as_select())
        .load(conn)?;
    let (ids, texts): (Vec<OpportunityId>, Vec<String>) = rows
        .iter()
        .map(|row| (row.id, row.fields.search_text(Some(name))))
        .unzip();
    diesel::sql_query(
        "UPDATE opportunities SET search_text = t.search_text
         FROM unnest($1, $2) AS t(id, search_text) WHERE opportunities.id = t.id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(texts)
    .execute(conn)?;
    Ok(())
}
