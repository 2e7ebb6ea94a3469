//! One function per thing a user can make happen: lock, decide, save, announce.

use diesel::PgConnection;
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, merged};
use serde_json::Value;

use super::error::{CampaignError, meaning};
use super::model::{Campaign, CampaignFields, CampaignId, LeadSource, SourceFields, SourceId};
use super::queries;
use crate::italy::text::key;
use nexus_records::Act;

pub fn create_source(
    conn: &mut PgConnection,
    act: &Act,
    id: SourceId,
    fields: SourceFields,
) -> Result<LeadSource, CampaignError> {
    let fields = fields.review()?;
    let source = LeadSource {
        id,
        version: 1,
        name_key: key(&fields.name),
        fields,
        created_at: act.now,
        updated_at: act.now,
        archived_at: None,
    };
    queries::insert_source(conn, &source).map_err(meaning)?;
    announce(
        conn,
        &act.fact("crm.lead_source.created.v1", id.uuid(), 1, None, &source),
    )?;
    Ok(source)
}

pub fn change_source(
    conn: &mut PgConnection,
    act: &Act,
    id: SourceId,
    if_match: &IfMatch,
    patch: &Value,
) -> Result<LeadSource, CampaignError> {
    let before = lock_source(conn, id, if_match)?;
    let fields: SourceFields = merged(&before.fields, patch).map_err(CampaignError::Unfit)?;
    let fields = fields.review()?;
    let after = LeadSource {
        version: before.version + 1,
        name_key: key(&fields.name),
        fields,
        updated_at: act.now,
        ..before.clone()
    };
    save_source(conn, act, "crm.lead_source.changed.v1", &before, &after)?;
    Ok(after)
}

pub fn archive_source(
    conn: &mut PgConnection,
    act: &Act,
    id: SourceId,
    if_match: &IfMatch,
) -> Result<(), CampaignError> {
    let before = lock_source(conn, id, if_match)?;
    let after = LeadSource {
        version: before.version + 1,
        archived_at: Some(act.now),
        updated_at: act.now,
        ..before.clone()
    };
    save_source(conn, act, "crm.lead_source.archived.v1", &before, &after)
}

fn lock_source(
    conn: &mut PgConnection,
    id: SourceId,
    if_match: &IfMatch,
) -> Result<LeadSource, CampaignError> {
    let source = queries::lock_source(conn, id)?.ok_or(CampaignError::NotFound("lead source"))?;
    if if_match.allows(source.version) {
        Ok(source)
    } else {
        Err(CampaignError::StaleSource(Box::new(source)))
    }
}

fn save_source(
    conn: &mut PgConnection,
    act: &Act,
    kind: &'static str,
    before: &LeadSource,
    after: &LeadSource,
) -> Result<(), CampaignError> {
    queries::save_source(conn, after).map_err(meaning)?;
    announce(
        conn,
        &act.fact(kind, after.id.uuid(), after.version, Some(before), after),
    )?;
    Ok(())
}

pub fn create_campaign(
    conn: &mut PgConnection,
    act: &Act,
    id: CampaignId,
    fields: CampaignFields,
) -> Result<Campaign, CampaignError> {
    let fields = fields.review()?;
    check_source(conn, &fields)?;
    let campaign = Campaign {
        id,
        version: 1,
        name_key: key(&fields.name),
        fields,
        created_at: act.now,
        updated_at: act.now,
        archived_at: None,
    };
    queries::insert_campaign(conn, &campaign).map_err(meaning)?;
    announce(
        conn,
        &act.fact("crm.campaign.created.v1", id.uuid(), 1, None, &campaign),
    )?;
    Ok(campaign)
}

pub fn change_campaign(
    conn: &mut PgConnection,
    act: &Act,
    id: CampaignId,
    if_match: &IfMatch,
    patch: &Value,
) -> Result<Campaign, CampaignError> {
    let before = lock_campaign(conn, id, if_match)?;
    let fields: CampaignFields = merged(&before.fields, patch).map_err(CampaignError::Unfit)?;
    let fields = fields.review()?;
    check_source(conn, &fields)?;
    let after = Campaign {
        version: before.version + 1,
        name_key: key(&fields.name),
        fields,
        updated_at: act.now,
        ..before.clone()
    };
    save_campaign(conn, act, "crm.campaign.changed.v1", &before, &after)?;
    Ok(after)
}

pub fn archive_campaign(
    conn: &mut PgConnection,
    act: &Act,
    id: CampaignId,
    if_match: &IfMatch,
) -> Result<(), CampaignError> {
    let before = lock_campaign(conn, id, if_match)?;
    let after = Campaign {
        version: before.version + 1,
        archived_at: Some(act.now),
        updated_at: act.now,
        ..before.clone()
    };
    save_campaign(conn, act, "crm.campaign.archived.v1", &before, &after)
}

fn lock_campaign(
    conn: &mut PgConnection,
    id: CampaignId,
    if_match: &IfMatch,
) -> Result<Campaign, CampaignError> {
    let campaign = queries::lock_campaign(conn, id)?.ok_or(CampaignError::NotFound("campaign"))?;
    if if_match.allows(campaign.version) {
        Ok(campaign)
    } else {
        Err(CampaignError::StaleCampaign(Box::new(campaign)))
    }
}

fn check_source(conn: &mut PgConnection, fields: &CampaignFields) -> Result<(), CampaignError> {
    let mut errors = FieldErrors::default();
    queries::check_links(conn, fields.source_id, None, &mut errors)?;
    Ok(errors.or(())?)
}

fn save_campaign(
    conn: &mut PgConnection,
    act: &Act,
    kind: &'static str,
    before: &Campaign,
    after: &Campaign,
) -> Result<(), CampaignError> {
    queries::save_campaign(conn, after).map_err(meaning)?;
    announce(
        conn,
        &act.fact(kind, after.id.uuid(), after.version, Some(before), after),
    )?;
    Ok(())
}
