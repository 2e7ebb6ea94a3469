//! A draft, written out: loads, sums, costs, and what it breaks.

use super::violations::{Broken, Inspector, Seen};
use super::{Answer, ComputingTimes, Route, Step, Summary, Unassigned};
use crate::draft::{Draft, Moment, Tour};
use crate::request::{Kind, Place, Request, StepKind, Task, Vehicle};
use crate::travel::{Table, Tables};

/// Writes the answer to a request.
#[must_use]
pub fn write(request: &Request, tables: &Tables, draft: &Draft) -> Answer {
    let mut broken = Broken::default();
    let routes: Vec<Route> = draft
        .tours
        .iter()
        .map(|tour| {
            let (route, of_route) = route(request, tables, tour);
            broken.join(&of_route);
            route
        })
        .collect();
    let unassigned = draft.left_out.iter().map(|left| {
        let task = &request.tasks[left.task];
        Unassigned {
            id: task.id,
            location: task.place.coordinates,
            location_index: task.place.index,
            kind: task.kind.word(),
            description: task.description.clone(),
            reason: left.reason,
        }
    });
    let unassigned: Vec<Unassigned> = unassigned.collect();
    let sum = |of: fn(&Route) -> u64| routes.iter().map(of).sum();
    let amounts = |of: fn(&Route) -> &[u64]| {
        let mut sums = vec![0; request.dimensions];
        for route in &routes {
            sums.iter_mut()
                .zip(of(route))
                .for_each(|(sum, amount)| *sum += amount);
        }
        sums
    };
    let summary = Summary {
        cost: sum(|route| route.cost),
        routes: routes.len(),
        unassigned: unassigned.len(),
        delivery: amounts(|route| &route.delivery),
        amount: amounts(|route| &route.delivery),
        pickup: amounts(|route| &route.pickup),
        setup: sum(|route| route.setup),
        service: sum(|route| route.service),
        duration: sum(|route| route.duration),
        waiting_time: sum(|route| route.waiting_time),
        priority: sum(|route| route.priority),
        distance: request
            .reports_distances()
            .then(|| sum(|route| route.distance.unwrap_or(0))),
        violations: broken.told(),
        computing_times: ComputingTimes::default(),
        optimal: draft.optimal,
        matrix_source: tables.source,
    };
    Answer {
        code: 0,
        summary,
        unassigned,
        routes,
    }
}

/// What adds up along a route.
struct Totals {
    load: Vec<i64>,
    delivery: Vec<u64>,
    pickup: Vec<u64>,
    setup: u64,
    service: u64,
    waiting: u64,
    duration: u64,
    distance: u64,
    leg_costs: u64,
    priority: u64,
}

/// Where the vehicle is between two places: breaks share the leg they interrupt.
struct Leg {
    from: Option<usize>,
    begun_at_distance: u64,
}

fn route(request: &Request, tables: &Tables, tour: &Tour) -> (Route, Broken) {
    let vehicle = &request.vehicles[tour.vehicle];
    let table = &tables.profiles[&vehicle.profile];
    let zero = || vec![0; request.dimensions];
    let mut totals = Totals {
        load: start_load(request, tour),
        delivery: zero(),
        pickup: zero(),
        setup: 0,
        service: 0,
        waiting: 0,
        duration: 0,
        distance: 0,
        leg_costs: 0,
        priority: 0,
    };
    let (first, last) = ends(request, vehicle, tour);
    let mut leg = Leg {
        from: vehicle.start.map(|place| place.site),
        begun_at_distance: 0,
    };
    let mut inspector = Inspector::new(request, vehicle);
    let mut steps = Vec::with_capacity(tour.moments.len());
    let mut free_since = tour.moments.first().map_or(0, |moment| moment.begin);
    for (at, moment) in tour.moments.iter().enumerate() {
        let travel = moment.arrival.saturating_sub(free_since);
        let mut step = blank(moment);
        totals.duration += travel;
        totals.waiting += step.waiting_time;
        match moment.kind {
            StepKind::Start => place(&mut step, first),
            StepKind::End => {
                let to = vehicle.end.map(|place| place.site);
                totals.drive(table, &mut leg, to);
                place(&mut step, last);
            }
            StepKind::Task(rank) => {
                let task = &request.tasks[rank];
                let moved = leg.from != Some(task.place.site);
                totals.drive(table, &mut leg, Some(task.place.site));
                totals.work(task, vehicle, moved, &mut step);
            }
            StepKind::Break(rank) => {
                let pause = &vehicle.breaks[rank];
                let to = next_site(request, vehicle, &tour.moments[at + 1..]);
                if request.reports_distances() {
                    totals.pass(table, &leg, to, travel, vehicle);
                }
                totals.service += u64::from(pause.service);
                step.service = u64::from(pause.service);
                step.id = Some(pause.id);
                step.description.clone_from(&pause.description);
            }
        }
        step.load.clone_from(&totals.load);
        step.duration = totals.duration;
        step.distance = request.reports_distances().then_some(totals.distance);
        inspector.step(&Seen {
            kind: moment.kind,
            begin: moment.begin,
            load: &totals.load,
            duration: totals.duration,
            distance: totals.distance,
        });
        free_since = moment.begin + step.setup + step.service;
        steps.push(step);
    }
    let (of_steps, of_route) = inspector.done();
    for (step, broken) in steps.iter_mut().zip(of_steps) {
        step.violations = broken.told();
    }
    let cost = cost(vehicle, table, &totals);
    let route = Route {
        vehicle: vehicle.id,
        cost,
        description: vehicle.description.clone(),
        amount: totals.delivery.clone(),
        delivery: totals.delivery,
        pickup: totals.pickup,
        setup: totals.setup,
        service: totals.service,
        duration: totals.duration,
        waiting_time: totals.waiting,
        priority: totals.priority,
        distance: request.reports_distances().then_some(totals.distance),
        steps,
        violations: of_route.told(),
        geometry: None,
        rank: tour.vehicle,
    };
    (route, of_route)
}

impl Totals {
    /// The rest of a leg, up to its end.
    fn drive(&mut self, table: &Table, leg: &mut Leg, to: Option<usize>) {
        if let (Some(from), Some(to)) = (leg.from, to) {
            let entry = from * table.size + to;
            let meters = table
                .distances
                .as_ref()
                .map_or(0, |distances| distances[entry]);
            self.distance = leg.begun_at_distance + u64::from(meters);
            self.leg_costs += table
                .costs
                .as_ref()
                .map_or(0, |costs| u64::from(costs[entry]));
        }
        leg.begun_at_distance = self.distance;
        leg.from = to.or(leg.from);
    }

    /// A part of a leg, up to a break: as much of its distance as of its time.
    fn pass(
        &mut self,
        table: &Table,
        leg: &Leg,
        to: Option<usize>,
        travel: u64,
        vehicle: &Vehicle,
    ) {
        let Some((from, to)) = leg.from.zip(to) else {
            return;
        };
        let entry = from * table.size + to;
        let meters = table
            .distances
            .as_ref()
            .map_or(0, |distances| distances[entry]);
        let whole = u64::from(crate::translate::paced(
            table.durations[entry],
            vehicle.pace,
        ));
        if whole > 0 {
            let share = (2 * travel * u64::from(meters) + whole) / (2 * whole);
            let most = leg.begun_at_distance + u64::from(meters);
            self.distance = (self.distance + share).min(most);
        }
    }

    fn work(&mut self, task: &Task, vehicle: &Vehicle, moved: bool, step: &mut Step) {
        let setup = if moved {
            task.setup_for(&vehicle.type_name)
        } else {
            0
        };
        step.setup = u64::from(setup);
        step.service = u64::from(task.service_for(&vehicle.type_name));
        step.id = Some(task.id);
        step.job = Some(task.id);
        step.kind = task.kind.word();
        step.description.clone_from(&task.description);
        place(step, Some(task.place));
        self.setup += step.setup;
        self.service += step.service;
        self.priority += u64::from(task.priority);
        for dimension in 0..self.load.len() {
            let (down, up) = (task.delivery[dimension], task.pickup[dimension]);
            self.load[dimension] += i64::from(up) - i64::from(down);
            self.delivery[dimension] += u64::from(down);
            self.pickup[dimension] += u64::from(up);
        }
    }
}

/// The next place after a break, where the interrupted leg goes.
fn next_site(request: &Request, vehicle: &Vehicle, behind: &[Moment]) -> Option<usize> {
    let next = behind.iter().find_map(|moment| match moment.kind {
        StepKind::Task(rank) => Some(Some(request.tasks[rank].place.site)),
        StepKind::End => Some(vehicle.end.map(|place| place.site)),
        StepKind::Start | StepKind::Break(_) => None,
    });
    next.flatten()
}

fn blank(moment: &Moment) -> Step {
    Step {
        kind: match moment.kind {
            StepKind::Start => "start",
            StepKind::End => "end",
            StepKind::Break(_) => "break",
            StepKind::Task(_) => "job",
        },
        description: String::new(),
        location: None,
        location_index: None,
        id: None,
        setup: 0,
        service: 0,
        waiting_time: moment.begin - moment.arrival,
        job: None,
        load: Vec::new(),
        arrival: moment.arrival,
        duration: 0,
        violations: Vec::new(),
        distance: None,
    }
}

fn place(step: &mut Step, place: Option<Place>) {
    step.location = place.and_then(|place| place.coordinates);
    step.location_index = place.and_then(|place| place.index);
}

/// What single jobs deliver is on board from the start.
fn start_load(request: &Request, tour: &Tour) -> Vec<i64> {
    let mut load = vec![0; request.dimensions];
    for moment in &tour.moments {
        if let StepKind::Task(rank) = moment.kind
            && request.tasks[rank].kind == Kind::Job
        {
            let delivery = request.tasks[rank].delivery.iter();
            load.iter_mut()
                .zip(delivery)
                .for_each(|(load, down)| *load += i64::from(*down));
        }
    }
    load
}

/// A route without a start begins at its first task, one without an end ends at its last.
fn ends(request: &Request, vehicle: &Vehicle, tour: &Tour) -> (Option<Place>, Option<Place>) {
    let mut places = tour.moments.iter().filter_map(|moment| match moment.kind {
        StepKind::Task(rank) => Some(request.tasks[rank].place),
        _ => None,
    });
    let first = places.next();
    let last = places.next_back().or(first);
    let first = vehicle.start.or(first).or(vehicle.end);
    let last = vehicle.end.or(last).or(vehicle.start);
    (first, last)
}

const SECONDS_PER_HOUR: u128 = 3600;
const METERS_PER_KM: u128 = 1000;

fn cost(vehicle: &Vehicle, table: &Table, totals: &Totals) -> u64 {
    let costs = vehicle.costs;
    let travel = if table.costs.is_some() {
        u128::from(totals.leg_costs)
    } else {
        let by_time = u128::from(totals.duration) * u128::from(costs.per_hour) * METERS_PER_KM;
        let by_way = u128::from(totals.distance) * u128::from(costs.per_km) * SECONDS_PER_HOUR;
        let unit = SECONDS_PER_HOUR * METERS_PER_KM;
        (2 * (by_time + by_way) + unit) / (2 * unit)
    };
    let work = u128::from(totals.setup + totals.service) * u128::from(costs.per_task_hour);
    let cost = u128::from(costs.fixed) + travel + work / SECONDS_PER_HOUR;
    u64::try_from(cost).unwrap_or(u64::MAX)
}
