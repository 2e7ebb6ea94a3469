//! What a dashboard answers. Money is in cents, shares are from 0 to 1, days are business days in Rome. Every line names
//! the `measure` and `key` with which `/analytics/records` lists what is behind it.

mod clients;
mod deals;
mod work;

use chrono::{DateTime, NaiveDate, Utc};
use nexus_records::text_enum;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use clients::*;
pub use deals::*;
pub use work::*;

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

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KeyCount {
    pub key: String,
    pub count: i64,
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
