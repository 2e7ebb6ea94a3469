//! Rows in, rows out. Sources and campaigns are everybody's.

use std::collections::HashMap;

use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_problem::FieldErrors;

use super::model::{Campaign, CampaignId, LeadSource, SourceId};
use crate::schema::{campaigns, lead_sources};

/// Those in use, in their order.
pub fn sources(conn: &mut PgConnection, archived: bool) -> DbResult<Vec<LeadSource>> {
    let mut query = lead_sources::table.into_boxed();
    if !archived {
        query = query.filter(lead_sources::archived_at.is_null());
    }
    Ok(query
        .order((lead_sources::position, lead_sources::name_key))
        .limit(500)
        .select(LeadSource::as_select())
        .load(conn)?)
}

/// Those in use, the latest first.
pub fn campaigns(conn: &mut PgConnection, archived: bool) -> DbResult<Vec<Campaign>> {
    let mut query = campaigns::table.into_boxed();
    if !archived {
        query = query.filter(campaigns::archived_at.is_null());
    }
    Ok(query
        .order((
            campaigns::starts_on.desc().nulls_last(),
            campaigns::name_key,
        ))
        .limit(500)
        .select(Campaign::as_select())
        .load(conn)?)
}

pub fn source(conn: &mut PgConnection, id: SourceId) -> DbResult<Option<LeadSource>> {
    let row = lead_sources::table
        .find(id)
        .select(LeadSource::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

pub fn campaign(conn: &mut PgConnection, id: CampaignId) -> DbResult<Option<Campaign>> {
    let row = campaigns::table
        .find(id)
        .select(Campaign::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

pub fn lock_source(conn: &mut PgConnection, id: SourceId) -> DbResult<Option<LeadSource>> {
    let query = lead_sources::table.find(id).select(LeadSource::as_select());
    Ok(query.for_update().first(conn).optional()?)
}

pub fn lock_campaign(conn: &mut PgConnection, id: CampaignId) -> DbResult<Option<Campaign>> {
    let query = campaigns::table.find(id).select(Campaign::as_select());
    Ok(query.for_update().first(conn).optional()?)
}

pub fn insert_source(conn: &mut PgConnection, source: &LeadSource) -> DbResult<()> {
    diesel::insert_into(lead_sources::table)
        .values(source)
        .execute(conn)?;
    Ok(())
}

pub fn insert_campaign(conn: &mut PgConnection, campaign: &Campaign) -> DbResult<()> {
    diesel::insert_into(campaigns::table)
        .values(campaign)
        .execute(conn)?;
    Ok(())
}

pub fn save_source(conn: &mut PgConnection, source: &LeadSource) -> DbResult<()> {
    diesel::update(source).set(source).execute(conn)?;
    Ok(())
}

pub fn save_campaign(conn: &mut PgConnection, campaign: &Campaign) -> DbResult<()> {
    diesel::update(campaign).set(campaign).execute(conn)?;
    Ok(())
}

/// The names of these sources.
pub fn source_names(
    conn: &mut PgConnection,
    ids: &[SourceId],
) -> DbResult<HashMap<SourceId, String>> {
    let rows: Vec<(SourceId, String)> = lead_sources::table
        .filter(lead_sources::id.eq_any(ids))
        .select((lead_sources::id, lead_sources::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The names of these campaigns.
pub fn campaign_names(
    conn: &mut PgConnection,
    ids: &[CampaignId],
) -> DbResult<HashMap<CampaignId, String>> {
    let rows: Vec<(CampaignId, String)> = campaigns::table
        .filter(campaigns::id.eq_any(ids))
        .select((campaigns::id, campaigns::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Whether a record may name these; what it names already stays, in the archive or not.
pub fn check_links(
    conn: &mut PgConnection,
    source_id: Option<SourceId>,
    campaign_id: Option<CampaignId>,
    errors: &mut FieldErrors,
) -> DbResult<()> {
    if let Some(id) = source_id
        && source(conn, id)?.is_none()
    {
        errors.add(
            "/source_id",
            "source_id.unknown",
            "Pick one of the sources of GET /lead-sources.",
        );
    }
    if let Some(id) = campaign_id
        && campaign(conn, id)?.is_none()
    {
        errors.add(
            "/campaign_id",
            "campaign_id.unknown",
            "Pick one of the campaigns of GET /campaigns.",
        );
    }
    Ok(())
}
