//! VROOM's response: its words, and how a draft is written out in them.

mod violations;
mod write;

use serde::Serialize;

use crate::request::Coordinates;
use crate::travel::Source;

pub use write::write;

/// The whole response.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// 0.
    pub code: u8,
    /// Sums over all routes.
    pub summary: Summary,
    /// Tasks that nobody does.
    pub unassigned: Vec<Unassigned>,
    /// One for each vehicle that goes out.
    pub routes: Vec<Route>,
}

/// Sums over all routes.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// What all routes cost.
    pub cost: u64,
    /// How many there are.
    pub routes: usize,
    /// How many tasks nobody does.
    pub unassigned: usize,
    /// Unloaded in all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub delivery: Vec<u64>,
    /// VROOM's old word for `delivery`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amount: Vec<u64>,
    /// Loaded in all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pickup: Vec<u64>,
    /// Seconds of setup.
    pub setup: u64,
    /// Seconds of service and breaks.
    pub service: u64,
    /// Seconds of travel.
    pub duration: u64,
    /// Seconds of waiting.
    pub waiting_time: u64,
    /// Sum of the priorities of what is done.
    pub priority: u64,
    /// Metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<u64>,
    /// What the routes break, each kind once.
    pub violations: Vec<Violation>,
    /// Where the time went, in milliseconds.
    pub computing_times: ComputingTimes,
    /// Nothing better exists.
    pub optimal: bool,
    /// Where the travel times come from.
    pub matrix_source: Source,
}

/// Where the time went, in milliseconds.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct ComputingTimes {
    /// Reading, and asking for travel times.
    pub loading: u64,
    /// Searching.
    pub solving: u64,
    /// Asking for the geometry.
    pub routing: u64,
}

/// A task that nobody does.
#[derive(Debug, Clone, Serialize)]
pub struct Unassigned {
    /// The caller's number.
    pub id: u64,
    /// Where, if he said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Coordinates>,
    /// Where in his matrices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_index: Option<u32>,
    /// `job`, `pickup` or `delivery`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Handed back.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What stood in its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

/// One vehicle's way.
#[derive(Debug, Clone, Serialize)]
pub struct Route {
    /// The caller's number of it.
    pub vehicle: u64,
    /// What it costs.
    pub cost: u64,
    /// Handed back.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Unloaded in all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub delivery: Vec<u64>,
    /// VROOM's old word for `delivery`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amount: Vec<u64>,
    /// Loaded in all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pickup: Vec<u64>,
    /// Seconds of setup.
    pub setup: u64,
    /// Seconds of service and breaks.
    pub service: u64,
    /// Seconds of travel.
    pub duration: u64,
    /// Seconds of waiting.
    pub waiting_time: u64,
    /// Sum of priorities.
    pub priority: u64,
    /// Metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<u64>,
    /// From start to end.
    pub steps: Vec<Step>,
    /// What it breaks, each kind once.
    pub violations: Vec<Violation>,
    /// The road, as a polyline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub geometry: Option<String>,
    /// The vehicle's rank in the request; ids may repeat.
    #[serde(skip)]
    pub rank: usize,
}

/// One thing a vehicle does.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// `start`, `job`, `pickup`, `delivery`, `break` or `end`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Handed back.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Where, if the caller said so; nowhere for a break.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Coordinates>,
    /// Where in his matrices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_index: Option<u32>,
    /// Of the task or break.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// Seconds.
    pub setup: u64,
    /// Seconds.
    pub service: u64,
    /// Seconds before it may begin.
    pub waiting_time: u64,
    /// VROOM's old word for `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<u64>,
    /// On board afterwards.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub load: Vec<i64>,
    /// When the vehicle is there.
    pub arrival: u64,
    /// Seconds of travel since the start.
    pub duration: u64,
    /// What it breaks.
    pub violations: Vec<Violation>,
    /// Metres since the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<u64>,
}

/// Something that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Seconds too early or too late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u64>,
    /// What.
    pub cause: Cause,
}

/// What may not hold, in VROOM's words and order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Too early.
    LeadTime,
    /// Too late.
    Delay,
    /// More on board than fits, or less than nothing.
    Load,
    /// Too many tasks.
    MaxTasks,
    /// The vehicle lacks a skill.
    Skills,
    /// A delivery without or before its pickup, or a pickup without delivery.
    Precedence,
    /// A break is not taken.
    MissingBreak,
    /// Too long on the road.
    MaxTravelTime,
    /// Too much on board for a break.
    MaxLoad,
    /// Too far.
    MaxDistance,
}
