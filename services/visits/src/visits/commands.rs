//! One function per thing a user can make happen: lock, decide, save, announce.

use chrono::NaiveDate;
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, Problem, merged, optional_text};
use nexus_records::{Act, users};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{Refusal, Report, Visit, VisitFields, VisitId, VisitStatus};
use super::queries::{self, CheckIn};
use crate::places::model::Place;
use crate::places::queries as places;
use crate::rules;
use crate::travel::crow_meters;

fn missing() -> Problem {
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
        }
    }
}

/// The event of a visit: the record, and where it was.
fn tell(
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
fn place_of(conn: &mut PgConnection, visit: &Visit) -> Result<Place, Problem> {
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
        fixed_at: fields.fixed_at,
        expected_at: None,
        minutes: fields
            .minutes
            .unwrap_or_else(|| place.visit_minutes(&rules)),
        subject: fields.subject,
        outcome: None,
        note: None,
        products: Value::Array(Vec::new()),
        next_step: None,
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

fn locked(
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
        fixed_at: before.fixed_at,
        minutes: Some(before.minutes),
        subject: before.subject.clone(),
    };
    // Another time is another day, unless both are said.
    if patch.get("fixed_at").is_some_and(|at| !at.is_null()) && patch.get("day").is_none() {
        current.day = None;
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
    let after = before.replanned(fields, day, act.now)?;
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

/// Where somebody is, if they choose to say.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Arrival {
    pub lat: Option<f64>,
    pub lng: Option<f64>,
    /// How exact that is.
    pub accuracy_m: Option<i32>,
}

impl Arrival {
    fn review(self, positions: bool) -> Result<Option<(f64, f64)>, FieldErrors> {
        let mut errors = FieldErrors::default();
        let point = self.lat.zip(self.lng);
        if point.is_some() && !positions {
            let detail = "Your company does not keep positions.";
            errors.add("/lat", "position.off", detail);
        }
        let possible = point.is_none_or(|(lat, lng)| lat.abs() <= 90.0 && lng.abs() <= 180.0);
        if self.lat.is_some() != self.lng.is_some() || !possible {
            errors.add(
                "/lat",
                "place.unknown",
                "Give latitude and longitude, or neither.",
            );
        }
        if self
            .accuracy_m
            .is_some_and(|meters| !(0..=100_000).contains(&meters))
        {
            errors.add("/accuracy_m", "number.range", "Give 0 to 100,000.");
        }
        errors.or(point)
    }
}

/// Somebody is in the shop. The position is kept only when the company wants it and the person gave it.
pub fn check_in(
    conn: &mut PgConnection,
    act: &Act,
    id: VisitId,
    if_match: &IfMatch,
    arrival: Arrival,
) -> Result<Visit, Problem> {
    let before = locked(conn, act, id, if_match)?;
    let (_, rules) = rules::queries::read(conn)?;
    let point = arrival.review(rules.positions)?;
    let place = place_of(conn, &before)?;
    let after = before.begun(act.now)?;
    queries::save(conn, &after)?;
    let distance = point
        .zip(place.point())
        .map(|(here, shop)| crow_meters(here, shop));
    queries::insert_check_in(
        conn,
        &CheckIn {
            id: Uuid::now_v7(),
            visit_id: id,
            agent_id: before.agent_id,
            at: act.now,
            lat: point.map(|(lat, _)| lat),
            lng: point.map(|(_, lng)| lng),
            accuracy_m: arrival.accuracy_m.filter(|_| point.is_some()),
            distance_m: distance,
        },
    )?;
    tell(
        conn,
        act,
        "visits.visit.started.v1",
        Some(&before),
        &after,
        &place,
    )?;
    Ok(after)
}

/// It is over, and this came of it.
pub fn finish(
    conn: &mut PgConnection,
    act: &Act,
    id: VisitId,
    if_match: &IfMatch,
    report: Report,
) -> Result<Visit, Problem> {
    let report = report.review(act.now)?;
    let before = locked(conn, act, id, if_match)?;
    let after = before.done(report, act.now)?;
    queries::save(conn, &after)?;
    let mut place = places::lock_any(conn, after.place_id)?.ok_or_else(missing)?;
    if after.outcome.is_some_and(super::model::Outcome::is_contact) {
        seen(conn, &mut place, after.day)?;
    }
    tell(
        conn,
        act,
        "visits.visit.done.v1",
        Some(&before),
        &after,
        &place,
    )?;
    Ok(after)
}

/// A shop was seen on a day: its next visit is due later.
fn seen(conn: &mut PgConnection, place: &mut Place, day: NaiveDate) -> Result<(), Problem> {
    if place.last_visit_on.is_some_and(|last| last >= day) {
        return Ok(());
    }
    let (_, rules) = rules::queries::read(conn)?;
    place.last_visit_on = Some(day);
    place.apply(&rules);
    Ok(places::save(conn, place)?)
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
