use chrono::NaiveDate;
use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use nexus_records::{Viewer, visible_to};

use super::model::{Stop, Tour, TourId};
use crate::schema::{stops, tours};
use crate::visits::model::VisitId;

/// A quarter of a year of a big team.
const MOST: i64 = 2_000;

/// The days on which somebody has a tour.
pub fn days(
    conn: &mut PgConnection,
    agent: UserId,
    from: NaiveDate,
    until: NaiveDate,
) -> DbResult<Vec<NaiveDate>> {
    Ok(tours::table
        .filter(tours::agent_id.eq(agent))
        .filter(tours::day.between(from, until))
        .select(tours::day)
        .load(conn)?)
}

/// The tours between two days, by day.
pub fn between(
    conn: &mut PgConnection,
    viewer: &Viewer,
    agent: Option<UserId>,
    from: NaiveDate,
    until: NaiveDate,
) -> DbResult<Vec<Tour>> {
    let mut query =
        visible_to!(tours::table, tours::agent_id, viewer).filter(tours::day.between(from, until));
    if let Some(agent) = agent {
        query = query.filter(tours::agent_id.eq(agent));
    }
    Ok(query
        .order((tours::day, tours::id))
        .limit(MOST)
        .select(Tour::as_select())
        .load(conn)?)
}

pub fn find(conn: &mut PgConnection, viewer: &Viewer, id: TourId) -> DbResult<Option<Tour>> {
    let row: Option<Tour> = tours::table
        .find(id)
        .select(Tour::as_select())
        .first(conn)
        .optional()?;
    Ok(row.filter(|tour| viewer.reaches(Some(tour.agent_id))))
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, viewer: &Viewer, id: TourId) -> DbResult<Option<Tour>> {
    let row: Option<Tour> = tours::table
        .find(id)
        .select(Tour::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    Ok(row.filter(|tour| viewer.reaches(Some(tour.agent_id))))
}

pub fn insert(conn: &mut PgConnection, tour: &Tour) -> DbResult<()> {
    diesel::insert_into(tours::table)
        .values(tour)
        .execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, tour: &Tour) -> DbResult<()> {
    diesel::update(tours::table.find(tour.id))
        .set(tour)
        .execute(conn)?;
    Ok(())
}

/// Takes a tour and its stops away; the visits stay.
pub fn delete(conn: &mut PgConnection, id: TourId) -> DbResult<()> {
    diesel::delete(tours::table.find(id)).execute(conn)?;
    Ok(())
}

/// The stops of these tours, in order.
pub fn stops(conn: &mut PgConnection, ids: &[TourId]) -> DbResult<Vec<Stop>> {
    Ok(stops::table
        .filter(stops::tour_id.eq_any(ids))
        .order((stops::tour_id, stops::position))
        .select(Stop::as_select())
        .load(conn)?)
}

/// All stops of a tour anew.
pub fn replace_stops(conn: &mut PgConnection, id: TourId, new: &[Stop]) -> DbResult<()> {
    diesel::delete(stops::table.filter(stops::tour_id.eq(id))).execute(conn)?;
    diesel::insert_into(stops::table)
        .values(new)
        .execute(conn)?;
    Ok(())
}

/// One stop less.
pub fn delete_stop(conn: &mut PgConnection, id: TourId, visit: VisitId) -> DbResult<()> {
    let stop = stops::table.filter(stops::tour_id.eq(id));
    diesel::delete(stop.filter(stops::visit_id.eq(visit))).execute(conn)?;
    Ok(())
}
