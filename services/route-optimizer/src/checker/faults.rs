//! What steps and routes break, worked out anew and held against what the answer tells.

use std::collections::BTreeSet;

use super::walk::What;
use super::{Objection, ensure};
use crate::answer::{Cause, Route, Step, Violation};
use crate::request::{Kind, Request, Vehicle, Window};

/// What a step breaks by itself, apart from windows.
pub fn own_faults(
    request: &Request,
    vehicle: &Vehicle,
    what: What,
    step: &Step,
    load: &[i64],
    meters: u64,
) -> BTreeSet<Cause> {
    let mut faults = BTreeSet::new();
    let over = |most: &[u32]| {
        load.iter()
            .zip(most)
            .any(|(load, most)| *load > i64::from(*most))
    };
    if over(&vehicle.capacity) {
        faults.insert(Cause::Load);
    }
    match what {
        What::Task(rank) => {
            let has = |skill: &u32| vehicle.skills.contains(skill);
            if !request.tasks[rank].skills.iter().all(has) {
                faults.insert(Cause::Skills);
            }
        }
        What::Break(rank) if vehicle.breaks[rank].max_load.as_deref().is_some_and(over) => {
            faults.insert(Cause::MaxLoad);
        }
        _ => {}
    }
    if what != What::Start {
        if vehicle
            .max_travel_time
            .is_some_and(|most| step.duration > u64::from(most))
        {
            faults.insert(Cause::MaxTravelTime);
        }
        if vehicle
            .max_distance
            .is_some_and(|most| meters > u64::from(most))
        {
            faults.insert(Cause::MaxDistance);
        }
    }
    faults
}

/// Too many tasks, and shipments in the wrong order.
pub fn order_faults(
    request: &Request,
    vehicle: &Vehicle,
    whats: &[What],
    broken: &mut [BTreeSet<Cause>],
) {
    let position = |rank: usize| whats.iter().position(|what| *what == What::Task(rank));
    let mut count = 0;
    for (at, what) in whats.iter().enumerate() {
        let What::Task(rank) = *what else { continue };
        count += 1;
        if vehicle.max_tasks.is_some_and(|most| count > most) {
            broken[at].insert(Cause::MaxTasks);
        }
        let in_order = match request.tasks[rank].kind {
            Kind::Job => true,
            Kind::Pickup => position(rank + 1).is_some_and(|delivery| delivery > at),
            Kind::Delivery => position(rank - 1).is_some_and(|pickup| pickup < at),
        };
        if !in_order {
            broken[at].insert(Cause::Precedence);
        }
    }
}

/// A step begins in a window, or says by how much it misses the nearest.
pub fn check_windows(
    request: &Request,
    vehicle: &Vehicle,
    what: What,
    step: &Step,
) -> Result<(), Objection> {
    let begin = step.arrival + step.waiting_time;
    let hours = [vehicle.window];
    let windows: &[Window] = match what {
        What::Task(rank) => &request.tasks[rank].windows,
        What::Break(rank) => &vehicle.breaks[rank].windows,
        What::Start | What::End => &hours,
    };
    let gap = |window: &Window| {
        let early = u64::from(window.start).saturating_sub(begin);
        let late = begin.saturating_sub(u64::from(window.end));
        match what {
            What::Start => early,
            What::End => late,
            _ => early + late,
        }
    };
    let least = windows.iter().map(gap).min().unwrap_or(0);
    let told: Vec<&Violation> = step
        .violations
        .iter()
        .filter(|violation| matches!(violation.cause, Cause::Delay | Cause::LeadTime))
        .collect();
    let side = |window: &Window, cause: Cause| match cause {
        Cause::LeadTime => begin < u64::from(window.start),
        _ => begin > u64::from(window.end),
    };
    let honest = match told.as_slice() {
        [] => least == 0,
        [only] => {
            only.duration == Some(least)
                && least > 0
                && windows
                    .iter()
                    .any(|window| gap(window) == least && side(window, only.cause))
        }
        _ => false,
    };
    ensure!(
        honest,
        "a step at {begin} misses its windows by {least} and tells {told:?}"
    );
    Ok(())
}

/// What the whole route breaks: all that its steps do, and breaks it does not take.
pub fn of_route(vehicle: &Vehicle, route: &Route, whats: &[What]) -> Result<(), Objection> {
    let mut expected: BTreeSet<Cause> = BTreeSet::new();
    for violation in route.steps.iter().flat_map(|step| &step.violations) {
        expected.insert(violation.cause);
    }
    if (0..vehicle.breaks.len()).any(|rank| !whats.contains(&What::Break(rank))) {
        expected.insert(Cause::MissingBreak);
    }
    let told: BTreeSet<Cause> = route
        .violations
        .iter()
        .map(|violation| violation.cause)
        .collect();
    ensure!(
        told == expected && told.len() == route.violations.len(),
        "route {} breaks {expected:?}, not {told:?}",
        route.vehicle
    );
    for violation in &route.violations {
        let steps = route.steps.iter().flat_map(|step| &step.violations);
        let sum: u64 = steps
            .filter(|other| other.cause == violation.cause)
            .filter_map(|other| other.duration)
            .sum();
        ensure!(
            violation.duration.unwrap_or(sum) == sum,
            "route {} missums a violation",
            route.vehicle
        );
    }
    Ok(())
}
