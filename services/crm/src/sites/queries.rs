//! Rows in, rows out. A site is seen by whoever sees its client.

use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::ClientId;

use super::model::{Site, SiteId};
use crate::clients;
use crate::schema::sites;
use nexus_records::Viewer;

pub fn of_client(conn: &mut PgConnection, client: ClientId) -> DbResult<Vec<Site>> {
    let rows = sites::table
        .filter(sites::client_id.eq(client))
        .filter(sites::archived_at.is_null())
        .order((sites::created_at, sites::id))
        .limit(500)
        .select(Site::as_select())
        .load(conn)?;
    Ok(rows)
}

pub fn find(conn: &mut PgConnection, viewer: &Viewer, id: SiteId) -> DbResult<Option<Site>> {
    let row: Option<Site> = sites::table
        .find(id)
        .select(Site::as_select())
        .first(conn)
        .optional()?;
    visible(conn, viewer, row)
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, viewer: &Viewer, id: SiteId) -> DbResult<Option<Site>> {
    let row: Option<Site> = sites::table
        .find(id)
        .select(Site::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    visible(conn, viewer, row)
}

fn visible(conn: &mut PgConnection, viewer: &Viewer, row: Option<Site>) -> DbResult<Option<Site>> {
    let Some(site) = row else { return Ok(None) };
    let seen = clients::queries::is_visible(conn, viewer, site.client_id)?;
    Ok(seen.then_some(site))
}

pub fn insert(conn: &mut PgConnection, site: &Site) -> DbResult<()> {
    diesel::insert_into(sites::table)
        .values(site)
        .execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, site: &Site) -> DbResult<()> {
    diesel::update(site).set(site).execute(conn)?;
    Ok(())
}
