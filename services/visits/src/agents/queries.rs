use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{AbsenceReason, WorkingHours};
use crate::schema::{absences, working_hours};

/// How somebody works, and the version: 0 while nobody has said.
pub fn hours(conn: &mut PgConnection, agent: UserId) -> DbResult<(i64, WorkingHours)> {
    let row: Option<(i64, Value)> = working_hours::table
        .find(agent)
        .select((working_hours::version, working_hours::body))
        .first(conn)
        .optional()?;
    Ok(row.map_or_else(
        || (0, WorkingHours::default()),
        |(version, body)| (version, serde_json::from_value(body).unwrap_or_default()),
    ))
}

/// The same of several; those who have not said work as everybody.
pub fn hours_of(
    conn: &mut PgConnection,
    agents: &[UserId],
) -> DbResult<HashMap<UserId, WorkingHours>> {
    let rows: Vec<(UserId, Value)> = working_hours::table
        .filter(working_hours::agent_id.eq_any(agents))
        .select((working_hours::agent_id, working_hours::body))
        .load(conn)?;
    let mut found: HashMap<UserId, WorkingHours> = rows
        .into_iter()
        .map(|(agent, body)| (agent, serde_json::from_value(body).unwrap_or_default()))
        .collect();
    for agent in agents {
        found.entry(*agent).or_default();
    }
    Ok(found)
}

/// Saves the version after `before`; false when somebody else did so first.
pub fn save_hours(
    conn: &mut PgConnection,
    agent: UserId,
    before: i64,
    hours: &WorkingHours,
    now: DateTime<Utc>,
) -> DbResult<bool> {
    let row = (
        working_hours::version.eq(before + 1),
        working_hours::body.eq(serde_json::to_value(hours).unwrap_or_default()),
        working_hours::updated_at.eq(now),
    );
    let written = if before == 0 {
        diesel::insert_into(working_hours::table)
            .values((working_hours::agent_id.eq(agent), row))
            .on_conflict_do_nothing()
            .execute(conn)?
    } else {
        diesel::update(working_hours::table.find(agent))
            .filter(working_hours::version.eq(before))
            .set(row)
            .execute(conn)?
    };
    Ok(written > 0)
}

/// Somebody is away.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = absences, check_for_backend(diesel::pg::Pg))]
pub struct Absence {
    pub id: Uuid,
    #[schema(value_type = Uuid)]
    pub agent_id: UserId,
    pub from_day: NaiveDate,
    pub until_day: NaiveDate,
    pub reason: AbsenceReason,
    pub note: Option<String>,
    #[schema(value_type = Uuid)]
    pub created_by: UserId,
    pub created_at: DateTime<Utc>,
}

/// When these people are away between two days.
pub fn absences(
    conn: &mut PgConnection,
    agents: &[UserId],
    from: NaiveDate,
    until: NaiveDate,
) -> DbResult<Vec<Absence>> {
    Ok(absences::table
        .filter(absences::agent_id.eq_any(agents))
        .filter(absences::until_day.ge(from))
        .filter(absences::from_day.le(until))
        .order((absences::from_day, absences::id))
        .select(Absence::as_select())
        .load(conn)?)
}

pub fn insert_absence(conn: &mut PgConnection, absence: &Absence) -> DbResult<()> {
    diesel::insert_into(absences::table)
        .values(absence)
        .execute(conn)?;
    Ok(())
}

pub fn delete_absence(conn: &mut PgConnection, agent: UserId, id: Uuid) -> DbResult<bool> {
    let gone = diesel::delete(absences::table.find(id))
        .filter(absences::agent_id.eq(agent))
        .execute(conn)?;
    Ok(gone > 0)
}
