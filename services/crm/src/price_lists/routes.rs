use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, delete, get, patch, post, put, resource};
use nexus_auth::can::ManageProducts;
use nexus_auth::{Can, SignedIn};
use nexus_db::DbResult;
use nexus_kernel::Page;
use nexus_problem::{ApiResult, Body, Id, IfMatch, Query, new_record};
use nexus_service::{Answer, App, OnceKey, page_limit, read_cursor, tagged};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::error::PriceListError;
use super::model::{PriceList, PriceListFields};
use super::rows::{self, PriceRow, PricedProduct, ProductPrices};
use super::{commands, queries};
use crate::products::ProductId;
use nexus_records::Act;
use nexus_records::Viewer;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/price-lists")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(
        resource("/api/v1/price-lists/{id}")
            .route(get().to(show))
            .route(patch().to(change))
            .route(delete().to(archive)),
    )
    .service(
        resource("/api/v1/price-lists/{id}/prices")
            .route(get().to(list_prices))
            .route(put().to(price)),
    );
}

/// Which price lists.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `true`: those put away, instead of the others.
    #[serde(default)]
    archived: bool,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// Price lists by name.
#[utoipa::path(get, path = "/api/v1/price-lists", operation_id = "price_lists_list", tag = "prices",
    params(ListQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<PriceList>)))]
async fn list(
    app: Data<App>,
    _who: SignedIn,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Page<PriceList>>> {
    let limit = page_limit(query.limit)?;
    let after: Option<(String, Uuid)> = read_cursor(query.cursor.as_deref())?;
    let found = app
        .db
        .read(move |conn| queries::page(conn, query.archived, after, limit))
        .await?;
    Ok(Json(Page::cut(found, limit, |last| {
        (last.name_key.clone(), last.id)
    })))
}

/// A new price list's fields, and its id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewPriceList {
    id: Option<Uuid>,
    #[serde(flatten)]
    fields: PriceListFields,
}

/// A new price list.
#[utoipa::path(post, path = "/api/v1/price-lists", operation_id = "price_lists_create", tag = "prices",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewPriceList, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = PriceList), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create(
    app: Data<App>,
    who: Can<ManageProducts>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, fields) = new_record::<PriceList, PriceListFields>(body.value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let list = commands::create(conn, &act, id, fields)?;
        let place = format!("/api/v1/price-lists/{id}");
        Ok(Answer::created(place, 1, &list)?)
    })
    .await
}

/// One price list.
#[utoipa::path(get, path = "/api/v1/price-lists/{id}", operation_id = "price_lists_get", tag = "prices",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = PriceList)))]
async fn show(app: Data<App>, _who: SignedIn, Id(id): Id<PriceList>) -> ApiResult<HttpResponse> {
    let list = app
        .db
        .read(move |conn| queries::find(conn, id)?.ok_or(PriceListError::NotFound(id)))
        .await?;
    Ok(tagged(list.version, &list)?)
}

/// Changes a price list (JSON merge patch).
#[utoipa::path(patch, path = "/api/v1/price-lists/{id}", operation_id = "price_lists_change", tag = "prices",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = PriceListFields, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = PriceList), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn change(
    app: Data<App>,
    who: Can<ManageProducts>,
    Id(id): Id<PriceList>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let list = commands::change(conn, &act, id, &if_match, &body.value)?;
        Ok(Answer::record(list.version, &list)?)
    })
    .await
}

/// Puts a price list away that nobody has.
#[utoipa::path(delete, path = "/api/v1/price-lists/{id}", operation_id = "price_lists_archive", tag = "prices",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")), security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn archive(
    app: Data<App>,
    who: Can<ManageProducts>,
    Id(id): Id<PriceList>,
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

/// Which prices.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PricesQuery {
    /// Of this product only.
    product_id: Option<Uuid>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// The products with a price in a list.
#[utoipa::path(get, path = "/api/v1/price-lists/{id}/prices", operation_id = "price_lists_prices", tag = "prices",
    params(("id" = Uuid, Path), PricesQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<PriceRow>)))]
async fn list_prices(
    app: Data<App>,
    _who: SignedIn,
    Id(id): Id<PriceList>,
    Query(query): Query<PricesQuery>,
) -> ApiResult<Json<Page<PriceRow>>> {
    let limit = page_limit(query.limit)?;
    let after: Option<Uuid> = read_cursor(query.cursor.as_deref())?;
    let page = app
        .db
        .read(move |conn| {
            queries::find(conn, id)?.ok_or(PriceListError::NotFound(id))?;
            let page: DbResult<_> = match query.product_id {
                Some(product) => {
                    rows::of(conn, id, &[ProductId::from_uuid(product)]).map(Page::whole)
                }
                None => rows::page(conn, id, after, limit),
            };
            Ok::<_, PriceListError>(page?)
        })
        .await?;
    Ok(Json(page))
}

/// Replaces the prices of one product in a list.
#[utoipa::path(put, path = "/api/v1/price-lists/{id}/prices", operation_id = "price_lists_price", tag = "prices",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the list's version you read, or *")),
    request_body = ProductPrices, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = PricedProduct), (status = 403, description = "None of your roles allows it")))]
async fn price(
    app: Data<App>,
    who: Can<ManageProducts>,
    Id(id): Id<PriceList>,
    if_match: IfMatch,
    body: Body<ProductPrices>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let ProductPrices { product_id, prices } = body.value;
        let (list, _) = commands::price(conn, &act, id, &if_match, product_id, prices)?;
        let mut found = rows::of(conn, id, &[product_id])?;
        let row = found.pop().ok_or(PriceListError::NotFound(id))?;
        let version = list.version;
        Ok(Answer::record(version, &PricedProduct { version, row })?)
    })
    .await
}
