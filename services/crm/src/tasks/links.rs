//! What a task is about: a record that its writer can see, and the names under which it is shown.

use std::collections::HashMap;

use diesel::PgConnection;
use diesel::prelude::*;
use nexus_auth::Principal;
use nexus_auth::can::{ReadClients, ReadLeads, ReadOpportunities};
use nexus_db::DbResult;
use nexus_kernel::{ClientId, RecordId};
use uuid::Uuid;

use super::model::{RecordKind, Task};
use crate::interactions::model::{Interaction, Kind, SystemNote};
use crate::schema::{clients, contacts, leads, opportunities, sites};
use nexus_records::Viewer;

/// Where a task hangs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Link {
    /// The client that the record is, or belongs to.
    pub client_id: Option<ClientId>,
}

/// The record, if it is there for this user.
pub fn find(
    conn: &mut PgConnection,
    who: &Principal,
    kind: RecordKind,
    id: Uuid,
) -> DbResult<Option<Link>> {
    let client = |client_id| Some(Link { client_id });
    Ok(match kind {
        RecordKind::Lead => match Viewer::with::<ReadLeads>(conn, who)? {
            Some(viewer) => crate::leads::queries::find(conn, &viewer, RecordId::from_uuid(id))?
                .and_then(|lead| client(lead.client_id)),
            None => None,
        },
        RecordKind::Opportunity => match Viewer::with::<ReadOpportunities>(conn, who)? {
            Some(viewer) => {
                crate::opportunities::queries::find(conn, &viewer, RecordId::from_uuid(id))?
                    .and_then(|deal| client(deal.fields.client_id))
            }
            None => None,
        },
        RecordKind::Client | RecordKind::Contact | RecordKind::Site => {
            let Some(viewer) = Viewer::with::<ReadClients>(conn, who)? else {
                return Ok(None);
            };
            match kind {
                RecordKind::Contact => {
                    crate::contacts::queries::find(conn, &viewer, RecordId::from_uuid(id))?
                        .and_then(|contact| client(Some(contact.client_id)))
                }
                RecordKind::Site => {
                    crate::sites::queries::find(conn, &viewer, RecordId::from_uuid(id))?
                        .and_then(|site| client(Some(site.client_id)))
                }
                _ => {
                    let id = RecordId::from_uuid(id);
                    let seen = crate::clients::queries::is_visible(conn, &viewer, id)?;
                    seen.then_some(Link {
                        client_id: Some(id),
                    })
                }
            }
        }
    })
}

/// The line that a finished task leaves on the timeline of what it was about; none when it was about nothing.
pub fn line(
    task: &Task,
    details: serde_json::Value,
    now: chrono::DateTime<chrono::Utc>,
) -> Option<Interaction> {
    let (kind, id) = (task.fields.record_kind?, task.fields.record_id?);
    let note = SystemNote {
        kind: Kind::TaskDone,
        client_id: task.client_id,
        opportunity_id: (kind == RecordKind::Opportunity).then(|| RecordId::from_uuid(id)),
        lead_id: (kind == RecordKind::Lead).then(|| RecordId::from_uuid(id)),
        details,
        occurred_at: None,
    };
    let mut entry = note.entry(task.closed_by, now);
    entry.contact_id = (kind == RecordKind::Contact).then(|| RecordId::from_uuid(id));
    entry.site_id = (kind == RecordKind::Site).then(|| RecordId::from_uuid(id));
    entry.subject = Some(task.fields.title.clone());
    entry.body.clone_from(&task.outcome);
    Some(entry)
}

/// The names of what these tasks are about, whoever may see them: they stand beside tasks that the viewer does see.
pub fn names(conn: &mut PgConnection, tasks: &[Task]) -> DbResult<HashMap<Uuid, String>> {
    let of = |kind| -> Vec<Uuid> {
        let tasks = tasks
            .iter()
            .filter(|task| task.fields.record_kind == Some(kind));
        tasks.filter_map(|task| task.fields.record_id).collect()
    };
    let mut names: Vec<(Uuid, String)> = Vec::new();
    let mut all = of(RecordKind::Client);
    all.extend(
        tasks
            .iter()
            .filter_map(|task| task.client_id)
            .map(RecordId::uuid),
    );
    if !all.is_empty() {
        let rows = clients::table
            .filter(clients::id.eq_any(all))
            .select((clients::id, clients::name));
        names.extend(rows.load::<(Uuid, String)>(conn)?);
    }
    let some = of(RecordKind::Lead);
    if !some.is_empty() {
        let rows = leads::table
            .filter(leads::id.eq_any(some))
            .select((leads::id, leads::name));
        names.extend(rows.load::<(Uuid, String)>(conn)?);
    }
    let some = of(RecordKind::Opportunity);
    if !some.is_empty() {
        let rows = opportunities::table
            .filter(opportunities::id.eq_any(some))
            .select((opportunities::id, opportunities::name));
        names.extend(rows.load::<(Uuid, String)>(conn)?);
    }
    let some = of(RecordKind::Site);
    if !some.is_empty() {
        let rows = sites::table
            .filter(sites::id.eq_any(some))
            .select((sites::id, sites::name));
        names.extend(rows.load::<(Uuid, String)>(conn)?);
    }
    let some = of(RecordKind::Contact);
    if !some.is_empty() {
        let rows = contacts::table.filter(contacts::id.eq_any(some)).select((
            contacts::id,
            contacts::first_name,
            contacts::last_name,
        ));
        for (id, first, last) in rows.load::<(Uuid, String, Option<String>)>(conn)? {
            names.push((
                id,
                [Some(first), last]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join(" "),
            ));
        }
    }
    Ok(names.into_iter().collect())
}
