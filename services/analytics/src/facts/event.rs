//! An event as a feed tells it, its payload not read yet: most of it is of no use here.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

#[derive(Debug, Clone, Deserialize)]
pub struct Event {
    pub position: i64,
    pub kind: String,
    pub subject_id: Uuid,
    pub at: DateTime<Utc>,
    pub version: i64,
    pub payload: Box<RawValue>,
}

/// What `GET /internal/events` answers.
#[derive(Debug, Deserialize)]
pub struct Page {
    pub events: Vec<Event>,
}
