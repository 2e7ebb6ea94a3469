//! Rows in, rows out. `None` means "no such row for you".

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use uuid::Uuid;

use super::model::{Lead, LeadFields, LeadId};
use super::status::LeadStatus;
use crate::italy::text::key;
use crate::schema::leads;
use nexus_records::{Viewer, keyset, visible_to};

/// Which leads.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub words: Vec<String>,
    pub status: Option<LeadStatus>,
    /// Only those that are still worked.
    pub open: bool,
    pub owner_id: Option<Uuid>,
    pub source_id: Option<Uuid>,
    pub campaign_id: Option<Uuid>,
    pub province: Option<String>,
    /// Only those that nobody contacted before then.
    pub late_at: Option<DateTime<Utc>>,
    pub archived: bool,
}

/// The order of a page and the last row of the page before.
#[derive(Debug)]
pub enum Order {
    Updated {
        descending: bool,
        after: Option<(DateTime<Utc>, Uuid)>,
    },
    Created {
        descending: bool,
        after: Option<(DateTime<Utc>, Uuid)>,
    },
    Due {
        descending: bool,
        after: Option<(DateTime<Utc>, Uuid)>,
    },
    Name {
        descending: bool,
        after: Option<(String, Uuid)>,
    },
}

type Boxed<'a> = leads::BoxedQuery<'a, diesel::pg::Pg>;

fn filtered<'a>(viewer: &Viewer, filter: Filter) -> Boxed<'a> {
    let mut query = visible_to!(leads::table, leads::owner_id, viewer);
    for word in filter.words {
        query = query.filter(leads::search_text.like(word));
    }
    if let Some(status) = filter.status {
        query = query.filter(leads::status.eq(status));
    }
    if filter.open {
        query = query.filter(leads::status.eq_any(LeadStatus::OPEN.to_vec()));
    }
    if let Some(owner) = filter.owner_id {
        query = query.filter(leads::owner_id.eq(owner));
    }
    if let Some(source) = filter.source_id {
        query = query.filter(leads::source_id.eq(source));
    }
    if let Some(campaign) = filter.campaign_id {
        query = query.filter(leads::campaign_id.eq(campaign));
    }
    if let Some(province) = filter.province {
        query = query.filter(leads::province.eq(province));
    }
    if let Some(now) = filter.late_at {
        query = query
            .filter(leads::status.eq("new"))
            .filter(leads::due_at.lt(now));
    }
    if filter.archived {
        query.filter(leads::archived_at.is_not_null())
    } else {
        query.filter(leads::archived_at.is_null())
    }
}

pub fn page(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: Filter,
    order: Order,
    limit: usize,
) -> DbResult<Vec<Lead>> {
    use leads as l;
    let query = filtered(viewer, filter);
    let query = match order {
        Order::Updated { descending, after } => {
            keyset!(query, l::updated_at, l::id, descending, after)
        }
        Order::Created { descending, after } => {
            keyset!(query, l::created_at, l::id, descending, after)
        }
        Order::Due { descending, after } => keyset!(query, l::due_at, l::id, descending, after),
        Order::Name { descending, after } => keyset!(query, l::name_key, l::id, descending, after),
    };
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    Ok(query.limit(one_more).select(Lead::as_select()).load(conn)?)
}

pub fn count(conn: &mut PgConnection, viewer: &Viewer, filter: Filter) -> DbResult<i64> {
    Ok(filtered(viewer, filter).count().get_result(conn)?)
}

pub fn find(conn: &mut PgConnection, viewer: &Viewer, id: LeadId) -> DbResult<Option<Lead>> {
    let row = visible_to!(leads::table, leads::owner_id, viewer)
        .filter(leads::id.eq(id))
        .select(Lead::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, viewer: &Viewer, id: LeadId) -> DbResult<Option<Lead>> {
    let query = leads::table.find(id).select(Lead::as_select());
    let row: Option<Lead> = query.for_update().first(conn).optional()?;
    Ok(row.filter(|lead| viewer.reaches(lead.fields.owner_id)))
}

pub fn insert(conn: &mut PgConnection, lead: &Lead) -> DbResult<()> {
    diesel::insert_into(leads::table)
        .values(lead)
        .execute(conn)?;
    Ok(())
}

/// Rows of one INSERT: PostgreSQL takes at most 65,535 values.
const AT_ONCE: usize = 1000;

pub fn insert_all(conn: &mut PgConnection, new: &[Lead]) -> DbResult<()> {
    for some in new.chunks(AT_ONCE) {
        diesel::insert_into(leads::table)
            .values(some)
            .execute(conn)?;
    }
    Ok(())
}

pub fn save(conn: &mut PgConnection, lead: &Lead) -> DbResult<()> {
    diesel::update(lead).set(lead).execute(conn)?;
    Ok(())
}

/// What files call leads by.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    references: Vec<String>,
    vat_numbers: Vec<String>,
    emails: Vec<String>,
    phones: Vec<String>,
    names: Vec<String>,
}

impl Keys {
    /// Asks for what these fields may be called by.
    pub fn add(&mut self, fields: &LeadFields) {
        self.references.extend(fields.external_ref.clone());
        self.vat_numbers.extend(fields.vat_number.clone());
        self.emails.extend(fields.email.clone());
        self.phones.extend(fields.phone.clone());
        self.names.push(key(&fields.name()));
    }
}

/// Leads with one of these keys that are still worked or lost, whoever may see them, each once. An import looks for its
/// own rows with it.
pub fn with_any_key(conn: &mut PgConnection, keys: &Keys) -> DbResult<Vec<Lead>> {
    let mut found: Vec<Lead> = leads::table
        .filter(leads::external_ref.eq_any(&keys.references))
        .select(Lead::as_select())
        .load(conn)?;
    let all = || {
        leads::table
            .filter(leads::archived_at.is_null())
            .into_boxed()
    };
    for query in [
        all().filter(leads::vat_number.eq_any(&keys.vat_numbers)),
        all().filter(leads::email.eq_any(&keys.emails)),
        all().filter(leads::phone.eq_any(&keys.phones)),
        all().filter(leads::name_key.eq_any(&keys.names)),
    ] {
        found.extend(query.select(Lead::as_select()).load(conn)?);
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|lead| seen.insert(lead.id));
    Ok(found)
}
