//! What moves a lead on: contacted, qualified, lost, worked again.

use chrono::{DateTime, Duration, Utc};
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, optional_text};
use serde_json::{Value, json};

use super::commands::{lock, save, tell};
use super::error::LeadError;
use super::model::{Lead, LeadId};
use super::queries;
use super::status::LeadStatus;
use crate::interactions::model::Kind;
use crate::pipelines::lost_reasons::{self, LostReasonId};
use nexus_records::Act;

/// Marks it contacted, now or when it was.
pub fn contact(
    conn: &mut PgConnection,
    act: &Act,
    id: LeadId,
    if_match: &IfMatch,
    at: Option<DateTime<Utc>>,
) -> Result<Lead, LeadError> {
    let before = lock(conn, act, id, if_match)?;
    let at = at.unwrap_or(act.now);
    if at > act.now + Duration::minutes(5) {
        let detail = "Write down what has happened, not what will.";
        return Err(FieldErrors::one("/at", "at.future", detail).into());
    }
    let after = before.contacted(at, act.now)?;
    moved(
        conn,
        act,
        Kind::LeadContacted,
        "crm.lead.contacted.v1",
        &before,
        &after,
        json!({}),
    )?;
    Ok(after)
}

/// A call, a visit, a meeting or a mail of ours went onto its timeline: a new lead is contacted by that.
pub fn spoken_with(
    conn: &mut PgConnection,
    act: &Act,
    lead: &Lead,
    at: DateTime<Utc>,
) -> DbResult<()> {
    let locked = queries::lock(conn, &act.viewer, lead.id)?;
    let Some(before) = locked.filter(|lead| lead.status == LeadStatus::New) else {
        return Ok(());
    };
    if let Ok(after) = before.contacted(at, act.now) {
        queries::save(conn, &after)?;
        let (id, version) = (after.id.uuid(), after.version);
        announce(
            conn,
            &act.fact("crm.lead.contacted.v1", id, version, Some(&before), &after),
        )?;
    }
    Ok(())
}

pub fn qualify(
    conn: &mut PgConnection,
    act: &Act,
    id: LeadId,
    if_match: &IfMatch,
) -> Result<Lead, LeadError> {
    let before = lock(conn, act, id, if_match)?;
    let after = before.qualified(act.now)?;
    moved(
        conn,
        act,
        Kind::LeadQualified,
        "crm.lead.qualified.v1",
        &before,
        &after,
        json!({}),
    )?;
    Ok(after)
}

pub fn lose(
    conn: &mut PgConnection,
    act: &Act,
    id: LeadId,
    if_match: &IfMatch,
    reason: LostReasonId,
    note: Option<&str>,
) -> Result<Lead, LeadError> {
    let before = lock(conn, act, id, if_match)?;
    let mut errors = FieldErrors::default();
    let note = optional_text(&mut errors, "/note", note, 2_000);
    let known = lost_reasons::find(conn, reason)?.filter(|reason| reason.archived_at.is_none());
    if known.is_none() {
        errors.add(
            "/lost_reason_id",
            "lost_reason_id.unknown",
            "Pick one of the reasons of GET /lost-reasons.",
        );
    }
    errors.or(())?;
    let after = before.lost(reason, note, act.now)?;
    let details = json!({"reason": known.map(|reason| reason.name), "note": after.lost_note});
    moved(
        conn,
        act,
        Kind::LeadLost,
        "crm.lead.lost.v1",
        &before,
        &after,
        details,
    )?;
    Ok(after)
}

pub fn reopen(
    conn: &mut PgConnection,
    act: &Act,
    id: LeadId,
    if_match: &IfMatch,
) -> Result<Lead, LeadError> {
    let before = lock(conn, act, id, if_match)?;
    let after = before.reopened(act.now)?;
    moved(
        conn,
        act,
        Kind::LeadReopened,
        "crm.lead.reopened.v1",
        &before,
        &after,
        json!({}),
    )?;
    Ok(after)
}

/// A step is saved with its line on the timeline and its fact.
fn moved(
    conn: &mut PgConnection,
    act: &Act,
    kind: Kind,
    fact: &'static str,
    before: &Lead,
    after: &Lead,
    details: Value,
) -> Result<(), LeadError> {
    let mut told = json!({"from": before.status, "to": after.status});
    if let (Some(told), Value::Object(more)) = (told.as_object_mut(), details) {
        told.extend(more);
    }
    save(conn, act, fact, before, after)?;
    Ok(tell(conn, act, kind, after, told)?)
}
