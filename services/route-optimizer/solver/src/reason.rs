//! Why a task is not in any route.

use crate::instance::{Instance, amount};
use crate::problem::{Kind, Problem, Task, UNREACHABLE, Vehicle};
use crate::route::{Gap, Route};

/// The first thing that stands in a task's way, from the most to the least final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// No vehicle has the skills.
    NoVehicleWithSkills,
    /// No vehicle with the skills finds a way there and back.
    Unreachable,
    /// Alone in an empty vehicle it is still too much to carry.
    Capacity,
    /// Its windows and the vehicles' hours (and breaks) do not meet, even in an empty route.
    OutsideTimeWindows,
    /// The vehicles that could take it may do no task at all.
    MaxTasks,
    /// Even an empty route would be too long on the road.
    MaxTravelTime,
    /// Even an empty route would be too far.
    MaxDistance,
    /// It would fit in an empty route; others were more important or cheaper.
    NoRoom,
}

impl Reason {
    /// The stable word for it.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoVehicleWithSkills => "no_vehicle_with_skills",
            Self::Unreachable => "unreachable",
            Self::Capacity => "capacity",
            Self::OutsideTimeWindows => "outside_time_windows",
            Self::MaxTasks => "max_tasks",
            Self::MaxTravelTime => "max_travel_time",
            Self::MaxDistance => "max_distance",
            Self::NoRoom => "no_room",
        }
    }
}

/// Why a task is absent: what already keeps it out of every empty route, or else the others.
pub(crate) fn of(instance: &Instance<'_>, task: u32) -> Reason {
    let problem = instance.problem;
    let unit = match problem.tasks[task as usize].kind {
        Kind::Delivery(pickup) => pickup as u32,
        _ => task,
    };
    let members: Vec<&Task> = instance
        .members(unit)
        .map(|t| &problem.tasks[t as usize])
        .collect();
    let mut furthest = Reason::NoVehicleWithSkills;
    for (class, vehicle) in instance.first_of_class() {
        let mut barrier = barrier(problem, vehicle, &members);
        let fits = instance.members(unit).all(|t| instance.allows(t, class));
        let route = Route::idle(instance, class);
        if barrier == Reason::NoRoom
            && !(fits && route.best_gap(instance, unit, i64::MIN, Gap::NOWHERE) != Gap::NOWHERE)
        {
            barrier = Reason::OutsideTimeWindows;
        }
        if rank(barrier) > rank(furthest) {
            furthest = barrier;
        }
    }
    furthest
}

/// How far a vehicle gets with a task; the further, the more worth telling.
fn rank(reason: Reason) -> usize {
    const ORDER: [Reason; 8] = [
        Reason::NoVehicleWithSkills,
        Reason::Unreachable,
        Reason::Capacity,
        Reason::MaxTasks,
        Reason::MaxTravelTime,
        Reason::MaxDistance,
        Reason::OutsideTimeWindows,
        Reason::NoRoom,
    ];
    ORDER.iter().position(|&r| r == reason).unwrap_or(0)
}

/// What keeps a unit out of a vehicle's empty route.
fn barrier(problem: &Problem, vehicle: &Vehicle, members: &[&Task]) -> Reason {
    if !members.iter().all(|t| {
        t.skills
            .iter()
            .all(|s| vehicle.skills.binary_search(s).is_ok())
    }) {
        return Reason::NoVehicleWithSkills;
    }
    let profile = &problem.profiles[vehicle.profile];
    let places: Vec<usize> = vehicle
        .start
        .into_iter()
        .chain(members.iter().map(|t| t.place))
        .chain(vehicle.end)
        .collect();
    let legs = || {
        places
            .windows(2)
            .map(|pair| pair[0] * problem.places + pair[1])
    };
    if legs().any(|at| profile.durations[at] == UNREACHABLE) {
        return Reason::Unreachable;
    }
    let over = |d: usize, limit: u32| {
        members
            .iter()
            .any(|t| amount(&t.delivery, d).max(amount(&t.pickup, d)) > i64::from(limit))
    };
    if vehicle
        .capacity
        .iter()
        .enumerate()
        .any(|(d, &limit)| over(d, limit))
    {
        return Reason::Capacity;
    }
    if vehicle.max_tasks.is_some_and(|most| members.len() > most) {
        return Reason::MaxTasks;
    }
    let travel: u64 = legs().map(|at| u64::from(profile.durations[at])).sum();
    if vehicle
        .max_travel_time
        .is_some_and(|most| travel > u64::from(most))
    {
        return Reason::MaxTravelTime;
    }
    let meters: u64 = profile
        .distances
        .as_ref()
        .map_or(0, |d| legs().map(|at| u64::from(d[at])).sum());
    if vehicle
        .max_distance
        .is_some_and(|most| meters > u64::from(most))
    {
        return Reason::MaxDistance;
    }
    Reason::NoRoom
}
