//! Rows that are leads, with what happened with them before. What a lead must be is said by the leads' own slice.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_outbox::{Fact, announce_all};
use nexus_problem::FieldErrors;
use serde_json::json;

use super::leads_origins::Origins;
use super::leads_reading::Reading;
use super::people::People;
use super::plan::{Planned, Trace, mark};
use super::{Job, Verdict};
use crate::imports::queries::RowOutcome;
use crate::imports::reader::Row;
use crate::imports::sheet::Cells;
use crate::interactions::model::{Direction, Interaction, InteractionId, Kind, SystemNote};
use crate::leads::model::{Lead, LeadFields, LeadId};
use crate::leads::status::LeadStatus;
use crate::pipelines::lost_reasons::{self, LostReasonId};
use crate::{interactions, leads};

/// The reason of lost leads whose row gives none.
const NO_REASON: &str = "Non indicato";

/// What a batch of leads comes to.
#[derive(Default)]
struct Work {
    made: Vec<Lead>,
    changed: Vec<(Lead, Lead)>,
    entries: Vec<Interaction>,
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
    let cells = || rows.iter().map(|row| Cells::new(&job.sheet, &row.fields));
    let origins = Origins::named(conn, job, cells())?;
    let reasons = reasons(conn, cells())?;
    let mut read: Vec<(Reading<'_>, LeadFields, FieldErrors)> = Vec::with_capacity(rows.len());
    for cells in cells() {
        let mut reading = Reading::of(job, &people, cells);
        let mut fields = reading.onto(LeadFields::default());
        (fields.source_id, fields.campaign_id) = origins.of(&mut reading.cells);
        let (fields, errors) = match fields.clone().review() {
            Ok(fields) => (fields, FieldErrors::default()),
            Err(errors) => (fields, errors),
        };
        read.push((reading, fields, errors));
    }
    let mut known = Known::load(conn, read.iter().map(|(_, fields, _)| fields))?;
    let mut work = Work::default();
    let mut verdicts = Vec::with_capacity(rows.len());
    for (mut reading, fields, errors) in read {
        reading.cells.take_errors(errors);
        verdicts.push(if reading.cells.errors.is_empty() {
            decide(
                job, reading, fields, &reasons, &mut known, planned, &mut work,
            )
        } else {
            Verdict::failed(reading.cells)
        });
    }
    if job.applies {
        write(conn, job, &work)?;
    }
    Ok((verdicts, work.planned))
}

fn decide(
    job: &Job,
    mut reading: Reading<'_>,
    fields: LeadFields,
    reasons: &HashMap<String, LostReasonId>,
    known: &mut Known,
    planned: &Planned,
    work: &mut Work,
) -> Verdict {
    if let Some(before) = known.find(&fields) {
        return change(job, reading, &fields, before.clone(), known, work);
    }
    let keys = keys(&fields);
    let trace = keys
        .iter()
        .find_map(|key| planned.get(key).or_else(|| work.planned.get(key)));
    match trace {
        Some(trace) if trace.mark == mark(&fields) => return Verdict::already_there(trace.id),
        Some(trace) if job.upserts() => {
            return Verdict::done(RowOutcome::Updated, trace.id, reading.cells);
        }
        Some(trace) => return Verdict::differs(trace.id),
        None => {}
    }
    let said = mark(&fields);
    let Some(lead) = born(job, &mut reading, fields, reasons) else {
        return Verdict::failed(reading.cells);
    };
    let id = lead.id.uuid();
    if job.applies {
        work.entries.extend(story(job, &lead, &reading));
        known.add(lead.clone());
        work.made.push(lead);
    } else {
        work.planned.add(keys, Trace { id, mark: said });
    }
    Verdict::done(RowOutcome::Created, id, reading.cells)
}

/// The lead of a row, standing where it stood.
fn born(
    job: &Job,
    reading: &mut Reading<'_>,
    mut fields: LeadFields,
    reasons: &HashMap<String, LostReasonId>,
) -> Option<Lead> {
    fields.owner_id = match reading.owner {
        Some(owner) => owner,
        None => People::fallback(job, &mut reading.cells),
    };
    let now = job.act.now;
    let came = reading.created_at.unwrap_or(now);
    let mut lead = Lead::new(LeadId::new(), fields, came);
    let spoken = reading.first_contact().unwrap_or(came);
    let status = reading.standing();
    if status != LeadStatus::New {
        lead.contacted_at = Some(spoken);
    }
    if status == LeadStatus::Qualified {
        lead.qualified_at = Some(last(reading, came));
    }
    if status == LeadStatus::Lost {
        let named = reading.cells.text("lost_reason").unwrap_or(NO_REASON);
        let reason = reasons.get(&crate::italy::text::key(named));
        let reason = reason.or_else(|| reasons.get(&crate::italy::text::key(NO_REASON)));
        if reason.is_none() {
            let detail = format!("There is no reason called {named:?}. Make it in the settings.");
            reading
                .cells
                .error("lost_reason", "lost_reason.unknown", detail);
        }
        lead.lost_reason_id = reason.copied();
        lead.closed_at = Some(last(reading, came));
    }
    lead.status = status;
    lead.updated_at = now;
    reading.cells.errors.is_empty().then_some(lead)
}

/// When something last happened with it.
fn last(reading: &Reading<'_>, came: DateTime<Utc>) -> DateTime<Utc> {
    reading
        .past
        .iter()
        .map(|past| past.at)
        .max()
        .unwrap_or(came)
        .max(came)
}

/// What goes onto its timeline, dated as it was.
fn story(job: &Job, lead: &Lead, reading: &Reading<'_>) -> Vec<Interaction> {
    let actor = Some(job.act.viewer.user_id);
    let note = SystemNote {
        occurred_at: Some(lead.created_at),
        ..SystemNote::of_lead(Kind::LeadCreated, lead.id, None, json!({"imported": true}))
    };
    let mut entries = vec![note.entry(actor, job.act.now)];
    entries.extend(reading.past.iter().map(|past| Interaction {
        id: InteractionId::new(),
        client_id: None,
        opportunity_id: None,
        contact_id: None,
        site_id: None,
        lead_id: Some(lead.id),
        kind: past.kind,
        direction: matches!(past.kind, Kind::Call | Kind::Email).then_some(Direction::Out),
        subject: None,
        body: Some(past.text.clone()).filter(|text| !text.is_empty()),
        details: None,
        duration_minutes: None,
        occurred_at: past.at,
        actor_id: lead.fields.owner_id.or(actor),
        created_at: job.act.now,
    }));
    entries
}

fn change(
    job: &Job,
    mut reading: Reading<'_>,
    said: &LeadFields,
    before: Lead,
    known: &mut Known,
    work: &mut Work,
) -> Verdict {
    let id = before.id.uuid();
    if !job.act.viewer.reaches(before.fields.owner_id) {
        let detail = "This lead is there already; it is a colleague's.";
        reading.cells.error("company_name", "lead.exists", detail);
        return Verdict::failed(reading.cells);
    }
    if before.archived_at.is_some() {
        let detail = "This lead is in the archive: restore it first.";
        reading.cells.error("company_name", "lead.archived", detail);
        return Verdict::failed(reading.cells);
    }
    let mut fields = reading.onto(before.fields.clone());
    fields.source_id = said.source_id.or(fields.source_id);
    fields.campaign_id = said.campaign_id.or(fields.campaign_id);
    if let Some(owner) = reading.owner {
        fields.owner_id = owner;
    }
    let fields = match fields.review() {
        Ok(fields) => fields,
        Err(errors) => {
            reading.cells.take_errors(errors);
            return Verdict::failed(reading.cells);
        }
    };
    if fields == before.fields {
        return Verdict::already_there(id);
    }
    if !job.upserts() {
        return Verdict::differs(id);
    }
    let after = before.with(fields, job.act.now);
    known.replace(&after);
    work.changed.push((before, after));
    Verdict::done(RowOutcome::Updated, id, reading.cells)
}

/// Under which a later row finds a lead: its reference, else what it is reached at, else its name and place.
fn keys(fields: &LeadFields) -> Vec<String> {
    if let Some(reference) = &fields.external_ref {
        return vec![format!("ref {reference}")];
    }
    let reached = [
        ("vat", &fields.vat_number),
        ("mail", &fields.email),
        ("tel", &fields.phone),
    ];
    let mut keys: Vec<String> = reached
        .iter()
        .filter_map(|(what, text)| Some(format!("{what} {}", text.as_ref()?)))
        .collect();
    if keys.is_empty() {
        let place = fields
            .cap
            .as_deref()
            .or(fields.city.as_deref())
            .unwrap_or_default();
        keys.push(format!(
            "name {} {place}",
            crate::italy::text::key(&fields.name())
        ));
    }
    keys
}

/// The leads that are there, by every key that finds them.
struct Known(HashMap<String, Lead>);

impl Known {
    fn load<'f>(
        conn: &mut PgConnection,
        rows: impl Iterator<Item = &'f LeadFields>,
    ) -> DbResult<Self> {
        let mut asked = leads::queries::Keys::default();
        for fields in rows {
            asked.add(fields);
        }
        let mut known = Self(HashMap::new());
        for lead in leads::queries::with_any_key(conn, &asked)? {
            known.add(lead);
        }
        Ok(known)
    }

    fn add(&mut self, lead: Lead) {
        let plain = LeadFields {
            external_ref: None,
            ..lead.fields.clone()
        };
        for key in keys(&lead.fields).into_iter().chain(keys(&plain)) {
            self.0.entry(key).or_insert_with(|| lead.clone());
        }
    }

    fn replace(&mut self, lead: &Lead) {
        self.0.retain(|_, known| known.id != lead.id);
        self.add(lead.clone());
    }

    fn find(&self, fields: &LeadFields) -> Option<&Lead> {
        keys(fields).iter().find_map(|key| self.0.get(key))
    }
}

/// The lost reasons that the rows name, and the one for those that name none.
fn reasons<'a>(
    conn: &mut PgConnection,
    rows: impl Iterator<Item = Cells<'a>>,
) -> DbResult<HashMap<String, LostReasonId>> {
    let mut names: Vec<String> = rows
        .filter_map(|cells| cells.text("lost_reason").map(str::to_owned))
        .collect();
    names.push(NO_REASON.to_owned());
    names.sort_unstable();
    names.dedup();
    let mut reasons = HashMap::new();
    for name in names {
        if let Some(reason) = lost_reasons::named(conn, &name)? {
            reasons.insert(reason.name_key, reason.id);
        }
    }
    Ok(reasons)
}

fn write(conn: &mut PgConnection, job: &Job, work: &Work) -> DbResult<()> {
    leads::queries::insert_all(conn, &work.made)?;
    interactions::queries::insert(conn, &work.entries)?;
    let act = &job.act;
    let mut facts: Vec<Fact> = work
        .made
        .iter()
        .map(|lead| act.fact("crm.lead.created.v1", lead.id.uuid(), 1, None, lead))
        .collect();
    for (before, after) in &work.changed {
        leads::queries::save(conn, after)?;
        let (id, version) = (after.id.uuid(), after.version);
        facts.push(act.fact("crm.lead.changed.v1", id, version, Some(before), after));
    }
    for entry in work.entries.iter().filter(|entry| entry.kind.is_by_hand()) {
        facts.push(act.fact(
            "crm.interaction.recorded.v1",
            entry.id.uuid(),
            1,
            None,
            entry,
        ));
    }
    announce_all(conn, &facts)
}
