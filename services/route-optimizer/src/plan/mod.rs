//! Plan mode: the order is given, the times are chosen. Windows may be missed, but by as little as possible.
//!
//! Every begin lies, in some best plan, a fixed distance from a window's edge or a bound somewhere on the route: as long as a
//! group of steps that follow each other without slack touches no edge, it can be moved without loss. So finitely many times
//! need to be looked at, and going along the route while keeping the best plan for each of them finds the best of all.

mod chain;
mod choose;

use crate::draft::{Draft, LeftOut, Tour};
use crate::request::{Fault, Request, StepKind};
use crate::travel::Tables;

/// Times for all given routes.
///
/// # Errors
/// When a route's own `service_at`, `service_after` and `service_before` cannot be kept.
pub fn draft(request: &Request, tables: &Tables) -> Result<Draft, Fault> {
    let mut draft = Draft::default();
    let mut done = vec![false; request.tasks.len()];
    for (rank, vehicle) in request.vehicles.iter().enumerate() {
        if vehicle.steps.is_empty() {
            continue;
        }
        for step in &vehicle.steps {
            if let StepKind::Task(task) = step.kind {
                done[task] = true;
            }
        }
        draft
            .tours
            .push(retime(request, tables, rank, &vehicle.steps)?);
    }
    draft.left_out = (0..done.len())
        .filter(|task| !done[*task])
        .map(|task| LeftOut { task, reason: None })
        .collect();
    Ok(draft)
}

/// Times for one route of given steps, from start to end.
///
/// # Errors
/// When the steps' own bounds cannot be kept.
pub fn retime(
    request: &Request,
    tables: &Tables,
    vehicle: usize,
    steps: &[crate::request::Step],
) -> Result<Tour, Fault> {
    let chain = chain::Chain::new(request, tables, vehicle, steps);
    let infeasible = || {
        let id = request.vehicles[vehicle].id;
        Fault::Input(format!("Infeasible route for vehicle {id}."))
    };
    let begins = choose::begins(&chain).ok_or_else(infeasible)?;
    Ok(Tour {
        vehicle,
        moments: chain.moments(steps, &begins),
    })
}
