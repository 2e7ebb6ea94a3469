//! From routes to times: the latest departure that does not delay the end, and what keeps the rest out.

use crate::instance::{END_OF_TIME, Instance, earliest_in, latest_in};
use crate::problem::Stop;
use crate::route::{BREAKS, Route};
use crate::solution;
use crate::state::State;

/// Writes a search's best state down.
pub(crate) fn write(state: &State<'_>) -> solution::Solution {
    let instance = state.instance;
    let mut used = state.used.clone();
    used.sort_unstable();
    let routes = used
        .iter()
        .map(|&r| timed(instance, r as usize, &state.routes[r as usize]))
        .collect();
    let mut tasks: Vec<u32> = state
        .absent
        .iter()
        .flat_map(|&unit| instance.members(unit))
        .collect();
    tasks.sort_unstable();
    let unassigned = tasks
        .iter()
        .map(|&t| solution::Unassigned {
            task: t as usize,
            reason: crate::reason::of(instance, t),
        })
        .collect();
    solution::Solution {
        routes,
        unassigned,
        ..solution::Solution::default()
    }
}

fn timed(instance: &Instance<'_>, vehicle: usize, route: &Route) -> solution::Route {
    let class = &instance.classes[route.class as usize];
    let (_, end, _) = walk(instance, route, class.opens);
    let departure = latest_departure(instance, route, end);
    let (stops, end, last_travel) = walk(instance, route, departure);
    let departure = if instance.problem.vehicles[vehicle].start.is_some() {
        departure
    } else {
        stops.first().map_or(departure, |s| s.start as i64)
    };
    solution::Route {
        vehicle,
        departure: departure as u64,
        stops,
        end: end as u64,
        last_travel,
    }
}

/// Leaves at a given time and does everything as early as possible. Returns the stops, the time at the end and the last travel.
fn walk(
    instance: &Instance<'_>,
    route: &Route,
    departure: i64,
) -> (Vec<solution::Timed>, i64, u64) {
    let class = &instance.classes[route.class as usize];
    let ways = &instance.ways[class.ways];
    let mut stops = Vec::with_capacity(route.items.len());
    let (mut time, mut last, mut driven) = (departure, class.start, 0);
    let count = route.items.len();
    for i in 1..count - 1 {
        let item = route.items[i];
        if item.node >= BREAKS {
            let index = item.node - BREAKS;
            let pause = &class.breaks[index as usize];
            let next = route.items[i..]
                .iter()
                .find(|it| it.node < BREAKS)
                .map_or(class.end, |it| it.node);
            let start = earliest_in(&pause.windows, time);
            let travel = (i64::from(ways.leg(last, next).time) - driven)
                .min(start - time)
                .max(0);
            driven += travel;
            stops.push(stop(
                Stop::Break(index as usize),
                travel,
                time + travel,
                start,
            ));
            time = start + pause.service;
            continue;
        }
        let node = &instance.nodes[item.node as usize];
        let travel = i64::from(ways.leg(last, item.node).time) - driven;
        let setup = if instance.nodes[last as usize].place == node.place {
            0
        } else {
            node.setup
        };
        let start = node.earliest(time + travel);
        stops.push(stop(
            Stop::Task(item.node as usize),
            travel,
            time + travel,
            start,
        ));
        time = start + node.service + setup;
        (last, driven) = (item.node, 0);
    }
    let travel = i64::from(ways.leg(last, class.end).time) - driven;
    (stops, time + travel, travel as u64)
}

fn stop(stop: Stop, travel: i64, arrival: i64, start: i64) -> solution::Timed {
    solution::Timed {
        stop,
        travel: travel as u64,
        arrival: arrival as u64,
        start: start as u64,
    }
}

/// The last moment to leave so that the end is reached by `end`.
fn latest_departure(instance: &Instance<'_>, route: &Route, end: i64) -> i64 {
    let class = &instance.classes[route.class as usize];
    let ways = &instance.ways[class.ways];
    let (mut arrive, mut next, mut leave, mut pauses) = (end, class.end, END_OF_TIME.max(end), 0);
    for i in (1..route.items.len() - 1).rev() {
        let item = route.items[i];
        if item.node >= BREAKS {
            let pause = &class.breaks[(item.node - BREAKS) as usize];
            leave = latest_in(&pause.windows, leave.min(arrive - pauses) - pause.service);
            pauses += pause.service;
            continue;
        }
        let node = &instance.nodes[item.node as usize];
        let before = route.items[..i]
            .iter()
            .rev()
            .find(|it| it.node < BREAKS)
            .map_or(class.start, |it| it.node);
        let setup = if instance.nodes[before as usize].place == node.place {
            0
        } else {
            node.setup
        };
        let done = leave.min(arrive - pauses - i64::from(ways.leg(item.node, next).time));
        arrive = node.latest(done - node.service - setup);
        (next, leave, pauses) = (item.node, i64::MAX, 0);
    }
    leave.min(arrive - pauses - i64::from(ways.leg(class.start, next).time))
}
