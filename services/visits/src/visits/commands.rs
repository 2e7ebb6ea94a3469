//! One function per thing a user can make happen: lock, decide, save, announce.

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, Problem, merged, optional_text};
use nexus_records::{Act, users};
use serde_json::{Value, json};

pub use super::ending::finish;
use super::model::{Refusal, Visit, VisitFields, VisitId, VisitStatus};
use super::queries;
use crate::places::model::Place;
use crate::places::queries as places;
use crate::rules;
use crate::tours::commands as tours;

pub(super) fn missing() -> Problem {
    Problem::not_found("visit")
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Over => Self::conflict(
                "visit-over",
                "This visit is over",
                "It is done, missed or cancelled; plan a new one.",
            ),
            Refusal::UnderWay => Self::conflict(
                "visit-under-way",
                "Somebody is there already",
                "A visit that has begun ends with a report; it is not moved any more.",
            ),
            Refusal::NotBegun => Self::conflict(
                "visit-not-begun",
                "Nobody has checked in",
                "There is no check-in to correct. Check in first.",
            ),
            Refusal::Stands => Self::conflict(
                "visit-stands",
                "There is nothing to undo",
                "Only what was cancelled or missed within the last week is opened again.",
            ),
        }
    }
}

/// The event of a visit: the record, and where it was.
pub(super) fn tell(
    conn: &mut PgConnection,
    act: &Act,
    kind: &'static str,
    before: Option<&Visit>,
    after: &Visit,
    place: &Place,
) -> DbResult<()> {
    let fact = act.fact(kind, after.id.uuid(), after.version, before, after);
    let shop = json!({"name": place.name, "city": place.city, "client_name": place.client_name});
    announce(conn, &fact.with("place", shop))
}

/// The place of a visit that exists.
pub(super) fn place_of(conn: &mut PgConnection, visit: &Visit) -> Result<Place, Problem> {
    places::find_any(conn, visit.place_id)?.ok_or_else(missing)
}

pub fn create(
    conn: &mut PgConnection,
    act: &Act,
    id: VisitId,
    fields: VisitFields,
) -> Result<Visit, Problem> {
    let (fields, day) = fields.review()?;
    let place = places::find(conn, &act.viewer, fields.place_id)?.filter(|place| !place.archived);
    let Some(place) = place else {
        return Err(FieldErrors::one(
            "/place_id",
            "place_id.unknown",
            "There is no such shop for you.",
        )
        .into());
    };
    let agent = fields.agent_id.unwrap_or(act.viewer.user_id);
    check_agent(conn, act, agent)?;
    let (_, rules) = rules::queries::read(conn)?;
    let visit = Visit {
        id,
        version: 1,
        place_id: place.id,
        client_id: place.client_id,
        agent_id: agent,
        status: VisitStatus::Planned,
        day,
        until_day: fields.until_day,
        planned_on: day,
        fixed_at: fields.fixed_at,
        leeway_minutes: fields.leeway_minutes.unwrap_or(0),
        expected_at: None,
        minutes: fields
            .minutes
            .unwrap_or_else(|| place.visit_minutes(&rules)),
        subject: fields.subject,
        outcome: None,
        note: None,
        products: Value::Array(Vec::new()),
        next_step: None,
        answers: None,
        reason: None,
        started_at: None,
        ended_at: None,
        tour_id: None,
        created_by: act.viewer.user_id,
        created_at: act.now,
        updated_at: act.now,
    };
    queries::insert(conn, &visit).map_err(|error| {
        error.on_constraint("visits_pkey", || {
            Problem::conflict(
                "id-taken",
                "This id is taken",
                "Another record has this id.",
            )
        })
    })?;
    tell(conn, act, "visits.visit.planned.v1", None, &visit, &place)?;
    Ok(visit)
}

fn check_agent(
    conn: &mut PgConnection,
    act: &Act,
    agent: nexus_kernel::UserId,
) -> Result<(), Problem> {
    if act.viewer.reaches(Some(agent)) && users::queries::exists(conn, agent)? {
        return Ok(());
    }
    let detail = "You can plan for yourself and for those who report to you.";
    Err(FieldErrors::one("/agent_id", "agent_id.unknown", detail).into())
}

pub(super) fn locked(
    conn: &mut PgConnection,
    act: &Act,
    id: VisitId,
    if_match: &IfMatch,
) -> Result<Visit, Problem> {
    let visit = queries::lock(conn, &act.viewer, id)?.ok_or_else(missing)?;
    if if_match.allows(visit.version) {
        Ok(visit)
    } else {
        Err(Problem::stale(&visit))
    }
}

/// Plans it otherwise (JSON merge patch).
pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    id: VisitId,
    if_match: &IfMatch,
    patch: &Value,
) -> Result<Visit, Problem> {
    let before = locked(conn, act, id, if_match)?;
    let mut current = VisitFields {
        place_id: before.place_id,
        agent_id: Some(before.agent_id),
        day: Some(before.day),
        until_day: before.until_day,
        fixed_at: before.fixed_at,
        leeway_minutes: Some(before.leeway_minutes),
        minutes: Some(before.minutes),
        subject: before.subject.clone(),
    };
    // Another time is another day, unless both are said.
    let says = |field: &str| patch.get(field).is_some_and(|value| !value.is_null());
    if says("fixed_at") && patch.get("day").is_none() {
        current.day = None;
    }
    // What becomes an appointment has one day, what ceases to be one no leeway, and another day no old stretch.
    if says("fixed_at") || says("day") {
        current.until_day = None;
    }
    if patch.get("fixed_at").is_some_and(Value::is_null) {
        current.leeway_minutes = None;
    }
    let fields: VisitFields = merged(&current, patch)?;
    let (fields, day) = fields.review()?;
    if fields.place_id != before.place_id {
        let detail = "A visit to another shop is another visit.";
        return Err(FieldErrors::one("/place_id", "place_id.fixed", detail).into());
    }
    if fields.agent_id != Some(before.agent_id) {
        check_agent(conn, act, fields.agent_id.unwrap_or(before.agent_id))?;
    }
    let place = place_of(conn, &before)?;
    let mut after = before.replanned(fields, day, act.now)?;
    if (after.agent_id, after.day) != (before.agent_id, before.day) {
        tours::leave(conn, act, &mut after)?;
    }
    queries::save(conn, &after)?;
    tell(
        conn,
        act,
        "visits.visit.changed.v1",
        Some(&before),
        &after,
        &place,
    )?;
    Ok(after)
}

/// It did not take place: missed, or cancelled.
pub fn fall(
    conn: &mut PgConnection,
    act: &Act,
    id: VisitId,
    if_match: &IfMatch,
    status: VisitStatus,
    reason: Option<&str>,
) -> Result<Visit, Problem> {
    let mut errors = FieldErrors::default();
    let reason = optional_text(&mut errors, "/reason", reason, 500);
    errors.or(())?;
    let before = locked(conn, act, id, if_match)?;
    let place = place_of(conn, &before)?;
    let after = before.fallen(status, reason, act.now)?;
    queries::save(conn, &after)?;
    let kind = match status {
        VisitStatus::Missed => "visits.visit.missed.v1",
        _ => "visits.visit.cancelled.v1",
    };
    tell(conn, act, kind, Some(&before), &after, &place)?;
    Ok(after)
}

/// It takes place after all.
pub fn reopen(
    conn: &mut PgConnection,
    act: &Act,
    id: VisitId,
    if_match: &IfMatch,
) -> Result<Visit, Problem> {
    let before = locked(conn, act, id, if_match)?;
    let place = place_of(conn, &before)?;
    let after = before.reopened(act.now)?;
    queries::save(conn, &after)?;
    tell(
        conn,
        act,
        "visits.visit.reopened.v1",
        Some(&before),
        &after,
        &place,
    )?;
    Ok(after)
}
