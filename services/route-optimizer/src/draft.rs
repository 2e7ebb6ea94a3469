//! Who goes where, when: what the search or the plan mode decided, before it is written out as an answer.

use crate::request::StepKind;

/// A step and its times, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// What happens.
    pub kind: StepKind,
    /// When the vehicle is there, or stops driving for a break.
    pub arrival: u64,
    /// When it begins; the time in between is spent waiting.
    pub begin: u64,
}

/// One vehicle's way, from its start to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tour {
    /// Its rank among the request's vehicles.
    pub vehicle: usize,
    /// At least a start and an end.
    pub moments: Vec<Moment>,
}

/// A task nobody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// Its rank among the request's tasks.
    pub task: usize,
    /// The stable word for why; nobody asked in plan mode.
    pub reason: Option<&'static str>,
}

/// A decision on the whole request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// In the order of the vehicles.
    pub tours: Vec<Tour>,
    /// In the order of the tasks.
    pub left_out: Vec<LeftOut>,
    /// Nothing better exists.
    pub optimal: bool,
}
