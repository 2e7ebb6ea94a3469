//! Rows in, rows out. `None` means "no such row for you".

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Text, Uuid as SqlUuid};
use nexus_db::DbResult;
use nexus_kernel::ClientId;
use uuid::Uuid;

use super::model::{Proposal, ProposalId, Version, VersionId};
use super::state::{ProposalStatus, VersionStatus};
use crate::schema::{proposal_versions, proposals};
use nexus_records::{Viewer, keyset, visible_to};

/// Which proposals.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub words: Vec<String>,
    pub client_id: Option<Uuid>,
    pub opportunity_id: Option<Uuid>,
    pub owner_id: Option<Uuid>,
    /// As they stand on that day.
    pub status: Option<(ProposalStatus, NaiveDate)>,
    pub waiting: bool,
    pub archived: bool,
}

/// The order of a page and the last row of the page before.
#[derive(Debug)]
pub struct Sorting {
    pub descending: bool,
    pub after: Option<(DateTime<Utc>, Uuid)>,
}

type Boxed<'a> = proposals::BoxedQuery<'a, diesel::pg::Pg>;

fn filtered<'a>(viewer: &Viewer, filter: Filter) -> Boxed<'a> {
    let mut query = visible_to!(proposals::table, proposals::owner_id, viewer);
    for word in filter.words {
        query = query.filter(proposals::search_text.like(word));
    }
    if let Some(client) = filter.client_id {
        query = query.filter(proposals::client_id.eq(client));
    }
    if let Some(deal) = filter.opportunity_id {
        query = query.filter(proposals::opportunity_id.eq(deal));
    }
    if let Some(owner) = filter.owner_id {
        query = query.filter(proposals::owner_id.eq(owner));
    }
    if let Some((status, today)) = filter.status {
        query = match status {
            ProposalStatus::Sent => query
                .filter(proposals::status.eq(status))
                .filter(proposals::valid_until.ge(today)),
            // One whose day has passed has expired, whether or not that was told yet.
            ProposalStatus::Expired => query.filter(
                sql::<Bool>("(proposals.status = 'expired' OR (proposals.status = 'sent' AND proposals.valid_until < ")
                    .bind::<Date, _>(today)
                    .sql("))"),
            ),
            status => query.filter(proposals::status.eq(status)),
        };
    }
    if filter.waiting {
        query = query.filter(proposals::waits_for_approval);
    }
    if filter.archived {
        query.filter(proposals::archived_at.is_not_null())
    } else {
        query.filter(proposals::archived_at.is_null())
    }
}

pub fn page(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: Filter,
    sorting: Sorting,
    limit: usize,
) -> DbResult<Vec<Proposal>> {
    use proposals as p;
    let Sorting { descending, after } = sorting;
    let query = keyset!(
        filtered(viewer, filter),
        p::updated_at,
        p::id,
        descending,
        after
    );
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    Ok(query
        .limit(one_more)
        .select(Proposal::as_select())
        .load(conn)?)
}

pub fn count(conn: &mut PgConnection, viewer: &Viewer, filter: Filter) -> DbResult<i64> {
    Ok(filtered(viewer, filter).count().get_result(conn)?)
}

/// How many wait for a manager's yes.
pub fn count_waiting(conn: &mut PgConnection, viewer: &Viewer) -> DbResult<i64> {
    let waiting = Filter {
        waiting: true,
        ..Filter::default()
    };
    count(conn, viewer, waiting)
}

pub fn find(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ProposalId,
) -> DbResult<Option<Proposal>> {
    Ok(visible_to!(proposals::table, proposals::owner_id, viewer)
        .filter(proposals::id.eq(id))
        .select(Proposal::as_select())
        .first(conn)
        .optional()?)
}

/// Reads the row and holds it until the transaction ends. Its versions and lines are held with it.
pub fn lock(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ProposalId,
) -> DbResult<Option<Proposal>> {
    let row = lock_for_system(conn, id)?;
    Ok(row.filter(|proposal| viewer.reaches(proposal.owner_id)))
}

/// The same for a customer with a link, and for days that pass.
pub fn lock_for_system(conn: &mut PgConnection, id: ProposalId) -> DbResult<Option<Proposal>> {
    Ok(proposals::table
        .find(id)
        .select(Proposal::as_select())
        .for_update()
        .first(conn)
        .optional()?)
}

/// The same without holding it.
pub fn any(conn: &mut PgConnection, id: ProposalId) -> DbResult<Option<Proposal>> {
    Ok(proposals::table
        .find(id)
        .select(Proposal::as_select())
        .first(conn)
        .optional()?)
}

/// Its number, whoever may see it.
pub fn number(conn: &mut PgConnection, id: ProposalId) -> DbResult<Option<String>> {
    Ok(proposals::table
        .find(id)
        .select(proposals::number)
        .first(conn)
        .optional()?)
}

pub fn insert(conn: &mut PgConnection, proposal: &Proposal) -> DbResult<()> {
    diesel::insert_into(proposals::table)
        .values(proposal)
        .execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, proposal: &Proposal) -> DbResult<()> {
    diesel::update(proposal).set(proposal).execute(conn)?;
    Ok(())
}

/// One version by its number.
pub fn version(
    conn: &mut PgConnection,
    proposal: ProposalId,
    number: i32,
) -> DbResult<Option<Version>> {
    Ok(proposal_versions::table
        .filter(proposal_versions::proposal_id.eq(proposal))
        .filter(proposal_versions::number.eq(number))
        .select(Version::as_select())
        .first(conn)
        .optional()?)
}

/// All versions, the first one first.
pub fn versions(conn: &mut PgConnection, proposal: ProposalId) -> DbResult<Vec<Version>> {
    Ok(proposal_versions::table
        .filter(proposal_versions::proposal_id.eq(proposal))
        .order(proposal_versions::number)
        .limit(1000)
        .select(Version::as_select())
        .load(conn)?)
}

/// The version that the customer has.
pub fn sent(conn: &mut PgConnection, proposal: ProposalId) -> DbResult<Option<Version>> {
    with_status(conn, proposal, VersionStatus::Sent)
}

/// The version in this state, the newest if there are more.
pub fn with_status(
    conn: &mut PgConnection,
    proposal: ProposalId,
    status: VersionStatus,
) -> DbResult<Option<Version>> {
    Ok(proposal_versions::table
        .filter(proposal_versions::proposal_id.eq(proposal))
        .filter(proposal_versions::status.eq(status))
        .order(proposal_versions::number.desc())
        .select(Version::as_select())
        .first(conn)
        .optional()?)
}

/// The newest number given.
pub fn last_number(conn: &mut PgConnection, proposal: ProposalId) -> DbResult<i32> {
    let last: Option<i32> = proposal_versions::table
        .filter(proposal_versions::proposal_id.eq(proposal))
        .select(diesel::dsl::max(proposal_versions::number))
        .first(conn)?;
    Ok(last.unwrap_or(0))
}

pub fn insert_version(conn: &mut PgConnection, version: &Version) -> DbResult<()> {
    diesel::insert_into(proposal_versions::table)
        .values(version)
        .execute(conn)?;
    Ok(())
}

pub fn save_version(conn: &mut PgConnection, version: &Version) -> DbResult<()> {
    diesel::update(version).set(version).execute(conn)?;
    Ok(())
}

/// Some versions that are with customers though their day has passed.
pub fn overdue(
    conn: &mut PgConnection,
    today: NaiveDate,
    limit: i64,
) -> DbResult<Vec<(ProposalId, VersionId)>> {
    Ok(proposal_versions::table
        .filter(proposal_versions::status.eq(VersionStatus::Sent))
        .filter(proposal_versions::valid_until.lt(today))
        .order((proposal_versions::valid_until, proposal_versions::id))
        .limit(limit)
        .select((proposal_versions::proposal_id, proposal_versions::id))
        .load(conn)?)
}

/// A client's new name: its proposals are searched by it.
pub fn rename_client(conn: &mut PgConnection, client: ClientId, name: &str) -> DbResult<()> {
    let rows: Vec<Proposal> = proposals::table
        .filter(proposals::client_id.eq(client))
        .select(Proposal::as_select())
        .load(conn)?;
    let (ids, texts): (Vec<ProposalId>, Vec<String>) = rows
        .iter()
        .map(|row| (row.id, row.search_text(name)))
        .unzip();
    diesel::sql_query(
        "UPDATE proposals SET search_text = t.search_text
         FROM unnest($1, $2) AS t(id, search_text) WHERE proposals.id = t.id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(texts)
    .execute(conn)?;
    Ok(())
}
