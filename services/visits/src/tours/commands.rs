//! Lock, decide, save, announce; for whole days.

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, Problem};
use nexus_records::Act;
use serde_json::{Value, json};

use super::model::{Stop, Tour, TourId};
use super::queries;
use super::timing::Outline;
use crate::planner::schedule::Day;
use crate::visits::commands as visits;
use crate::visits::model::{Visit, VisitId, VisitStatus};
use crate::visits::queries as visit_rows;

/// Longer days there are not.
pub const STOPS_MOST: usize = 40;

/// A new tour; the day must be free.
pub fn insert(conn: &mut PgConnection, tour: &Tour) -> Result<(), Problem> {
    queries::insert(conn, tour).map_err(|error| {
        error.on_constraint("tours_agent_day", || {
            let detail = format!(
                "There is a tour on {} already. Change that one, or take it away first.",
                tour.day
            );
            Problem::conflict("tour-exists", "This day has a tour", detail)
        })
    })
}

/// The event of a tour: what it was planned to be, for the figures.
pub fn tell(
    conn: &mut PgConnection,
    act: &Act,
    kind: &'static str,
    before: Option<&Tour>,
    after: &Tour,
    stops: &[Stop],
) -> DbResult<()> {
    let fact = act.fact(kind, after.id.uuid(), after.version, before, after);
    announce(conn, &fact.with("stops", json!(stops)))
}

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
        set(conn, act, &visit, None)?;
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

fn rows(tour: TourId, outline: &Outline, day: &Day, before: &[Stop]) -> Vec<Stop> {
    let small = |value: i64| i32::try_from(value).unwrap_or(i32::MAX);
    (0..)
        .zip(outline.visits.iter().zip(&day.stops))
        .map(|(position, (visit, timed))| {
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
                pinned: visit.fixed_at.is_some(),
                reasons: known
                    .map_or_else(|| Value::Array(Vec::new()), |stop| stop.reasons.clone()),
            }
        })
        .collect()
}

fn with_times(tour: Tour, outline: &Outline, day: &Day) -> Tour {
    let small = |value: i64| i32::try_from(value).unwrap_or(i32::MAX);
    Tour {
        start_place: json!(outline.start),
        end_place: json!(outline.end),
        starts_at: day.starts_at,
        ends_at: day.ends_at,
        travel_seconds: small(day.travel_seconds),
        distance_m: small(day.meters),
        waiting_seconds: small(day.waiting_seconds),
        ..tour
    }
}

/// Whether these visits can be on this tour: of this agent and day, still to come or begun, on no other.
fn check(conn: &mut PgConnection, outline: &Outline, tour: TourId) -> Result<(), Problem> {
    if !outline.holds(conn)? {
        let detail = "A visit has changed meanwhile. Look again.";
        return Err(Problem::conflict(
            "tour-outdated",
            "The diary has changed",
            detail,
        ));
    }
    let fits = |visit: &Visit| {
        visit.agent_id == outline.agent_id
            && visit.day == outline.day
            && visit.tour_id.is_none_or(|of| of == tour.uuid())
            && !matches!(visit.status, VisitStatus::Cancelled | VisitStatus::Missed)
    };
    let mut errors = FieldErrors::default();
    for (at, visit) in outline.visits.iter().enumerate() {
        if !fits(visit) {
            let detail = "A tour has visits of its agent and day that are on no other.";
            errors.add(format!("/visit_ids/{at}"), "visit_ids.other", detail);
        }
    }
    Ok(errors.or(())?)
}

/// Puts a tour together by hand.
pub fn create(
    conn: &mut PgConnection,
    act: &Act,
    id: TourId,
    outline: &Outline,
    day: &Day,
) -> Result<Tour, Problem> {
    check(conn, outline, id)?;
    let tour = Tour {
        id,
        version: 1,
        agent_id: outline.agent_id,
        day: outline.day,
        plan_id: None,
        start_place: Value::Null,
        end_place: Value::Null,
        starts_at: day.starts_at,
        ends_at: day.ends_at,
        travel_seconds: 0,
        distance_m: 0,
        waiting_seconds: 0,
        created_by: act.viewer.user_id,
        created_at: act.now,
        updated_at: act.now,
    };
    let tour = with_times(tour, outline, day);
    insert(conn, &tour)?;
    let stops = rows(id, outline, day, &[]);
    put_stops(conn, act, &tour, &stops)?;
    tell(conn, act, "visits.tour.created.v1", None, &tour, &stops)?;
    Ok(tour)
}

/// Another order, more stops or fewer.
pub fn reorder(
    conn: &mut PgConnection,
    act: &Act,
    id: TourId,
    if_match: &IfMatch,
    outline: &Outline,
    day: &Day,
) -> Result<Tour, Problem> {
    let before = queries::lock(conn, &act.viewer, id)?.ok_or_else(|| Problem::not_found("tour"))?;
    if !if_match.allows(before.version) {
        return Err(Problem::stale(&before));
    }
    check(conn, outline, id)?;
    let known = queries::stops(conn, &[id])?;
    let next = Tour {
        version: before.version + 1,
        updated_at: act.now,
        ..before.clone()
    };
    let after = with_times(next, outline, day);
    let stops = rows(id, outline, day, &known);
    queries::save(conn, &after)?;
    put_stops(conn, act, &after, &stops)?;
    tell(
        conn,
        act,
        "visits.tour.changed.v1",
        Some(&before),
        &after,
        &stops,
    )?;
    Ok(after)
}

/// Takes a tour away. Appointments stay in the diary; visits that only the plan wanted are cancelled.
pub fn withdraw(
    conn: &mut PgConnection,
    act: &Act,
    id: TourId,
    if_match: &IfMatch,
) -> Result<(), Problem> {
    let tour = queries::lock(conn, &act.viewer, id)?.ok_or_else(|| Problem::not_found("tour"))?;
    if !if_match.allows(tour.version) {
        return Err(Problem::stale(&tour));
    }
    let stops = queries::stops(conn, &[id])?;
    put_stops(conn, act, &tour, &[])?;
    let ids: Vec<VisitId> = stops.iter().map(|stop| stop.visit_id).collect();
    for visit in visit_rows::these(conn, &ids)? {
        let of_plan = tour.plan_id.is_some() && visit.fixed_at.is_none();
        if of_plan && visit.status == VisitStatus::Planned {
            let any = IfMatch::any();
            visits::fall(
                conn,
                act,
                visit.id,
                &any,
                VisitStatus::Cancelled,
                Some("Giro ritirato"),
            )?;
        }
    }
    queries::delete(conn, id)?;
    tell(
        conn,
        act,
        "visits.tour.withdrawn.v1",
        Some(&tour),
        &Tour {
            version: tour.version + 1,
            ..tour.clone()
        },
        &[],
    )?;
    Ok(())
}
