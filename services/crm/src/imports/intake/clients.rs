//! Rows that are clients. What a client must be is said by the clients' own slice.

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::ClientId;
use nexus_outbox::{Fact, announce_all};
use serde_json::json;

use super::clients_reading::Reading;
use super::matching::{Clients, Found, planned_keys};
use super::people::People;
use super::plan::{Planned, Trace, mark};
use super::{Job, Verdict};
use crate::clients::model::{Client, ClientFields, Review};
use crate::imports::queries::{RowOutcome, WaitingChild, insert_waiting};
use crate::imports::reader::Row;
use crate::imports::sheet::Cells;
use crate::interactions::model::{Interaction, Kind, SystemNote};
use crate::{clients, interactions, opportunities};
use nexus_records::Act;

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
    let readings: Vec<Reading<'_>> = rows
        .iter()
        .map(|row| Reading::of(job, &people, Cells::new(&job.sheet, &row.fields)))
        .collect();
    let (fresh, reviews): (Vec<ClientFields>, Vec<Review>) = readings
        .iter()
        .map(|reading| reading.onto(ClientFields::default()).review())
        .unzip();
    let parents = readings
        .iter()
        .filter_map(|reading| reading.cells.text("parent"));
    let mut known = Clients::load(conn, &fresh, parents.map(str::to_owned))?;
    let mut work = Work::default();
    let mut verdicts = Vec::with_capacity(rows.len());
    let fresh = fresh.into_iter().zip(reviews);
    for ((row, reading), fresh) in rows.iter().zip(readings).zip(fresh) {
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
    (fresh, review): (ClientFields, Review),
    known: &mut Clients,
    planned: &Planned,
    work: &mut Work,
) -> Verdict {
    if !reading.cells.errors.is_empty() {
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
        Found::Nothing => {
            reading.cells.take_errors(review.errors);
            reading.cells.take_warnings(review.warnings);
            make(job, row, reading, fresh, known, planned, work)
        }
    }
}

fn make(
    job: &Job,
    row: &Row,
    mut reading: Reading<'_>,
    mut fields: ClientFields,
    known: &mut Clients,
    planned: &Planned,
    work: &mut Work,
) -> Verdict {
    let trace_mark = if job.applies { 0 } else { mark(&fields) };
    fields.owner_id = match reading.owner {
        Some(owner) => owner,
        None => People::fallback(job, &mut reading.cells),
    };
    let id = ClientId::new();
    let waits = parent(job, &mut reading, id, &mut fields, known, planned);
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
