//! What a dashboard answers. Money is in cents, shares are from 0 to 1, days are business days in Rome. Every line names
//! the `measure` and `key` with which `/analytics/records` lists what is behind it.

use chrono::{DateTime, NaiveDate, Utc};
use nexus_records::text_enum;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::filter::Period;

text_enum! {
    /// A part of a dashboard.
    Tile {
        Headline = "headline", SalesTrend = "sales_trend", Pipeline = "pipeline", Funnel = "funnel",
        StageTimes = "stage_times", TimeToClose = "time_to_close", Leads = "leads", LostReasons = "lost_reasons",
        Forecast = "forecast", Targets = "targets", FollowUps = "follow_ups", Reorders = "reorders",
        Segments = "segments", Coverage = "coverage", Tours = "tours", Activities = "activities", Agents = "agents",
        Provinces = "provinces", Products = "products", Sources = "sources", Phases = "phases",
    }
}

impl Tile {
    pub const ALL: [Self; 21] = [
        Self::Headline,
        Self::SalesTrend,
        Self::Pipeline,
        Self::Funnel,
        Self::StageTimes,
        Self::TimeToClose,
        Self::Leads,
        Self::LostReasons,
        Self::Forecast,
        Self::Targets,
        Self::FollowUps,
        Self::Reorders,
        Self::Segments,
        Self::Coverage,
        Self::Tours,
        Self::Activities,
        Self::Agents,
        Self::Provinces,
        Self::Products,
        Self::Sources,
        Self::Phases,
    ];
}

/// All figures of a filter. Tiles that were not asked for are absent.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Dashboard {
    /// The number of the last change that is in it; `/analytics/changes` waits for the next.
    pub change: i64,
    pub as_of: DateTime<Utc>,
    pub period: Option<Period>,
    /// What it is compared with.
    pub previous_period: Option<Period>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<Headline>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sales_trend: Option<SalesTrend>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline: Option<PipelineTile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub funnel: Option<FunnelTile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage_times: Option<StageTimes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_to_close: Option<TimeToClose>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leads: Option<LeadsTile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost_reasons: Option<LostReasons>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forecast: Option<ForecastTile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub targets: Option<TargetsTile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow_ups: Option<FollowUps>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reorders: Option<Reorders>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segments: Option<SegmentsTile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<CoverageTile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tours: Option<ToursTile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activities: Option<ActivitiesTile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agents: Option<AgentsTile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provinces: Option<Ranking>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub products: Option<Ranking>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sources: Option<Ranking>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phases: Option<PhasesTile>,
}

/// A filter that a tile cannot follow, since its records say nothing about it.
pub type Ignored = Vec<&'static str>;

/// A number and its cents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Amount {
    pub count: i64,
    pub cents: i64,
}

text_enum! {
    /// What a figure is counted in.
    Unit { Cents = "cents", Count = "count", Share = "share", Days = "days" }
}

/// One figure and what it was before.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Figure {
    /// Its name among the definitions.
    pub name: &'static str,
    pub unit: Unit,
    /// Whole cents, a number, or a share from 0 to 1; absent where there is nothing to divide by.
    #[schema(value_type = Option<f64>)]
    pub value: Option<serde_json::Number>,
    #[schema(value_type = Option<f64>)]
    pub previous: Option<serde_json::Number>,
    /// What `/analytics/records` lists for it.
    pub measure: &'static str,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Headline {
    pub ignores: Ignored,
    pub figures: Vec<Figure>,
}

/// How wide a step of the trend is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    Day,
    Week,
    Month,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrendPoint {
    /// The step's first day within the period.
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub opened: Amount,
    pub won: Amount,
    pub lost: Amount,
    pub ordered: Amount,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SalesTrend {
    pub ignores: Ignored,
    pub bucket: Bucket,
    pub points: Vec<TrendPoint>,
    /// The period before, step by step.
    pub previous: Vec<TrendPoint>,
}

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
pub struct KeyCount {
    pub key: String,
    pub count: i64,
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

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AgentsTile {
    pub ignores: Ignored,
    /// By what they won, best first.
    pub agents: Vec<AgentLine>,
}

#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct AgentLine {
    /// Absent: records that nobody owns.
    pub owner_id: Option<Uuid>,
    pub name: Option<String>,
    pub opened: Amount,
    pub won: Amount,
    pub lost: Amount,
    /// Won ÷ (won + lost).
    pub win_rate: Option<f64>,
    pub ordered: Amount,
    pub activities: i64,
    pub visits: i64,
    pub previous_won_cents: Option<i64>,
}

/// The best by what was won and ordered, and what all others come to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Ranking {
    pub ignores: Ignored,
    pub lines: Vec<RankLine>,
    pub others: Option<RankLine>,
}

#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct RankLine {
    /// A province, or an id; empty where the record says nothing.
    pub key: String,
    pub name: Option<String>,
    pub opened: Amount,
    pub won: Amount,
    pub lost: Amount,
    pub win_rate: Option<f64>,
    pub ordered: Amount,
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
