//! What people do, and what is to be done.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Ignored, KeyCount};

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TargetsTile {
    pub ignores: Ignored,
    /// The months that the period touches, whole.
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub lines: Vec<TargetLine>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TargetLine {
    pub owner_id: Uuid,
    pub name: Option<String>,
    /// `won_cents`, `won`, `ordered_cents`, `ordered`, `visits`, `activities`.
    pub measure: String,
    pub target: i64,
    pub actual: i64,
    /// Actual ÷ target.
    pub attainment: Option<f64>,
}

/// As it is now, whatever the period.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FollowUps {
    pub ignores: Ignored,
    /// Open tasks whose time has passed: `measure=task_overdue`.
    pub overdue: i64,
    /// Of those: by more than 48 hours of working days: `measure=task_late`.
    pub late: i64,
    /// New leads that nobody has contacted in time: `measure=lead_waiting`.
    pub leads_waiting: i64,
    pub agents: Vec<FollowUpLine>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FollowUpLine {
    pub owner_id: Option<Uuid>,
    pub name: Option<String>,
    pub overdue: i64,
    pub late: i64,
    pub leads_waiting: i64,
}

/// Shops of clients that are not lost, as they are now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CoverageTile {
    pub ignores: Ignored,
    /// `measure=places`.
    pub places: i64,
    /// Seen within their interval.
    pub within: i64,
    /// Of those: the next visit is due.
    pub due: i64,
    /// Seen, but not within their interval: `measure=place_lapses&until={today}`.
    pub overdue: i64,
    /// `measure=place_never`.
    pub never: i64,
    /// Within ÷ places.
    pub share: Option<f64>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ToursTile {
    pub ignores: Ignored,
    pub visits_done: i64,
    pub visits_missed: i64,
    /// Done ÷ (done + missed).
    pub kept: Option<f64>,
    pub visit_minutes: i64,
    pub tours: i64,
    pub stops: i64,
    pub distance_m: i64,
    pub travel_seconds: i64,
    pub meters_per_stop: Option<i64>,
    /// Stops ÷ tours.
    pub stops_per_tour: Option<f64>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ActivitiesTile {
    pub ignores: Ignored,
    pub total: i64,
    pub previous: Option<i64>,
    /// `measure=activity&key={kind}`.
    pub kinds: Vec<KeyCount>,
}
