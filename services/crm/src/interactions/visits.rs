//! What the visits service tells: each visit that took place, or did not, stands on the client's timeline; its next step
//! becomes a task. The entry and the task have the event's id, so that a feed that is read again writes nothing twice.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::{ClientId, RecordId, UserId, at_wall_clock};
use nexus_outbox::{Event, announce};
use nexus_records::Author;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::model::{Direction, Interaction, Kind};
use super::queries;
use crate::schema::{clients, interactions, sites};
use crate::sites::model::SiteId;
use crate::tasks;
use crate::tasks::model::{RecordKind, Task, TaskFields, TaskPriority};

/// The source's name in `inbox_positions`.
pub const SOURCE: &str = "visits";

/// The hour by which a next step is due.
const DUE_HOUR: u32 = 18;
const TITLE_MOST: usize = 200;

#[derive(Debug, Deserialize)]
struct Told {
    record: Visit,
}

#[derive(Debug, Deserialize)]
struct Visit {
    place_id: SiteId,
    client_id: ClientId,
    agent_id: UserId,
    subject: Option<String>,
    outcome: Option<String>,
    note: Option<String>,
    products: Value,
    next_step: Option<NextStep>,
    reason: Option<String>,
    started_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize)]
struct NextStep {
    title: String,
    due_on: NaiveDate,
}

/// Applies one event. What is not about the end of a visit is passed over.
///
/// # Errors
/// The database's.
pub fn apply(conn: &mut PgConnection, event: &Event) -> DbResult<()> {
    let took_place = match event.kind.as_str() {
        "visits.visit.done.v1" => true,
        "visits.visit.missed.v1" => false,
        _ => return Ok(()),
    };
    let Ok(Told { record: visit }) = Told::deserialize(&event.payload) else {
        tracing::error!(
            position = event.position,
            "a visit's event cannot be read; passed over"
        );
        return Ok(());
    };
    let known =
        diesel::select(diesel::dsl::exists(interactions::table.find(event.id))).get_result(conn)?;
    let client_is_known: bool =
        diesel::select(diesel::dsl::exists(clients::table.find(visit.client_id)))
            .get_result(conn)?;
    if known || !client_is_known {
        return Ok(());
    }
    let author = Author {
        user_id: Some(visit.agent_id),
        now: event.at,
    };
    let entry = entry(conn, event, &visit, took_place)?;
    queries::insert(conn, std::slice::from_ref(&entry))?;
    announce(
        conn,
        &author.fact("crm.interaction.recorded.v1", event.id, 1, None, &entry),
    )?;
    match visit.next_step {
        Some(step) => follow_up(conn, event, &author, visit.client_id, visit.agent_id, step),
        None => Ok(()),
    }
}

fn entry(
    conn: &mut PgConnection,
    event: &Event,
    visit: &Visit,
    took_place: bool,
) -> DbResult<Interaction> {
    let site: bool =
        diesel::select(diesel::dsl::exists(sites::table.find(visit.place_id))).get_result(conn)?;
    let occurred_at = visit.started_at.unwrap_or(event.at);
    let length = visit
        .ended_at
        .map(|ended| (ended - occurred_at).num_minutes());
    Ok(Interaction {
        id: RecordId::from_uuid(event.id),
        client_id: Some(visit.client_id),
        opportunity_id: None,
        contact_id: None,
        site_id: site.then_some(visit.place_id),
        lead_id: None,
        kind: if took_place {
            Kind::Visit
        } else {
            Kind::VisitMissed
        },
        direction: Some(Direction::Out),
        subject: visit.subject.clone(),
        body: if took_place {
            visit.note.clone()
        } else {
            visit.reason.clone()
        },
        details: Some(json!({
            "visit_id": event.subject_id, "outcome": visit.outcome, "products": visit.products,
        })),
        duration_minutes: length.and_then(|minutes| i32::try_from(minutes).ok()),
        occurred_at,
        actor_id: Some(visit.agent_id),
        created_at: event.at,
    })
}

fn follow_up(
    conn: &mut PgConnection,
    event: &Event,
    author: &Author,
    client: ClientId,
    agent: UserId,
    step: NextStep,
) -> DbResult<()> {
    let by = NaiveTime::from_hms_opt(DUE_HOUR, 0, 0).unwrap_or(NaiveTime::MIN);
    let fields = TaskFields {
        title: step.title.chars().take(TITLE_MOST).collect(),
        notes: None,
        priority: TaskPriority::Normal,
        due_at: at_wall_clock(step.due_on, by),
        record_kind: Some(RecordKind::Client),
        record_id: Some(client.uuid()),
    };
    let id: Uuid = event.id;
    let task = Task::new(
        RecordId::from_uuid(id),
        fields,
        agent,
        Some(client),
        agent,
        event.at,
    );
    tasks::queries::insert(conn, &task)?;
    announce(
        conn,
        &author.fact("crm.task.created.v1", id, 1, None, &task),
    )
}
