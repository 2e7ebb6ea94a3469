//! The model the solver works on: whole seconds, whole metres, indices instead of ids.

use std::sync::Arc;

/// A duration or distance that says "there is no way".
pub const UNREACHABLE: u32 = u32::MAX;

/// Everything there is to know: tasks, vehicles and the ways between places.
///
/// The caller has checked it: indices in range, matrices `places × places`, windows sorted and apart, amounts and capacities
/// with `dimensions` entries each.
#[derive(Debug, Clone, Default)]
pub struct Problem {
    /// How many places there are; a place is an index below this.
    pub places: usize,
    /// How many dimensions amounts and capacities have.
    pub dimensions: usize,
    /// Travel by profile (and speed factor, if vehicles differ in it).
    pub profiles: Vec<Profile>,
    /// Who can travel.
    pub vehicles: Vec<Vehicle>,
    /// What is to be done; a shipment is two tasks.
    pub tasks: Vec<Task>,
    /// Routes to start from, one per vehicle (or none at all). What does not fit is taken out and reinserted.
    pub warm_start: Vec<Vec<Stop>>,
}

/// Travel between all places, row by row: entry `from * places + to`.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Seconds, the vehicle's speed factor applied.
    pub durations: Arc<[u32]>,
    /// Metres; absent means all zero.
    pub distances: Option<Arc<[u32]>>,
    /// Costs of its own; absent means that costs follow from the vehicle's rates.
    pub costs: Option<Arc<[u32]>>,
}

/// An inclusive interval in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first second that is allowed.
    pub start: u32,
    /// The last second that is allowed.
    pub end: u32,
}

impl Window {
    /// Any time at all.
    pub const ALWAYS: Self = Self {
        start: 0,
        end: u32::MAX,
    };
}

/// A vehicle, or an agent on one day.
#[derive(Debug, Clone)]
pub struct Vehicle {
    /// Index into [`Problem::profiles`].
    pub profile: usize,
    /// Where the route begins; `None`: at its first task.
    pub start: Option<usize>,
    /// Where the route ends; `None`: at its last task.
    pub end: Option<usize>,
    /// Leaving the start and reaching the end happen within it.
    pub window: Window,
    /// Per dimension; empty means unlimited.
    pub capacity: Vec<u32>,
    /// What the vehicle can do, sorted.
    pub skills: Vec<u32>,
    /// Rests that every used vehicle takes, in this order.
    pub breaks: Vec<Break>,
    /// At most this many tasks.
    pub max_tasks: Option<usize>,
    /// At most this many seconds on the road.
    pub max_travel_time: Option<u32>,
    /// At most this many metres.
    pub max_distance: Option<u32>,
    /// What using the vehicle costs.
    pub costs: Costs,
}

/// A pause anywhere along the route, also in the middle of a leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// When it may begin; empty means any time.
    pub windows: Vec<Window>,
    /// How long it takes.
    pub service: u32,
    /// The load the vehicle may have during it, per dimension; empty means any.
    pub max_load: Vec<u32>,
}

/// Rates; the defaults make a cost the seconds on the road.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Costs {
    /// For using the vehicle at all.
    pub fixed: u32,
    /// Per hour of travel.
    pub per_hour: u32,
    /// Per hour of setup and service.
    pub per_task_hour: u32,
    /// Per kilometre.
    pub per_km: u32,
}

impl Default for Costs {
    fn default() -> Self {
        Self {
            fixed: 0,
            per_hour: 3600,
            per_task_hour: 0,
            per_km: 0,
        }
    }
}

/// Something to do at a place.
#[derive(Debug, Clone)]
pub struct Task {
    /// Where.
    pub place: usize,
    /// Seconds before the service, only when the vehicle comes from another place (or begins its route here).
    pub setup: u32,
    /// Seconds of service.
    pub service: u32,
    /// When setup may begin; empty means any time.
    pub windows: Vec<Window>,
    /// What the vehicle must be able to do, sorted.
    pub skills: Vec<u32>,
    /// Loaded at the start of the route and left here (for a shipment's delivery: its amount).
    pub delivery: Vec<u32>,
    /// Loaded here and brought to the end (for a shipment's pickup: its amount).
    pub pickup: Vec<u32>,
    /// From 0 to 100; both tasks of a shipment carry it.
    pub priority: u32,
    /// Alone, or half a shipment.
    pub kind: Kind,
}

/// Whether a task stands alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A task of its own.
    Single,
    /// Goods of a shipment are loaded; they go to the task with this index.
    Pickup(usize),
    /// Goods of a shipment are left; they come from the task with this index.
    Delivery(usize),
}

/// One element of a route: an index into [`Problem::tasks`] or into the vehicle's breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stop {
    /// A task.
    Task(usize),
    /// A break of this vehicle.
    Break(usize),
}
