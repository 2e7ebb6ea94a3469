//! The search behind the route optimiser: a pure crate, without I/O, clock or random source of its own.
//!
//! [`solve`] takes a [`Problem`], [`Options`] and a [`Budget`] and returns a [`Solution`]. The same problem,
//! seed and number of iterations give the same solution, on any machine.

mod anneal;
mod answer;
mod ascent;
mod budget;
mod choice;
mod cooling;
mod cover;
mod exact;
mod fleet;
mod instance;
mod labels;
mod line;
mod loaded;
mod pool;
mod prizes;
pub mod problem;
mod random;
mod reason;
mod recreate;
mod route;
mod ruin;
mod side;
mod small;
pub mod solution;
mod state;
mod tree;
mod warm;
mod ways;

pub use budget::{Budget, Iterations};
pub use problem::Problem;
pub use reason::Reason;
pub use solution::Solution;

use crate::anneal::Search;
use crate::instance::Instance;

/// How to search, apart from how long.
#[derive(Debug, Clone)]
pub struct Options {
    /// Feeds the random choices.
    pub seed: u64,
    /// Searches that run side by side, each with a seed of its own; in the end the routes of all are combined.
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
    let start = warm::start(&instance);
    if options.prove && small::applies(&instance) {
        let mut search = Search::new(&instance, start, options.seed);
        let optimal = small::run(&mut search, budget);
        return Solution {
            optimal,
            iterations: search.iterations,
            ..answer::write(&search.best)
        };
    }
    let search = &|thread: usize| {
        let seed = options
            .seed
            .wrapping_add(thread as u64 * 0x5851_f42d_4c95_7f2d);
        let mut search = Search::new(&instance, start.clone(), seed);
        search.run(budget);
        search
    };
    let mut searches: Vec<Search<'_>> = if options.threads < 2 {
        vec![search(0)]
    } else {
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..options.threads)
                .map(|thread| scope.spawn(move || search(thread)))
                .collect();
            threads
                .into_iter()
                .filter_map(|thread| thread.join().ok())
                .collect()
        })
    };
    let iterations = searches.iter().map(|s| s.iterations).sum();
    let best = (0..searches.len()).min_by_key(|&i| searches[i].best.score);
    let Some(mut best) = best.map(|i| searches.swap_remove(i)) else {
        return Solution::nothing_assigned(problem);
    };
    best.learn_from(&searches);
    Solution {
        iterations,
        ..answer::write(&best.best)
    }
}
