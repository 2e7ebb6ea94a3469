use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use nexus_kernel::{RecordId, UserId};
use nexus_problem::FieldErrors;
use nexus_records::text_enum;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::agents::model::Base;
use crate::planner::schedule::Timed;
use crate::planner::worth::Reason;
use crate::schema::plans;
use crate::visits::model::VisitId;

/// A plan's id.
pub type PlanId = RecordId<Plan>;

text_enum! {
    /// Where a plan stands.
    PlanStatus {
        Queued = "queued", Running = "running", Ready = "ready", Failed = "failed", Cancelled = "cancelled", Accepted = "accepted",
    }
}

/// What is to be planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanRequest {
    /// Whose tours; the caller's when not given.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    pub agent_ids: Vec<UserId>,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub until: NaiveDate,
    /// Shops that are not due are visited too where there is room.
    #[serde(default)]
    pub not_due: bool,
}

/// Twenty working days, and the weekends and holidays among them.
const DAYS_MOST: i64 = 35;
const AGENTS_MOST: usize = 50;

impl PlanRequest {
    /// Checks every field.
    ///
    /// # Errors
    /// Every wrong one.
    pub fn review(mut self, today: NaiveDate, me: UserId) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        if self.agent_ids.is_empty() {
            self.agent_ids.push(me);
        }
        self.agent_ids.sort_unstable();
        self.agent_ids.dedup();
        if self.agent_ids.len() > AGENTS_MOST {
            errors.add(
                "/agent_ids",
                "items.many",
                format!("At most {AGENTS_MOST}."),
            );
        }
        if self.from < today {
            errors.add("/from", "from.past", "This day is over.");
        }
        if !(0..DAYS_MOST).contains(&(self.until - self.from).num_days()) {
            let detail = format!("It ends when it begins or later, at most {DAYS_MOST} days.");
            errors.add("/until", "until.order", detail);
        }
        errors.or(self)
    }
}

/// A plan's row.
#[derive(
    Debug, Clone, Serialize, ToSchema, Queryable, Selectable, Insertable, AsChangeset, Identifiable,
)]
#[diesel(table_name = plans, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Plan {
    #[schema(value_type = Uuid)]
    pub id: PlanId,
    pub version: i64,
    pub status: PlanStatus,
    #[schema(value_type = PlanRequest)]
    pub request: Value,
    /// Hundredths that are done.
    pub progress: i16,
    /// When it is ready.
    #[schema(value_type = Option<PlanOutcome>)]
    pub outcome: Option<Value>,
    /// Why it failed.
    #[schema(value_type = Option<PlanTrouble>)]
    pub problem: Option<Value>,
    #[schema(value_type = Uuid)]
    pub created_by: UserId,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Why there is no plan, and what to do.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlanTrouble {
    #[schema(example = "optimizer")]
    pub code: String,
    pub detail: String,
}

/// The tours that are proposed, and what is not in them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlanOutcome {
    pub tours: Vec<PlannedTour>,
    /// What is worth most first; at most 300 for each agent.
    pub left_out: Vec<LeftOut>,
    pub left_out_count: usize,
    /// Days without a tour.
    pub days_off: Vec<DayOff>,
}

/// One agent's day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlannedTour {
    #[schema(value_type = Uuid)]
    pub agent_id: UserId,
    pub agent_name: Option<String>,
    pub day: NaiveDate,
    pub start: Option<Base>,
    pub end: Option<Base>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub lunch_at: Option<DateTime<Utc>>,
    pub travel_seconds: i64,
    pub distance_m: i64,
    pub waiting_seconds: i64,
    pub stops: Vec<PlannedStop>,
}

/// A shop on a tour, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlannedStop {
    pub place_id: Uuid,
    /// A visit that is in the diary already.
    #[schema(value_type = Option<Uuid>)]
    pub visit_id: Option<VisitId>,
    /// An appointment: its time stands.
    pub fixed: bool,
    pub client_id: Uuid,
    pub client_name: String,
    pub place_name: String,
    pub street: Option<String>,
    pub city: Option<String>,
    pub class: Option<String>,
    pub lat: f64,
    pub lng: f64,
    pub minutes: i32,
    #[serde(flatten)]
    pub timed: Timed,
    /// What the visit is worth: 1 to 99; 100 when it was agreed.
    pub points: i32,
    pub reasons: Vec<Reason>,
}

/// Why a shop is on no tour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WhyLeftOut)]
pub enum WhyNot {
    /// Others are worth more, and the days are full.
    NoRoom,
    /// Nobody has said where it is.
    NoPlace,
    /// It is not open long enough on any of these days.
    Closed,
    /// It was agreed, but cannot be kept with the others: move one of them.
    Clash,
}

/// A shop that is on no tour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LeftOut {
    #[schema(value_type = Uuid)]
    pub agent_id: UserId,
    pub place_id: Uuid,
    #[schema(value_type = Option<Uuid>)]
    pub visit_id: Option<VisitId>,
    pub client_id: Uuid,
    pub client_name: String,
    pub city: Option<String>,
    pub why: WhyNot,
    pub points: i32,
    pub reasons: Vec<Reason>,
}

/// Why there is no tour on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhyOff {
    /// A day on which this agent does not work.
    NotWorking,
    Holiday,
    Absent,
    /// There is one already.
    HasTour,
    /// Nothing to visit that is open.
    Nothing,
}

/// A day without a tour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DayOff {
    #[schema(value_type = Uuid)]
    pub agent_id: UserId,
    pub day: NaiveDate,
    pub why: WhyOff,
}
