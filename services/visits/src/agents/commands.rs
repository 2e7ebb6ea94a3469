use diesel::PgConnection;
use nexus_kernel::UserId;
use nexus_outbox::announce;
use nexus_problem::{IfMatch, Problem};
use nexus_records::{Act, users};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{NewAbsence, WorkingHours};
use super::queries::{self, Absence};

/// How somebody works, with its version.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HoursView {
    #[schema(value_type = Uuid)]
    pub agent_id: UserId,
    pub version: i64,
    #[serde(flatten)]
    pub hours: WorkingHours,
}

/// Whether this viewer reaches this colleague.
pub fn check_agent(
    conn: &mut PgConnection,
    act: &nexus_records::Viewer,
    agent: UserId,
) -> Result<(), Problem> {
    if act.reaches(Some(agent)) && users::queries::exists(conn, agent)? {
        return Ok(());
    }
    Err(Problem::not_found("user"))
}

/// Says how somebody works.
pub fn replace_hours(
    conn: &mut PgConnection,
    act: &Act,
    agent: UserId,
    if_match: &IfMatch,
    hours: WorkingHours,
) -> Result<HoursView, Problem> {
    let hours = hours.review()?;
    check_agent(conn, &act.viewer, agent)?;
    let (version, before) = queries::hours(conn, agent)?;
    let before = HoursView {
        agent_id: agent,
        version,
        hours: before,
    };
    if !if_match.allows(version) || !queries::save_hours(conn, agent, version, &hours, act.now)? {
        return Err(Problem::stale(&before));
    }
    let after = HoursView {
        agent_id: agent,
        version: version + 1,
        hours,
    };
    announce(
        conn,
        &act.fact(
            "visits.hours.changed.v1",
            agent.uuid(),
            after.version,
            Some(&before),
            &after,
        ),
    )?;
    Ok(after)
}

/// Somebody will be away.
pub fn add_absence(
    conn: &mut PgConnection,
    act: &Act,
    agent: UserId,
    id: Uuid,
    new: NewAbsence,
) -> Result<Absence, Problem> {
    let new = new.review()?;
    check_agent(conn, &act.viewer, agent)?;
    let absence = Absence {
        id,
        agent_id: agent,
        from_day: new.from_day,
        until_day: new.until_day,
        reason: new.reason,
        note: new.note,
        created_by: act.viewer.user_id,
        created_at: act.now,
    };
    queries::insert_absence(conn, &absence).map_err(|error| {
        error.on_constraint("absences_pkey", || {
            Problem::conflict(
                "id-taken",
                "This id is taken",
                "Another record has this id.",
            )
        })
    })?;
    announce(
        conn,
        &act.fact("visits.absence.created.v1", id, 1, None, &absence),
    )?;
    Ok(absence)
}

/// Somebody will be there after all.
pub fn remove_absence(
    conn: &mut PgConnection,
    act: &Act,
    agent: UserId,
    id: Uuid,
) -> Result<(), Problem> {
    check_agent(conn, &act.viewer, agent)?;
    if queries::delete_absence(conn, agent, id)? {
        announce(
            conn,
            &act.fact("visits.absence.removed.v1", id, 2, None, &()),
        )?;
        return Ok(());
    }
    Err(Problem::not_found("absence"))
}
