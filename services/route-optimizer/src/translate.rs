//! Between the request's words and the solver's.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use route_solver::problem::{self, Problem, Stop};
use route_solver::{Solution, solution};

use crate::draft::{Draft, LeftOut, Moment, Tour};
use crate::request::{Kind, Request, StepKind, Task, Vehicle, Window};
use crate::travel::{Table, Tables};

/// The solver's view of a request.
#[must_use]
pub fn problem(request: &Request, tables: &Tables) -> Problem {
    let mut profiles = Profiles::default();
    let vehicles = request
        .vehicles
        .iter()
        .map(|vehicle| self::vehicle(vehicle, profiles.rank(vehicle, tables)))
        .collect();
    Problem {
        places: request.sites.len(),
        dimensions: request.dimensions,
        profiles: profiles.made,
        vehicles,
        tasks: tasks(request),
        warm_start: warm_start(request),
    }
}

/// Vehicles of one profile and speed share their tables.
#[derive(Default)]
struct Profiles {
    made: Vec<problem::Profile>,
    known: HashMap<(String, u32), usize>,
}

impl Profiles {
    fn rank(&mut self, vehicle: &Vehicle, tables: &Tables) -> usize {
        let key = (vehicle.profile.clone(), vehicle.pace);
        if let Some(rank) = self.known.get(&key) {
            return *rank;
        }
        let rank = self.made.len();
        if let Some(table) = tables.profiles.get(&vehicle.profile) {
            self.made.push(profile(table, vehicle.pace));
            self.known.insert(key, rank);
        }
        rank
    }
}

fn profile(table: &Table, pace: u32) -> problem::Profile {
    let durations = table.durations.iter().map(|seconds| paced(*seconds, pace));
    problem::Profile {
        durations: durations.collect(),
        distances: table.distances.as_deref().map(Arc::from),
        costs: table.costs.as_deref().map(Arc::from),
    }
}

/// A leg at a vehicle's pace. Parts of a second are rounded up: nobody arrives before he has arrived.
#[must_use]
pub fn paced(seconds: u32, pace: u32) -> u32 {
    if pace == 100 || seconds == problem::UNREACHABLE {
        return seconds;
    }
    let hundredths = u64::from(seconds) * u64::from(pace);
    u32::try_from(hundredths.div_ceil(100)).unwrap_or(problem::UNREACHABLE)
}

fn vehicle(vehicle: &Vehicle, profile: usize) -> problem::Vehicle {
    let costs = vehicle.costs;
    problem::Vehicle {
        profile,
        start: vehicle.start.map(|place| place.site),
        end: vehicle.end.map(|place| place.site),
        window: window(vehicle.window),
        capacity: vehicle.capacity.clone(),
        skills: vehicle.skills.clone(),
        breaks: vehicle
            .breaks
            .iter()
            .map(|pause| problem::Break {
                windows: windows(&pause.windows),
                service: pause.service,
                max_load: pause.max_load.clone().unwrap_or_default(),
            })
            .collect(),
        max_tasks: vehicle.max_tasks.map(|most| most as usize),
        max_travel_time: vehicle.max_travel_time,
        max_distance: vehicle.max_distance,
        costs: problem::Costs {
            fixed: costs.fixed,
            per_hour: costs.per_hour,
            per_task_hour: costs.per_task_hour,
            per_km: costs.per_km,
        },
    }
}

const fn window(window: Window) -> problem::Window {
    problem::Window {
        start: window.start,
        end: window.end,
    }
}

fn windows(given: &[Window]) -> Vec<problem::Window> {
    match given {
        [only] if only.is_always() => Vec::new(),
        several => several.iter().copied().map(window).collect(),
    }
}

fn tasks(request: &Request) -> Vec<problem::Task> {
    let tasks = request.tasks.iter().enumerate();
    let types = types(request);
    // Where times depend on the vehicle's type, the search plans with the longest; the routes are timed anew afterwards.
    let longest = |of: &dyn Fn(&str) -> u32| types.iter().map(|kind| of(kind)).max();
    tasks
        .map(|(rank, task)| problem::Task {
            place: task.place.site,
            setup: longest(&|kind| task.setup_for(kind)).unwrap_or(task.setup),
            service: longest(&|kind| task.service_for(kind)).unwrap_or(task.service),
            windows: windows(&task.windows),
            skills: task.skills.clone(),
            delivery: task.delivery.clone(),
            pickup: task.pickup.clone(),
            priority: task.priority,
            kind: match task.kind {
                Kind::Job => problem::Kind::Single,
                Kind::Pickup => problem::Kind::Pickup(rank + 1),
                Kind::Delivery => problem::Kind::Delivery(rank - 1),
            },
        })
        .collect()
}

/// The types of the vehicles there are.
fn types(request: &Request) -> BTreeSet<&str> {
    let vehicles = request.vehicles.iter();
    vehicles.map(|vehicle| vehicle.type_name.as_str()).collect()
}

/// Whether some task takes one vehicle longer than another.
#[must_use]
pub fn times_differ(request: &Request) -> bool {
    let types = types(request);
    let differs = |task: &Task| {
        let times = |kind: &&str| (task.setup_for(kind), task.service_for(kind));
        let first = types.first().map(times);
        types.iter().any(|kind| Some(times(kind)) != first)
    };
    request.tasks.iter().any(differs)
}

fn warm_start(request: &Request) -> Vec<Vec<Stop>> {
    if request
        .vehicles
        .iter()
        .all(|vehicle| vehicle.steps.is_empty())
    {
        return Vec::new();
    }
    let routes = request.vehicles.iter().map(|vehicle| {
        let stops = vehicle.steps.iter().filter_map(|step| match step.kind {
            StepKind::Task(rank) => Some(Stop::Task(rank)),
            StepKind::Break(rank) => Some(Stop::Break(rank)),
            StepKind::Start | StepKind::End => None,
        });
        stops.collect()
    });
    routes.collect()
}

/// The solver's answer in the request's words.
#[must_use]
pub fn draft(solution: &Solution) -> Draft {
    Draft {
        tours: solution.routes.iter().map(tour).collect(),
        left_out: solution
            .unassigned
            .iter()
            .map(|left| LeftOut {
                task: left.task,
                reason: Some(left.reason.code()),
            })
            .collect(),
        optimal: solution.optimal,
    }
}

fn tour(route: &solution::Route) -> Tour {
    let at = |kind, time| Moment {
        kind,
        arrival: time,
        begin: time,
    };
    let stops = route.stops.iter().map(|timed| Moment {
        kind: match timed.stop {
            Stop::Task(rank) => StepKind::Task(rank),
            Stop::Break(rank) => StepKind::Break(rank),
        },
        arrival: timed.arrival,
        begin: timed.start,
    });
    let mut moments = vec![at(StepKind::Start, route.departure)];
    moments.extend(stops);
    moments.push(at(StepKind::End, route.end));
    Tour {
        vehicle: route.vehicle,
        moments,
    }
}
