//! Rows that are deals, with the days on which they began and ended. What a deal must be, and how it is won and lost, is
//! said by the opportunities' own slice.

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_outbox::{Fact, announce_all};

use super::clients::birth;
use super::deals_known::{Known, deal_key};
use super::deals_reading::{End, Reading};
use super::deals_story::{Chapter, Story};
use super::people::People;
use super::plan::{Planned, Trace, mark};
use super::{Job, Verdict};
use crate::clients;
use crate::clients::model::Client;
use crate::imports::queries::RowOutcome;
use crate::imports::reader::Row;
use crate::imports::sheet::Cells;
use crate::interactions;
use crate::interactions::model::Interaction;
use crate::opportunities;
use crate::opportunities::history::{self, StageMove};
use crate::opportunities::model::{Opportunity, OpportunityFields};
use crate::pipelines::model::{Outcome, Stage};

/// What a batch of deals comes to.
#[derive(Default)]
pub struct Work {
    pub clients: Vec<Client>,
    made: Vec<Opportunity>,
    changed: Vec<Opportunity>,
    moves: Vec<StageMove>,
    notes: Vec<Interaction>,
    facts: Vec<Fact>,
    pub planned: Planned,
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
