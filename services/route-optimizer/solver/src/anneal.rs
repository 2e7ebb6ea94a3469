//! Simulated annealing over ruined and recreated solutions.

use crate::Budget;
use crate::cooling::Cooling;
use crate::instance::Instance;
use crate::pool::Pool;
use crate::random::Random;
use crate::recreate::Recreate;
use crate::ruin::{Ruin, Scratch};
use crate::state::{Score, State};

/// Where priorities are given, what a visit and the priority of an average one weigh, in average legs.
const VISIT: f64 = 5.0;
const IMPORTANCE: f64 = 100.0;

/// Chance that the first task put back opens a route of its own, ordinarily and after a whole route was dissolved; by cost alone
/// that would be too rare to change the number of routes.
const OPEN: f64 = 0.02;
const OPEN_ANEW: f64 = 0.6;

/// How many times hotter it is for a solution with such a route: it takes some iterations to become as good as others.
const BOLD: f64 = 6.0;

/// When routes that were seen are combined anew for the first time, and how often after that, in shares of the budget.
const FIRST: f64 = 0.3;
const EVERY: f64 = 0.02;

/// One thread's search.
pub(crate) struct Search<'a> {
    pub state: State<'a>,
    pub best: State<'a>,
    random: Random,
    ruin: Ruin,
    scratch: Scratch,
    recreate: Recreate,
    penalty: Penalty,
    pool: Pool,
    pub iterations: u64,
}

/// What a missing task weighs against cost while annealing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Penalty {
    task: f64,
    priority: f64,
}

impl Penalty {
    /// Without priorities a task outweighs any detour. With priorities, a point must not: who never gives up a visit for the time
    /// being will not find the better choice either. `leg` is what an average leg costs.
    fn new(instance: &Instance<'_>, leg: f64) -> Self {
        let tasks = &instance.nodes[..instance.tasks];
        let points: i64 = tasks.iter().map(|n| n.priority).sum();
        if points > 0 {
            let mean = points as f64 / tasks.len() as f64;
            return Self {
                task: VISIT * leg,
                priority: IMPORTANCE * leg / mean,
            };
        }
        let legs = instance
            .ways
            .iter()
            .flat_map(|w| (0..instance.tasks as u32).flat_map(|t| w.out_of(t).iter()));
        let longest = legs
            .map(|leg| leg.cost)
            .filter(|&c| c < u32::MAX)
            .max()
            .unwrap_or(0);
        let fixed = instance.classes.iter().map(|c| c.fixed).max().unwrap_or(0);
        Self {
            task: 2.0 * f64::from(longest) + fixed as f64 + 1.0,
            priority: 0.0,
        }
    }

    pub(crate) fn weigh(self, score: Score) -> f64 {
        score.cost as f64 + self.task * score.absent as f64 + self.priority * score.priority as f64
    }
}

/// What a solution may weigh to be accepted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    pub penalty: Penalty,
    pub most: f64,
}

impl<'a> Search<'a> {
    pub(crate) fn new(instance: &'a Instance<'a>, start: State<'a>, seed: u64) -> Self {
        Self {
            best: start.clone(),
            state: start,
            random: Random::new(seed),
            ruin: Ruin::default(),
            scratch: Scratch::default(),
            recreate: Recreate::new(instance),
            penalty: Penalty::new(instance, 0.0),
            pool: Pool::new(instance),
            iterations: 0,
        }
    }

    /// Continues from the best solution.
    pub(crate) fn restart(&mut self) {
        self.state.copy_from(&self.best);
    }

    /// Searches until the budget is gone.
    pub(crate) fn run(&mut self, budget: &dyn Budget) {
        let tasks = self.state.instance.tasks;
        if tasks == 0 {
            return;
        }
        self.state.begin();
        let all = Limit {
            penalty: self.penalty,
            most: f64::INFINITY,
        };
        self.recreate
            .apply(&mut self.state, 0, false, all, &mut self.random);
        self.keep_best();
        let legs = (self.state.score.vehicles + tasks as i64 - self.state.score.absent).max(1);
        let leg = self.state.score.cost as f64 / legs as f64;
        self.penalty = Penalty::new(self.state.instance, leg);
        let every = if tasks > 400 { 8 } else { 32 };
        let mut cooling = Cooling::new(tasks, leg);
        let mut next = FIRST;
        loop {
            if self.iterations.is_multiple_of(every) {
                let used = budget.used(self.iterations);
                if used >= 1.0 {
                    break;
                }
                if cooling.advance(used, self.iterations) {
                    self.restart();
                }
                if used >= next && self.pool.affords(self.iterations) {
                    next = used + EVERY;
                    self.recombine();
                }
            }
            self.step(&cooling);
            self.iterations += 1;
        }
    }

    fn step(&mut self, cooling: &Cooling) {
        self.state.begin();
        let before = self.penalty.weigh(self.state.score);
        let fresh = self.state.absent.len();
        let whole = self
            .ruin
            .apply(&mut self.state, &mut self.random, &mut self.scratch);
        let open = self.random.chance(if whole { OPEN_ANEW } else { OPEN });
        let heat = cooling.temperature * if open { BOLD } else { 1.0 };
        let limit = Limit {
            penalty: self.penalty,
            most: before - heat * self.random.unit().max(1e-300).ln(),
        };
        if self
            .recreate
            .apply(&mut self.state, fresh, open, limit, &mut self.random)
        {
            self.keep_best();
            if cooling.remembers() {
                self.remember();
            }
        } else {
            self.state.undo();
        }
    }

    fn remember(&mut self) {
        for route in self.state.changed() {
            self.pool.add(self.state.instance, route);
        }
    }

    /// Looks for a better solution made of routes that were seen, and goes on from there.
    fn recombine(&mut self) {
        let penalty = self.penalty;
        if let Some(better) = self.pool.better(&self.best, |score| penalty.weigh(score)) {
            self.best.copy_from(&better);
            self.state.copy_from(&better);
        }
    }

    /// Combines the routes that others saw with its own.
    pub(crate) fn learn_from(&mut self, others: &[Self]) {
        if others.is_empty() || !self.pool.affords(self.iterations) {
            return;
        }
        for other in others {
            self.pool.absorb(&other.pool, &other.best);
        }
        self.recombine();
    }

    fn keep_best(&mut self) {
        if self.state.score < self.best.score {
            self.best.copy_from(&self.state);
        }
    }
}
