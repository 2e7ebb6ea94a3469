//! Rows that are deals, with the days on which they began and ended. What a deal must be, and how it is won and lost, is
//! said by the opportunities' own slice.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::{ClientId, start_of_business_day};
use nexus_outbox::{Fact, announce_all};
use nexus_problem::FieldErrors;
use serde_json::json;

use super::clients::birth;
use super::deals_known::{Known, Links, deal_key};
use super::deals_story::{Chapter, Story};
use super::matching::{Found, planned_keys};
use super::people::People;
use super::plan::{Planned, Trace, mark};
use super::{Job, Verdict};
use crate::clients;
use crate::clients::model::{Client, ClientFields};
use crate::imports::queries::RowOutcome;
use crate::imports::reader::Row;
use crate::imports::sheet::Cells;
use crate::interactions;
use crate::interactions::model::Interaction;
use crate::opportunities;
use crate::opportunities::history::{self, StageMove};
use crate::opportunities::model::{Opportunity, OpportunityFields, closing_day};
use crate::pipelines::lost_reasons::LostReason;
use crate::pipelines::model::{Outcome, Stage};

/// What a row says of a deal; a blank cell says nothing.
struct Reading<'a> {
    cells: Cells<'a>,
    links: Links,
    stage: Option<Stage>,
    amount_cents: Option<i64>,
    opened_on: Option<NaiveDate>,
    closed_on: Option<NaiveDate>,
    expected_close_on: Option<NaiveDate>,
}

/// Where a deal that is over ended.
pub struct End {
    pub on: NaiveDate,
    pub reason: Option<LostReason>,
    pub note: Option<String>,
}

/// What a batch of deals comes to.
#[derive(Default)]
pub struct Work {
    clients: Vec<Client>,
    made: Vec<Opportunity>,
    changed: Vec<Opportunity>,
    moves: Vec<StageMove>,
    notes: Vec<Interaction>,
    facts: Vec<Fact>,
    planned: Planned,
}

/// Decides about each row, then writes all there is to write.
pub fn take_in(
    conn: &mut PgConnection,
    job: &Job,
    rows: &[&Row],
    planned: &Planned,
) -> DbResult<(Vec<Verdict>, Planned)> {
    let mut known = Known::load(conn, job, rows)?;
    let mut work = Work::default();
    let mut readings = Vec::with_capacity(rows.len());
    for row in rows {
        let cells = Cells::new(&job.sheet, &row.fields);
        readings.push(Reading::of(job, &mut known, planned, &mut work, cells));
    }
    let unnamed = readings
        .iter()
        .filter(|reading| reading.cells.text("external_ref").is_none());
    let mut names: Vec<String> = unnamed.map(Reading::name).collect();
    names.sort_unstable();
    names.dedup();
    known.load_unnamed(conn, &names)?;
    let mut verdicts = Vec::with_capacity(rows.len());
    for reading in readings {
        verdicts.push(decide(job, reading, &mut known, planned, &mut work));
    }
    if job.applies {
        write(conn, job, &work)?;
        work.planned = Planned::default();
    }
    Ok((verdicts, work.planned))
}

fn decide(
    job: &Job,
    mut reading: Reading<'_>,
    known: &mut Known,
    planned: &Planned,
    work: &mut Work,
) -> Verdict {
    let mut fresh = reading.onto(OpportunityFields::default(), true);
    fresh.owner_id = match reading.links.owner {
        Some(owner) => owner,
        None => People::fallback(job, &mut reading.cells),
    };
    let key = deal_key(&fresh);
    if let Some(before) = known.deal(&key).cloned() {
        return change(job, reading, before, known, work);
    }
    let Some((fields, stage, end)) = reviewed(job, &mut reading, known, fresh) else {
        return Verdict::failed(reading.cells);
    };
    let says = mark(&(&fields, &stage.name, end.as_ref().map(|end| end.on)));
    if let Some(trace) = Known::planned(&key, planned, &work.planned) {
        return match trace.mark == says {
            true => Verdict::already_there(trace.id),
            false if job.upserts() => Verdict::done(RowOutcome::Updated, trace.id, reading.cells),
            false => Verdict::differs(trace.id),
        };
    }
    let client_name = reading.links.client_name.as_deref();
    let Some(pipeline) = &known.pipeline else {
        return Verdict::failed(reading.cells);
    };
    let story = Story {
        act: &job.act,
        pipeline,
        client_name,
    };
    if fields.opened_on.is_none() && end.is_none() {
        let detail = "No day is given on which the deal began: its stage counts from now.";
        reading.cells.warn("opened_on", "opened_on.missing", detail);
    }
    match story.told(fields, &stage, end.as_ref()) {
        Err(errors) => {
            reading.cells.take_errors(errors);
            Verdict::failed(reading.cells)
        }
        Ok(chapter) => {
            let id = chapter.deal.id.uuid();
            let trace = Trace { id, mark: says };
            work.planned.add([key], trace);
            known.add(chapter.deal.clone());
            work.take_new(chapter);
            Verdict::done(RowOutcome::Created, id, reading.cells)
        }
    }
}

/// The row against every rule; `None` when it breaks one, which the cells then say.
fn reviewed(
    job: &Job,
    reading: &mut Reading<'_>,
    known: &Known,
    fields: OpportunityFields,
) -> Option<(OpportunityFields, Stage, Option<End>)> {
    let end = reading.end(job, known);
    let fields = fields
        .review()
        .map_err(|errors| reading.cells.take_errors(errors))
        .ok();
    match (fields, &reading.stage) {
        (Some(fields), Some(stage)) if reading.cells.errors.is_empty() => {
            Some((fields, stage.clone(), end))
        }
        _ => None,
    }
}

fn change(
    job: &Job,
    mut reading: Reading<'_>,
    before: Opportunity,
    known: &mut Known,
    work: &mut Work,
) -> Verdict {
    let id = before.id.uuid();
    if !job.act.viewer.reaches(before.fields.owner_id) {
        let detail = "Another deal has this reference; it is a colleague's.";
        reading
            .cells
            .error("external_ref", "opportunity.exists", detail);
        return Verdict::failed(reading.cells);
    }
    if before.archived_at.is_some() {
        let detail = "This deal is in the archive: restore it first.";
        reading
            .cells
            .error("external_ref", "opportunity.archived", detail);
        return Verdict::failed(reading.cells);
    }
    let mut fields = reading.onto(before.fields.clone(), false);
    if let Some(owner) = reading.links.owner {
        fields.owner_id = owner;
    }
    let Some((fields, stage, end)) = reviewed(job, &mut reading, known, fields) else {
        return Verdict::failed(reading.cells);
    };
    let same_end = before.closed_on == end.as_ref().map(|end| end.on);
    if fields == before.fields && before.stage_id == stage.id && same_end {
        return Verdict::already_there(id);
    }
    if !job.upserts() {
        return Verdict::differs(id);
    }
    if before.status != Outcome::Open && !(before.stage_id == stage.id && same_end) {
        let detail = "This deal is closed: reopen it before its stage or end changes.";
        reading.cells.error("stage", "opportunity.closed", detail);
        return Verdict::failed(reading.cells);
    }
    let Some(pipeline) = &known.pipeline else {
        return Verdict::failed(reading.cells);
    };
    let story = Story {
        act: &job.act,
        pipeline,
        client_name: reading.links.client_name.as_deref(),
    };
    match story.goes_on(&before, fields, &stage, end.as_ref()) {
        Err(errors) => {
            reading.cells.take_errors(errors);
            Verdict::failed(reading.cells)
        }
        Ok(chapter) => {
            known.replace(&chapter.deal);
            work.take_changed(chapter);
            Verdict::done(RowOutcome::Updated, id, reading.cells)
        }
    }
}

impl Work {
    fn take_new(&mut self, chapter: Chapter) {
        self.made.push(chapter.deal);
        self.moves.extend(chapter.moves);
        self.notes.extend(chapter.notes);
        self.facts.extend(chapter.facts);
    }

    fn take_changed(&mut self, chapter: Chapter) {
        self.changed.push(chapter.deal);
        self.moves.extend(chapter.moves);
        self.notes.extend(chapter.notes);
        self.facts.extend(chapter.facts);
    }
}

fn write(conn: &mut PgConnection, job: &Job, work: &Work) -> DbResult<()> {
    let (mut notes, mut facts): (Vec<Interaction>, Vec<Fact>) = work
        .clients
        .iter()
        .map(|client| birth(&job.act, client))
        .unzip();
    notes.extend(work.notes.iter().cloned());
    facts.extend(work.facts.iter().cloned());
    clients::queries::insert_all(conn, &work.clients)?;
    opportunities::queries::insert_all(conn, &work.made)?;
    for deal in &work.changed {
        opportunities::queries::save(conn, deal)?;
    }
    history::insert(conn, &work.moves)?;
    interactions::queries::insert(conn, &notes)?;
    announce_all(conn, &facts)
}

impl<'a> Reading<'a> {
    fn of(
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
    fn name(&self) -> String {
        if let Some(name) = self.cells.text("name") {
            return name.to_owned();
        }
        let product = self
            .links
            .product
            .as_ref()
            .map(|product| product.name.as_str());
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

    fn onto(&self, mut fields: OpportunityFields, is_new: bool) -> OpportunityFields {
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
    fn end(&mut self, job: &Job, known: &Known) -> Option<End> {
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
        let wanted = crate::italy::text::key(text);
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

/// The first instant of a day, as the company's clocks have it.
pub fn instant(day: NaiveDate) -> DateTime<Utc> {
    start_of_business_day(day)
}

/// The details of a line on the timeline about where a deal stands.
pub fn details(deal: &Opportunity, from: Option<&Stage>, to: &Stage) -> serde_json::Value {
    json!({
        "opportunity_id": deal.id,
        "opportunity_name": deal.fields.name,
        "amount_cents": deal.fields.amount_cents,
        "from": from.map(|stage| stage.id),
        "from_name": from.map(|stage| stage.name.as_str()),
        "to": to.id,
        "to_name": to.name,
    })
}
