use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, post, resource};
use nexus_auth::Can;
use nexus_auth::can::{ApproveOrders, ProcessOrders, WriteOrders};
use nexus_problem::{ApiResult, Body, FieldErrors, Id, IfMatch, optional_text};
use nexus_service::{App, OnceKey};
use serde::Deserialize;
use utoipa::ToSchema;

use super::model::Order;
use super::routes::shown;
use super::steps::{self, Yes};
use super::views::OrderView;
use nexus_records::Act;
use nexus_records::Viewer;

pub fn configure(cfg: &mut ServiceConfig) {
    let at = |action| resource(format!("/api/v1/orders/{{id}}/{action}"));
    cfg.service(at("approve").route(post().to(approve)))
        .service(at("refuse").route(post().to(refuse)))
        .service(at("cancel").route(post().to(cancel)))
        .service(at("process").route(post().to(process)))
        .service(at("ship").route(post().to(ship)))
        .service(at("deliver").route(post().to(deliver)))
        .service(at("invoice").route(post().to(invoice)))
        .service(at("paid").route(post().to(paid)));
}

/// A yes to what was looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveBody {
    /// The `content_hash` that was looked at; or send `If-Match`.
    content_hash: Option<String>,
    /// Why liquids go to a shop whose ADM authorisation does not allow them; asked for only then.
    override_reason: Option<String>,
}

/// Why not.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrderReasonBody)]
pub struct ReasonBody {
    reason: String,
}

/// How it travels.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipBody {
    tracking: Option<String>,
    /// Why liquids go to a shop whose ADM authorisation does not allow them today; asked for only then.
    override_reason: Option<String>,
}

/// The invoice it is on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvoiceBody {
    invoice_number: Option<String>,
}

fn text(pointer: &str, given: Option<&str>, most: usize) -> Result<Option<String>, FieldErrors> {
    let mut errors = FieldErrors::default();
    let text = optional_text(&mut errors, pointer, given, most);
    errors.or(text)
}

/// Says yes to what it contains. Name what you looked at: by `If-Match` or `content_hash`.
#[utoipa::path(post, path = "/api/v1/orders/{id}/approve", operation_id = "orders_approve", tag = "orders",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = ApproveBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = OrderView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn approve(
    app: Data<App>,
    who: Can<ApproveOrders>,
    once: OnceKey,
    Id(id): Id<Order>,
    if_match: IfMatch,
    body: Body<ApproveBody>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let yes = Yes {
            content_hash: body.value.content_hash,
            override_reason: body.value.override_reason,
        };
        let order = steps::approve(conn, &act, &who, who.scope, id, &if_match, yes)?;
        shown(conn, &who, order, &act)
    })
    .await
}

/// Says no to what it contains: it waits no more until it is changed.
#[utoipa::path(post, path = "/api/v1/orders/{id}/refuse", operation_id = "orders_refuse", tag = "orders",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = ReasonBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = OrderView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn refuse(
    app: Data<App>,
    who: Can<ApproveOrders>,
    once: OnceKey,
    Id(id): Id<Order>,
    if_match: IfMatch,
    body: Body<ReasonBody>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let order = steps::refuse(conn, &act, id, &if_match, &body.value.reason)?;
        shown(conn, &who, order, &act)
    })
    .await
}

/// Calls it off, until it is shipped.
#[utoipa::path(post, path = "/api/v1/orders/{id}/cancel", operation_id = "orders_cancel", tag = "orders",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = ReasonBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = OrderView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn cancel(
    app: Data<App>,
    who: Can<WriteOrders>,
    once: OnceKey,
    Id(id): Id<Order>,
    if_match: IfMatch,
    body: Body<ReasonBody>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let order = steps::cancel(conn, &act, id, &if_match, &body.value.reason)?;
        shown(conn, &who, order, &act)
    })
    .await
}

/// Begins to prepare an approved one: its content stays from here on.
#[utoipa::path(post, path = "/api/v1/orders/{id}/process", operation_id = "orders_process", tag = "orders",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = OrderView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn process(
    app: Data<App>,
    who: Can<ProcessOrders>,
    once: OnceKey,
    Id(id): Id<Order>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, [0; 32], move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let order = steps::process(conn, &act, id, &if_match)?;
        shown(conn, &who, order, &act)
    })
    .await
}

/// Sends it off. Liquids leave only for a shop that may have them on that day.
#[utoipa::path(post, path = "/api/v1/orders/{id}/ship", operation_id = "orders_ship", tag = "orders",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = ShipBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = OrderView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn ship(
    app: Data<App>,
    who: Can<ProcessOrders>,
    once: OnceKey,
    Id(id): Id<Order>,
    if_match: IfMatch,
    body: Body<ShipBody>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let tracking = text("/tracking", body.value.tracking.as_deref(), 100)?;
        let why = body.value.override_reason.as_deref();
        let order = steps::ship(conn, &act, &who, id, &if_match, tracking, why)?;
        shown(conn, &who, order, &act)
    })
    .await
}

/// It has arrived.
#[utoipa::path(post, path = "/api/v1/orders/{id}/deliver", operation_id = "orders_deliver", tag = "orders",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = OrderView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn deliver(
    app: Data<App>,
    who: Can<ProcessOrders>,
    once: OnceKey,
    Id(id): Id<Order>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, [0; 32], move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let order = steps::deliver(conn, &act, id, &if_match)?;
        shown(conn, &who, order, &act)
    })
    .await
}

/// It is invoiced.
#[utoipa::path(post, path = "/api/v1/orders/{id}/invoice", operation_id = "orders_invoice", tag = "orders",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = InvoiceBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = OrderView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn invoice(
    app: Data<App>,
    who: Can<ProcessOrders>,
    once: OnceKey,
    Id(id): Id<Order>,
    if_match: IfMatch,
    body: Body<InvoiceBody>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let number = text("/invoice_number", body.value.invoice_number.as_deref(), 50)?;
        let order = steps::invoice(conn, &act, id, &if_match, number)?;
        shown(conn, &who, order, &act)
    })
    .await
}

/// The invoice is paid: it no longer uses the client's credit.
#[utoipa::path(post, path = "/api/v1/orders/{id}/paid", operation_id = "orders_paid", tag = "orders",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = OrderView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn paid(
    app: Data<App>,
    who: Can<ProcessOrders>,
    once: OnceKey,
    Id(id): Id<Order>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, [0; 32], move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let order = steps::pay(conn, &act, id, &if_match)?;
        shown(conn, &who, order, &act)
    })
    .await
}
