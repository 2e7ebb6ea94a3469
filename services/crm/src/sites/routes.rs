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

use super::error::SiteError;
use super::model::{Site, SiteFields};
use super::{commands, queries};
use crate::clients;
use nexus_records::Act;
use nexus_records::Viewer;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/clients/{id}/sites")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(
        resource("/api/v1/sites/{id}")
            .route(get().to(show))
            .route(patch().to(change))
            .route(delete().to(archive)),
    );
}

/// A new site's fields, and its id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewSite {
    id: Option<Uuid>,
    #[serde(flatten)]
    fields: SiteFields,
}

/// The shops of a client.
#[utoipa::path(get, path = "/api/v1/clients/{id}/sites", operation_id = "sites_of_client", tag = "sites",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<Site>), (status = 403, description = "None of your roles allows it")))]
async fn list(
    app: Data<App>,
    who: Can<ReadClients>,
    Id(client): Id<named::Client>,
) -> ApiResult<Json<Page<Site>>> {
    let sites = app
        .db
        .read(move |conn| {
            let viewer = Viewer::of(conn, &who)?;
            if !clients::queries::is_visible(conn, &viewer, client)? {
                return Err(SiteError::NoClient(client));
            }
            Ok(queries::of_client(conn, client)?)
        })
        .await?;
    Ok(Json(Page::whole(sites)))
}

/// A new shop of a client.
#[utoipa::path(post, path = "/api/v1/clients/{id}/sites", operation_id = "sites_create", tag = "sites",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewSite, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = Site),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create(
    app: Data<App>,
    who: Can<WriteClients>,
    once: OnceKey,
    Id(client): Id<named::Client>,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, fields) = new_record::<Site, SiteFields>(body.value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let site = commands::create(conn, &act, client, id, fields)?;
        Ok(Answer::created(
            format!("/api/v1/sites/{id}"),
            site.version,
            &site,
        )?)
    })
    .await
}

/// One shop.
#[utoipa::path(get, path = "/api/v1/sites/{id}", operation_id = "sites_get", tag = "sites",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Site), (status = 403, description = "None of your roles allows it")))]
async fn show(app: Data<App>, who: Can<ReadClients>, Id(id): Id<Site>) -> ApiResult<HttpResponse> {
    let site = app
        .db
        .read(move |conn| {
            let viewer = Viewer::of(conn, &who)?;
            queries::find(conn, &viewer, id)?.ok_or(SiteError::NotFound(id))
        })
        .await?;
    Ok(tagged(site.version, &site)?)
}

/// Changes some fields of a shop (JSON merge patch).
#[utoipa::path(patch, path = "/api/v1/sites/{id}", operation_id = "sites_change", tag = "sites",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = SiteFields, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Site),
        (status = 403, description = "None of your roles allows it")))]
async fn change(
    app: Data<App>,
    who: Can<WriteClients>,
    Id(id): Id<Site>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let site = commands::change(conn, &act, id, &if_match, &body.value)?;
        Ok(Answer::record(site.version, &site)?)
    })
    .await
}

/// Puts a shop away.
#[utoipa::path(delete, path = "/api/v1/sites/{id}", operation_id = "sites_archive", tag = "sites",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it")))]
async fn archive(
    app: Data<App>,
    who: Can<WriteClients>,
    Id(id): Id<Site>,
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
