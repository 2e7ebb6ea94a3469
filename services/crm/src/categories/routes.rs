use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, delete, get, patch, post, resource};
use nexus_auth::can::ManageProducts;
use nexus_auth::{Can, SignedIn};
use nexus_kernel::Page;
use nexus_problem::{ApiResult, Body, Id, IfMatch, new_record};
use nexus_service::{Answer, App, OnceKey};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{Category, CategoryFields};
use super::{commands, queries};
use nexus_records::Act;
use nexus_records::Viewer;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/product-categories")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(
        resource("/api/v1/product-categories/{id}")
            .route(patch().to(change))
            .route(delete().to(archive)),
    );
}

/// A new category's fields, and its id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewProductCategory {
    id: Option<Uuid>,
    #[serde(flatten)]
    fields: CategoryFields,
}

/// All categories in use.
#[utoipa::path(get, path = "/api/v1/product-categories", operation_id = "product_categories_list", tag = "products", security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<Category>)))]
async fn list(app: Data<App>, _who: SignedIn) -> ApiResult<Json<Page<Category>>> {
    let found = app.db.read(queries::all).await?;
    Ok(Json(Page::whole(found)))
}

/// A new category.
#[utoipa::path(post, path = "/api/v1/product-categories", operation_id = "product_categories_create", tag = "products",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewProductCategory, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = Category), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create(
    app: Data<App>,
    who: Can<ManageProducts>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, fields) = new_record::<Category, CategoryFields>(body.value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let category = commands::create(conn, &act, id, fields)?;
        let place = format!("/api/v1/product-categories/{id}");
        Ok(Answer::created(place, 1, &category)?)
    })
    .await
}

/// Changes a category (JSON merge patch).
#[utoipa::path(patch, path = "/api/v1/product-categories/{id}", operation_id = "product_categories_change", tag = "products",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = CategoryFields, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Category), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn change(
    app: Data<App>,
    who: Can<ManageProducts>,
    Id(id): Id<Category>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let category = commands::change(conn, &act, id, &if_match, &body.value)?;
        Ok(Answer::record(category.version, &category)?)
    })
    .await
}

/// Puts an empty category away.
#[utoipa::path(delete, path = "/api/v1/product-categories/{id}", operation_id = "product_categories_archive", tag = "products",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")), security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn archive(
    app: Data<App>,
    who: Can<ManageProducts>,
    Id(id): Id<Category>,
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
