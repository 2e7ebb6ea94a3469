//! What a row says of a deal, with what it names found.

use chrono::NaiveDate;
use nexus_kernel::ClientId;
use nexus_problem::FieldErrors;

use super::Job;
use super::deals::Work;
use super::deals_known::{Known, Links};
use super::matching::{Found, planned_keys};
use super::plan::{Planned, Trace, mark};
use crate::clients::model::{Client, ClientFields};
use crate::imports::sheet::Cells;
use crate::italy::text::key;
use crate::opportunities::model::{OpportunityFields, closing_day};
use crate::pipelines::lost_reasons::LostReason;
use crate::pipelines::model::{Outcome, Stage};

/// What a row says of a deal; a blank cell says nothing.
pub struct Reading<'a> {
    pub cells: Cells<'a>,
    pub links: Links,
    pub stage: Option<Stage>,
    pub amount_cents: Option<i64>,
    pub opened_on: Option<NaiveDate>,
    pub closed_on: Option<NaiveDate>,
    pub expected_close_on: Option<NaiveDate>,
}

/// Where a deal that is over ended.
pub struct End {
    pub on: NaiveDate,
    pub reason: Option<LostReason>,
    pub note: Option<String>,
}

impl<'a> Reading<'a> {
    /// Reads a row.
    pub fn of(
        job: &Job,
        known: &mut Known,
        planned: &Planned,
        work: &mut Work,
        mut cells: Cells<'a>,
    ) -> Self {
        let mut links = Links {
            owner: known.people.owner(job, &mut cells),
            product: known.product(&mut cells),
            ..Links::default()
        };
        (links.client_id, links.client_name) = client(job, known, planned, work, &mut cells);
        let stage = stage(job, known, &mut cells);
        Self {
            links,
            stage,
            amount_cents: cells.cents("amount"),
            opened_on: cells.date("opened_on"),
            closed_on: cells.date("closed_on"),
            expected_close_on: cells.date("expected_close_on"),
            cells,
        }
    }

    /// What a deal is called when no column says: product and client, else its reference.
    pub fn name(&self) -> String {
        if let Some(name) = self.cells.text("name") {
            return name.to_owned();
        }
        let product = self
            .links
            .product
            .as_ref()
            .map(|product| product.fields.name.as_str());
        let client = self.links.client_name.as_deref();
        match (product, client) {
            (Some(product), Some(client)) => format!("{product} – {client}"),
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => self
                .cells
                .text("external_ref")
                .unwrap_or("Trattativa")
                .to_owned(),
        }
    }

    /// The fields with what the row says.
    pub fn onto(&self, mut fields: OpportunityFields, is_new: bool) -> OpportunityFields {
        if is_new || self.cells.text("name").is_some() {
            fields.name = self.name();
        }
        fields.client_id = self.links.client_id.or(fields.client_id);
        let product = self.links.product.as_ref().map(|product| product.id);
        fields.product_id = product.or(fields.product_id);
        fields.amount_cents = self.amount_cents.unwrap_or(fields.amount_cents);
        fields.opened_on = self.opened_on.or(fields.opened_on);
        fields.expected_close_on = self.expected_close_on.or(fields.expected_close_on);
        for (slot, field) in [
            (&mut fields.source, "source"),
            (&mut fields.notes, "notes"),
            (&mut fields.external_ref, "external_ref"),
        ] {
            if let Some(text) = self.cells.text(field) {
                *slot = Some(text.to_owned());
            }
        }
        fields
    }

    /// The day and reason of a deal that is over.
    pub fn end(&mut self, job: &Job, known: &Known) -> Option<End> {
        let outcome = self.stage.as_ref()?.outcome;
        if outcome == Outcome::Open {
            return None;
        }
        let Some(on) = self.closed_on else {
            let says_nothing = self.cells.text("closed_on").is_none();
            if says_nothing {
                let detail = "Say on which day it was won or lost.";
                self.cells.error("closed_on", "closed_on.missing", detail);
            }
            return None;
        };
        if let Err(errors) = closing_day(Some(on), job.act.now) {
            self.cells.take_errors(errors);
        }
        if self.opened_on.is_some_and(|opened| opened > on) {
            let detail = "It ends before it begins: day and month may be the other way round.";
            self.cells
                .error("closed_on", "closed_on.before_opened", detail);
        }
        let (reason, note) = match outcome {
            Outcome::Lost => self.reason(known),
            _ => (None, None),
        };
        Some(End { on, reason, note })
    }

    fn reason(&mut self, known: &Known) -> (Option<LostReason>, Option<String>) {
        let fallback = known.no_reason.clone();
        if fallback.is_none() {
            let detail = "There is no reason called \"Non indicato\" for those that give none.";
            self.cells
                .error("lost_reason", "lost_reason.missing", detail);
        }
        let Some(text) = self.cells.text("lost_reason") else {
            return (fallback, None);
        };
        let wanted = key(text);
        let mut reasons = known.reasons.iter();
        match reasons.find(|reason| reason.name_key == wanted) {
            Some(reason) => (Some(reason.clone()), None),
            None => {
                let detail = format!("{text:?} is none of the reasons: kept as a note.");
                self.cells
                    .warn("lost_reason", "lost_reason.unknown", detail);
                (fallback, Some(text.chars().take(2_000).collect()))
            }
        }
    }
}

fn stage(job: &Job, known: &Known, cells: &mut Cells<'_>) -> Option<Stage> {
    let Some(value) = cells.text("stage") else {
        cells.error("stage", "stage.missing", "Say in which stage the deal is.");
        return None;
    };
    let found = known.stage(job, value).cloned();
    if found.is_none() {
        let detail =
            format!("No stage of the pipeline is {value:?}: say in the options which it means.");
        cells.error("stage", "stage.unknown", detail);
    }
    found
}

/// The client that the row names. One nobody knows is made if the options say so; else the deal is placed without.
fn client(
    job: &Job,
    known: &mut Known,
    planned: &Planned,
    work: &mut Work,
    cells: &mut Cells<'_>,
) -> (Option<ClientId>, Option<String>) {
    let Some(name) = cells.text("client") else {
        cells.warn(
            "client",
            "client.missing",
            "No client is named: placed without a client.",
        );
        return (None, None);
    };
    let viewer = job.clients.as_ref();
    let mut found = known.clients.called(name, viewer, planned);
    if matches!(found, Found::Nothing) {
        found = known.clients.called(name, viewer, &work.planned);
    }
    match found {
        Found::Client(client) => (Some(client.id), Some(client.fields.name.clone())),
        Found::Planned(trace) => (Some(ClientId::from_uuid(trace.id)), Some(name.to_owned())),
        Found::Several => {
            let detail =
                format!("More than one client is called {name:?}: placed without a client.");
            cells.warn("client", "client.ambiguous", detail);
            (None, None)
        }
        Found::Nothing if job.import.options.create_missing_clients => {
            match missing_client(job, name) {
                Ok(client) => {
                    let (id, name) = (client.id, client.fields.name.clone());
                    let trace = Trace {
                        id: id.uuid(),
                        mark: mark(&client.fields),
                    };
                    work.planned.add(planned_keys(&client.fields), trace);
                    known.clients.add(client.clone());
                    work.clients.push(client);
                    (Some(id), Some(name))
                }
                Err(errors) => {
                    for error in errors.0 {
                        cells.error("client", &error.code, error.detail);
                    }
                    (None, None)
                }
            }
        }
        Found::Nothing => {
            let detail = format!("No client is called {name:?}: placed without a client.");
            cells.warn("client", "client.unknown", detail);
            (None, None)
        }
    }
}

fn missing_client(job: &Job, name: &str) -> Result<Client, FieldErrors> {
    let fields = ClientFields {
        name: name.to_owned(),
        owner_id: Some(job.act.viewer.user_id),
        ..ClientFields::default()
    };
    let (fields, review) = fields.review();
    review
        .errors
        .or(Client::new(ClientId::new(), fields, job.act.now))
}
