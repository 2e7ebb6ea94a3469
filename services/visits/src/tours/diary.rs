//! The stops of a tour and the diary: who is on it, and when.

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_outbox::announce;
use nexus_problem::Problem;
use nexus_records::Act;
use serde_json::Value;

use super::commands::small;
use super::model::{Stop, Tour, TourId};
use super::outline::Outline;
use super::queries;
use crate::planner::schedule::Day;
use crate::visits::commands as visits;
use crate::visits::model::{Visit, VisitFields, VisitId, VisitStatus};
use crate::visits::queries as visit_rows;

/// Puts a tour's stops down, and the times into the diary; whoever was on it before and is no more stays in the diary.
pub fn put_stops(
    conn: &mut PgConnection,
    act: &Act,
    tour: &Tour,
    stops: &[Stop],
) -> Result<(), Problem> {
    let before: Vec<VisitId> = queries::stops(conn, &[tour.id])?
        .iter()
        .map(|stop| stop.visit_id)
        .collect();
    queries::replace_stops(conn, tour.id, stops)?;
    let gone: Vec<VisitId> = before
        .into_iter()
        .filter(|id| !stops.iter().any(|stop| stop.visit_id == *id))
        .collect();
    for visit in visit_rows::lock_these(conn, &gone)? {
        // What was missed or cancelled stays part of what was planned.
        if visit.status == VisitStatus::Planned {
            set(conn, act, &visit, None)?;
        }
    }
    let ids: Vec<VisitId> = stops.iter().map(|stop| stop.visit_id).collect();
    for visit in visit_rows::lock_these(conn, &ids)? {
        let stop = stops.iter().find(|stop| stop.visit_id == visit.id);
        set(conn, act, &visit, stop)?;
    }
    Ok(())
}

/// Notes on which tour a visit is, and when.
fn set(conn: &mut PgConnection, act: &Act, visit: &Visit, stop: Option<&Stop>) -> DbResult<()> {
    let begins =
        |stop: &Stop| stop.arrives_at + chrono::TimeDelta::seconds(i64::from(stop.waiting_seconds));
    let (tour, expected) = (stop.map(|stop| stop.tour_id.uuid()), stop.map(begins));
    let over = !matches!(visit.status, VisitStatus::Planned);
    let expected = if over { visit.expected_at } else { expected };
    if (visit.tour_id, visit.expected_at) == (tour, expected) {
        return Ok(());
    }
    let after = Visit {
        tour_id: tour,
        expected_at: expected,
        ..visit.next(act.now)
    };
    visit_rows::save(conn, &after)?;
    let id = visit.id.uuid();
    announce(
        conn,
        &act.fact(
            "visits.visit.scheduled.v1",
            id,
            after.version,
            Some(visit),
            &after,
        ),
    )
}

/// Puts what is in no diary yet into it.
pub(super) fn settle(
    conn: &mut PgConnection,
    act: &Act,
    outline: &mut Outline,
) -> Result<(), Problem> {
    let (agent, day) = (outline.agent_id, outline.day);
    for ahead in outline.ahead.iter_mut().filter(|one| one.visit.is_none()) {
        let fields = VisitFields {
            agent_id: Some(agent),
            minutes: Some(ahead.minutes),
            ..VisitFields::on(ahead.place.id, day)
        };
        ahead.visit = Some(visits::create(conn, act, VisitId::new(), fields)?);
    }
    Ok(())
}

/// The stops of a day; reasons stay with their visits.
pub(super) fn rows(tour: TourId, outline: &Outline, day: &Day, before: &[Stop]) -> Vec<Stop> {
    let head = outline.head.iter().map(|past| (&past.visit, None));
    let ahead = outline
        .ahead
        .iter()
        .filter_map(|ahead| Some((ahead.visit.as_ref()?, Some(ahead.pinned))));
    (0..)
        .zip(head.chain(ahead).zip(&day.stops))
        .map(|(position, ((visit, pinned), timed))| {
            let known = before.iter().find(|stop| stop.visit_id == visit.id);
            Stop {
                tour_id: tour,
                position,
                visit_id: visit.id,
                arrives_at: timed.arrives_at,
                waiting_seconds: small(timed.waiting_seconds),
                leaves_at: timed.leaves_at,
                leg_seconds: small(timed.leg_seconds),
                leg_meters: small(timed.leg_meters),
                pinned: pinned.unwrap_or_else(|| known.is_some_and(|stop| stop.pinned)),
                reasons: known
                    .map_or_else(|| Value::Array(Vec::new()), |stop| stop.reasons.clone()),
                outside: timed.outside,
            }
        })
        .collect()
}
