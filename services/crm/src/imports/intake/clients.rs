//! Rows that are clients. What a client must be is said by the clients' own slice.

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::{ClientId, UserId};
use nexus_outbox::{Fact, announce_all};
use serde_json::json;

use super::matching::{Clients, Found, planned_keys};
use super::people::People;
use super::plan::{Planned, Trace, mark};
use super::{Job, Verdict};
use crate::clients::model::{Class, Client, ClientFields, Lifecycle};
use crate::facts::Act;
use crate::imports::queries::{RowOutcome, WaitingChild, insert_waiting};
use crate::imports::reader::Row;
use crate::imports::sheet::Cells;
use crate::interactions::model::{Interaction, Kind, SystemNote};
use crate::italy::countries;
use crate::italy::text::fold;
use crate::{clients, interactions, opportunities};

/// What a row says of a client; a blank cell says nothing and changes nothing.
struct Reading<'a> {
    cells: Cells<'a>,
    texts: Vec<(&'static str, &'a str)>,
    country: Option<&'static str>,
    lifecycle: Option<Lifecycle>,
    class: Option<Class>,
    employees: Option<i32>,
    founded_year: Option<i32>,
    annual_revenue_cents: Option<i64>,
    owner: Option<Option<UserId>>,
}

const TEXTS: [&str; 16] = [
    "name",
    "vat_number",
    "tax_code",
    "sdi_code",
    "pec",
    "email",
    "phone",
    "website",
    "street",
    "street_number",
    "cap",
    "city",
    "province",
    "sector",
    "notes",
    "external_ref",
];

/// What a batch of clients comes to.
#[derive(Default)]
struct Work {
    made: Vec<Client>,
    changed: Vec<(Client, Client)>,
    waiting: Vec<WaitingChild>,
    planned: Planned,
}

/// Decides about each row, then writes all there is to write.
pub fn take_in(
    conn: &mut PgConnection,
    job: &Job,
    rows: &[&Row],
    planned: &Planned,
) -> DbResult<(Vec<Verdict>, Planned)> {
    let people = People::named(conn, job, rows)?;
    let mut readings: Vec<Reading<'_>> = rows
        .iter()
        .map(|row| Reading::of(job, &people, Cells::new(&job.sheet, &row.fields)))
        .collect();
    let fresh: Vec<ClientFields> = readings
        .iter()
        .map(|reading| reading.onto(ClientFields::default()).review().0)
        .collect();
    let parents = readings
        .iter()
        .filter_map(|reading| reading.cells.text("parent"));
    let mut known = Clients::load(conn, &fresh, parents.map(str::to_owned))?;
    let mut work = Work::default();
    let mut verdicts = Vec::with_capacity(rows.len());
    for ((row, reading), fresh) in rows.iter().zip(readings.drain(..)).zip(fresh) {
        verdicts.push(decide(
            job, row, reading, fresh, &mut known, planned, &mut work,
        ));
    }
    insert_waiting(conn, &work.waiting)?;
    if job.applies {
        write(conn, &job.act, &work)?;
    }
    Ok((verdicts, work.planned))
}

fn decide(
    job: &Job,
    row: &Row,
    mut reading: Reading<'_>,
    fresh: ClientFields,
    known: &mut Clients,
    planned: &Planned,
    work: &mut Work,
) -> Verdict {
    if !reading.cells.errors.is_empty() {
        let (_, review) = reading.onto(ClientFields::default()).review();
        reading.cells.take_errors(review.errors);
        return Verdict::failed(reading.cells);
    }
    let there = match known.spoken_of(&fresh, planned) {
        Found::Nothing => match known.spoken_of(&fresh, &work.planned) {
            Found::Planned(trace) => Found::Planned(trace),
            _ => Found::Nothing,
        },
        found => found,
    };
    match there {
        Found::Client(before) => {
            let before = before.clone();
            change(job, row, reading, before, known, planned, work)
        }
        Found::Planned(trace) if trace.mark == mark(&fresh) => Verdict::already_there(trace.id),
        Found::Planned(trace) if job.upserts() => {
            Verdict::done(RowOutcome::Updated, trace.id, reading.cells)
        }
        Found::Planned(trace) => Verdict::differs(trace.id),
        Found::Several => {
            let detail = "More than one client has this name: give the reference or the P.IVA.";
            reading.cells.error("name", "client.ambiguous", detail);
            Verdict::failed(reading.cells)
        }
        Found::Nothing => make(job, row, reading, fresh, known, planned, work),
    }
}

fn make(
    job: &Job,
    row: &Row,
    mut reading: Reading<'_>,
    fresh: ClientFields,
    known: &mut Clients,
    planned: &Planned,
    work: &mut Work,
) -> Verdict {
    let trace_mark = if job.applies { 0 } else { mark(&fresh) };
    let mut fields = reading.onto(ClientFields::default());
    fields.owner_id = match reading.owner {
        Some(owner) => owner,
        None => People::fallback(job, &mut reading.cells),
    };
    let id = ClientId::new();
    let waits = parent(job, &mut reading, id, &mut fields, known, planned);
    let (fields, review) = fields.review();
    reading.cells.take_errors(review.errors);
    reading.cells.take_warnings(review.warnings);
    if !reading.cells.errors.is_empty() {
        return Verdict::failed(reading.cells);
    }
    let client = Client::new(id, fields, job.act.now);
    work.wait(job, row, id, waits);
    if !job.applies {
        let id = id.uuid();
        let trace = Trace {
            id,
            mark: trace_mark,
        };
        work.planned.add(planned_keys(&client.fields), trace);
    } else {
        known.add(client.clone());
        work.made.push(client);
    }
    Verdict::done(RowOutcome::Created, id.uuid(), reading.cells)
}

fn change(
    job: &Job,
    row: &Row,
    mut reading: Reading<'_>,
    before: Client,
    known: &mut Clients,
    planned: &Planned,
    work: &mut Work,
) -> Verdict {
    let id = before.id.uuid();
    if !job.act.viewer.reaches(before.fields.owner_id) {
        let detail = "Another client has this identity or reference; it is a colleague's.";
        reading.cells.error("name", "client.exists", detail);
        return Verdict::failed(reading.cells);
    }
    if before.archived_at.is_some() {
        let detail = "This client is in the archive: restore it first.";
        reading.cells.error("name", "client.archived", detail);
        return Verdict::failed(reading.cells);
    }
    let mut fields = reading.onto(before.fields.clone());
    if let Some(owner) = reading.owner {
        fields.owner_id = owner;
    }
    let waits = parent(job, &mut reading, before.id, &mut fields, known, planned);
    let (fields, review) = fields.review();
    reading.cells.take_errors(review.errors);
    reading.cells.take_warnings(review.warnings);
    if fields == before.fields && (waits.is_none() || !job.upserts()) {
        return Verdict::already_there(id);
    }
    if !job.upserts() {
        return Verdict::differs(id);
    }
    if known.clashes(before.id, &fields) {
        let detail = "Another client has this P.IVA and codice fiscale.";
        reading.cells.error("vat_number", "client.exists", detail);
    }
    if !reading.cells.errors.is_empty() {
        return Verdict::failed(reading.cells);
    }
    work.wait(job, row, before.id, waits);
    if fields != before.fields {
        let after = before.clone().with(fields, job.act.now);
        known.replace(&after);
        work.changed.push((before, after));
    }
    Verdict::done(RowOutcome::Updated, id, reading.cells)
}

/// Sets the parent that the row names. Returns its name when it is not there yet.
fn parent<'a>(
    job: &Job,
    reading: &mut Reading<'a>,
    id: ClientId,
    fields: &mut ClientFields,
    known: &Clients,
    planned: &Planned,
) -> Option<&'a str> {
    let name = reading.cells.text("parent")?;
    match known.called(name, Some(&job.act.viewer), planned) {
        Found::Client(parent) if parent.id != id => {
            fields.parent_id = Some(parent.id);
            None
        }
        Found::Several => {
            let detail =
                format!("More than one client is called {name:?}: placed without a parent.");
            reading.cells.warn("parent", "parent.ambiguous", detail);
            None
        }
        Found::Client(_) | Found::Planned(_) => None,
        Found::Nothing => Some(name),
    }
}

impl Work {
    fn wait(&mut self, job: &Job, row: &Row, client_id: ClientId, parent: Option<&str>) {
        if let Some(parent) = parent {
            self.waiting.push(WaitingChild {
                import_id: job.import.id,
                line: i64::try_from(row.line).unwrap_or(i64::MAX),
                client_id,
                parent_name: parent.to_owned(),
                fields: json!(row.fields),
            });
        }
    }
}

/// What belongs to a client that was made: its line on the timeline and its fact.
pub fn birth(act: &Act, client: &Client) -> (Interaction, Fact) {
    let note = SystemNote::of_client(Kind::ClientCreated, client.id, json!({}));
    let fact = act.fact("crm.client.created.v1", client.id.uuid(), 1, None, client);
    (note.entry(Some(act.viewer.user_id), act.now), fact)
}

fn write(conn: &mut PgConnection, act: &Act, work: &Work) -> DbResult<()> {
    let (notes, mut facts): (Vec<Interaction>, Vec<Fact>) =
        work.made.iter().map(|client| birth(act, client)).unzip();
    clients::queries::insert_all(conn, &work.made)?;
    interactions::queries::insert(conn, &notes)?;
    for (before, after) in &work.changed {
        clients::queries::save(conn, after)?;
        if after.name_key != before.name_key {
            opportunities::queries::rename_client(conn, after.id, &after.fields.name)?;
        }
        let (id, version) = (after.id.uuid(), after.version);
        facts.push(act.fact("crm.client.changed.v1", id, version, Some(before), after));
    }
    announce_all(conn, &facts)
}

impl<'a> Reading<'a> {
    fn of(job: &Job, people: &People, mut cells: Cells<'a>) -> Self {
        let texts = TEXTS.into_iter();
        let texts = texts.filter_map(|field| Some((field, cells.text(field)?)));
        Self {
            texts: texts.collect(),
            country: country(&mut cells),
            lifecycle: choice(&mut cells, "lifecycle", lifecycle),
            class: choice(&mut cells, "class", |text| {
                Class::from_word(&text.to_uppercase())
            }),
            employees: cells.whole("employees"),
            founded_year: cells.whole("founded_year"),
            annual_revenue_cents: cells.cents("annual_revenue"),
            owner: people.owner(job, &mut cells),
            cells,
        }
    }

    fn onto(&self, mut fields: ClientFields) -> ClientFields {
        for (name, text) in &self.texts {
            match slot(&mut fields, name) {
                Some(slot) => *slot = Some((*text).to_owned()),
                None => fields.name = (*text).to_owned(),
            }
        }
        if let Some(country) = self.country {
            country.clone_into(&mut fields.country);
            country.clone_into(&mut fields.vat_country);
        }
        fields.lifecycle = self.lifecycle.unwrap_or(fields.lifecycle);
        fields.class = self.class.or(fields.class);
        fields.employees = self.employees.or(fields.employees);
        fields.founded_year = self.founded_year.or(fields.founded_year);
        fields.annual_revenue_cents = self.annual_revenue_cents.or(fields.annual_revenue_cents);
        fields
    }
}

fn slot<'f>(fields: &'f mut ClientFields, name: &str) -> Option<&'f mut Option<String>> {
    Some(match name {
        "vat_number" => &mut fields.vat_number,
        "tax_code" => &mut fields.tax_code,
        "sdi_code" => &mut fields.sdi_code,
        "pec" => &mut fields.pec,
        "email" => &mut fields.email,
        "phone" => &mut fields.phone,
        "website" => &mut fields.website,
        "street" => &mut fields.street,
        "street_number" => &mut fields.street_number,
        "cap" => &mut fields.cap,
        "city" => &mut fields.city,
        "province" => &mut fields.province,
        "sector" => &mut fields.sector,
        "notes" => &mut fields.notes,
        "external_ref" => &mut fields.external_ref,
        _ => return None,
    })
}

fn country(cells: &mut Cells<'_>) -> Option<&'static str> {
    let text = cells.text("country")?;
    match countries::find(text) {
        Some(country) => {
            if !country.is_called(text) {
                let detail = format!("{text:?} was read as {}.", country.english);
                cells.warn("country", "country.spelled_differently", detail);
            }
            Some(country.code)
        }
        None => {
            let detail = "Give the country's name or its two-letter code, e.g. IT.";
            cells.error("country", "country.unknown", detail);
            None
        }
    }
}

fn lifecycle(text: &str) -> Option<Lifecycle> {
    Some(match fold(text).as_str() {
        "prospect" | "potenziale" | "lead" | "prospetto" => Lifecycle::Prospect,
        "active" | "attivo" | "attiva" | "cliente" | "customer" => Lifecycle::Active,
        "dormant" | "dormiente" | "inattivo" | "inattiva" | "inactive" => Lifecycle::Dormant,
        "lost" | "perso" | "persa" | "cessato" | "cessata" => Lifecycle::Lost,
        _ => return None,
    })
}

/// One of a few words; another is an error.
fn choice<T>(cells: &mut Cells<'_>, field: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    let text = cells.text(field)?;
    let choice = read(text);
    if choice.is_none() {
        let detail = format!("{text:?} is none of the words for this.");
        cells.error(field, &format!("{field}.unknown"), detail);
    }
    choice
}
