use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use nexus_kernel::{RecordId, UserId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::agents::model::Base;
use crate::schema::{stops, tours};
use crate::travel::TimesFrom;
use crate::visits::model::VisitId;

/// A tour's id.
pub type TourId = RecordId<Tour>;

/// A tour's row.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
    Identifiable,
)]
#[diesel(table_name = tours, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Tour {
    #[schema(value_type = Uuid)]
    pub id: TourId,
    pub version: i64,
    #[schema(value_type = Uuid)]
    pub agent_id: UserId,
    pub day: NaiveDate,
    pub plan_id: Option<Uuid>,
    #[schema(value_type = Option<Base>)]
    pub start_place: Value,
    #[schema(value_type = Option<Base>)]
    pub end_place: Value,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub travel_seconds: i32,
    pub distance_m: i32,
    pub waiting_seconds: i32,
    #[schema(value_type = Uuid)]
    pub created_by: UserId,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// When the break is.
    pub lunch_at: Option<DateTime<Utc>>,
    /// It ends after the working hours, or leaves no room for the break.
    pub late: bool,
    pub times_from: TimesFrom,
}

/// A stop's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Queryable, Selectable, Insertable)]
#[diesel(table_name = stops, check_for_backend(diesel::pg::Pg))]
pub struct Stop {
    pub tour_id: TourId,
    pub position: i32,
    pub visit_id: VisitId,
    pub arrives_at: DateTime<Utc>,
    pub waiting_seconds: i32,
    pub leaves_at: DateTime<Utc>,
    pub leg_seconds: i32,
    pub leg_meters: i32,
    pub pinned: bool,
    pub reasons: Value,
    /// The shop is not open for the whole visit, or an appointment is not kept.
    pub outside: bool,
}

impl Tour {
    /// Where it begins.
    #[must_use]
    pub fn start(&self) -> Option<Base> {
        serde_json::from_value(self.start_place.clone()).ok()
    }

    /// Where it ends.
    #[must_use]
    pub fn end(&self) -> Option<Base> {
        serde_json::from_value(self.end_place.clone()).ok()
    }
}
