//! What a search returns.

use crate::Problem;
use crate::problem::Stop;
use crate::reason::Reason;

/// Routes, and what found no place in them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Solution {
    /// The routes of the vehicles that are used, in the order of the vehicles.
    pub routes: Vec<Route>,
    /// Tasks without a vehicle, in the order of the tasks.
    pub unassigned: Vec<Unassigned>,
    /// Whether no better solution exists: by sum of priorities, then number of tasks, then cost.
    pub optimal: bool,
    /// Iterations of the search, over all threads.
    pub iterations: u64,
}

/// One vehicle's way through its tasks and breaks, with the latest departure that does not delay its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Index into [`Problem::vehicles`].
    pub vehicle: usize,
    /// When it leaves the start (without a start place: when its first stop begins).
    pub departure: u64,
    /// The stops in their order.
    pub stops: Vec<Timed>,
    /// When it reaches the end (without an end place: when its last stop is done).
    pub end: u64,
    /// Seconds on the road between the last stop and the end.
    pub last_travel: u64,
}

/// A stop and its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timed {
    /// Which task or break.
    pub stop: Stop,
    /// Seconds on the road since the stop before; a leg interrupted by a break is split.
    pub travel: u64,
    /// When the vehicle gets there (for a break: when it stops driving).
    pub arrival: u64,
    /// When setup, service or the break begins; the time since the arrival is spent waiting.
    pub start: u64,
}

/// A task that found no vehicle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unassigned {
    /// Index into [`Problem::tasks`].
    pub task: usize,
    /// What stood in its way.
    pub reason: Reason,
}

impl Solution {
    /// The solution in which nobody goes anywhere.
    pub fn nothing_assigned(problem: &Problem) -> Self {
        let unassigned = (0..problem.tasks.len())
            .map(|task| Unassigned {
                task,
                reason: Reason::NoRoom,
            })
            .collect();
        Self {
            unassigned,
            ..Self::default()
        }
    }
}
