//! One function per thing a user can make happen: lock, decide, save, announce.

use diesel::PgConnection;
use nexus_kernel::ClientId;
use nexus_outbox::announce;
use nexus_problem::{IfMatch, merged};
use serde_json::Value;

use super::error::SiteError;
use super::model::{Site, SiteFields, SiteId};
use super::queries;
use crate::clients;
use nexus_records::Act;

pub fn create(
    conn: &mut PgConnection,
    act: &Act,
    client: ClientId,
    id: SiteId,
    fields: SiteFields,
) -> Result<Site, SiteError> {
    if !clients::queries::is_visible(conn, &act.viewer, client)? {
        return Err(SiteError::NoClient(client));
    }
    let site = Site::new(id, client, fields.review()?, act.now);

    queries::insert(conn, &site)
        .map_err(|error| error.on_constraint("sites_pkey", || SiteError::IdTaken))?;
    announce(
        conn,
        &act.fact("crm.site.created.v1", id.uuid(), 1, None, &site),
    )?;
    Ok(site)
}

pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    id: SiteId,
    if_match: &IfMatch,
    patch: &Value,
) -> Result<Site, SiteError> {
    let before = lock(conn, act, id, if_match)?;
    let fields: SiteFields = merged(&before.fields(), patch).map_err(SiteError::Unfit)?;
    let after = before.with(fields.review()?, act.now);

    queries::save(conn, &after)?;
    announce(
        conn,
        &act.fact(
            "crm.site.changed.v1",
            id.uuid(),
            after.version,
            Some(&before),
            &after,
        ),
    )?;
    Ok(after)
}

pub fn archive(
    conn: &mut PgConnection,
    act: &Act,
    id: SiteId,
    if_match: &IfMatch,
) -> Result<(), SiteError> {
    let before = lock(conn, act, id, if_match)?;
    let after = Site {
        version: before.version + 1,
        archived_at: Some(act.now),
        updated_at: act.now,
        ..before.clone()
    };
    queries::save(conn, &after)?;
    announce(
        conn,
        &act.fact(
            "crm.site.archived.v1",
            id.uuid(),
            after.version,
            Some(&before),
            &after,
        ),
    )?;
    Ok(())
}

fn lock(
    conn: &mut PgConnection,
    act: &Act,
    id: SiteId,
    if_match: &IfMatch,
) -> Result<Site, SiteError> {
    let site = queries::lock(conn, &act.viewer, id)?.ok_or(SiteError::NotFound(id))?;
    if if_match.allows(site.version) {
        Ok(site)
    } else {
        Err(SiteError::Stale(Box::new(site)))
    }
}
