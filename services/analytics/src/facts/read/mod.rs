//! What an event brings, as rows. Fields that figures do not need are passed over; what cannot be read is parked.

mod clients;
mod selling;
mod work;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use self::clients::{ClientTold, LeadTold, SiteTold};
use self::selling::{DealTold, OfferTold, OrderTold, PipelineTold};
use self::work::{ActivityTold, TaskTold, WishTold, rules, tour, visit};
use super::event::Event;
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
const PASSED_OVER: [&str; 20] = [
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
    "visits.stay",
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
        "visits.rules" => batch.rules.push(rules(event)?),
        "visits.visit" => batch.visits.push(visit(event)?),
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
    payload::<Told<T>>(event).map(|told| told.record)
}

/// What an event says, as far as it is of use.
fn payload<T: DeserializeOwned>(event: &Event) -> Result<T, Parked> {
    serde_json::from_str(event.payload.get()).map_err(|error| Parked::Unreadable(error.to_string()))
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
