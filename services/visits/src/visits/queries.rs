use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use nexus_records::{Viewer, keyset, visible_to};
use uuid::Uuid;

use super::model::{Visit, VisitId, VisitStatus};
use crate::schema::{check_ins, visits};

/// Which visits.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub agent_id: Option<UserId>,
    pub place_id: Option<Uuid>,
    pub client_id: Option<Uuid>,
    pub status: Option<VisitStatus>,
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
}

pub fn page(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &Filter,
    descending: bool,
    after: Option<(NaiveDate, VisitId)>,
    limit: usize,
) -> DbResult<Vec<Visit>> {
    let mut query = visible_to!(visits::table, visits::agent_id, viewer);
    if let Some(agent) = filter.agent_id {
        query = query.filter(visits::agent_id.eq(agent));
    }
    if let Some(place) = filter.place_id {
        query = query.filter(visits::place_id.eq(place));
    }
    if let Some(client) = filter.client_id {
        query = query.filter(visits::client_id.eq(client));
    }
    if let Some(status) = filter.status {
        query = query.filter(visits::status.eq(status));
    }
    if let Some(from) = filter.from {
        query = query.filter(visits::day.ge(from));
    }
    if let Some(until) = filter.until {
        query = query.filter(visits::day.le(until));
    }
    let query = keyset!(query, visits::day, visits::id, descending, after);
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    Ok(query
        .limit(one_more)
        .select(Visit::as_select())
        .load(conn)?)
}

pub fn find(conn: &mut PgConnection, viewer: &Viewer, id: VisitId) -> DbResult<Option<Visit>> {
    let row: Option<Visit> = visits::table
        .find(id)
        .select(Visit::as_select())
        .first(conn)
        .optional()?;
    Ok(row.filter(|visit| viewer.reaches(Some(visit.agent_id))))
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, viewer: &Viewer, id: VisitId) -> DbResult<Option<Visit>> {
    let row: Option<Visit> = visits::table
        .find(id)
        .select(Visit::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    Ok(row.filter(|visit| viewer.reaches(Some(visit.agent_id))))
}

/// These visits, held until the transaction ends, in the order of their ids.
pub fn lock_these(conn: &mut PgConnection, ids: &[VisitId]) -> DbResult<Vec<Visit>> {
    Ok(visits::table
        .filter(visits::id.eq_any(ids))
        .order(visits::id)
        .select(Visit::as_select())
        .for_update()
        .load(conn)?)
}

/// These visits, in no order.
pub fn these(conn: &mut PgConnection, ids: &[VisitId]) -> DbResult<Vec<Visit>> {
    Ok(visits::table
        .filter(visits::id.eq_any(ids))
        .select(Visit::as_select())
        .load(conn)?)
}

/// What is still to come for these people between two days.
pub fn planned(
    conn: &mut PgConnection,
    agents: &[UserId],
    from: NaiveDate,
    until: NaiveDate,
) -> DbResult<Vec<Visit>> {
    Ok(visits::table
        .filter(visits::agent_id.eq_any(agents))
        .filter(visits::status.eq(VisitStatus::Planned))
        .filter(visits::day.le(until))
        .filter(visits::day.ge(from).or(visits::until_day.ge(from)))
        .order((visits::day, visits::fixed_at, visits::id))
        .select(Visit::as_select())
        .load(conn)?)
}

/// The shops that somebody will visit from a day on anyway, and by when.
pub fn places_planned(
    conn: &mut PgConnection,
    places: &[Uuid],
    from: NaiveDate,
) -> DbResult<Vec<(Uuid, NaiveDate)>> {
    Ok(visits::table
        .filter(visits::place_id.eq_any(places))
        .filter(visits::status.eq_any([VisitStatus::Planned, VisitStatus::UnderWay]))
        .filter(visits::day.ge(from).or(visits::until_day.ge(from)))
        .select((
            visits::place_id,
            diesel::dsl::sql::<diesel::sql_types::Date>("coalesce(until_day, day)"),
        ))
        .load(conn)?)
}

pub fn insert(conn: &mut PgConnection, visit: &Visit) -> DbResult<()> {
    diesel::insert_into(visits::table)
        .values(visit)
        .execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, visit: &Visit) -> DbResult<()> {
    diesel::update(visits::table.find(visit.id))
        .set(visit)
        .execute(conn)?;
    Ok(())
}

/// That somebody checked in, and where they said they were.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = check_ins, check_for_backend(diesel::pg::Pg))]
pub struct CheckIn {
    pub id: Uuid,
    pub visit_id: VisitId,
    pub agent_id: UserId,
    pub at: DateTime<Utc>,
    pub lat: Option<f64>,
    pub lng: Option<f64>,
    pub accuracy_m: Option<i32>,
    pub distance_m: Option<i32>,
    pub inside: Option<bool>,
    pub corrects: Option<Uuid>,
    pub reason: Option<String>,
    pub created_by: UserId,
    pub created_at: DateTime<Utc>,
}

pub fn insert_check_in(conn: &mut PgConnection, check_in: &CheckIn) -> DbResult<()> {
    diesel::insert_into(check_ins::table)
        .values(check_in)
        .execute(conn)?;
    Ok(())
}

/// The check-ins of a visit, the newest last.
pub fn check_ins(conn: &mut PgConnection, id: VisitId) -> DbResult<Vec<CheckIn>> {
    Ok(check_ins::table
        .filter(check_ins::visit_id.eq(id))
        .order((check_ins::created_at, check_ins::id))
        .select(CheckIn::as_select())
        .load(conn)?)
}

/// How far from the shop somebody was in metres, and whether that was at the shop, where they said.
pub type Nearness = (Option<i32>, Option<bool>);

/// The nearness of those of these visits that were checked in.
pub fn nearness(conn: &mut PgConnection, ids: &[VisitId]) -> DbResult<HashMap<VisitId, Nearness>> {
    let rows: Vec<(VisitId, Nearness)> = check_ins::table
        .filter(check_ins::visit_id.eq_any(ids))
        .filter(check_ins::corrects.is_null())
        .select((
            check_ins::visit_id,
            (check_ins::distance_m, check_ins::inside),
        ))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Forgets positions from before an instant; that there was a check-in stays, and whether it was at the shop.
pub fn forget_positions(conn: &mut PgConnection, before: DateTime<Utc>) -> DbResult<usize> {
    Ok(diesel::update(check_ins::table)
        .filter(check_ins::at.lt(before))
        .filter(check_ins::lat.is_not_null())
        .set((
            check_ins::lat.eq(None::<f64>),
            check_ins::lng.eq(None::<f64>),
            check_ins::accuracy_m.eq(None::<i32>),
            check_ins::distance_m.eq(None::<i32>),
        ))
        .execute(conn)?)
}
