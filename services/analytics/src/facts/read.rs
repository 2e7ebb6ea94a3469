//! What an event brings, as rows. Fields that figures do not need are passed over; what cannot be read is parked.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use nexus_kernel::business_day;
use nexus_outbox::Event;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::rows::{
    Activity, Client, Deal, DealVersion, Label, Lead, Offer, Order, OrderProduct, PlaceWish, Rules,
    Site, Stage, Task, Tour, Visit,
};
use crate::measures::sql::NOBODY;

/// What the events of a page bring.
#[derive(Debug, Default)]
pub struct Batch {
    pub labels: Vec<Label>,
    pub stages: Vec<Stage>,
    pub clients: Vec<Client>,
    pub sites: Vec<Site>,
    pub deals: Vec<Deal>,
    pub deal_versions: Vec<DealVersion>,
    pub orders: Vec<Order>,
    pub order_products: Vec<OrderProduct>,
    pub offers: Vec<Offer>,
    pub leads: Vec<Lead>,
    pub activities: Vec<Activity>,
    pub tasks: Vec<Task>,
    pub wishes: Vec<PlaceWish>,
    pub rules: Vec<Rules>,
    pub visits: Vec<Visit>,
    pub tours: Vec<Tour>,
}

/// Why an event is not applied.
#[derive(Debug, PartialEq, Eq)]
pub enum Parked {
    /// Nobody here knows this kind, or this version of it.
    Unknown,
    /// The payload is not what its kind promises.
    Unreadable(String),
}

/// Known, and nothing that is counted.
const PASSED_OVER: [&str; 19] = [
    "crm.approval_rules",
    "crm.assignment_rule",
    "crm.campaign",
    "crm.company",
    "crm.consent",
    "crm.consumption_taxes",
    "crm.contact",
    "crm.discount_ceilings",
    "crm.price_list",
    "crm.product_category",
    "visits.absence",
    "visits.calendar_feed",
    "visits.day",
    "visits.hours",
    "visits.local_holidays",
    "visits.photo",
    "visits.place_hours",
    "visits.report_template",
    "visits.territory",
];

/// Reads one event into the batch.
pub fn read(batch: &mut Batch, event: &Event) -> Result<(), Parked> {
    let Some((subject, version)) = event.kind.rsplit_once('.') else {
        return Err(Parked::Unknown);
    };
    let Some((noun, step)) = subject.rsplit_once('.') else {
        return Err(Parked::Unknown);
    };
    if PASSED_OVER.contains(&noun) {
        return Ok(());
    }
    if version != "v1" {
        return Err(Parked::Unknown);
    }
    match noun {
        "crm.client" => batch.clients.push(told::<ClientTold>(event)?.row(event)),
        "crm.site" => batch.sites.push(told::<SiteTold>(event)?.row(event)),
        "crm.pipeline" => told::<PipelineTold>(event)?.rows(event, batch),
        "crm.lost_reason" => batch.labels.push(label("reason", event)?),
        "crm.lead_source" => batch.labels.push(label("source", event)?),
        "crm.product" => batch.labels.push(label("product", event)?),
        "crm.opportunity" => told::<DealTold>(event)?.rows(event, batch),
        "crm.order" => told::<OrderTold>(event)?.rows(event, batch),
        "crm.proposal" => batch.offers.push(told::<OfferTold>(event)?.row(event)),
        "crm.lead" => batch.leads.push(told::<LeadTold>(event)?.row(event)),
        "crm.interaction" => batch
            .activities
            .extend(told::<ActivityTold>(event)?.row(event)),
        "crm.task" => batch.tasks.push(told::<TaskTold>(event)?.row(event)),
        "visits.place" => batch.wishes.push(told::<WishTold>(event)?.row(event)),
        "visits.rules" => batch.rules.push(Rules {
            id: event.subject_id,
            version: event.version,
            body: told::<RulesTold>(event)?.checked(event)?,
        }),
        "visits.visit" => batch.visits.push(told::<VisitTold>(event)?.row(event)),
        "visits.tour" => batch.tours.push(tour(event, step)?),
        _ => return Err(Parked::Unknown),
    }
    Ok(())
}

#[derive(Deserialize)]
struct Told<T> {
    record: T,
}

fn told<T: DeserializeOwned>(event: &Event) -> Result<T, Parked> {
    let told: Result<Told<T>, _> = Deserialize::deserialize(&event.payload);
    told.map(|told| told.record)
        .map_err(|error| Parked::Unreadable(error.to_string()))
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

fn label(kind: &'static str, event: &Event) -> Result<Label, Parked> {
    let Named { name } = told(event)?;
    Ok(Label {
        kind,
        id: event.subject_id,
        version: event.version,
        name,
    })
}

fn owner(id: Option<Uuid>) -> Uuid {
    id.unwrap_or(NOBODY)
}

#[derive(Deserialize)]
struct ClientTold {
    name: String,
    owner_id: Option<Uuid>,
    province: Option<String>,
    class: Option<String>,
    lifecycle: String,
    source_id: Option<Uuid>,
    created_at: DateTime<Utc>,
    archived_at: Option<DateTime<Utc>>,
}

impl ClientTold {
    fn row(self, event: &Event) -> Client {
        Client {
            id: event.subject_id,
            version: event.version,
            name: self.name,
            owner_id: owner(self.owner_id),
            province: self.province.unwrap_or_default(),
            class: self.class.unwrap_or_default(),
            lifecycle: self.lifecycle,
            source_id: self.source_id,
            created_on: business_day(self.created_at),
            archived: self.archived_at.is_some(),
        }
    }
}

#[derive(Deserialize)]
struct SiteTold {
    client_id: Uuid,
    name: String,
    province: Option<String>,
    archived_at: Option<DateTime<Utc>>,
}

impl SiteTold {
    fn row(self, event: &Event) -> Site {
        Site {
            id: event.subject_id,
            version: event.version,
            client_id: self.client_id,
            name: self.name,
            province: self.province.unwrap_or_default(),
            archived: self.archived_at.is_some(),
        }
    }
}

#[derive(Deserialize)]
struct PipelineTold {
    name: String,
    stages: Vec<StageTold>,
}

#[derive(Deserialize)]
struct StageTold {
    id: Uuid,
    name: String,
    position: i32,
    probability: i32,
    outcome: String,
    stale_after_days: Option<i32>,
}

impl PipelineTold {
    fn rows(self, event: &Event, batch: &mut Batch) {
        let (id, version) = (event.subject_id, event.version);
        batch.labels.push(Label {
            kind: "pipeline",
            id,
            version,
            name: self.name,
        });
        batch
            .stages
            .extend(self.stages.into_iter().map(|stage| Stage {
                id: stage.id,
                version,
                pipeline_id: id,
                name: stage.name,
                position: stage.position,
                probability: stage.probability,
                outcome: stage.outcome,
                stale_after_days: stage.stale_after_days,
            }));
    }
}

#[derive(Deserialize)]
struct DealTold {
    name: String,
    owner_id: Option<Uuid>,
    client_id: Option<Uuid>,
    pipeline_id: Uuid,
    stage_id: Uuid,
    status: String,
    amount_cents: i64,
    product_id: Option<Uuid>,
    source_id: Option<Uuid>,
    opened_on: Option<NaiveDate>,
    expected_close_on: Option<NaiveDate>,
    closed_on: Option<NaiveDate>,
    lost_reason_id: Option<Uuid>,
    stage_entered_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    archived_at: Option<DateTime<Utc>>,
}

impl DealTold {
    fn rows(self, event: &Event, batch: &mut Batch) {
        let (id, version) = (event.subject_id, event.version);
        batch.deal_versions.push(DealVersion {
            deal_id: id,
            version,
            at: event.at,
            stage_id: self.stage_id,
            stage_entered_at: self.stage_entered_at,
            status: self.status.clone(),
            amount_cents: self.amount_cents,
            expected_close_on: self.expected_close_on,
        });
        batch.deals.push(Deal {
            id,
            version,
            name: self.name,
            owner_id: owner(self.owner_id),
            client_id: self.client_id,
            pipeline_id: self.pipeline_id,
            stage_id: self.stage_id,
            status: self.status,
            amount_cents: self.amount_cents,
            product_id: self.product_id,
            source_id: self.source_id,
            opened_on: self
                .opened_on
                .or(self.closed_on)
                .unwrap_or_else(|| business_day(self.created_at)),
            expected_close_on: self.expected_close_on,
            closed_on: self.closed_on,
            lost_reason_id: self.lost_reason_id,
            stage_entered_at: self.stage_entered_at,
            archived: self.archived_at.is_some(),
        });
    }
}

#[derive(Deserialize)]
struct OrderTold {
    number: String,
    owner_id: Option<Uuid>,
    client_id: Uuid,
    channel: String,
    status: String,
    net_cents: i64,
    total_cents: i64,
    created_at: DateTime<Utc>,
    #[serde(default)]
    lines: Vec<LineTold>,
}

#[derive(Deserialize)]
struct LineTold {
    product_id: Option<Uuid>,
    quantity: Decimal,
    net_cents: i64,
}

impl OrderTold {
    fn rows(self, event: &Event, batch: &mut Batch) {
        let (id, version) = (event.subject_id, event.version);
        let mut products: BTreeMap<Uuid, (Decimal, i64)> = BTreeMap::new();
        for line in self.lines {
            let sums = products
                .entry(line.product_id.unwrap_or(NOBODY))
                .or_default();
            sums.0 += line.quantity;
            sums.1 += line.net_cents;
        }
        batch.order_products.extend(products.into_iter().map(
            |(product_id, (quantity, net_cents))| OrderProduct {
                order_id: id,
                product_id,
                version,
                quantity,
                net_cents,
            },
        ));
        let counted = !matches!(self.status.as_str(), "pending_approval" | "cancelled");
        batch.orders.push(Order {
            id,
            version,
            number: self.number,
            owner_id: owner(self.owner_id),
            client_id: self.client_id,
            channel: self.channel,
            counted,
            status: self.status,
            day: business_day(self.created_at),
            net_cents: self.net_cents,
            total_cents: self.total_cents,
        });
    }
}

#[derive(Deserialize)]
struct OfferTold {
    client_id: Uuid,
    content: Option<ContentTold>,
}

#[derive(Deserialize)]
struct ContentTold {
    sent_at: Option<DateTime<Utc>>,
}

impl OfferTold {
    fn row(self, event: &Event) -> Offer {
        let sent_at = self.content.and_then(|content| content.sent_at);
        Offer {
            id: event.subject_id,
            client_id: self.client_id,
            sent_on: sent_at.map(business_day),
        }
    }
}

#[derive(Deserialize)]
struct LeadTold {
    name: String,
    owner_id: Option<Uuid>,
    source_id: Option<Uuid>,
    province: Option<String>,
    status: String,
    created_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    contacted_at: Option<DateTime<Utc>>,
    qualified_at: Option<DateTime<Utc>>,
    lost_reason_id: Option<Uuid>,
    archived_at: Option<DateTime<Utc>>,
}

impl LeadTold {
    fn row(self, event: &Event) -> Lead {
        let converted = self.status == "converted";
        let qualified = converted || self.qualified_at.is_some();
        Lead {
            id: event.subject_id,
            version: event.version,
            name: self.name,
            owner_id: owner(self.owner_id),
            source_id: self.source_id,
            province: self.province.unwrap_or_default(),
            status: self.status,
            created_on: business_day(self.created_at),
            due_at: self.due_at,
            contacted: qualified || self.contacted_at.is_some(),
            qualified,
            lost_reason_id: self.lost_reason_id,
            archived: self.archived_at.is_some(),
        }
    }
}

#[derive(Deserialize)]
struct ActivityTold {
    kind: String,
    client_id: Option<Uuid>,
    actor_id: Option<Uuid>,
    occurred_at: DateTime<Utc>,
}

impl ActivityTold {
    /// What the system writes down by itself is no activity.
    fn row(self, event: &Event) -> Option<Activity> {
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
struct TaskTold {
    title: String,
    assignee_id: Uuid,
    client_id: Option<Uuid>,
    status: String,
    due_at: DateTime<Utc>,
    late_at: DateTime<Utc>,
}

impl TaskTold {
    fn row(self, event: &Event) -> Task {
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
struct WishTold {
    own_cadence_days: Option<i32>,
}

impl WishTold {
    fn row(self, event: &Event) -> PlaceWish {
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

impl RulesTold {
    fn checked(self, event: &Event) -> Result<serde_json::Value, Parked> {
        let named = ["a", "b", "c", "other"]
            .iter()
            .all(|class| self.cadence_days.contains_key(*class));
        if !named || !(0.0..=1.0).contains(&self.due_from) {
            return Err(Parked::Unreadable(format!(
                "no cadence of every class at {}",
                event.position
            )));
        }
        Ok(serde_json::json!({"cadence_days": self.cadence_days, "due_from": self.due_from}))
    }
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

impl VisitTold {
    fn row(self, event: &Event) -> Visit {
        let done = self.status == "done";
        let took = self
            .started_at
            .zip(self.ended_at)
            .map(|(from, until)| (until - from).num_minutes());
        let minutes = took
            .and_then(|minutes| i32::try_from(minutes).ok())
            .unwrap_or(self.minutes);
        let shop = &event.payload["place"]["client_name"];
        Visit {
            id: event.subject_id,
            version: event.version,
            owner_id: self.agent_id,
            site_id: self.place_id,
            client_id: self.client_id,
            client_name: shop.as_str().unwrap_or_default().to_owned(),
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

fn tour(event: &Event, step: &str) -> Result<Tour, Parked> {
    let told: TourTold = told(event)?;
    let stops = event.payload["stops"].as_array().map_or(0, Vec::len);
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
