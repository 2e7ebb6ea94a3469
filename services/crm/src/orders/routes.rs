use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, get, patch, post, resource};
use diesel::PgConnection;
use nexus_auth::can::{ApproveOrders, ReadCosts, ReadOrders, ReadProposals, WriteOrders};
use nexus_auth::{Can, Permission, Principal};
use nexus_db::DbResult;
use nexus_kernel::{Cursor, Page};
use nexus_problem::{ApiResult, Body, Id, IfMatch, Problem, Query, from_json, new_record};
use nexus_service::{Answer, App, OnceKey, page_limit, read_cursor, tagged};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::commands::{self, Made, Wish};
use super::error::OrderError;
use super::history::{self, OrderStepView};
use super::model::{Order, OrderChannel, OrderFields};
use super::queries::{self, Filter, Sorting};
use super::state::OrderStatus;
use super::views::{OrderRow, OrderView, rows};
use super::{paper_routes, step_routes};
use crate::clients::queries::{plan_for_these_words, words};
use crate::lines::model::LineFields;
use crate::proposals;
use nexus_records::Act;
use nexus_records::Viewer;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/orders")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(resource("/api/v1/orders/counts").route(get().to(counts)))
    .service(
        resource("/api/v1/orders/{id}")
            .route(get().to(show))
            .route(patch().to(change)),
    )
    .service(resource("/api/v1/orders/{id}/history").route(get().to(show_history)))
    .service(resource("/api/v1/orders/{id}/duplicate").route(post().to(duplicate)));
    step_routes::configure(cfg);
    paper_routes::configure(cfg);
}

/// For whom something waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// A manager's yes.
    Approval,
}

/// Which orders.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Words found in the order's number, the client's name, the reference or the invoice's number.
    q: Option<String>,
    client_id: Option<Uuid>,
    owner_id: Option<Uuid>,
    opportunity_id: Option<Uuid>,
    status: Option<OrderStatus>,
    channel: Option<OrderChannel>,
    /// `approval`: only those that wait for a manager's yes.
    #[param(inline)]
    waiting: Option<Waiting>,
    #[serde(default)]
    #[param(inline)]
    sort: Sort,
    limit: Option<u32>,
    cursor: Option<String>,
    /// `true`: also say how many there are in all.
    #[serde(default)]
    count: bool,
}

/// The order of a list; `-` is descending.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[schema(as = OrderSort)]
enum Sort {
    #[default]
    #[serde(rename = "-created_at")]
    CreatedDown,
    #[serde(rename = "created_at")]
    Created,
    #[serde(rename = "-updated_at")]
    UpdatedDown,
    #[serde(rename = "updated_at")]
    Updated,
    #[serde(rename = "-total_cents")]
    TotalDown,
    #[serde(rename = "total_cents")]
    Total,
}

impl ListQuery {
    fn filter(&self) -> Filter {
        Filter {
            words: self.q.as_deref().map(words).unwrap_or_default(),
            client_id: self.client_id,
            owner_id: self.owner_id,
            opportunity_id: self.opportunity_id,
            status: self.status,
            channel: self.channel,
            waiting: self.waiting.is_some(),
        }
    }

    fn sorting(&self) -> Result<Sorting, Problem> {
        let cursor = self.cursor.as_deref();
        let descending = matches!(
            self.sort,
            Sort::CreatedDown | Sort::UpdatedDown | Sort::TotalDown
        );
        Ok(match self.sort {
            Sort::CreatedDown | Sort::Created => Sorting::Created {
                descending,
                after: read_cursor(cursor)?,
            },
            Sort::UpdatedDown | Sort::Updated => Sorting::Updated {
                descending,
                after: read_cursor(cursor)?,
            },
            Sort::TotalDown | Sort::Total => Sorting::Total {
                descending,
                after: read_cursor(cursor)?,
            },
        })
    }

    /// The cursor that goes on after a row.
    fn cursor_after(&self, last: &Order) -> String {
        match self.sort {
            Sort::CreatedDown | Sort::Created => Cursor((last.created_at, last.id)).encode(),
            Sort::UpdatedDown | Sort::Updated => Cursor((last.updated_at, last.id)).encode(),
            Sort::TotalDown | Sort::Total => Cursor((last.total_cents, last.id)).encode(),
        }
    }
}

/// Orders, filtered, searched, sorted.
#[utoipa::path(get, path = "/api/v1/orders", operation_id = "orders_list", tag = "orders",
    params(ListQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<OrderRow>), (status = 403, description = "None of your roles allows it")))]
async fn list(
    app: Data<App>,
    who: Can<ReadOrders>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Page<OrderRow>>> {
    let (limit, sorting) = (page_limit(query.limit)?, query.sorting()?);
    let page = app
        .db
        .transaction(move |conn| -> DbResult<Page<OrderRow>> {
            let viewer = Viewer::of(conn, &who)?;
            if query.q.is_some() {
                plan_for_these_words(conn)?;
            }
            let found = queries::page(conn, &viewer, query.filter(), sorting, limit)?;
            let total = match query.count {
                true => Some(queries::count(conn, &viewer, query.filter())?),
                false => None,
            };
            let mut page = Page::cut_with(found, limit, |last| query.cursor_after(last));
            page.total = total;
            let found = std::mem::take(&mut page.items);
            Ok(page.with_items(rows(conn, found)?))
        })
        .await?;
    Ok(Json(page))
}

/// How much waits, as far as the caller may see it.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct OrderCounts {
    /// Orders that wait for a yes: of an approver, those they may give it to; else the caller's own.
    waiting_approval: i64,
    /// Proposals that wait for a yes, likewise.
    proposals_waiting_approval: i64,
    /// Approved, not begun.
    to_process: i64,
    /// Being prepared.
    to_ship: i64,
    /// On their way.
    shipped: i64,
    /// Delivered, not invoiced.
    to_invoice: i64,
    /// Refused by a manager: to be changed or cancelled.
    refused: i64,
}

/// How many orders wait for what: for the badges beside the menu.
#[utoipa::path(get, path = "/api/v1/orders/counts", operation_id = "orders_counts", tag = "orders",
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = OrderCounts), (status = 403, description = "None of your roles allows it")))]
async fn counts(app: Data<App>, who: Can<ReadOrders>) -> ApiResult<Json<OrderCounts>> {
    let counts = app
        .db
        .read(move |conn| -> DbResult<OrderCounts> {
            let viewer = Viewer::of(conn, &who)?;
            let approver = Viewer::with::<ApproveOrders>(conn, &who)?;
            let may_see = approver.as_ref().unwrap_or(&viewer);
            let of = |status| Filter {
                status: Some(status),
                ..Filter::default()
            };
            let waiting = Filter {
                waiting: true,
                ..Filter::default()
            };
            let proposals = match (&approver, Viewer::with::<ReadProposals>(conn, &who)?) {
                (_, None) => 0,
                (Some(approver), _) => proposals::queries::count_waiting(conn, approver)?,
                (None, Some(reader)) => proposals::queries::count_waiting(conn, &reader)?,
            };
            let pending = queries::count(conn, &viewer, of(OrderStatus::PendingApproval))?;
            let waits = queries::count(conn, &viewer, waiting.clone())?;
            Ok(OrderCounts {
                waiting_approval: queries::count(conn, may_see, waiting)?,
                proposals_waiting_approval: proposals,
                to_process: queries::count(conn, &viewer, of(OrderStatus::Approved))?,
                to_ship: queries::count(conn, &viewer, of(OrderStatus::Processing))?,
                shipped: queries::count(conn, &viewer, of(OrderStatus::Shipped))?,
                to_invoice: queries::count(conn, &viewer, of(OrderStatus::Delivered))?,
                refused: pending - waits,
            })
        })
        .await?;
    Ok(Json(counts))
}

/// A new order's fields and lines, and its id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewOrder {
    id: Option<Uuid>,
    /// `push` with a deal, else `pull`, when not given.
    channel: Option<OrderChannel>,
    lines: Vec<LineFields>,
    /// Why liquids go to a shop whose ADM authorisation does not allow them; only from whoever approves orders.
    override_reason: Option<String>,
    #[serde(flatten)]
    fields: OrderFields,
}

/// What changes of an order. Lines, when given, replace all lines.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct OrderChange {
    lines: Option<Vec<LineFields>>,
    /// Why liquids go to a shop whose ADM authorisation does not allow them; only from whoever approves orders.
    override_reason: Option<String>,
    #[serde(flatten)]
    fields: OrderFields,
}

/// A new order. What needs no approval is approved at once.
#[utoipa::path(post, path = "/api/v1/orders", operation_id = "orders_create", tag = "orders",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewOrder, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = OrderView), (status = 200, description = "It came before under the same external_ref", body = OrderView),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create(
    app: Data<App>,
    who: Can<WriteOrders>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let mut value = body.value;
    let wish = Wish {
        channel: part(&mut value, "channel")?,
        lines: part(&mut value, "lines")?.unwrap_or_default(),
        override_reason: part(&mut value, "override_reason")?,
    };
    let (id, fields) = new_record::<Order, OrderFields>(value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        match commands::create(conn, &act, &who, id, fields, wish)? {
            Made::Known(order) => shown(conn, &who, order, &act),
            Made::New(order) => {
                let view = OrderView::of(conn, order, now, sees_costs(&who))?;
                let path = format!("/api/v1/orders/{id}");
                Ok(Answer::created(path, view.version, &view)?)
            }
        }
    })
    .await
}

/// Takes one part out of a body.
///
/// # Errors
/// 422 when it does not fit.
pub fn part<T: serde::de::DeserializeOwned>(
    body: &mut Value,
    name: &str,
) -> Result<Option<T>, Problem> {
    let taken = body.as_object_mut().and_then(|fields| fields.remove(name));
    let taken = taken.filter(|value| !value.is_null());
    taken
        .map(from_json)
        .transpose()
        .map_err(|problem| problem.below(&format!("/{name}")))
}

/// Whether costs and margins are shown.
#[must_use]
pub fn sees_costs(who: &Principal) -> bool {
    who.scope_of(ReadCosts::NAME).is_some()
}

/// The order as it is now.
pub fn shown(
    conn: &mut PgConnection,
    who: &Principal,
    order: Order,
    act: &Act,
) -> ApiResult<Answer> {
    let version = order.version;
    let view = OrderView::of(conn, order, act.now, sees_costs(who))?;
    Ok(Answer::record(version, &view)?)
}

/// One order.
#[utoipa::path(get, path = "/api/v1/orders/{id}", operation_id = "orders_get", tag = "orders",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = OrderView), (status = 403, description = "None of your roles allows it")))]
async fn show(app: Data<App>, who: Can<ReadOrders>, Id(id): Id<Order>) -> ApiResult<HttpResponse> {
    let now = app.now();
    let view = app
        .db
        .read(move |conn| {
            let viewer = Viewer::of(conn, &who)?;
            let found = queries::find(conn, &viewer, id)?.ok_or(OrderError::NotFound(id))?;
            Ok::<_, OrderError>(OrderView::of(conn, found, now, sees_costs(&who))?)
        })
        .await?;
    Ok(tagged(view.version, &view)?)
}

/// The steps it took, oldest first.
#[utoipa::path(get, path = "/api/v1/orders/{id}/history", operation_id = "orders_history", tag = "orders",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<OrderStepView>), (status = 403, description = "None of your roles allows it")))]
async fn show_history(
    app: Data<App>,
    who: Can<ReadOrders>,
    Id(id): Id<Order>,
) -> ApiResult<Json<Page<OrderStepView>>> {
    let steps = app
        .db
        .read(move |conn| {
            let viewer = Viewer::of(conn, &who)?;
            queries::find(conn, &viewer, id)?.ok_or(OrderError::NotFound(id))?;
            Ok::<_, OrderError>(history::of(conn, id)?)
        })
        .await?;
    Ok(Json(Page::whole(steps)))
}

/// Changes an order (JSON merge patch) until it is processed. A change of what it contains voids its approval.
#[utoipa::path(patch, path = "/api/v1/orders/{id}", operation_id = "orders_change", tag = "orders",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = OrderChange, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = OrderView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn change(
    app: Data<App>,
    who: Can<WriteOrders>,
    Id(id): Id<Order>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    let mut value = body.value;
    let wish = (
        part(&mut value, "lines")?,
        part(&mut value, "override_reason")?,
    );
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let changed = commands::change(conn, &act, &who, id, &if_match, &value, wish)?;
        shown(conn, &who, changed, &act)
    })
    .await
}

/// Why liquids may go where the record says they may not.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DuplicateBody {
    override_reason: Option<String>,
}

/// The same again as a new order, at today's prices, without anybody's approval.
#[utoipa::path(post, path = "/api/v1/orders/{id}/duplicate", operation_id = "orders_duplicate", tag = "orders",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = DuplicateBody, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = OrderView), (status = 403, description = "None of your roles allows it")))]
async fn duplicate(
    app: Data<App>,
    who: Can<WriteOrders>,
    once: OnceKey,
    Id(id): Id<Order>,
    body: Body<DuplicateBody>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let order = commands::duplicate(conn, &act, &who, id, body.value.override_reason)?;
        let path = format!("/api/v1/orders/{}", order.id);
        let view = OrderView::of(conn, order, now, sees_costs(&who))?;
        Ok(Answer::created(path, view.version, &view)?)
    })
    .await
}
