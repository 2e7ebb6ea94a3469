//! Goes along one route and confirms each step.

use std::collections::{BTreeSet, HashMap};

use super::faults::{check_windows, of_route, order_faults, own_faults};
use super::{Objection, costs, ensure};
use crate::answer::{Cause, Route, Step};
use crate::request::{Kind, Request, StepKind, Vehicle};
use crate::travel::{Table, Tables};

/// What a step of the answer turned out to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum What {
    Start,
    Task(usize),
    Break(usize),
    End,
}

/// Confirms a route; returns the tasks it does.
pub fn check(
    request: &Request,
    tables: &Tables,
    route: &Route,
    ranks: &HashMap<(&str, u64), usize>,
) -> Result<Vec<usize>, Objection> {
    let vehicle = &request.vehicles[route.rank];
    let Some(table) = tables.profiles.get(&vehicle.profile) else {
        return Err(Objection(format!("no table for {}", vehicle.profile)));
    };
    let whats = whats(vehicle, route, ranks)?;
    let tasks: Vec<usize> = whats
        .iter()
        .filter_map(|what| match what {
            What::Task(rank) => Some(*rank),
            _ => None,
        })
        .collect();
    if request.options.plan {
        given_order(vehicle, &whats, &route.steps)?;
    } else {
        ensure!(!tasks.is_empty(), "route {} is empty", route.vehicle);
        let breaks = whats
            .iter()
            .filter(|what| matches!(what, What::Break(_)))
            .count();
        ensure!(
            breaks == vehicle.breaks.len(),
            "route {} takes {breaks} breaks",
            route.vehicle
        );
    }
    let walked = times(request, vehicle, table, route, &whats)?;
    let loads = loads(request, vehicle, route, &whats)?;
    let mut broken = vec![BTreeSet::new(); whats.len()];
    for (at, step) in route.steps.iter().enumerate() {
        let told: Vec<Cause> = step
            .violations
            .iter()
            .map(|violation| violation.cause)
            .collect();
        broken[at].extend(own_faults(
            request,
            vehicle,
            whats[at],
            step,
            &loads[at],
            walked.meters[at],
        ));
        check_windows(request, vehicle, whats[at], step)?;
        ensure!(
            told.iter().collect::<BTreeSet<_>>().len() == told.len(),
            "step {at} tells a violation twice"
        );
    }
    order_faults(request, vehicle, &whats, &mut broken);
    for (at, (step, broken)) in route.steps.iter().zip(&broken).enumerate() {
        let told = step.violations.iter().map(|violation| violation.cause);
        let told: BTreeSet<Cause> = told
            .filter(|cause| !matches!(cause, Cause::Delay | Cause::LeadTime))
            .collect();
        ensure!(
            told == *broken,
            "step {at} of route {} breaks {broken:?}, not {told:?}",
            route.vehicle
        );
    }
    of_route(vehicle, route, &whats)?;
    let meters = walked.meters.last().copied().unwrap_or(0);
    costs::check(vehicle, route, meters, walked.own_costs)?;
    Ok(tasks)
}

fn whats(
    vehicle: &Vehicle,
    route: &Route,
    ranks: &HashMap<(&str, u64), usize>,
) -> Result<Vec<What>, Objection> {
    let last = route.steps.len().saturating_sub(1);
    ensure!(last > 0, "route {} goes nowhere", route.vehicle);
    let mut whats = Vec::with_capacity(route.steps.len());
    for (at, step) in route.steps.iter().enumerate() {
        let what = match (step.kind, step.id) {
            ("start", None) if at == 0 => Some(What::Start),
            ("end", None) if at == last => Some(What::End),
            ("break", Some(id)) => {
                let rank = vehicle.breaks.iter().position(|pause| pause.id == id);
                rank.map(What::Break)
            }
            (kind, Some(id)) => ranks.get(&(kind, id)).copied().map(What::Task),
            _ => None,
        };
        let Some(what) = what else {
            return Err(Objection(format!(
                "step {at} of route {} is unknown",
                route.vehicle
            )));
        };
        ensure!(
            !whats.contains(&what) || matches!(what, What::Break(_)),
            "step {at} of route {} comes again",
            route.vehicle
        );
        whats.push(what);
    }
    ensure!(
        whats[0] == What::Start && whats[last] == What::End,
        "route {} has no ends",
        route.vehicle
    );
    Ok(whats)
}

/// In plan mode the order is the caller's, and so are some times.
fn given_order(vehicle: &Vehicle, whats: &[What], steps: &[Step]) -> Result<(), Objection> {
    ensure!(
        whats.len() == vehicle.steps.len(),
        "vehicle {} has other steps",
        vehicle.id
    );
    for ((what, given), step) in whats.iter().zip(&vehicle.steps).zip(steps) {
        let expected = match given.kind {
            StepKind::Start => What::Start,
            StepKind::Task(rank) => What::Task(rank),
            StepKind::Break(rank) => What::Break(rank),
            StepKind::End => What::End,
        };
        ensure!(
            *what == expected,
            "vehicle {} does its steps in another order",
            vehicle.id
        );
        let begin = step.arrival + step.waiting_time;
        let kept = given.at.is_none_or(|at| begin == u64::from(at))
            && given.after.is_none_or(|after| begin >= u64::from(after))
            && given.before.is_none_or(|before| begin <= u64::from(before));
        ensure!(kept, "vehicle {} does not keep the given times", vehicle.id);
    }
    Ok(())
}

fn leg(table: &Table, values: &[u32], from: Option<usize>, to: Option<usize>) -> u64 {
    match (from, to) {
        (Some(from), Some(to)) => u64::from(values[from * table.size + to]),
        _ => 0,
    }
}

/// What going along a route shows.
struct Walked {
    /// How far it is at each step; at a break as told, since part of a leg has no length of its own.
    meters: Vec<u64>,
    /// The sum of the table's own costs, if it has any.
    own_costs: Option<u64>,
}

/// Travel, setup, service, waiting, distances, one after the other.
fn times(
    request: &Request,
    vehicle: &Vehicle,
    table: &Table,
    route: &Route,
    whats: &[What],
) -> Result<Walked, Objection> {
    let mut far = Vec::with_capacity(whats.len());
    let name = route.vehicle;
    let mut site = vehicle.start.map(|place| place.site);
    let mut free = route.steps[0].arrival;
    let (mut setup, mut service, mut waiting, mut priority) = (0, 0, 0, 0);
    let (mut travel, mut on_leg, mut meters, mut own) = (0_u64, 0_u64, 0_u64, 0_u64);
    for (at, (what, step)) in whats.iter().zip(&route.steps).enumerate() {
        ensure!(
            step.arrival >= free,
            "route {name} is at step {at} before it can be"
        );
        let driven = step.arrival - free;
        travel += driven;
        on_leg += driven;
        ensure!(
            step.duration == travel,
            "route {name} has driven {travel} at step {at}, not {}",
            step.duration
        );
        let (to, spent) = match what {
            What::Start => {
                ensure!(
                    step.waiting_time == 0,
                    "route {name} waits before it starts"
                );
                (None, (0, 0))
            }
            What::End => {
                ensure!(step.waiting_time == 0, "route {name} waits after its end");
                (Some(vehicle.end.map(|place| place.site)), (0, 0))
            }
            What::Break(rank) => (None, (0, u64::from(vehicle.breaks[*rank].service))),
            What::Task(rank) => {
                let task = &request.tasks[*rank];
                let there = site == Some(task.place.site);
                let kind = vehicle.type_name.as_str();
                let special = |of: &std::collections::BTreeMap<String, u32>, plain| {
                    u64::from(of.get(kind).copied().unwrap_or(plain))
                };
                let setup = if there {
                    0
                } else {
                    special(&task.setup_per_type, task.setup)
                };
                priority += u64::from(task.priority);
                ensure!(
                    step.location == task.place.coordinates
                        && step.location_index == task.place.index,
                    "step {at} of route {name} is elsewhere"
                );
                (
                    Some(Some(task.place.site)),
                    (setup, special(&task.service_per_type, task.service)),
                )
            }
        };
        if let Some(to) = to {
            let seconds = leg(table, &table.durations, site, to);
            let paced = (seconds * u64::from(vehicle.pace)).div_ceil(100);
            ensure!(
                paced == on_leg,
                "the leg to step {at} of route {name} takes {paced}, not {on_leg}"
            );
            meters += table
                .distances
                .as_ref()
                .map_or(0, |values| leg(table, values, site, to));
            own += table
                .costs
                .as_ref()
                .map_or(0, |values| leg(table, values, site, to));
            (on_leg, site) = (0, to.or(site));
        }
        if let Some(told) = step.distance {
            let exact = !matches!(what, What::Break(_));
            ensure!(
                told >= meters && (told == meters || !exact),
                "route {name} is {meters} m far at step {at}"
            );
        }
        far.push(match what {
            What::Break(_) => step.distance.unwrap_or(meters),
            _ => meters,
        });
        ensure!(
            (step.setup, step.service) == spent,
            "step {at} of route {name} takes another time"
        );
        setup += step.setup;
        service += step.service;
        waiting += step.waiting_time;
        free = step.arrival + step.waiting_time + step.setup + step.service;
    }
    ensure!(
        (
            route.setup,
            route.service,
            route.waiting_time,
            route.duration,
            route.priority
        ) == (setup, service, waiting, travel, priority),
        "the sums of route {name} are wrong"
    );
    ensure!(
        route.distance.is_none_or(|told| told == meters),
        "route {name} is {meters} m long"
    );
    ensure!(
        route.distance.is_some() == request.reports_distances(),
        "route {name} tells its length, or not, against the rules"
    );
    Ok(Walked {
        meters: far,
        own_costs: table.costs.as_ref().map(|_| own),
    })
}

/// What is on board after each step, worked out for each step anew.
fn loads(
    request: &Request,
    vehicle: &Vehicle,
    route: &Route,
    whats: &[What],
) -> Result<Vec<Vec<i64>>, Objection> {
    let name = vehicle.id;
    let mut loads = vec![vec![0_i64; request.dimensions]; whats.len()];
    let mut totals = vec![(0_u64, 0_u64); request.dimensions];
    for (at, what) in whats.iter().enumerate() {
        let What::Task(rank) = what else { continue };
        let task = &request.tasks[*rank];
        for dimension in 0..request.dimensions {
            let (down, up) = (task.delivery[dimension], task.pickup[dimension]);
            totals[dimension].0 += u64::from(down);
            totals[dimension].1 += u64::from(up);
            let before = if task.kind == Kind::Job {
                i64::from(down)
            } else {
                0
            };
            loads[..at]
                .iter_mut()
                .for_each(|load| load[dimension] += before);
            let after = before - i64::from(down) + i64::from(up);
            loads[at..]
                .iter_mut()
                .for_each(|load| load[dimension] += after);
        }
    }
    for (at, (step, load)) in route.steps.iter().zip(&loads).enumerate() {
        ensure!(
            step.load == *load,
            "vehicle {name} carries {load:?} at step {at}, not {:?}",
            step.load
        );
    }
    let (down, up): (Vec<u64>, Vec<u64>) = totals.into_iter().unzip();
    ensure!(
        route.delivery == down && route.pickup == up && route.amount == down,
        "vehicle {name} carries other amounts"
    );
    Ok(loads)
}
