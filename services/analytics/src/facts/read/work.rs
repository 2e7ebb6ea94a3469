//! What people do: activities, tasks, visits and tours, and the rules of visiting.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use nexus_kernel::business_day;
use serde::Deserialize;
use uuid::Uuid;

use super::{Parked, owner, payload, told};
use crate::facts::event::Event;
use crate::facts::rows::{Activity, PlaceWish, Rules, Task, Tour, Visit};

#[derive(Deserialize)]
pub struct ActivityTold {
    kind: String,
    client_id: Option<Uuid>,
    actor_id: Option<Uuid>,
    occurred_at: DateTime<Utc>,
}

impl ActivityTold {
    /// What the system writes down by itself is no activity.
    pub fn row(self, event: &Event) -> Option<Activity> {
        matches!(
            self.kind.as_str(),
            "call" | "email" | "meeting" | "visit" | "note"
        )
        .then(|| Activity {
            id: event.subject_id,
            kind: self.kind,
            owner_id: owner(self.actor_id),
            client_id: self.client_id,
            day: business_day(self.occurred_at),
        })
    }
}

#[derive(Deserialize)]
pub struct TaskTold {
    title: String,
    assignee_id: Uuid,
    client_id: Option<Uuid>,
    status: String,
    due_at: DateTime<Utc>,
    late_at: DateTime<Utc>,
}

impl TaskTold {
    pub fn row(self, event: &Event) -> Task {
        Task {
            id: event.subject_id,
            version: event.version,
            title: self.title,
            owner_id: self.assignee_id,
            client_id: self.client_id,
            status: self.status,
            due_at: self.due_at,
            late_at: self.late_at,
        }
    }
}

#[derive(Deserialize)]
pub struct WishTold {
    own_cadence_days: Option<i32>,
}

impl WishTold {
    pub fn row(self, event: &Event) -> PlaceWish {
        PlaceWish {
            id: event.subject_id,
            version: event.version,
            own_cadence_days: self.own_cadence_days,
        }
    }
}

#[derive(Deserialize)]
struct RulesTold {
    cadence_days: BTreeMap<String, i32>,
    due_from: f64,
}

pub fn rules(event: &Event) -> Result<Rules, Parked> {
    let told: RulesTold = told(event)?;
    let named = ["a", "b", "c", "other"]
        .iter()
        .all(|class| told.cadence_days.contains_key(*class));
    if !named || !(0.0..=1.0).contains(&told.due_from) {
        let detail = format!("no cadence of every class at {}", event.position);
        return Err(Parked::Unreadable(detail));
    }
    Ok(Rules {
        id: event.subject_id,
        version: event.version,
        body: serde_json::json!({"cadence_days": told.cadence_days, "due_from": told.due_from}),
    })
}

#[derive(Deserialize)]
struct VisitTold {
    place_id: Uuid,
    client_id: Uuid,
    agent_id: Uuid,
    status: String,
    day: NaiveDate,
    outcome: Option<String>,
    minutes: i32,
    started_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    tour_id: Option<Uuid>,
}

/// Beside the visit stands the shop as it was called then.
#[derive(Deserialize)]
struct VisitPayload {
    record: VisitTold,
    #[serde(default)]
    place: serde_json::Value,
}

pub fn visit(event: &Event) -> Result<Visit, Parked> {
    let VisitPayload { record, place } = payload(event)?;
    let shop = place["client_name"].as_str().unwrap_or_default();
    Ok(record.row(event, shop))
}

impl VisitTold {
    fn row(self, event: &Event, shop: &str) -> Visit {
        let done = self.status == "done";
        let took = self
            .started_at
            .zip(self.ended_at)
            .map(|(from, until)| (until - from).num_minutes());
        let minutes = took
            .and_then(|minutes| i32::try_from(minutes).ok())
            .unwrap_or(self.minutes);
        Visit {
            id: event.subject_id,
            version: event.version,
            owner_id: self.agent_id,
            site_id: self.place_id,
            client_id: self.client_id,
            client_name: shop.to_owned(),
            met: done && !matches!(self.outcome.as_deref(), Some("nobody_there" | "closed")),
            status: self.status,
            day: self
                .started_at
                .filter(|_| done)
                .map_or(self.day, business_day),
            minutes: minutes.clamp(0, 1_440),
            on_tour: self.tour_id.is_some(),
        }
    }
}

#[derive(Deserialize)]
struct TourTold {
    agent_id: Uuid,
    day: NaiveDate,
    distance_m: i64,
    travel_seconds: i64,
}

/// Beside the tour stand its stops.
#[derive(Deserialize)]
struct TourPayload {
    record: TourTold,
    #[serde(default)]
    stops: serde_json::Value,
}

pub fn tour(event: &Event, step: &str) -> Result<Tour, Parked> {
    let TourPayload {
        record: told,
        stops,
    } = payload(event)?;
    let stops = stops.as_array().map_or(0, Vec::len);
    Ok(Tour {
        id: event.subject_id,
        version: event.version,
        owner_id: told.agent_id,
        day: told.day,
        stops: i32::try_from(stops).unwrap_or(i32::MAX),
        distance_m: told.distance_m,
        travel_seconds: told.travel_seconds,
        withdrawn: step == "withdrawn",
    })
}
