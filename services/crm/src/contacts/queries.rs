//! Rows in, rows out. A contact is seen by whoever sees the client.

use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::ClientId;

use super::model::{Contact, ContactId};
use crate::clients;
use crate::schema::contacts;
use nexus_records::Viewer;

pub fn of_client(conn: &mut PgConnection, client: ClientId) -> DbResult<Vec<Contact>> {
    let rows = contacts::table
        .filter(contacts::client_id.eq(client))
        .filter(contacts::archived_at.is_null())
        .order((contacts::created_at, contacts::id))
        .limit(500)
        .select(Contact::as_select())
        .load(conn)?;
    Ok(rows)
}

pub fn find(conn: &mut PgConnection, viewer: &Viewer, id: ContactId) -> DbResult<Option<Contact>> {
    let row: Option<Contact> = contacts::table
        .find(id)
        .select(Contact::as_select())
        .first(conn)
        .optional()?;
    visible(conn, viewer, row)
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, viewer: &Viewer, id: ContactId) -> DbResult<Option<Contact>> {
    let row: Option<Contact> = contacts::table
        .find(id)
        .select(Contact::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    visible(conn, viewer, row)
}

fn visible(
    conn: &mut PgConnection,
    viewer: &Viewer,
    row: Option<Contact>,
) -> DbResult<Option<Contact>> {
    let Some(contact) = row else { return Ok(None) };
    let seen = clients::queries::is_visible(conn, viewer, contact.client_id)?;
    Ok(seen.then_some(contact))
}

pub fn insert(conn: &mut PgConnection, contact: &Contact) -> DbResult<()> {
    diesel::insert_into(contacts::table)
        .values(contact)
        .execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, contact: &Contact) -> DbResult<()> {
    diesel::update(contact).set(contact).execute(conn)?;
    Ok(())
}

/// Whether somebody said not to be called, and not to be written to.
pub fn opted_out(conn: &mut PgConnection, id: ContactId) -> DbResult<(bool, bool)> {
    let row: Option<(bool, bool)> = contacts::table
        .find(id)
        .select((contacts::do_not_call, contacts::do_not_email))
        .first(conn)
        .optional()?;
    Ok(row.unwrap_or_default())
}
