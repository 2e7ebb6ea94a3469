//! From a proposal to the diary: tours and visits, all or none.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use diesel::PgConnection;
use nexus_problem::{IfMatch, Problem};
use nexus_records::Act;

use super::model::{Plan, PlanId, PlanOutcome, PlanStatus, PlannedStop, PlannedTour};
use super::queries;
use crate::tours::commands as tours;
use crate::tours::model::{Stop, Tour};
use crate::visits::commands as visits;
use crate::visits::model::{Visit, VisitFields, VisitId, VisitStatus};

/// Takes the tours of these days (of all, when none is named) into the diary.
pub fn accept(
    conn: &mut PgConnection,
    act: &Act,
    id: PlanId,
    if_match: &IfMatch,
    days: &[NaiveDate],
) -> Result<(Plan, Vec<Tour>), Problem> {
    let mut plan =
        queries::lock(conn, act.viewer.user_id, id)?.ok_or_else(|| Problem::not_found("plan"))?;
    if !if_match.allows(plan.version) {
        return Err(Problem::stale(&plan));
    }
    if plan.status != PlanStatus::Ready {
        let detail = "Only a plan that is ready can be accepted, and only once.";
        return Err(Problem::conflict(
            "plan-not-ready",
            "There is nothing to accept",
            detail,
        ));
    }
    let outcome: PlanOutcome = plan
        .outcome
        .clone()
        .and_then(|outcome| serde_json::from_value(outcome).ok())
        .unwrap_or_default();
    let mut taken = Vec::new();
    for planned in outcome
        .tours
        .into_iter()
        .filter(|tour| days.is_empty() || days.contains(&tour.day))
    {
        if !act.viewer.reaches(Some(planned.agent_id)) {
            return Err(Problem::not_found("plan"));
        }
        taken.push(take(conn, act, id, planned)?);
    }
    plan.status = PlanStatus::Accepted;
    plan.version += 1;
    plan.updated_at = act.now;
    queries::save(conn, &plan)?;
    Ok((plan, taken))
}

fn take(
    conn: &mut PgConnection,
    act: &Act,
    plan: PlanId,
    planned: PlannedTour,
) -> Result<Tour, Problem> {
    let tour = Tour {
        id: nexus_kernel::RecordId::new(),
        version: 1,
        agent_id: planned.agent_id,
        day: planned.day,
        plan_id: Some(plan.uuid()),
        start_place: serde_json::to_value(&planned.start).unwrap_or_default(),
        end_place: serde_json::to_value(&planned.end).unwrap_or_default(),
        starts_at: planned.starts_at,
        ends_at: planned.ends_at,
        travel_seconds: small(planned.travel_seconds),
        distance_m: small(planned.distance_m),
        waiting_seconds: small(planned.waiting_seconds),
        created_by: act.viewer.user_id,
        created_at: act.now,
        updated_at: act.now,
    };
    // First the day, which only one tour can have; then what is on it.
    tours::insert(conn, &tour)?;
    let known = in_diary(conn, &planned.stops)?;
    let mut stops = Vec::with_capacity(planned.stops.len());
    for (position, stop) in (0..).zip(&planned.stops) {
        let visit = match stop.visit_id {
            Some(id) => known.get(&id).cloned().ok_or_else(changed)?,
            None => visits::create(
                conn,
                act,
                VisitId::new(),
                VisitFields {
                    agent_id: Some(planned.agent_id),
                    minutes: Some(stop.minutes),
                    ..VisitFields::on(stop.place_id, planned.day)
                },
            )?,
        };
        stops.push(Stop {
            tour_id: tour.id,
            position,
            visit_id: visit.id,
            arrives_at: stop.timed.arrives_at,
            waiting_seconds: small(stop.timed.waiting_seconds),
            leaves_at: stop.timed.leaves_at,
            leg_seconds: small(stop.timed.leg_seconds),
            leg_meters: small(stop.timed.leg_meters),
            pinned: stop.fixed,
            reasons: serde_json::to_value(&stop.reasons).unwrap_or_default(),
        });
    }
    tours::put_stops(conn, act, &tour, &stops)?;
    tours::tell(conn, act, "visits.tour.accepted.v1", None, &tour, &stops)?;
    Ok(tour)
}

/// The visits that were in the diary when the plan was made. One that has changed since was planned for nothing.
fn in_diary(
    conn: &mut PgConnection,
    stops: &[PlannedStop],
) -> Result<HashMap<VisitId, Visit>, Problem> {
    let wanted: BTreeMap<VisitId, &PlannedStop> = stops
        .iter()
        .filter_map(|stop| Some((stop.visit_id?, stop)))
        .collect();
    let ids: Vec<VisitId> = wanted.keys().copied().collect();
    let known = crate::visits::queries::lock_these(conn, &ids)?;
    let as_planned = |visit: &Visit| {
        let stop = wanted.get(&visit.id);
        visit.status == VisitStatus::Planned
            && visit.tour_id.is_none()
            && stop.is_some_and(|stop| {
                stop.fixed == visit.fixed_at.is_some() && stop.minutes == visit.minutes
            })
    };
    if known.len() != ids.len() || !known.iter().all(as_planned) {
        return Err(changed());
    }
    Ok(known.into_iter().map(|visit| (visit.id, visit)).collect())
}

fn changed() -> Problem {
    Problem::conflict(
        "plan-outdated",
        "The diary has changed",
        "An appointment was moved or cancelled after this plan was made. Plan again.",
    )
}

fn small(value: i64) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}
