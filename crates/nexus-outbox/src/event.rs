use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::schema::events;

/// A fact as the feed gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Queryable, Selectable, ToSchema)]
#[diesel(table_name = events, check_for_backend(diesel::pg::Pg))]
pub struct Event {
    /// Its place in the service's feed: gapless, given after commit.
    pub position: i64,
    /// The same wherever the event goes.
    pub id: Uuid,
    /// `service.noun.past_participle.vN`.
    pub kind: String,
    /// The record it is about.
    pub subject_id: Uuid,
    /// Who made it happen; `null` for the system itself.
    pub actor_id: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
    /// What happened, by `kind`.
    pub payload: serde_json::Value,
    /// The record's version after it.
    pub version: i64,
}

/// What `GET /internal/events` answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventPage {
    /// In order of position.
    pub events: Vec<Event>,
    /// Ask on from here.
    pub position: i64,
}
