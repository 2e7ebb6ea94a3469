//! The search behind the route optimiser: a pure crate, without I/O, clock or random source of its own.
//!
//! [`solve`] takes a [`Problem`], [`Options`] and a [`Budget`] and returns a [`Solution`]. The same problem,
//! seed and number of iterations give the same solution, on any machine.

mod anneal;
mod answer;
mod budget;
mod exact;
mod fleet;
mod instance;
mod labels;
mod loaded;
pub mod problem;
mod random;
mod reason;
mod recreate;
mod route;
mod ruin;
mod small;
pub mod solution;
mod state;

pub use budget::{Budget, Iterations};
pub use problem::Problem;
pub use reason::Reason;
pub use solution::Solution;

use crate::anneal::Search;
use crate::instance::Instance;
use crate::state::State;

/// How to search, apart from how long.
#[derive(Debug, Clone)]
pub struct Options {
    /// Feeds the random choices.
    pub seed: u64,
    /// Searches that run side by side, each with a seed of its own; the best one wins.
    pub threads: usize,
    /// Whether to try to prove one-vehicle problems optimal.
    pub prove: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            threads: 1,
            prove: true,
        }
    }
}

/// Finds the best routes it can within the budget.
///
/// Solutions are compared like VROOM's: the larger sum of priorities of what is assigned wins, then the larger number of tasks
/// assigned, then the lower cost, then fewer vehicles.
pub fn solve(problem: &Problem, options: &Options, budget: &dyn Budget) -> Solution {
    let instance = Instance::new(problem);
    let mut search = Search::new(&instance, State::new(&instance), options.seed);
    let optimal = if options.prove && small::applies(&instance) {
        small::run(&mut search, budget)
    } else {
        search.run(budget);
        false
    };
    Solution {
        optimal,
        iterations: search.iterations,
        ..answer::write(&search.best)
    }
}
