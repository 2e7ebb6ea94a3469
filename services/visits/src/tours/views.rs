//! Tours as they are shown.

use std::collections::HashMap;

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use nexus_problem::Problem;
use nexus_records::users;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::model::{Stop, Tour, TourId};
use super::queries;
use crate::planner::worth::Reason;
use crate::visits::model::VisitId;
use crate::visits::queries as visits;
use crate::visits::routes::{VisitView, views as visit_views};

/// A stop as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StopView {
    arrives_at: chrono::DateTime<chrono::Utc>,
    waiting_seconds: i32,
    leaves_at: chrono::DateTime<chrono::Utc>,
    /// The way from the stop before.
    leg_seconds: i32,
    leg_meters: i32,
    /// Its time stands.
    pinned: bool,
    /// The shop is not open for the whole visit, or an appointment is not kept.
    outside: bool,
    #[schema(value_type = Vec<Reason>)]
    reasons: Value,
    visit: VisitView,
}

/// A tour as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TourView {
    #[serde(flatten)]
    pub tour: Tour,
    agent_name: Option<String>,
    stops: Vec<StopView>,
}

pub fn views(conn: &mut PgConnection, tours: Vec<Tour>) -> DbResult<Vec<TourView>> {
    let ids: Vec<TourId> = tours.iter().map(|tour| tour.id).collect();
    let agents: Vec<UserId> = tours.iter().map(|tour| tour.agent_id).collect();
    let names = users::queries::names(conn, &agents)?;
    let stops = queries::stops(conn, &ids)?;
    let visit_ids: Vec<VisitId> = stops.iter().map(|stop| stop.visit_id).collect();
    let found = visits::these(conn, &visit_ids)?;
    let mut of_stop: HashMap<VisitId, VisitView> = visit_views(conn, found)?
        .into_iter()
        .map(|view| (view.visit.id, view))
        .collect();
    let mut of_tour: HashMap<TourId, Vec<StopView>> = HashMap::new();
    for stop in stops {
        let Some(visit) = of_stop.remove(&stop.visit_id) else {
            continue;
        };
        let tour = stop.tour_id;
        of_tour.entry(tour).or_default().push(shown(stop, visit));
    }
    let view = |tour: Tour| TourView {
        agent_name: names.get(&tour.agent_id).cloned(),
        stops: of_tour.remove(&tour.id).unwrap_or_default(),
        tour,
    };
    Ok(tours.into_iter().map(view).collect())
}

fn shown(stop: Stop, visit: VisitView) -> StopView {
    StopView {
        arrives_at: stop.arrives_at,
        waiting_seconds: stop.waiting_seconds,
        leaves_at: stop.leaves_at,
        leg_seconds: stop.leg_seconds,
        leg_meters: stop.leg_meters,
        pinned: stop.pinned,
        outside: stop.outside,
        reasons: stop.reasons,
        visit,
    }
}

pub fn view(conn: &mut PgConnection, tour: Tour) -> Result<TourView, Problem> {
    views(conn, vec![tour])?
        .pop()
        .ok_or_else(|| Problem::not_found("tour"))
}
