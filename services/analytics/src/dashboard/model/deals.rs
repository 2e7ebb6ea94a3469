//! How deals go, and what is to be expected of them.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Amount, Ignored};

/// Open deals as they are now, whatever the period.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PipelineTile {
    pub ignores: Ignored,
    pub pipelines: Vec<OpenPipeline>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OpenPipeline {
    pub pipeline_id: Uuid,
    pub name: String,
    pub deals: i64,
    pub amount_cents: i64,
    pub weighted_cents: i64,
    pub stages: Vec<OpenStage>,
}

/// `measure=open&key={stage_id}`; of the stale ones `measure=open_since&key={stage_id}&until={stale_before}`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OpenStage {
    pub stage_id: Uuid,
    pub name: String,
    pub position: i32,
    /// In percent.
    pub probability: i32,
    pub deals: i64,
    pub amount_cents: i64,
    /// Amount × probability.
    pub weighted_cents: i64,
    /// In this stage for longer than it should be; absent where nobody says how long that is.
    pub stale: Option<i64>,
    /// The last day of entry of those that are stale.
    pub stale_before: Option<NaiveDate>,
}

/// The deals that began in the period, and how far they have come since.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FunnelTile {
    pub ignores: Ignored,
    pub pipelines: Vec<Funnel>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Funnel {
    pub pipeline_id: Uuid,
    pub name: String,
    /// All that began.
    pub began: Amount,
    pub steps: Vec<FunnelStep>,
    /// Of those that began: won by now.
    pub won: Amount,
    /// Won ÷ began.
    pub conversion: Option<f64>,
}

/// `measure=funnel&key={stage_id}`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FunnelStep {
    pub stage_id: Uuid,
    pub name: String,
    /// Came to this stage or beyond.
    pub reached: Amount,
    /// Reached ÷ began.
    pub share: Option<f64>,
    /// Reached ÷ reached the stage before.
    pub conversion: Option<f64>,
    /// Reached the stage before, and not this one.
    pub dropped: i64,
}

/// How long deals stay in a stage, of those that left it in the period.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StageTimes {
    pub ignores: Ignored,
    pub stages: Vec<StageTime>,
}

/// `measure=stage_days&key={stage_id}`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StageTime {
    pub stage_id: Uuid,
    pub name: String,
    pub pipeline_id: Uuid,
    #[serde(flatten)]
    pub days: Days,
}

/// Whole days; the median and the ninetieth percentile are days that occurred.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Days {
    pub count: i64,
    pub mean_days: Option<f64>,
    pub median_days: Option<i64>,
    pub p90_days: Option<i64>,
}

/// From the beginning of a deal to its being won, of those won in the period.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TimeToClose {
    pub ignores: Ignored,
    pub now: Days,
    pub previous: Option<Days>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LostReasons {
    pub ignores: Ignored,
    pub lost: Amount,
    pub reasons: Vec<LostReasonLine>,
}

/// `measure=lost_reason&key={reason_id}`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LostReasonLine {
    pub reason_id: Option<Uuid>,
    pub name: Option<String>,
    pub count: i64,
    pub cents: i64,
    /// Of all that were lost, by count.
    pub share: Option<f64>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ForecastTile {
    pub ignores: Ignored,
    pub months: Vec<ForecastMonth>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ForecastMonth {
    /// Its first day.
    pub month: NaiveDate,
    /// What was expected when the month began, weighted by its stages' probability.
    pub forecast_cents: i64,
    /// The same, not weighted.
    pub expected_cents: i64,
    pub expected: i64,
    /// Won in the month.
    pub won_cents: i64,
    pub won: i64,
    /// Open now and expected in the month, weighted.
    pub open_cents: i64,
}
