//! Verifies an answer against its request: every constraint, time, cost and sum.
//!
//! It knows nothing of the search, of plan mode, or of how answers are written: what it believes, it derives from the
//! request and the tables. An answer it does not confirm is never sent.

mod costs;
mod faults;
mod walk;

use std::collections::HashMap;

use crate::answer::{Answer, Route};
use crate::request::{Kind, Request};
use crate::travel::Tables;

/// What is wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Objection(pub String);

/// Ends a check with what is wrong.
macro_rules! ensure {
    ($holds:expr, $($text:tt)+) => {
        if !$holds {
            return Err($crate::checker::Objection(format!($($text)+)));
        }
    };
}
pub(crate) use ensure;

/// Confirms an answer.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check(request: &Request, tables: &Tables, answer: &Answer) -> Result<(), Objection> {
    let ranks: HashMap<(&str, u64), usize> = request
        .tasks
        .iter()
        .enumerate()
        .map(|(rank, task)| ((task.kind.word(), task.id), rank))
        .collect();
    let mut served_by: Vec<Option<usize>> = vec![None; request.tasks.len()];
    let mut last_vehicle = None;
    for route in &answer.routes {
        ensure!(
            last_vehicle < Some(route.rank),
            "vehicle {} goes out twice",
            route.vehicle
        );
        last_vehicle = Some(route.rank);
        let vehicle = request.vehicles.get(route.rank);
        ensure!(
            vehicle.is_some_and(|vehicle| vehicle.id == route.vehicle),
            "vehicle {} is another one",
            route.vehicle
        );
        for rank in walk::check(request, tables, route, &ranks)? {
            ensure!(served_by[rank].is_none(), "task {rank} is done twice");
            served_by[rank] = Some(route.rank);
        }
    }
    unassigned(request, answer, &ranks, &served_by)?;
    if !request.options.plan {
        shipments(request, &served_by)?;
    }
    sums(request, answer)
}

fn unassigned(
    request: &Request,
    answer: &Answer,
    ranks: &HashMap<(&str, u64), usize>,
    served_by: &[Option<usize>],
) -> Result<(), Objection> {
    let mut left_out = vec![false; request.tasks.len()];
    for left in &answer.unassigned {
        let rank = ranks.get(&(left.kind, left.id)).copied();
        let Some(rank) = rank.filter(|rank| !std::mem::replace(&mut left_out[*rank], true)) else {
            return Err(Objection(format!(
                "{} {} is left out wrongly",
                left.kind, left.id
            )));
        };
        let task = &request.tasks[rank];
        ensure!(
            left.location == task.place.coordinates && left.location_index == task.place.index,
            "{} {} is left out elsewhere",
            left.kind,
            left.id
        );
        ensure!(
            request.options.plan || left.reason.is_some(),
            "task {rank} is left out for no reason"
        );
    }
    for (rank, (left, served)) in left_out.iter().zip(served_by).enumerate() {
        ensure!(
            *left != served.is_some(),
            "task {rank} is neither done nor left out, or both"
        );
    }
    Ok(())
}

/// Both halves of a shipment travel together; that the pickup comes first, each walk has seen.
fn shipments(request: &Request, served_by: &[Option<usize>]) -> Result<(), Objection> {
    for (rank, task) in request.tasks.iter().enumerate() {
        if task.kind == Kind::Pickup {
            ensure!(
                served_by[rank] == served_by[rank + 1],
                "shipment {} is torn apart",
                task.id
            );
        }
    }
    Ok(())
}

fn sums(request: &Request, answer: &Answer) -> Result<(), Objection> {
    let summary = &answer.summary;
    let total = |of: &dyn Fn(&Route) -> u64| answer.routes.iter().map(of).sum::<u64>();
    let columns = |of: &dyn Fn(&Route) -> Vec<u64>| {
        (0..request.dimensions)
            .map(|dimension| answer.routes.iter().map(|route| of(route)[dimension]).sum())
            .collect::<Vec<u64>>()
    };
    ensure!(answer.code == 0, "the code is {}", answer.code);
    ensure!(
        summary.routes == answer.routes.len(),
        "routes are miscounted"
    );
    ensure!(
        summary.unassigned == answer.unassigned.len(),
        "unassigned are miscounted"
    );
    for (name, told, counted) in [
        ("cost", summary.cost, total(&|route| route.cost)),
        ("setup", summary.setup, total(&|route| route.setup)),
        ("service", summary.service, total(&|route| route.service)),
        ("duration", summary.duration, total(&|route| route.duration)),
        (
            "waiting_time",
            summary.waiting_time,
            total(&|route| route.waiting_time),
        ),
        ("priority", summary.priority, total(&|route| route.priority)),
        (
            "distance",
            summary.distance.unwrap_or(0),
            total(&|route| route.distance.unwrap_or(0)),
        ),
    ] {
        ensure!(
            told == counted,
            "the summary's {name} is {told}, its routes' {counted}"
        );
    }
    ensure!(
        summary.delivery == columns(&|route| route.delivery.clone()),
        "deliveries are missummed"
    );
    ensure!(
        summary.pickup == columns(&|route| route.pickup.clone()),
        "pickups are missummed"
    );
    ensure!(
        summary.amount == summary.delivery,
        "amounts are not deliveries"
    );
    let lasting = |cause| {
        let told = answer.routes.iter().flat_map(|route| &route.violations);
        told.filter(|violation| violation.cause == cause)
            .map(|violation| violation.duration.unwrap_or(0))
            .collect::<Vec<u64>>()
    };
    let told = &summary.violations;
    for violation in told {
        let by_routes = lasting(violation.cause);
        ensure!(
            !by_routes.is_empty(),
            "the summary breaks what no route breaks"
        );
        ensure!(
            violation.duration.unwrap_or(0) == by_routes.iter().sum::<u64>(),
            "violations are missummed"
        );
    }
    let missing = answer
        .routes
        .iter()
        .flat_map(|route| &route.violations)
        .any(|violation| told.iter().all(|other| other.cause != violation.cause));
    ensure!(!missing, "the summary hides a violation");
    ensure!(
        request.options.plan || told.is_empty(),
        "the answer breaks what was asked"
    );
    Ok(())
}
