//! The parts of crm's records that visits need. Other fields are passed over.

use chrono::{DateTime, NaiveDate, Utc};
use nexus_kernel::UserId;
use serde::Deserialize;
use uuid::Uuid;

use crate::places::model::GeoSource;
use crate::rules::hours::Week;

#[derive(Debug, Deserialize)]
pub struct Told<T> {
    pub record: T,
}

#[derive(Debug, Deserialize)]
pub struct Client {
    pub name: String,
    pub class: Option<String>,
    pub lifecycle: String,
    pub owner_id: Option<UserId>,
    pub archived_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize)]
pub struct Site {
    pub client_id: Uuid,
    pub name: String,
    pub street: Option<String>,
    pub street_number: Option<String>,
    pub cap: Option<String>,
    pub city: Option<String>,
    pub province: Option<String>,
    pub lat: Option<f64>,
    pub lng: Option<f64>,
    pub geo_source: Option<GeoSource>,
    pub opening_hours: Week,
    pub created_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize)]
pub struct Pipeline {
    pub stages: Vec<Stage>,
}

#[derive(Debug, Deserialize)]
pub struct Stage {
    pub id: Uuid,
    pub probability: i32,
}

#[derive(Debug, Deserialize)]
pub struct Deal {
    pub client_id: Option<Uuid>,
    pub stage_id: Uuid,
    pub status: String,
    pub amount_cents: Option<i64>,
    pub expected_close_on: Option<NaiveDate>,
    pub archived_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize)]
pub struct Offer {
    pub client_id: Uuid,
    pub status: String,
    pub valid_until: Option<NaiveDate>,
    pub total_cents: i64,
    pub archived_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize)]
pub struct Order {
    pub client_id: Uuid,
    pub total_cents: i64,
    pub created_at: DateTime<Utc>,
}
