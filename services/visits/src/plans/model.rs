use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use nexus_kernel::{RecordId, UserId};
use nexus_problem::FieldErrors;
use nexus_records::text_enum;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::outcome::PlanOutcome;
use crate::schema::plans;

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
    /// How many days of how many agents.
    #[must_use]
    pub fn agent_days(&self) -> i32 {
        let days = (self.until - self.from).num_days() + 1;
        let agents = i64::try_from(self.agent_ids.len()).unwrap_or(i64::MAX);
        i32::try_from(days.saturating_mul(agents)).unwrap_or(i32::MAX)
    }

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
    /// Shops without an owner are planned, too: whoever asked sees them.
    #[serde(skip)]
    pub unowned: bool,
    /// How much work it is.
    #[serde(skip)]
    pub agent_days: i32,
}

impl Plan {
    /// What was asked for.
    #[must_use]
    pub fn wanted(&self) -> Option<PlanRequest> {
        serde_json::from_value(self.request.clone()).ok()
    }

    /// What is proposed; nothing while it is being made.
    #[must_use]
    pub fn proposed(&self) -> PlanOutcome {
        let outcome = self.outcome.clone();
        outcome
            .and_then(|outcome| serde_json::from_value(outcome).ok())
            .unwrap_or_default()
    }
}

/// A plan in a list.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable)]
#[diesel(table_name = plans, check_for_backend(diesel::pg::Pg))]
pub struct PlanLine {
    #[schema(value_type = Uuid)]
    pub id: PlanId,
    pub version: i64,
    pub status: PlanStatus,
    #[schema(value_type = PlanRequest)]
    pub request: Value,
    /// Hundredths that are done.
    pub progress: i16,
    #[schema(value_type = Option<PlanTrouble>)]
    pub problem: Option<Value>,
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
