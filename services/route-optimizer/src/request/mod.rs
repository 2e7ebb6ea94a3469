//! What was asked: VROOM's request, read and reviewed. Nothing here knows HTTP or the search.

pub mod fault;
pub mod field;
pub mod matrix;
pub mod options;
mod read;
mod review;
mod shipment;
mod vehicle;

use std::collections::BTreeMap;

pub use fault::Fault;
pub use matrix::{Grid, ProfileMatrices};
pub use options::Options;
pub use read::{Limits, read};

/// Seconds, inclusive on both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// Not before.
    pub start: u32,
    /// Not after.
    pub end: u32,
}

impl Window {
    /// "At any time".
    pub const ALWAYS: Self = Self {
        start: 0,
        end: u32::MAX,
    };

    /// Whether it restricts nothing.
    #[must_use]
    pub const fn is_always(self) -> bool {
        self.end - self.start == u32::MAX
    }
}

/// Longitude, latitude.
pub type Coordinates = [f64; 2];

/// A place as the caller named it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Row and column in the caller's own matrices.
    pub index: Option<u32>,
    /// Where it is.
    pub coordinates: Option<Coordinates>,
    /// Its number among the distinct places of this request; equal numbers are the same place.
    pub site: usize,
}

/// What a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A visit of its own.
    Job,
    /// The first half of a shipment; its delivery stands right behind it.
    Pickup,
    /// The second half of a shipment.
    Delivery,
}

impl Kind {
    /// VROOM's word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Pickup => "pickup",
            Self::Delivery => "delivery",
        }
    }
}

/// A job, or one half of a shipment.
#[derive(Debug, Clone)]
pub struct Task {
    /// Unique among its kind.
    pub id: u64,
    /// Job, pickup or delivery.
    pub kind: Kind,
    /// Where.
    pub place: Place,
    /// Paid when the place differs from the one before.
    pub setup: u32,
    /// Always paid.
    pub service: u32,
    /// Other setups for some types of vehicle.
    pub setup_per_type: BTreeMap<String, u32>,
    /// Other services for some types of vehicle.
    pub service_per_type: BTreeMap<String, u32>,
    /// Unloaded here.
    pub delivery: Vec<u32>,
    /// Loaded here.
    pub pickup: Vec<u32>,
    /// The vehicle needs all of these; sorted, without repetition.
    pub skills: Vec<u32>,
    /// 0 to 100.
    pub priority: u32,
    /// Sorted, disjoint, at least one.
    pub windows: Vec<Window>,
    /// Handed back.
    pub description: String,
}

impl Task {
    /// Setup for a type of vehicle.
    #[must_use]
    pub fn setup_for(&self, vehicle_type: &str) -> u32 {
        let special = self.setup_per_type.get(vehicle_type);
        special.copied().unwrap_or(self.setup)
    }

    /// Service for a type of vehicle.
    #[must_use]
    pub fn service_for(&self, vehicle_type: &str) -> u32 {
        let special = self.service_per_type.get(vehicle_type);
        special.copied().unwrap_or(self.service)
    }

    /// Whether anything restricts when it happens.
    #[must_use]
    pub fn is_windowed(&self) -> bool {
        self.windows.len() != 1 || !self.windows[0].is_always()
    }
}

/// A pause of a vehicle, anywhere.
#[derive(Debug, Clone)]
pub struct Break {
    /// Unique within the vehicle.
    pub id: u64,
    /// When it may begin; sorted, disjoint, at least one.
    pub windows: Vec<Window>,
    /// How long.
    pub service: u32,
    /// The vehicle may not carry more meanwhile.
    pub max_load: Option<Vec<u32>>,
    /// Handed back.
    pub description: String,
}

/// What a vehicle costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Costs {
    /// Once, when it is used at all.
    pub fixed: u32,
    /// Per hour of travel.
    pub per_hour: u32,
    /// Per hour of setup and service.
    pub per_task_hour: u32,
    /// Per kilometre.
    pub per_km: u32,
}

/// One second costs one.
pub const COST_PER_HOUR: u32 = 3600;

/// What a given step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// Leaving.
    Start,
    /// A task, by its rank in [`Request::tasks`].
    Task(usize),
    /// A break, by its rank in [`Vehicle::breaks`].
    Break(usize),
    /// Arriving.
    End,
}

/// A step the caller has fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub kind: StepKind,
    /// Begins exactly then.
    pub at: Option<u32>,
    /// Does not begin before.
    pub after: Option<u32>,
    /// Does not begin after.
    pub before: Option<u32>,
}

/// A vehicle, or one agent's day.
#[derive(Debug, Clone)]
pub struct Vehicle {
    /// The caller's number; need not be unique, as with VROOM.
    pub id: u64,
    /// Which matrices apply.
    pub profile: String,
    /// Handed back.
    pub description: String,
    /// Where it starts.
    pub start: Option<Place>,
    /// Where it ends.
    pub end: Option<Place>,
    /// What it can carry, by dimension.
    pub capacity: Vec<u32>,
    /// Sorted, without repetition.
    pub skills: Vec<u32>,
    /// Names setups and services of its own.
    pub type_name: String,
    /// Working hours.
    pub window: Window,
    /// By start of their first window.
    pub breaks: Vec<Break>,
    /// What it costs.
    pub costs: Costs,
    /// Hundredths of a travel time it takes: 100 at factor 1, 50 at factor 2.
    pub pace: u32,
    /// At most so many tasks.
    pub max_tasks: Option<u32>,
    /// At most so much travel.
    pub max_travel_time: Option<u32>,
    /// At most so far.
    pub max_distance: Option<u32>,
    /// Its given route, from start to end, or nothing.
    pub steps: Vec<Step>,
}

/// A readable request without contradictions.
#[derive(Debug, Clone)]
pub struct Request {
    /// At least one.
    pub vehicles: Vec<Vehicle>,
    /// At least one; a pickup's delivery is its successor.
    pub tasks: Vec<Task>,
    /// By profile, over the caller's own indices.
    pub matrices: BTreeMap<String, ProfileMatrices>,
    /// How many dimensions amounts have.
    pub dimensions: usize,
    /// The distinct places, in order of their sites.
    pub sites: Vec<Place>,
    /// How to work.
    pub options: Options,
}

impl Request {
    /// The caller numbers places himself.
    #[must_use]
    pub fn is_indexed(&self) -> bool {
        self.sites.first().is_some_and(|site| site.index.is_some())
    }

    /// Whether answers name distances, as VROOM decides it.
    #[must_use]
    pub fn reports_distances(&self) -> bool {
        self.options.geometry
            || self
                .matrices
                .values()
                .any(|known| known.distances.is_some())
            || self.vehicles.iter().any(|vehicle| vehicle.costs.per_km > 0)
    }
}
