//! One function per thing a user can make happen: lock, decide, save, announce.

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, merged};
use serde_json::{Value, json};

use super::error::{LeadError, meaning};
use super::model::{Lead, LeadFields, LeadId};
use super::queries;
use super::views::LeadView;
use crate::clients::commands::check_owner;
use crate::interactions::commands::note_by_system;
use crate::interactions::model::{Kind, SystemNote};
use crate::{assignment, campaigns, users};
use nexus_records::Act;
use nexus_records::Viewer;

/// `assigner` is `None` when the writer may not say who works a lead: then it is the writer's own.
pub fn create(
    conn: &mut PgConnection,
    act: &Act,
    assigner: Option<&Viewer>,
    id: LeadId,
    fields: LeadFields,
) -> Result<Lead, LeadError> {
    let mut fields = fields.review()?;
    check_owner_of(conn, act, assigner, None, &fields)?;
    take_source_of_campaign(conn, &mut fields)?;
    let mut rule = None;
    if fields.owner_id.is_none() {
        if let Some(assigner) = assigner {
            rule = assignment::commands::pick(conn, assigner, &fields)?;
        }
        let picked = rule.as_ref().map(|picked| picked.user_id);
        fields.owner_id = picked.or(Some(act.viewer.user_id));
    }
    let lead = Lead::new(id, fields, act.now);

    queries::insert(conn, &lead).map_err(meaning)?;
    let details = json!({"rule": rule.as_ref().map(|picked| &picked.rule_name), "owner_id": lead.fields.owner_id});
    tell(conn, act, Kind::LeadCreated, &lead, details)?;
    announce(
        conn,
        &act.fact("crm.lead.created.v1", id.uuid(), 1, None, &lead),
    )?;
    Ok(lead)
}

pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    assigner: Option<&Viewer>,
    id: LeadId,
    if_match: &IfMatch,
    patch: &Value,
) -> Result<Lead, LeadError> {
    let before = lock(conn, act, id, if_match)?;
    let fields: LeadFields = merged(&before.fields, patch).map_err(LeadError::Part)?;
    let fields = fields.review()?;
    if fields == before.fields {
        return Ok(before);
    }
    check_owner_of(conn, act, assigner, Some(&before.fields), &fields)?;
    let mut errors = FieldErrors::default();
    campaigns::queries::check_links(conn, fields.source_id, fields.campaign_id, &mut errors)?;
    errors.or(())?;
    let after = before.with(fields, act.now);

    save(conn, act, "crm.lead.changed.v1", &before, &after)?;
    Ok(after)
}

/// Gives it to somebody, or to whom the rules name.
pub fn assign(
    conn: &mut PgConnection,
    act: &Act,
    assigner: &Viewer,
    id: LeadId,
    if_match: &IfMatch,
    owner: Option<UserId>,
) -> Result<Lead, LeadError> {
    let before = lock(conn, act, id, if_match)?;
    let (owner, rule) = match owner {
        Some(owner) => (owner, None),
        None => {
            let picked = assignment::commands::pick(conn, assigner, &before.fields)?
                .ok_or(LeadError::NoRule)?;
            (picked.user_id, Some(picked.rule_name))
        }
    };
    let mut errors = FieldErrors::default();
    check_owner(conn, assigner, Some(owner), &mut errors)?;
    errors.or(())?;
    if before.fields.owner_id == Some(owner) {
        return Ok(before);
    }
    let fields = LeadFields {
        owner_id: Some(owner),
        ..before.fields.clone()
    };
    let after = before.with(fields, act.now);

    save(conn, act, "crm.lead.assigned.v1", &before, &after)?;
    let names = users::queries::names(conn, &[owner])?;
    let details = json!({"owner_id": owner, "owner_name": names.get(&owner), "rule": rule});
    tell(conn, act, Kind::LeadAssigned, &after, details)?;
    Ok(after)
}

pub fn archive(
    conn: &mut PgConnection,
    act: &Act,
    id: LeadId,
    if_match: &IfMatch,
) -> Result<(), LeadError> {
    let before = lock(conn, act, id, if_match)?;
    if before.archived_at.is_none() {
        put_away(conn, act, &before, true)?;
    }
    Ok(())
}

pub fn restore(
    conn: &mut PgConnection,
    act: &Act,
    id: LeadId,
    if_match: &IfMatch,
) -> Result<Lead, LeadError> {
    let before = lock(conn, act, id, if_match)?;
    if before.archived_at.is_none() {
        return Ok(before);
    }
    put_away(conn, act, &before, false)
}

fn put_away(
    conn: &mut PgConnection,
    act: &Act,
    before: &Lead,
    away: bool,
) -> Result<Lead, LeadError> {
    let after = Lead {
        version: before.version + 1,
        archived_at: away.then_some(act.now),
        updated_at: act.now,
        ..before.clone()
    };
    let kind = if away {
        "crm.lead.archived.v1"
    } else {
        "crm.lead.restored.v1"
    };
    save(conn, act, kind, before, &after)?;
    Ok(after)
}

pub(super) fn lock(
    conn: &mut PgConnection,
    act: &Act,
    id: LeadId,
    if_match: &IfMatch,
) -> Result<Lead, LeadError> {
    let lead = queries::lock(conn, &act.viewer, id)?.ok_or(LeadError::NotFound(id))?;
    if if_match.allows(lead.version) {
        return Ok(lead);
    }
    let current = LeadView::of(conn, lead, act.now)?;
    Err(LeadError::Stale(Box::new(current)))
}

pub(super) fn save(
    conn: &mut PgConnection,
    act: &Act,
    fact: &'static str,
    before: &Lead,
    after: &Lead,
) -> Result<(), LeadError> {
    queries::save(conn, after).map_err(meaning)?;
    announce(
        conn,
        &act.fact(fact, after.id.uuid(), after.version, Some(before), after),
    )?;
    Ok(())
}

/// A line on the lead's timeline.
pub(super) fn tell(
    conn: &mut PgConnection,
    act: &Act,
    kind: Kind,
    lead: &Lead,
    details: Value,
) -> DbResult<()> {
    let note = SystemNote::of_lead(kind, lead.id, lead.client_id, details);
    note_by_system(conn, act, &note)
}

/// Whoever may not assign keeps leads for themselves; whoever may, gives them to those they reach.
fn check_owner_of(
    conn: &mut PgConnection,
    act: &Act,
    assigner: Option<&Viewer>,
    before: Option<&LeadFields>,
    fields: &LeadFields,
) -> Result<(), LeadError> {
    let mut errors = FieldErrors::default();
    let kept = match before {
        Some(before) => before.owner_id == fields.owner_id,
        None => fields.owner_id.is_none(),
    };
    if !kept && fields.owner_id != Some(act.viewer.user_id) {
        match assigner {
            Some(assigner) => check_owner(conn, assigner, fields.owner_id, &mut errors)?,
            None => errors.add(
                "/owner_id",
                "owner_id.not_yours",
                "You can give this only to yourself or to your team.",
            ),
        }
    }
    Ok(errors.or(())?)
}

/// A lead of a campaign has the campaign's source, unless it names another.
fn take_source_of_campaign(
    conn: &mut PgConnection,
    fields: &mut LeadFields,
) -> Result<(), LeadError> {
    let mut errors = FieldErrors::default();
    campaigns::queries::check_links(conn, fields.source_id, fields.campaign_id, &mut errors)?;
    errors.or(())?;
    if let (None, Some(campaign)) = (fields.source_id, fields.campaign_id) {
        let campaign = campaigns::queries::campaign(conn, campaign)?;
        fields.source_id = campaign.and_then(|campaign| campaign.fields.source_id);
    }
    Ok(())
}
