//! Routes seen on the way: what was good once may be part of something better later.
//!
//! A search remembers the routes of the solutions it accepted, lately and in bounded memory, and now and then asks which of them
//! together do everything at the least cost (set partitioning; Rochat and Taillard, 1995).

use crate::cover::{self, Pieces};
use crate::instance::Instance;
use crate::random::Random;
use crate::route::{BREAKS, Route};
use crate::state::{Score, State};

/// How many routes are remembered for each task, and at least and at most.
const SLOTS: usize = 64;
const FEWEST: usize = 1 << 10;
const MOST: usize = 1 << 16;

/// How much work may be done for each iteration, which takes about ten times as long, and the least a question takes for each slot.
const SHARE: u64 = 400;
const LEAST: u64 = 100;

/// A route that was seen.
#[derive(Debug, Clone, Default)]
struct Seen {
    /// Of its tasks and its class; the order of the tasks plays no part.
    hash: u64,
    class: u32,
    /// The vehicle's fixed cost included.
    cost: i64,
    /// Tasks and breaks; none in a slot without a route.
    order: Vec<u32>,
}

/// A memory of routes, a slot for each hash; the newest takes it.
#[derive(Debug)]
pub(crate) struct Pool {
    /// None where there is only one vehicle.
    slots: Vec<Seen>,
    /// Random numbers for tasks, then for classes.
    keys: Vec<u64>,
    /// How many classes there are, and how many vehicles of each.
    vehicles: Vec<u32>,
    duals: Vec<f64>,
    /// Work done so far, and what the last question took.
    work: u64,
    last: u64,
}

impl Pool {
    pub(crate) fn new(instance: &Instance<'_>) -> Self {
        let classes = instance.classes.len();
        let mut vehicles = vec![0; classes];
        instance
            .class_of
            .iter()
            .for_each(|&class| vehicles[class as usize] += 1);
        let mut random = Random::new(1);
        let slots = (SLOTS * instance.tasks).clamp(FEWEST, MOST);
        let slots = if instance.class_of.len() < 2 {
            0
        } else {
            slots.next_power_of_two()
        };
        Self {
            slots: vec![Seen::default(); slots],
            keys: (0..instance.tasks + classes)
                .map(|_| random.next())
                .collect(),
            vehicles,
            duals: Vec::new(),
            work: 0,
            last: 0,
        }
    }

    /// Remembers a route.
    pub(crate) fn add(&mut self, instance: &Instance<'_>, route: &Route) {
        if route.tasks == 0 || self.slots.is_empty() {
            return;
        }
        let class = self.keys[instance.tasks + route.class as usize];
        let hash = route
            .nodes(instance)
            .fold(class, |hash, task| hash ^ self.keys[task as usize]);
        let slot = hash as usize & (self.slots.len() - 1);
        let seen = &mut self.slots[slot];
        if seen.hash == hash && seen.cost <= route.cost {
            return;
        }
        (seen.hash, seen.class, seen.cost) = (hash, route.class, route.cost);
        seen.order.clear();
        let stops = &route.items[1..route.items.len() - 1];
        seen.order.extend(stops.iter().map(|item| item.node));
    }

    /// Remembers what another one does, where there is room, and a solution's routes.
    pub(crate) fn absorb(&mut self, other: &Self, best: &State<'_>) {
        for theirs in &other.slots {
            let mask = self.slots.len() - 1;
            let mine = &mut self.slots[theirs.hash as usize & mask];
            let cheaper = mine.hash == theirs.hash && theirs.cost < mine.cost;
            if mine.order.is_empty() || cheaper {
                mine.clone_from(theirs);
            }
        }
        for &route in &best.used {
            self.add(best.instance, &best.routes[route as usize]);
        }
    }

    /// Whether another question is a small part of what so many iterations are worth.
    pub(crate) fn affords(&self, iterations: u64) -> bool {
        let least = self.slots.len() as u64 * LEAST;
        !self.slots.is_empty() && self.work + self.last.max(least) <= iterations * SHARE
    }

    /// A better solution than the best one, made of routes that were seen. `weigh` says what a solution is worth, and what
    /// a task is that is left out.
    pub(crate) fn better<'a>(
        &mut self,
        best: &State<'a>,
        weigh: impl Fn(Score) -> f64,
    ) -> Option<State<'a>> {
        let instance = best.instance;
        for &route in &best.used {
            self.add(instance, &best.routes[route as usize]);
        }
        let seen: Vec<&Seen> = self.slots.iter().filter(|s| !s.order.is_empty()).collect();
        let pieces = self.pieces(instance, &seen, &weigh);
        if self.duals.is_empty() {
            self.duals = guess(best);
        }
        let known = weigh(best.score).round() as i64;
        let (chosen, work) = cover::solve(&pieces, known, &mut self.duals);
        (self.work, self.last) = (self.work + work, work);
        let chosen = chosen?;
        let mut state = State::new(instance);
        for column in chosen {
            let route = *state.idle[seen[column].class as usize].last()?;
            if !state.adopt(route, &seen[column].order) {
                return None;
            }
        }
        (state.score < best.score).then_some(state)
    }

    fn pieces(
        &self,
        instance: &Instance<'_>,
        seen: &[&Seen],
        weigh: &impl Fn(Score) -> f64,
    ) -> Pieces {
        let units = &instance.units;
        let mut row = vec![u32::MAX; instance.tasks];
        (0..)
            .zip(units)
            .for_each(|(i, &unit)| row[unit as usize] = i);
        let alone = |unit: u32| Score {
            priority: instance
                .members(unit)
                .map(|t| instance.nodes[t as usize].priority)
                .sum(),
            absent: instance.members(unit).count() as i64,
            ..Score::default()
        };
        let absent = units.iter().map(|&unit| weigh(alone(unit)).round() as i64);
        let mut pieces = Pieces::new(absent.collect(), self.vehicles.clone());
        for route in seen {
            let tasks = route.order.iter().filter(|&&node| node < BREAKS);
            let rows = tasks
                .map(|&task| row[task as usize])
                .filter(|&r| r != u32::MAX);
            pieces.push(route.cost, route.class, rows);
        }
        pieces
    }
}

/// What each unit costs in the best solution, a route's cost shared evenly; then zero for each class.
fn guess(best: &State<'_>) -> Vec<f64> {
    let share = |&unit: &u32| match best.route_of[unit as usize] {
        crate::instance::NONE => 0.0,
        route => {
            let route = &best.routes[route as usize];
            route.cost as f64 / route.tasks as f64
        }
    };
    let units = best.instance.units.iter().map(share);
    units
        .chain(best.instance.classes.iter().map(|_| 0.0))
        .collect()
}
