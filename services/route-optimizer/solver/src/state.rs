//! The solution a search is working on, with a journal that takes back the changes of an iteration.

use crate::instance::{Instance, NONE};
use crate::problem::Kind;
use crate::route::{Gap, Route};

/// What a solution is worth; less is better, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Score {
    /// Sum of the priorities of what is not assigned.
    pub priority: i64,
    /// How many tasks are not assigned.
    pub absent: i64,
    pub cost: i64,
    /// Vehicles used.
    pub vehicles: i64,
}

/// Routes of all vehicles and what is in none of them.
#[derive(Debug, Clone)]
pub(crate) struct State<'a> {
    pub instance: &'a Instance<'a>,
    pub routes: Vec<Route>,
    /// Routes with tasks.
    pub used: Vec<u32>,
    /// The index of each route in `used`, or `NONE`.
    slot: Vec<u32>,
    /// Vehicles without tasks, by class.
    pub idle: Vec<Vec<u32>>,
    /// The route of each task, or `NONE`.
    pub route_of: Vec<u32>,
    /// Units in no route.
    pub absent: Vec<u32>,
    pub score: Score,
    /// When each route was last looked at, and a counter for that.
    pub seen: (Vec<u64>, u64),
    journal: Journal,
}

/// Copies of what an iteration changed first.
#[derive(Debug, Clone, Default)]
struct Journal {
    routes: Vec<(u32, Route)>,
    count: usize,
    stamp: Vec<u64>,
    now: u64,
    absent: Vec<u32>,
    score: Score,
}

impl<'a> State<'a> {
    /// All vehicles at home.
    pub(crate) fn new(instance: &'a Instance<'a>) -> Self {
        let empty: Vec<Route> = (0..instance.classes.len() as u32)
            .map(|class| Route::idle(instance, class))
            .collect();
        let routes: Vec<Route> = instance
            .class_of
            .iter()
            .map(|&class| empty[class as usize].clone())
            .collect();
        let mut idle = vec![Vec::new(); instance.classes.len()];
        for (vehicle, &class) in instance.class_of.iter().enumerate().rev() {
            idle[class as usize].push(vehicle as u32);
        }
        let score = Score {
            priority: instance.nodes[..instance.tasks]
                .iter()
                .map(|n| n.priority)
                .sum(),
            absent: instance.tasks as i64,
            ..Score::default()
        };
        Self {
            instance,
            used: Vec::new(),
            slot: vec![NONE; routes.len()],
            seen: (vec![0; routes.len()], 0),
            journal: Journal {
                stamp: vec![0; routes.len()],
                ..Journal::default()
            },
            routes,
            idle,
            route_of: vec![NONE; instance.tasks],
            absent: instance.units.clone(),
            score,
        }
    }

    /// Opens a new page of the journal.
    pub(crate) fn begin(&mut self) {
        self.journal.count = 0;
        self.journal.now += 1;
        self.journal.absent.clone_from(&self.absent);
        self.journal.score = self.score;
    }

    /// Routes changed since [`State::begin`].
    pub(crate) fn changed(&self) -> impl Iterator<Item = &Route> {
        let changed = &self.journal.routes[..self.journal.count];
        changed
            .iter()
            .map(|&(route, _)| &self.routes[route as usize])
    }

    /// Takes back everything since [`State::begin`].
    pub(crate) fn undo(&mut self) {
        for units in [&self.journal.absent, &self.absent] {
            for task in units.iter().flat_map(|&unit| self.instance.members(unit)) {
                self.route_of[task as usize] = NONE;
            }
        }
        for i in 0..self.journal.count {
            let route = self.journal.routes[i].0;
            std::mem::swap(
                &mut self.routes[route as usize],
                &mut self.journal.routes[i].1,
            );
            for task in self.routes[route as usize].nodes(self.instance) {
                self.route_of[task as usize] = route;
            }
            self.list(route);
        }
        std::mem::swap(&mut self.absent, &mut self.journal.absent);
        self.score = self.journal.score;
        self.journal.count = 0;
    }

    /// Keeps a copy of a route that is about to change.
    pub(crate) fn touch(&mut self, route: u32) {
        let journal = &mut self.journal;
        if journal.stamp[route as usize] == journal.now {
            return;
        }
        journal.stamp[route as usize] = journal.now;
        if journal.count == journal.routes.len() {
            journal.routes.push((route, Route::default()));
        }
        let copy = &mut journal.routes[journal.count];
        copy.0 = route;
        copy.1.copy_from(&self.routes[route as usize]);
        journal.count += 1;
    }

    /// Files a route under used or idle.
    fn list(&mut self, route: u32) {
        let r = route as usize;
        let class = self.routes[r].class as usize;
        let uses = self.routes[r].tasks > 0;
        match (uses, self.slot[r]) {
            (true, NONE) => {
                if let Some(at) = self.idle[class].iter().rposition(|&v| v == route) {
                    self.idle[class].swap_remove(at);
                }
                self.slot[r] = self.used.len() as u32;
                self.used.push(route);
            }
            (false, slot) if slot != NONE => {
                self.used.swap_remove(slot as usize);
                if let Some(&moved) = self.used.get(slot as usize) {
                    self.slot[moved as usize] = slot;
                }
                self.slot[r] = NONE;
                self.idle[class].push(route);
            }
            _ => {}
        }
        self.score.vehicles = self.used.len() as i64;
    }

    /// Takes the marked tasks out of a route; their units become absent. All tasks of a shipment must be marked.
    pub(crate) fn take_out(&mut self, route: u32, marked: &[bool]) {
        self.touch(route);
        let r = route as usize;
        self.score.cost -= self.routes[r].cost;
        let tasks = self.instance.tasks;
        let mut items = std::mem::take(&mut self.routes[r].items);
        items.retain(|item| {
            let goes = (item.node as usize) < tasks && marked[item.node as usize];
            if goes {
                self.lose(item.node);
            }
            !goes
        });
        self.routes[r].items = items;
        if !self.routes[r].refresh(self.instance) {
            // Where a detour was the shorter way, what is left may not be possible: then nothing is left.
            let mut items = std::mem::take(&mut self.routes[r].items);
            items.retain(|item| {
                let goes = (item.node as usize) < tasks;
                if goes {
                    self.lose(item.node);
                }
                !goes
            });
            self.routes[r].items = items;
            self.routes[r].refresh(self.instance);
        }
        self.score.cost += self.routes[r].cost;
        self.list(route);
    }

    fn lose(&mut self, task: u32) {
        self.route_of[task as usize] = NONE;
        self.score.absent += 1;
        self.score.priority += self.instance.nodes[task as usize].priority;
        if !matches!(
            self.instance.problem.tasks[task as usize].kind,
            Kind::Delivery(_)
        ) {
            self.absent.push(task);
        }
    }

    /// Puts a unit, no longer among the absent, into a route.
    pub(crate) fn put(&mut self, unit: u32, route: u32, gap: Gap) {
        self.touch(route);
        let r = route as usize;
        self.score.cost -= self.routes[r].cost;
        self.routes[r].insert(self.instance, unit, gap);
        self.score.cost += self.routes[r].cost;
        for task in self.instance.members(unit) {
            self.route_of[task as usize] = route;
            self.score.absent -= 1;
            self.score.priority -= self.instance.nodes[task as usize].priority;
        }
        self.list(route);
    }

    /// Gives an unused vehicle a whole sequence of absent tasks and its breaks, or changes nothing. Returns whether that is possible.
    pub(crate) fn adopt(&mut self, route: u32, order: &[u32]) -> bool {
        self.begin();
        let possible = self.resequence(route, order);
        if !possible {
            self.undo();
            return false;
        }
        for task in self.routes[route as usize].nodes(self.instance) {
            self.score.absent -= 1;
            self.score.priority -= self.instance.nodes[task as usize].priority;
        }
        let route_of = &self.route_of;
        self.absent.retain(|&unit| route_of[unit as usize] == NONE);
        true
    }

    /// Replaces a route's stops by others; what that means for absent tasks is up to the caller. Returns whether it is possible.
    pub(crate) fn resequence(&mut self, route: u32, order: &[u32]) -> bool {
        self.touch(route);
        let r = route as usize;
        self.score.cost -= self.routes[r].cost;
        let items = &mut self.routes[r].items;
        let (start, end) = (items[0], items[items.len() - 1]);
        items.clear();
        items.push(start);
        items.extend(order.iter().map(|&node| crate::route::Item {
            node,
            cost: 0,
            depart: 0,
            late: 0,
        }));
        items.push(end);
        let possible = self.routes[r].refresh(self.instance);
        self.score.cost += self.routes[r].cost;
        for &task in order
            .iter()
            .filter(|&&node| (node as usize) < self.instance.tasks)
        {
            self.route_of[task as usize] = route;
        }
        self.list(route);
        possible
    }

    /// Becomes a copy of another state, without its journal.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        for (mine, theirs) in self.routes.iter_mut().zip(&other.routes) {
            mine.copy_from(theirs);
        }
        self.used.clone_from(&other.used);
        self.slot.clone_from(&other.slot);
        self.idle.clone_from(&other.idle);
        self.route_of.clone_from(&other.route_of);
        self.absent.clone_from(&other.absent);
        self.score = other.score;
        self.journal.count = 0;
    }
}
