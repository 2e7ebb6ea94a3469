//! Reads a tour as something to be changed: its stops as wishes, in an order.

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_problem::Problem;
use nexus_records::Viewer;
use serde_json::Value;

use super::model::{Stop, Tour, TourId};
use super::outline::Outline;
use super::queries;
use super::timing::{Resume, Wish, outline};
use crate::planner::problem::AGREED;
use crate::planner::worth::{Reason, priority};
use crate::visits::model::{Visit, VisitId, VisitStatus};
use crate::visits::queries as visits;

/// A tour with what can be changed of it.
#[derive(Debug, Clone)]
pub struct Edit {
    pub tour: Tour,
    pub outline: Outline,
}

/// The stops of a tour that were made or are to come, in their order.
pub fn stops(conn: &mut PgConnection, tour: &Tour) -> DbResult<Vec<(Stop, Visit)>> {
    let stops = queries::stops(conn, &[tour.id])?;
    let ids: Vec<VisitId> = stops.iter().map(|stop| stop.visit_id).collect();
    let found = visits::these(conn, &ids)?;
    let with_visit = stops.into_iter().filter_map(|stop| {
        let visit = found.iter().find(|visit| visit.id == stop.visit_id)?;
        let here = match visit.status {
            VisitStatus::Missed | VisitStatus::Cancelled => false,
            VisitStatus::Planned => (visit.agent_id, visit.day) == (tour.agent_id, tour.day),
            VisitStatus::UnderWay | VisitStatus::Done => true,
        };
        here.then(|| (stop, visit.clone()))
    });
    Ok(with_visit.collect())
}

/// What a stop is worth: what the plan said; who put it there by hand wants it.
fn points(reasons: &Value) -> i32 {
    let reasons: Vec<Reason> = serde_json::from_value(reasons.clone()).unwrap_or_default();
    if reasons.is_empty() {
        AGREED
    } else {
        priority(&reasons)
    }
}

/// A stop as it stands.
#[must_use]
pub fn wish(stop: &Stop, visit: Visit) -> Wish {
    let begins = stop.arrives_at + chrono::TimeDelta::seconds(i64::from(stop.waiting_seconds));
    Wish {
        pinned: stop.pinned.then_some(Some(begins)),
        points: points(&stop.reasons),
        ..Wish::of(visit)
    }
}

/// Reads a tour, its stops as `choose` wants them, and everything that their times need.
pub fn read(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: TourId,
    resume: Resume,
    choose: impl FnOnce(&mut PgConnection, Vec<Wish>) -> Result<Vec<Wish>, Problem>,
) -> Result<Edit, Problem> {
    let tour = queries::find(conn, viewer, id)?.ok_or_else(|| Problem::not_found("tour"))?;
    let wishes = stops(conn, &tour)?
        .into_iter()
        .map(|(stop, visit)| wish(&stop, visit))
        .collect();
    let wishes = choose(conn, wishes)?;
    let resume = Resume {
        lunch_at: tour.lunch_at,
        ..resume
    };
    let outline = outline(conn, tour.agent_id, tour.day, &wishes, resume)?;
    Ok(Edit { tour, outline })
}

/// The stops in this order; whatever was made stays, and a visit that was on no tour comes along.
pub fn in_order(
    conn: &mut PgConnection,
    known: Vec<Wish>,
    order: &[VisitId],
) -> Result<Vec<Wish>, Problem> {
    let id = |wish: &Wish| wish.visit.as_ref().map(|visit| visit.id);
    let new: Vec<VisitId> = order
        .iter()
        .filter(|wanted| !known.iter().any(|wish| id(wish) == Some(**wanted)))
        .copied()
        .collect();
    let mut all = known.clone();
    all.extend(visits::these(conn, &new)?.into_iter().map(Wish::of));
    let made = |wish: &&Wish| {
        let status = wish.visit.as_ref().map(|visit| visit.status);
        status.is_some_and(|status| status != VisitStatus::Planned)
    };
    let mut chosen: Vec<Wish> = known.iter().filter(made).cloned().collect();
    for wanted in order {
        if chosen.iter().any(|wish| id(wish) == Some(*wanted)) {
            continue;
        }
        let wish = all.iter().find(|wish| id(wish) == Some(*wanted));
        chosen.push(wish.ok_or_else(|| Problem::not_found("visit"))?.clone());
    }
    Ok(chosen)
}
