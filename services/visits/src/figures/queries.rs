use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Uuid as SqlUuid};
use nexus_db::DbResult;
use nexus_kernel::UserId;
use serde_json::Value;
use uuid::Uuid;

use super::model::DayFigures;
use crate::schema::closed_days;

/// A visit stood in the diary of that day before it began, was agreed for it, or is on its tour.
const AHEAD: &str = "(tour_id IS NOT NULL OR fixed_at IS NOT NULL OR created_at < (planned_on::timestamp AT TIME ZONE 'Europe/Rome'))";

/// Every business day between two, agent by agent, on which anything was planned or done; of these agents, or of all.
pub fn days(
    conn: &mut PgConnection,
    agents: Option<&[UserId]>,
    from: NaiveDate,
    until: NaiveDate,
) -> DbResult<Vec<DayFigures>> {
    let ids: Vec<Uuid> = agents
        .unwrap_or_default()
        .iter()
        .map(|id| id.uuid())
        .collect();
    // Without the condition at all, PostgreSQL enters the index by day.
    let whose = if agents.is_some() {
        "agent_id = ANY($4)"
    } else {
        "$3"
    };
    Ok(diesel::sql_query(format!(
        "WITH planned AS (
            SELECT agent_id, planned_on AS day,
                count(*) FILTER (WHERE {AHEAD} AND status <> 'cancelled') AS planned,
                count(*) FILTER (WHERE {AHEAD} AND status = 'done') AS planned_done,
                count(*) FILTER (WHERE {AHEAD} AND status = 'missed') AS missed,
                count(*) FILTER (WHERE {AHEAD} AND status IN ('planned', 'under_way')) AS open,
                count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
                count(*) FILTER (WHERE fixed_at IS NOT NULL AND status <> 'cancelled') AS appointments,
                count(*) FILTER (WHERE fixed_at IS NOT NULL AND status = 'done') AS appointments_kept,
                count(*) FILTER (WHERE fixed_at IS NOT NULL AND status = 'done' AND
                    abs(extract(epoch FROM started_at - fixed_at)) <= (leeway_minutes + 15) * 60) AS appointments_on_time
            FROM visits WHERE planned_on BETWEEN $1 AND $2 AND {whose} GROUP BY 1, 2
        ), made AS (
            SELECT agent_id, day, count(*) AS done,
                count(*) FILTER (WHERE outcome NOT IN ('nobody_there', 'closed')) AS contacts,
                count(*) FILTER (WHERE outcome = 'ordered') AS ordered,
                count(*) FILTER (WHERE NOT {AHEAD}) AS unplanned,
                coalesce(sum(extract(epoch FROM ended_at - started_at)), 0)::bigint AS visit_seconds
            FROM visits WHERE day BETWEEN $1 AND $2 AND {whose} AND status = 'done' GROUP BY 1, 2
        ), driven AS (
            SELECT agent_id, day, travel_seconds, distance_m FROM tours WHERE day BETWEEN $1 AND $2 AND {whose}
        )
        SELECT agent_id, day,
            coalesce(planned, 0)::integer AS planned, coalesce(planned_done, 0)::integer AS planned_done,
            coalesce(missed, 0)::integer AS missed, coalesce(open, 0)::integer AS open,
            coalesce(cancelled, 0)::integer AS cancelled, coalesce(done, 0)::integer AS done,
            coalesce(contacts, 0)::integer AS contacts, coalesce(ordered, 0)::integer AS ordered,
            coalesce(unplanned, 0)::integer AS unplanned, coalesce(appointments, 0)::integer AS appointments,
            coalesce(appointments_kept, 0)::integer AS appointments_kept,
            coalesce(appointments_on_time, 0)::integer AS appointments_on_time,
            coalesce(visit_seconds, 0)::bigint AS visit_seconds,
            CASE WHEN done > 0 THEN coalesce(travel_seconds, 0) ELSE 0 END::bigint AS travel_seconds,
            CASE WHEN travel_seconds IS NOT NULL THEN coalesce(visit_seconds, 0) ELSE 0 END::bigint AS tour_visit_seconds,
            CASE WHEN done > 0 THEN coalesce(distance_m, 0) ELSE 0 END::bigint AS distance_m,
            (coalesce(done, 0) > 0)::integer AS days
        FROM planned FULL JOIN made USING (agent_id, day) LEFT JOIN driven USING (agent_id, day)
        ORDER BY day, agent_id",
    ))
    .bind::<Date, _>(from)
    .bind::<Date, _>(until)
    .bind::<Bool, _>(true)
    .bind::<Array<SqlUuid>, _>(ids)
    .load(conn)?)
}

/// An agent's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, QueryableByName)]
pub struct AgentDay {
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    #[diesel(sql_type = SqlUuid)]
    pub agent_id: UserId,
}

/// Takes so many notes of days before one that have changed; whoever else looks takes others.
pub fn take_stale(conn: &mut PgConnection, before: NaiveDate) -> DbResult<Vec<AgentDay>> {
    let mut days: Vec<AgentDay> = diesel::sql_query(
        "DELETE FROM stale_days WHERE seq IN (
            SELECT seq FROM stale_days WHERE day < $1 ORDER BY day, agent_id LIMIT 1000 FOR UPDATE SKIP LOCKED)
         RETURNING day, agent_id",
    )
    .bind::<Date, _>(before)
    .load(conn)?;
    days.sort_unstable();
    days.dedup();
    Ok(days)
}

/// A day's figures as they were last told.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = closed_days, check_for_backend(diesel::pg::Pg))]
pub struct Closed {
    pub agent_id: UserId,
    pub day: NaiveDate,
    pub id: Uuid,
    pub version: i64,
    pub figures: Value,
}

/// Holds a day until the transaction ends; version 0 when it was never told.
pub fn hold(conn: &mut PgConnection, of: AgentDay) -> DbResult<Closed> {
    diesel::insert_into(closed_days::table)
        .values(Closed {
            agent_id: of.agent_id,
            day: of.day,
            id: Uuid::now_v7(),
            version: 0,
            figures: Value::Null,
        })
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(closed_days::table
        .find((of.agent_id, of.day))
        .select(Closed::as_select())
        .for_update()
        .first(conn)?)
}

pub fn save(conn: &mut PgConnection, closed: &Closed) -> DbResult<()> {
    diesel::update(closed_days::table.find((closed.agent_id, closed.day)))
        .set(closed)
        .execute(conn)?;
    Ok(())
}

/// A day on which there was nothing after all.
pub fn forget(conn: &mut PgConnection, of: AgentDay) -> DbResult<()> {
    diesel::delete(closed_days::table.find((of.agent_id, of.day))).execute(conn)?;
    Ok(())
}
