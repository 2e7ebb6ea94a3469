//! The second pass: clients whose parent stood later in the file than they did.

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_outbox::announce_all;
use nexus_problem::FieldError;
use serde_json::json;

use super::matching::{Clients, Found};
use super::plan::Planned;
use super::{BATCH, Job, Step};
use crate::clients;
use crate::clients::model::ClientFields;
use crate::imports::model::{Import, ImportStatus};
use crate::imports::queries::{self, RowEntry, RowOutcome, WaitingChild};

/// Gives the next clients their parents; when none waits any more, the import is done.
pub fn step(
    conn: &mut PgConnection,
    import: Import,
    planned: &Planned,
    now: DateTime<Utc>,
) -> DbResult<Step> {
    let most = i64::try_from(BATCH).unwrap_or(i64::MAX);
    let waiting = queries::take_waiting(conn, import.id, most)?;
    if waiting.is_empty() {
        finish(conn, import, now)?;
        return Ok(Step::Done);
    }
    let names = waiting.iter().map(|child| child.parent_name.clone());
    let known = Clients::load(conn, &[], names)?;
    let mut job = Job::of(conn, import, now)?;
    let mut facts = Vec::new();
    for child in &waiting {
        match known.called(&child.parent_name, Some(&job.act.viewer), planned) {
            Found::Client(parent) if job.applies && parent.id != child.client_id => {
                let before = clients::queries::lock(conn, &job.act.viewer, child.client_id)?;
                let Some(before) = before else { continue };
                let fields = ClientFields {
                    parent_id: Some(parent.id),
                    ..before.fields.clone()
                };
                if fields == before.fields {
                    continue;
                }
                let after = before.clone().with(fields, now);
                clients::queries::save(conn, &after)?;
                let (id, version) = (after.id.uuid(), after.version);
                let kind = "crm.client.changed.v1";
                facts.push(job.act.fact(kind, id, version, Some(&before), &after));
            }
            Found::Client(parent) if parent.id != child.client_id => {}
            Found::Planned(trace) if trace.id != child.client_id.uuid() => {}
            _ => {
                let entry = warning(&job, child);
                job.import.warned_count += i64::from(queries::warn_row(conn, &entry)?);
            }
        }
    }
    if !facts.is_empty() {
        announce_all(conn, &facts)?;
    }
    queries::save(conn, &job.import)?;
    Ok(Step::More(Planned::default()))
}

fn warning(job: &Job, child: &WaitingChild) -> RowEntry {
    let mut cells = super::Cells::new(&job.sheet, &[]);
    let name = &child.parent_name;
    let detail = format!("No client is called {name:?}: placed without a parent.");
    cells.warn("parent", "parent.unknown", detail);
    let problems: Vec<FieldError> = cells.warnings;
    RowEntry {
        import_id: job.import.id,
        line: child.line,
        outcome: RowOutcome::Created,
        record_id: Some(child.client_id.uuid()),
        problems: json!(problems),
        fields: child.fields.clone(),
        warned: true,
    }
}

fn finish(conn: &mut PgConnection, mut import: Import, now: DateTime<Utc>) -> DbResult<()> {
    import.status = match import.status {
        ImportStatus::Checking => ImportStatus::Checked,
        _ => ImportStatus::Done,
    };
    import.version += 1;
    import.finished_at = Some(now);
    queries::save(conn, &import)
}
