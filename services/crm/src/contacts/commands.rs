//! One function per thing a user can make happen: lock, decide, save, announce.

use diesel::PgConnection;
use nexus_kernel::ClientId;
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, merged};
use serde_json::Value;

use super::error::ContactError;
use super::model::{Contact, ContactFields, ContactId};
use super::queries;
use crate::clients;
use crate::sites;
use crate::sites::model::SiteId;
use nexus_records::Act;

pub fn create(
    conn: &mut PgConnection,
    act: &Act,
    client: ClientId,
    id: ContactId,
    fields: ContactFields,
) -> Result<Contact, ContactError> {
    if !clients::queries::is_visible(conn, &act.viewer, client)? {
        return Err(ContactError::NoClient(client));
    }
    let fields = fields.review()?;
    check_site(conn, client, fields.site_id)?;
    let contact = Contact::new(id, client, fields, act.now);

    queries::insert(conn, &contact)
        .map_err(|error| error.on_constraint("contacts_pkey", || ContactError::IdTaken))?;
    announce(
        conn,
        &act.fact("crm.contact.created.v1", id.uuid(), 1, None, &contact),
    )?;
    Ok(contact)
}

pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    id: ContactId,
    if_match: &IfMatch,
    patch: &Value,
) -> Result<Contact, ContactError> {
    let before = lock(conn, act, id, if_match)?;
    let fields: ContactFields = merged(&before.fields(), patch).map_err(ContactError::Unfit)?;
    let fields = fields.review()?;
    check_site(conn, before.client_id, fields.site_id)?;
    let after = before.with(fields, act.now);

    queries::save(conn, &after)?;
    announce(
        conn,
        &act.fact(
            "crm.contact.changed.v1",
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
    id: ContactId,
    if_match: &IfMatch,
) -> Result<(), ContactError> {
    let before = lock(conn, act, id, if_match)?;
    let after = Contact {
        version: before.version + 1,
        archived_at: Some(act.now),
        updated_at: act.now,
        ..before.clone()
    };
    queries::save(conn, &after)?;
    announce(
        conn,
        &act.fact(
            "crm.contact.archived.v1",
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
    id: ContactId,
    if_match: &IfMatch,
) -> Result<Contact, ContactError> {
    let contact = queries::lock(conn, &act.viewer, id)?.ok_or(ContactError::NotFound(id))?;
    if if_match.allows(contact.version) {
        Ok(contact)
    } else {
        Err(ContactError::Stale(Box::new(contact)))
    }
}

/// A contact works at a shop of the same client.
fn check_site(
    conn: &mut PgConnection,
    client: ClientId,
    site: Option<SiteId>,
) -> Result<(), ContactError> {
    let known = match site {
        Some(site) => sites::queries::of_client(conn, client)?
            .iter()
            .any(|known| known.id == site),
        None => true,
    };
    if known {
        return Ok(());
    }
    Err(FieldErrors::one(
        "/site_id",
        "site_id.foreign",
        "Name a shop of the same client.",
    )
    .into())
}
