//! A plain recount of a solution, sharing nothing with the search: every rule of the model, checked step by step.

use route_solver::Solution;
use route_solver::problem::{Kind, Problem, Stop, Task, UNREACHABLE, Vehicle, Window};
use route_solver::solution::Route;

/// Panics with the first rule that is broken. Returns the sum of priorities and the cost per second on the road.
pub fn recount(problem: &Problem, solution: &Solution) -> (u64, u64) {
    let mut seen = vec![0; problem.tasks.len()];
    let mut vehicles = vec![0; problem.vehicles.len()];
    let (mut priority, mut travel) = (0, 0);
    for route in &solution.routes {
        vehicles[route.vehicle] += 1;
        travel += walk(problem, route);
        for task in tasks(route) {
            seen[task] += 1;
            priority += u64::from(problem.tasks[task].priority);
        }
        pairs(problem, route);
    }
    assert!(vehicles.iter().all(|&n| n <= 1), "a vehicle has two routes");
    solution.unassigned.iter().for_each(|u| seen[u.task] += 1);
    assert!(
        seen.iter().all(|&n| n == 1),
        "each task is in one route or unassigned: {seen:?}"
    );
    (priority, travel)
}

fn tasks(route: &Route) -> impl Iterator<Item = usize> {
    route.stops.iter().filter_map(|s| {
        if let Stop::Task(t) = s.stop {
            Some(t)
        } else {
            None
        }
    })
}

fn inside(windows: &[Window], time: u64) -> bool {
    windows.is_empty()
        || windows
            .iter()
            .any(|w| u64::from(w.start) <= time && time <= u64::from(w.end))
}

/// Follows the clock along a route. Returns the seconds on the road.
fn walk(problem: &Problem, route: &Route) -> u64 {
    let vehicle = &problem.vehicles[route.vehicle];
    let profile = &problem.profiles[vehicle.profile];
    let way = |a: Option<usize>, b: Option<usize>| match (a, b) {
        (Some(a), Some(b)) => {
            let at = a * problem.places + b;
            assert_ne!(profile.durations[at], UNREACHABLE, "there is no way");
            (
                u64::from(profile.durations[at]),
                profile.distances.as_ref().map_or(0, |d| u64::from(d[at])),
            )
        }
        _ => (0, 0),
    };
    assert!(tasks(route).count() > 0, "an empty route");
    assert!(
        route.departure >= u64::from(vehicle.window.start),
        "leaves too early"
    );
    let (mut time, mut place, mut driven) = (route.departure, vehicle.start, 0);
    let (mut travel, mut meters, mut pauses) = (0, 0, Vec::new());
    for stop in &route.stops {
        assert_eq!(
            stop.arrival,
            time + stop.travel,
            "arrival is departure and travel"
        );
        assert!(stop.start >= stop.arrival, "begins before it is there");
        driven += stop.travel;
        travel += stop.travel;
        match stop.stop {
            Stop::Task(t) => {
                let task = &problem.tasks[t];
                assert!(
                    inside(&task.windows, stop.start),
                    "task {t} begins at {} outside {:?}",
                    stop.start,
                    task.windows
                );
                assert!(
                    task.skills.iter().all(|s| vehicle.skills.contains(s)),
                    "skills"
                );
                let (seconds, distance) = way(place, Some(task.place));
                assert_eq!(driven, seconds, "the whole leg was driven");
                meters += distance;
                let setup = if place == Some(task.place) {
                    0
                } else {
                    u64::from(task.setup)
                };
                time = stop.start + setup + u64::from(task.service);
                (place, driven) = (Some(task.place), 0);
            }
            Stop::Break(b) => {
                let pause = &vehicle.breaks[b];
                assert!(
                    inside(&pause.windows, stop.start),
                    "break {b} begins at {} outside {:?}",
                    stop.start,
                    pause.windows
                );
                time = stop.start + u64::from(pause.service);
                pauses.push(b);
            }
        }
    }
    let (seconds, distance) = way(place, vehicle.end);
    assert_eq!(driven + route.last_travel, seconds, "the way to the end");
    travel += route.last_travel;
    meters += distance;
    assert_eq!(route.end, time + route.last_travel, "the end");
    assert!(route.end <= u64::from(vehicle.window.end), "ends too late");
    assert_eq!(
        pauses,
        (0..vehicle.breaks.len()).collect::<Vec<_>>(),
        "every break once, in order"
    );
    assert!(
        vehicle
            .max_tasks
            .is_none_or(|most| tasks(route).count() <= most),
        "max_tasks"
    );
    assert!(
        vehicle
            .max_travel_time
            .is_none_or(|most| travel <= u64::from(most)),
        "max_travel_time"
    );
    assert!(
        vehicle
            .max_distance
            .is_none_or(|most| meters <= u64::from(most)),
        "max_distance"
    );
    loads(problem, vehicle, route);
    travel
}

fn loads(problem: &Problem, vehicle: &Vehicle, route: &Route) {
    for d in 0..problem.dimensions {
        let of = |list: &Vec<u32>| list.get(d).map_or(0, |&a| i64::from(a));
        let within =
            |limit: &Vec<u32>, load: i64| limit.get(d).is_none_or(|&l| load <= i64::from(l));
        let single = |t: &&Task| t.kind == Kind::Single;
        let mut load: i64 = tasks(route)
            .map(|t| &problem.tasks[t])
            .filter(single)
            .map(|t| of(&t.delivery))
            .sum();
        assert!(within(&vehicle.capacity, load), "load at the start");
        for stop in &route.stops {
            match stop.stop {
                Stop::Task(t) => {
                    load += of(&problem.tasks[t].pickup) - of(&problem.tasks[t].delivery)
                }
                Stop::Break(b) => assert!(
                    within(&vehicle.breaks[b].max_load, load),
                    "load during a break"
                ),
            }
            assert!(
                within(&vehicle.capacity, load) && load >= 0,
                "load on the way"
            );
        }
    }
}

/// A shipment is picked up before it is delivered, on the same route.
fn pairs(problem: &Problem, route: &Route) {
    let order: Vec<usize> = tasks(route).collect();
    for (at, &task) in order.iter().enumerate() {
        match problem.tasks[task].kind {
            Kind::Single => {}
            Kind::Pickup(other) => assert!(
                order[at + 1..].contains(&other),
                "delivered after it is picked up"
            ),
            Kind::Delivery(other) => assert!(
                order[..at].contains(&other),
                "picked up before it is delivered"
            ),
        }
    }
}
