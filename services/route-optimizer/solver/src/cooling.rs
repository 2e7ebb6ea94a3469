//! How the temperature falls: once in a short search, several times in a long one.
//!
//! Beyond some iterations a longer cooling finds little more, while another one finds something else, and what both have seen can
//! be combined.

use std::ops::RangeInclusive;

/// The temperature at the beginning and at the end, in average legs; the more tasks, the colder the end.
const HOT: f64 = 0.5;
const COLD: RangeInclusive<f64> = 0.01..=0.02;

/// About so many iterations for each pair of tasks make one cooling, and so many coolings are made at most.
const ENOUGH: f64 = 8.0;
const MOST: f64 = 9.0;

/// After this share of the budget it can be told how many iterations there will be.
const KNOWN: f64 = 0.02;

/// Routes seen at a higher temperature, in terms of the first, are not worth remembering once better ones are known.
const WORTHLESS: f64 = 0.3;

#[derive(Debug)]
pub(crate) struct Cooling {
    tasks: f64,
    hot: f64,
    cold: f64,
    /// How many there will be; none yet when that is not known.
    rounds: f64,
    round: f64,
    pub temperature: f64,
}

impl Cooling {
    /// `leg` is what an average leg costs.
    pub(crate) fn new(tasks: usize, leg: f64) -> Self {
        let tasks = tasks as f64;
        let cold = (0.2 / tasks.sqrt()).clamp(*COLD.start(), *COLD.end());
        Self {
            tasks,
            hot: HOT * leg,
            cold: cold * leg,
            rounds: 0.0,
            round: 0.0,
            temperature: HOT * leg,
        }
    }

    /// Sets the temperature when a share of the budget is used. Returns whether it begins anew.
    pub(crate) fn advance(&mut self, used: f64, iterations: u64) -> bool {
        if self.rounds < 1.0 && used >= KNOWN {
            let all = iterations as f64 / used;
            self.rounds = (all / (ENOUGH * self.tasks * self.tasks))
                .round()
                .clamp(1.0, MOST);
        }
        let through = used * self.rounds.max(1.0);
        let anew = through.floor() > self.round;
        self.round = through.floor();
        self.temperature = self.hot * (self.cold / self.hot).powf(through.fract());
        anew
    }

    /// Whether routes of now are worth remembering.
    pub(crate) fn remembers(&self) -> bool {
        self.round < 1.0 || self.temperature < WORTHLESS * self.hot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Temperatures over 100 steps of a search with so many iterations for a hundred tasks, and how often it begins anew.
    fn over(iterations: u64) -> (Vec<f64>, usize) {
        let mut cooling = Cooling::new(100, 1.0);
        let steps = (0..100).map(|step| {
            let anew = cooling.advance(step as f64 / 100.0, iterations * step / 100);
            (cooling.temperature, anew)
        });
        let (temperatures, anew): (Vec<f64>, Vec<bool>) = steps.unzip();
        (temperatures, anew.into_iter().filter(|&a| a).count())
    }

    #[test]
    fn a_short_search_cools_once_and_a_long_one_several_times() {
        for (iterations, rounds) in [(1_000, 1), (80_000, 1), (170_000, 2), (10_000_000, 9)] {
            let (temperatures, anew) = over(iterations);
            assert_eq!(anew, rounds - 1, "{iterations}");
            let rises = temperatures.windows(2).filter(|t| t[1] > t[0]).count();
            assert!(rises >= anew && rises <= rounds, "{iterations}: {rises}");
            assert!(temperatures.iter().all(|t| (0.02..=0.5).contains(t)));
        }
    }
}
