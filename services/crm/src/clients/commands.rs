//! One function per thing a user can make happen: lock, decide, save, announce.

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::{ClientId, UserId};
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, merged};
use serde_json::{Value, json};

use super::error::{ClientError, meaning};
use super::model::{Client, ClientFields, Lifecycle};
use super::queries;
use super::routes::ClientView;
use crate::campaigns;
use crate::duplicates;
use crate::duplicates::model::{Duplicate, Probe};
use crate::duplicates::queries::Asker;
use crate::interactions::commands::note_by_system;
use crate::interactions::model::{Kind, SystemNote};
use crate::opportunities;
use crate::orders;
use crate::proposals;
use nexus_records::Viewer;
use nexus_records::users;
use nexus_records::{Act, Author};

pub fn create(
    conn: &mut PgConnection,
    act: &Act,
    id: ClientId,
    mut fields: ClientFields,
) -> Result<(Client, FieldErrors), ClientError> {
    fields.owner_id = fields.owner_id.or(Some(act.viewer.user_id));
    let (fields, review) = fields.review();
    review.errors.or(())?;
    check_links(conn, &act.viewer, id, &fields)?;
    let client = Client::new(id, fields, act.now);

    queries::insert(conn, &client).map_err(meaning)?;
    note_by_system(
        conn,
        act,
        &SystemNote::of_client(Kind::ClientCreated, client.id, json!({})),
    )?;
    announce(
        conn,
        &act.fact("crm.client.created.v1", id.uuid(), 1, None, &client),
    )?;
    Ok((client, review.warnings))
}

pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    id: ClientId,
    if_match: &IfMatch,
    patch: &Value,
) -> Result<(Client, FieldErrors), ClientError> {
    let before = lock(conn, act, id, if_match)?;
    let fields: ClientFields = merged(&before.fields, patch).map_err(ClientError::Unfit)?;
    let (fields, review) = fields.review();
    review.errors.or(())?;
    if fields == before.fields {
        return Ok((before, review.warnings));
    }
    check_links(conn, &act.viewer, id, &fields)?;
    let after = before.clone().with(fields, act.now);

    queries::save(conn, &after).map_err(meaning)?;
    if after.name_key != before.name_key {
        opportunities::queries::rename_client(conn, id, &after.fields.name)?;
        proposals::queries::rename_client(conn, id, &after.fields.name)?;
        orders::queries::rename_client(conn, id, &after.fields.name)?;
    }
    announce(
        conn,
        &act.fact(
            "crm.client.changed.v1",
            id.uuid(),
            after.version,
            Some(&before),
            &after,
        ),
    )?;
    Ok((after, review.warnings))
}

pub fn archive(
    conn: &mut PgConnection,
    act: &Act,
    id: ClientId,
    if_match: &IfMatch,
) -> Result<(), ClientError> {
    let before = lock(conn, act, id, if_match)?;
    if before.archived_at.is_some() {
        return Ok(());
    }
    let after = before.clone().archived(Some(act.now), act.now);
    queries::save(conn, &after)?;
    announce(
        conn,
        &act.fact(
            "crm.client.archived.v1",
            id.uuid(),
            after.version,
            Some(&before),
            &after,
        ),
    )?;
    Ok(())
}

pub fn restore(
    conn: &mut PgConnection,
    act: &Act,
    id: ClientId,
    if_match: &IfMatch,
) -> Result<Client, ClientError> {
    let before = lock(conn, act, id, if_match)?;
    if before.archived_at.is_none() {
        return Ok(before);
    }
    let after = before.clone().archived(None, act.now);
    queries::save(conn, &after)?;
    announce(
        conn,
        &act.fact(
            "crm.client.restored.v1",
            id.uuid(),
            after.version,
            Some(&before),
            &after,
        ),
    )?;
    Ok(after)
}

/// The first approved order, or the first after a while, makes a client active. The caller holds its row.
pub fn activate(conn: &mut PgConnection, author: &Author, before: Client) -> DbResult<()> {
    if before.fields.lifecycle == Lifecycle::Active {
        return Ok(());
    }
    let fields = ClientFields {
        lifecycle: Lifecycle::Active,
        ..before.fields.clone()
    };
    let after = before.clone().with(fields, author.now);
    queries::save(conn, &after)?;
    let (id, kind) = (after.id.uuid(), "crm.client.changed.v1");
    announce(
        conn,
        &author.fact(kind, id, after.version, Some(&before), &after),
    )
}

fn lock(
    conn: &mut PgConnection,
    act: &Act,
    id: ClientId,
    if_match: &IfMatch,
) -> Result<Client, ClientError> {
    let client = queries::lock(conn, &act.viewer, id)?.ok_or(ClientError::NotFound(id))?;
    if if_match.allows(client.version) {
        return Ok(client);
    }
    let current = ClientView::of(conn, client)?;
    Err(ClientError::Stale(Box::new(current)))
}

/// The owner must be somebody the writer may write for, the parent a client they see, and not the client itself.
fn check_links(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ClientId,
    fields: &ClientFields,
) -> Result<(), ClientError> {
    let mut errors = FieldErrors::default();
    check_owner(conn, viewer, fields.owner_id, &mut errors)?;
    if let Some(parent) = fields.parent_id
        && (parent == id || !queries::is_visible(conn, viewer, parent)?)
    {
        errors.add(
            "/parent_id",
            "parent_id.unknown",
            "Name another client that you can see.",
        );
    }
    campaigns::queries::check_links(conn, fields.source_id, fields.campaign_id, &mut errors)?;
    Ok(errors.or(())?)
}

/// Whether a record may be given to this owner.
pub fn check_owner(
    conn: &mut PgConnection,
    viewer: &Viewer,
    owner: Option<UserId>,
    errors: &mut FieldErrors,
) -> nexus_db::DbResult<()> {
    if !viewer.reaches(owner) {
        errors.add(
            "/owner_id",
            "owner_id.not_yours",
            "You can give this only to yourself or to your team.",
        );
    } else if let Some(owner) = owner
        && owner != viewer.user_id
        && !users::queries::exists(conn, owner)?
    {
        errors.add("/owner_id", "owner_id.unknown", "There is no such user.");
    }
    Ok(())
}

/// Reviews fields while somebody types: nothing is saved.
pub fn check(
    conn: &mut PgConnection,
    asker: &Asker,
    fields: ClientFields,
    but: Option<ClientId>,
) -> Result<(FieldErrors, FieldErrors, Vec<Duplicate>), ClientError> {
    let (fields, review) = fields.review();
    let person = [fields.first_name.as_deref(), fields.last_name.as_deref()];
    let person = person.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let probe = Probe::of(Some(&fields.name), Some(&person), but.map(ClientId::uuid))
        .numbers(fields.vat_number.as_deref(), fields.tax_code.as_deref())
        .reached_at(&[fields.email.as_deref()], &[fields.phone.as_deref()])
        .at(
            fields.cap.as_deref(),
            fields.city.as_deref(),
            fields.province.as_deref(),
        );
    let found = duplicates::queries::find(conn, asker, &probe)?;
    Ok((review.errors, review.warnings, found))
}
