use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, delete, get, patch, post, resource};
use nexus_auth::Can;
use nexus_auth::can::{ReadClients, WriteClients};
use nexus_kernel::Page;
use nexus_kernel::id::named;
use nexus_problem::{ApiResult, Body, Id, IfMatch, new_record};
use nexus_service::{Answer, App, OnceKey, tagged};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::error::ContactError;
use super::model::{Contact, ContactFields};
use super::{commands, queries};
use crate::clients;
use nexus_records::Act;
use nexus_records::Viewer;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/clients/{id}/contacts")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(
        resource("/api/v1/contacts/{id}")
            .route(get().to(show))
            .route(patch().to(change))
            .route(delete().to(archive)),
    );
}

/// A new contact's fields, and its id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewContact {
    id: Option<Uuid>,
    #[serde(flatten)]
    fields: ContactFields,
}

/// The people at a client.
#[utoipa::path(get, path = "/api/v1/clients/{id}/contacts", operation_id = "contacts_of_client", tag = "contacts",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<Contact>), (status = 403, description = "None of your roles allows it")))]
async fn list(
    app: Data<App>,
    who: Can<ReadClients>,
    Id(client): Id<named::Client>,
) -> ApiResult<Json<Page<Contact>>> {
    let contacts = app
        .db
        .read(move |conn| {
            let viewer = Viewer::of(conn, &who)?;
            if !clients::queries::is_visible(conn, &viewer, client)? {
                return Err(ContactError::NoClient(client));
            }
            Ok(queries::of_client(conn, client)?)
        })
        .await?;
    Ok(Json(Page::whole(contacts)))
}

/// A new person at a client.
#[utoipa::path(post, path = "/api/v1/clients/{id}/contacts", operation_id = "contacts_create", tag = "contacts",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewContact, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = Contact),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create(
    app: Data<App>,
    who: Can<WriteClients>,
    once: OnceKey,
    Id(client): Id<named::Client>,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, fields) = new_record::<Contact, ContactFields>(body.value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let contact = commands::create(conn, &act, client, id, fields)?;
        Ok(Answer::created(
            format!("/api/v1/contacts/{id}"),
            contact.version,
            &contact,
        )?)
    })
    .await
}

/// One person.
#[utoipa::path(get, path = "/api/v1/contacts/{id}", operation_id = "contacts_get", tag = "contacts",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Contact), (status = 403, description = "None of your roles allows it")))]
async fn show(
    app: Data<App>,
    who: Can<ReadClients>,
    Id(id): Id<Contact>,
) -> ApiResult<HttpResponse> {
    let contact = app
        .db
        .read(move |conn| {
            let viewer = Viewer::of(conn, &who)?;
            queries::find(conn, &viewer, id)?.ok_or(ContactError::NotFound(id))
        })
        .await?;
    Ok(tagged(contact.version, &contact)?)
}

/// Changes some fields of a contact (JSON merge patch).
#[utoipa::path(patch, path = "/api/v1/contacts/{id}", operation_id = "contacts_change", tag = "contacts",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = ContactFields, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Contact),
        (status = 403, description = "None of your roles allows it")))]
async fn change(
    app: Data<App>,
    who: Can<WriteClients>,
    Id(id): Id<Contact>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let contact = commands::change(conn, &act, id, &if_match, &body.value)?;
        Ok(Answer::record(contact.version, &contact)?)
    })
    .await
}

/// Puts a contact away.
#[utoipa::path(delete, path = "/api/v1/contacts/{id}", operation_id = "contacts_archive", tag = "contacts",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it")))]
async fn archive(
    app: Data<App>,
    who: Can<WriteClients>,
    Id(id): Id<Contact>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        commands::archive(conn, &act, id, &if_match)?;
        Ok(Answer::nothing())
    })
    .await
}
