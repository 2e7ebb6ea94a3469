//! What a plan says: the tours it proposes, and what is not in them.

use chrono::{DateTime, NaiveDate, Utc};
use nexus_kernel::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::agents::model::Base;
use crate::planner::remedy::Remedy;
use crate::planner::schedule::Timed;
use crate::planner::worth::Reason;
use crate::travel::TimesFrom;
use crate::visits::model::VisitId;

/// The tours that are proposed, and what is not in them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlanOutcome {
    pub tours: Vec<PlannedTour>,
    /// What is worth most first; at most 300 for each agent.
    pub left_out: Vec<LeftOut>,
    pub left_out_count: usize,
    /// Days without a tour.
    pub days_off: Vec<DayOff>,
    /// Among how many shops was chosen.
    #[serde(default)]
    pub considered: Considered,
}

/// Among how many shops was chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Considered {
    /// The shops of the agents.
    pub shops: usize,
    /// Those with a reason to go there in these days.
    pub wanted: usize,
    /// Those that somebody will visit anyway.
    pub coming: usize,
    /// Those that are not due.
    pub not_due: usize,
}

impl PlanOutcome {
    /// This agent's part is done, too.
    pub fn extend(&mut self, part: Self) {
        self.tours.extend(part.tours);
        self.left_out.extend(part.left_out);
        self.left_out_count += part.left_out_count;
        self.days_off.extend(part.days_off);
        self.considered.shops += part.considered.shops;
        self.considered.wanted += part.considered.wanted;
        self.considered.coming += part.considered.coming;
        self.considered.not_due += part.considered.not_due;
    }
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
    /// It ends after the working hours, or leaves no room for the break: only after it was adjusted by hand.
    #[serde(default)]
    pub late: bool,
    #[serde(default = "estimated")]
    pub times_from: TimesFrom,
    /// The tour that it became, once it is accepted.
    #[serde(default)]
    pub tour_id: Option<Uuid>,
    pub stops: Vec<PlannedStop>,
}

/// Plans of before it was said.
fn estimated() -> TimesFrom {
    TimesFrom::Estimate
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
    /// Its time stands, because it is an appointment or because somebody said so.
    #[serde(default)]
    pub pinned: bool,
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
pub enum WhyNot {
    /// Others are worth more, and the days are full.
    NoRoom,
    /// Nobody has said where it is.
    NoPlace,
    /// It is not open long enough on any of these days.
    Closed,
    /// There and back takes longer than a working day.
    TooFar,
    /// It was agreed, but cannot be kept with the others.
    Clash,
    /// It was agreed for a day without a tour to plan, or outside the working hours.
    DayOff,
    /// Somebody took it off the plan.
    Removed,
}

/// A shop that is on no tour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LeftOut {
    #[schema(value_type = Uuid)]
    pub agent_id: UserId,
    pub place_id: Uuid,
    #[schema(value_type = Option<Uuid>)]
    pub visit_id: Option<VisitId>,
    /// When it was agreed for, if it was.
    #[serde(default)]
    pub fixed_at: Option<DateTime<Utc>>,
    pub client_id: Uuid,
    pub client_name: String,
    pub city: Option<String>,
    pub why: WhyNot,
    /// What would make room for what was agreed.
    #[serde(default)]
    pub remedies: Vec<Remedy>,
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
