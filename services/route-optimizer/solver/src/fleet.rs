//! Vehicles that are alike, and what travelling with them costs.

use crate::instance::{END_OF_TIME, NONE, Node, amount, merged};
use crate::problem::{Costs, Problem, Profile, Task, UNREACHABLE, Vehicle};

/// Vehicles of which one is as good as another.
#[derive(Debug, Clone)]
pub(crate) struct Class {
    /// Index into the instance's ways.
    pub ways: usize,
    pub start: u32,
    pub end: u32,
    pub opens: i64,
    pub closes: i64,
    /// Per limited dimension.
    pub capacity: Vec<i64>,
    /// What using one costs; in the caller's unit until the instance has chosen its own.
    pub fixed: i64,
    pub max_tasks: usize,
    pub max_travel: i64,
    pub max_meters: i64,
    pub breaks: Vec<Pause>,
    skills: Vec<u32>,
}

/// A break as the search reads it.
#[derive(Debug, Clone)]
pub(crate) struct Pause {
    pub windows: Vec<(i64, i64)>,
    pub service: i64,
    /// Per limited dimension.
    pub max_load: Vec<i64>,
}

impl Class {
    /// Whether a task could be done at all; a quick look that never says no to what is possible.
    pub(crate) fn fits(&self, task: &Task, node: &Node, limited: &[usize]) -> bool {
        let carries = limited
            .iter()
            .zip(&self.capacity)
            .all(|(&d, &c)| amount(&task.delivery, d) <= c && amount(&task.pickup, d) <= c);
        let open = node.due >= self.opens
            && node.ready + node.service <= self.closes
            && node.latest(self.closes - node.service) >= self.opens;
        carries
            && open
            && self.max_tasks > 0
            && task
                .skills
                .iter()
                .all(|s| self.skills.binary_search(s).is_ok())
    }
}

/// Dimensions in which some vehicle cannot carry everything.
pub(crate) fn limited_dimensions(problem: &Problem) -> Vec<usize> {
    let limited = |&d: &usize| {
        let needed: i64 = problem
            .tasks
            .iter()
            .map(|t| amount(&t.delivery, d) + amount(&t.pickup, d))
            .sum();
        problem.vehicles.iter().any(|v| {
            v.capacity.get(d).is_some_and(|&c| i64::from(c) < needed)
                || v.breaks
                    .iter()
                    .any(|b| b.max_load.get(d).is_some_and(|&m| i64::from(m) < needed))
        })
    };
    (0..problem.dimensions).filter(limited).collect()
}

/// What makes two vehicles' ways the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rates {
    profile: usize,
    costs: Costs,
}

/// Caller's units of cost in the finest grain there is: an hour's second times a kilometre's metre.
const GRAIN: u128 = 3_600_000;

/// Turns exact costs into whole numbers that fit in 32 bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unit {
    /// Divides all rates, so nothing is lost.
    common: u128,
    /// Makes extreme costs small; 1 unless it must be more.
    shrink: u128,
}

impl Unit {
    pub(crate) fn new(problem: &Problem, nodes: &[Node], rates: &[Rates]) -> Self {
        let fixed = problem
            .vehicles
            .iter()
            .map(|v| u128::from(v.costs.fixed) * GRAIN);
        let common = rates
            .iter()
            .flat_map(|r| r.factors(problem))
            .chain(fixed.clone())
            .fold(0, gcd)
            .max(1);
        let mut unit = Self { common, shrink: 1 };
        let service = nodes.iter().map(|n| n.service + n.setup).max().unwrap_or(0);
        let largest = rates
            .iter()
            .map(|r| unit.tariff(problem, r).largest(problem, service))
            .chain(fixed.map(|f| f / common))
            .max();
        unit.shrink = 1 + largest.unwrap_or(0) / u128::from(u32::MAX / 4);
        unit
    }

    /// What using a vehicle costs.
    pub(crate) fn fixed(self, fixed: i64) -> i64 {
        i64::from(self.shrunk(fixed as u128 * GRAIN / self.common))
    }

    pub(crate) fn tariff<'p>(self, problem: &'p Problem, rates: &Rates) -> Tariff<'p> {
        let [time, meters, task, own] = rates.factors(problem).map(|f| f / self.common);
        Tariff {
            profile: &problem.profiles[rates.profile],
            places: problem.places,
            time,
            meters,
            task,
            own,
            unit: self,
        }
    }

    fn shrunk(self, cost: u128) -> u32 {
        let cost = if self.shrink == 1 {
            cost
        } else {
            (cost + self.shrink / 2) / self.shrink
        };
        u32::try_from(cost).unwrap_or(u32::MAX)
    }
}

impl Rates {
    /// Cost in grains of a second on the road, a metre, a second of service, and of a unit of the profile's own costs.
    fn factors(&self, problem: &Problem) -> [u128; 4] {
        let c = self.costs;
        let task = u128::from(c.per_task_hour) * 1000;
        if problem.profiles[self.profile].costs.is_some() {
            [0, 0, task, GRAIN]
        } else {
            let meters = if problem.profiles[self.profile].distances.is_some() {
                u128::from(c.per_km) * 3600
            } else {
                0
            };
            [u128::from(c.per_hour) * 1000, meters, task, 0]
        }
    }
}

/// What travel costs on one profile at one set of rates.
pub(crate) struct Tariff<'p> {
    profile: &'p Profile,
    places: usize,
    time: u128,
    meters: u128,
    task: u128,
    own: u128,
    unit: Unit,
}

impl Tariff<'_> {
    /// Seconds and metres from one node to another, and the cost of going there and doing what is to be done.
    pub(crate) fn leg(&self, from: &Node, to: &Node) -> (u32, u32, u32) {
        let setup = if from.place == to.place { 0 } else { to.setup };
        let task = self.task * (to.service + setup) as u128;
        if from.place == NONE || to.place == NONE {
            return (0, 0, self.unit.shrunk(task));
        }
        let at = from.place as usize * self.places + to.place as usize;
        let time = self.profile.durations[at];
        let meters = self.profile.distances.as_ref().map_or(0, |d| d[at]);
        let own = self.profile.costs.as_ref().map_or(0, |c| c[at]);
        if time == UNREACHABLE {
            return (time, meters, u32::MAX);
        }
        (
            time,
            meters,
            self.unit.shrunk(
                self.time * u128::from(time)
                    + self.meters * u128::from(meters)
                    + self.own * u128::from(own)
                    + task,
            ),
        )
    }

    /// No leg with a way costs more.
    fn largest(&self, problem: &Problem, service: i64) -> u128 {
        let most = |list: Option<&[u32]>| {
            u128::from(
                list.into_iter()
                    .flatten()
                    .filter(|&&x| x != UNREACHABLE)
                    .max()
                    .copied()
                    .unwrap_or(0),
            )
        };
        debug_assert_eq!(self.places, problem.places);
        self.time * most(Some(&self.profile.durations))
            + self.meters * most(self.profile.distances.as_deref())
            + self.own * most(self.profile.costs.as_deref())
            + self.task * service as u128
    }
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Sorts vehicles into classes. Returns the classes, the class of each vehicle, and the distinct rates.
pub(crate) fn classes(
    problem: &Problem,
    limited: &[usize],
    end_node: impl Fn(Option<usize>) -> u32,
) -> (Vec<Class>, Vec<u32>, Vec<Rates>) {
    let mut rates: Vec<Rates> = Vec::new();
    let mut classes: Vec<Class> = Vec::new();
    let mut first: Vec<&Vehicle> = Vec::new();
    let class_of = problem
        .vehicles
        .iter()
        .map(|vehicle| {
            if let Some(known) = first.iter().position(|v| alike(v, vehicle)) {
                return known as u32;
            }
            let rate = Rates {
                profile: vehicle.profile,
                costs: Costs {
                    fixed: 0,
                    ..vehicle.costs
                },
            };
            let ways = rates.iter().position(|r| *r == rate).unwrap_or_else(|| {
                rates.push(rate);
                rates.len() - 1
            });
            let limits = |list: &[u32]| {
                limited
                    .iter()
                    .map(|&d| list.get(d).map_or(i64::MAX / 4, |&c| i64::from(c)))
                    .collect()
            };
            first.push(vehicle);
            classes.push(Class {
                ways,
                start: end_node(vehicle.start),
                end: end_node(vehicle.end),
                opens: i64::from(vehicle.window.start),
                closes: i64::from(vehicle.window.end).min(END_OF_TIME),
                capacity: limits(&vehicle.capacity),
                fixed: i64::from(vehicle.costs.fixed),
                max_tasks: vehicle.max_tasks.unwrap_or(usize::MAX),
                max_travel: vehicle.max_travel_time.map_or(i64::MAX / 4, i64::from),
                max_meters: vehicle.max_distance.map_or(i64::MAX / 4, i64::from),
                breaks: vehicle
                    .breaks
                    .iter()
                    .map(|b| Pause {
                        windows: merged(&b.windows),
                        service: i64::from(b.service),
                        max_load: limits(&b.max_load),
                    })
                    .collect(),
                skills: vehicle.skills.clone(),
            });
            classes.len() as u32 - 1
        })
        .collect();
    (classes, class_of, rates)
}

fn alike(a: &Vehicle, b: &Vehicle) -> bool {
    a.profile == b.profile
        && (a.start, a.end, a.window) == (b.start, b.end, b.window)
        && (&a.capacity, &a.skills, &a.breaks) == (&b.capacity, &b.skills, &b.breaks)
        && (a.max_tasks, a.max_travel_time, a.max_distance)
            == (b.max_tasks, b.max_travel_time, b.max_distance)
        && a.costs == b.costs
}
