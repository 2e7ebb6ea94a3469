//! Who came, who comes back, who is slipping away.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Ignored, KeyCount};

/// The leads that came in the period, and where they stand now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeadsTile {
    pub ignores: Ignored,
    pub came: i64,
    pub came_previous: Option<i64>,
    pub contacted: i64,
    pub qualified: i64,
    pub converted: i64,
    /// Converted ÷ came.
    pub conversion: Option<f64>,
    /// `measure=lead_status&key={status}`.
    pub statuses: Vec<KeyCount>,
    pub sources: Vec<LeadSourceFigures>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeadSourceFigures {
    pub source_id: Option<Uuid>,
    pub name: Option<String>,
    pub came: i64,
    pub contacted: i64,
    pub qualified: i64,
    pub converted: i64,
    pub conversion: Option<f64>,
}

/// Orders of the period that another order of the same client followed within 90 days.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Reorders {
    pub ignores: Ignored,
    pub orders: i64,
    pub followed: i64,
    /// Not followed yet, and younger than 90 days.
    pub undecided: i64,
    /// Followed ÷ (orders − undecided).
    pub rate: Option<f64>,
    pub previous_rate: Option<f64>,
}

/// As it is now, whatever the period; money is of the last 365 days.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SegmentsTile {
    pub ignores: Ignored,
    /// `measure=segment&key=…`: `champions`, `loyal`, `promising`, `new`, `at_risk`, `cannot_lose`, `lost`.
    pub segments: Vec<SegmentLine>,
    /// `measure=churn&key=…`: low, medium, high.
    pub churn: Vec<SegmentLine>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SegmentLine {
    pub key: String,
    pub clients: i64,
    pub net_year_cents: i64,
}

/// The six phases of a client's journey.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PhasesTile {
    pub ignores: Ignored,
    pub phases: Vec<PhaseLine>,
}

/// `measure=phase&key=…` of those there now, `measure=phase_entered&key=…` of those that came in the period.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PhaseLine {
    pub phase: &'static str,
    pub clients: i64,
    pub entered: i64,
    pub entered_previous: Option<i64>,
}
