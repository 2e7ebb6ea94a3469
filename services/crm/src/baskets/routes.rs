use std::cmp::Reverse;
use std::collections::HashMap;

use actix_web::web::{Data, Json, ServiceConfig, get, resource};
use chrono::{DateTime, Days, NaiveDate, Utc};
use diesel::PgConnection;
use nexus_auth::Can;
use nexus_auth::can::ReadOrders;
use nexus_db::DbResult;
use nexus_kernel::id::named;
use nexus_kernel::{ClientId, business_day, start_of_business_day};
use nexus_problem::{ApiResult, FieldErrors, Id, Problem, Query};
use nexus_service::App;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{DAYS, Habit, Standing, habit};
use super::queries::{self, Purchase};
use crate::products::ProductId;
use crate::sites::model::SiteId;
use crate::{clients, parties};
use nexus_records::Viewer;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/clients/{id}/basket").route(get().to(show)));
}

/// Of the whole client, or of one shop.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct BasketQuery {
    /// Only what was ordered for this shop.
    #[param(value_type = Option<Uuid>)]
    site_id: Option<SiteId>,
}

/// A product that a shop orders.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BasketItem {
    #[schema(value_type = Uuid)]
    product_id: ProductId,
    product_name: String,
    sku: Option<String>,
    unit: String,
    /// The median of what is ordered at a time.
    #[schema(value_type = String, example = "12")]
    usual_quantity: Decimal,
    /// The median of the days between two orders; absent with one order.
    interval_days: Option<i64>,
    last_ordered_on: NaiveDate,
    /// On how many days it was ordered.
    orders: usize,
    standing: Standing,
}

/// What a shop usually orders: what is missing first, then what is due; within, what it orders most often.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Basket {
    items: Vec<BasketItem>,
    /// Orders since this day were looked at.
    since: NaiveDate,
}

/// The usual basket, from the orders of the last 400 days. Whoever may see orders sees it of every client in their
/// reach, whoever took the orders.
#[utoipa::path(get, path = "/api/v1/clients/{id}/basket", operation_id = "clients_basket", tag = "orders",
    params(("id" = Uuid, Path), BasketQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Basket), (status = 403, description = "None of your roles allows it"),
        (status = 404, description = "No such client for you")))]
async fn show(
    app: Data<App>,
    who: Can<ReadOrders>,
    Id(id): Id<named::Client>,
    Query(query): Query<BasketQuery>,
) -> ApiResult<Json<Basket>> {
    let now = app.now();
    let basket = app
        .db
        .read(move |conn| -> Result<Basket, Problem> {
            let viewer = Viewer::of(conn, &who)?;
            if !clients::queries::is_visible(conn, &viewer, id)? {
                return Err(Problem::not_found("client"));
            }
            if let Some(site) = query.site_id
                && parties::site_of(conn, id, site)?.is_none()
            {
                let detail = "Name a shop of this client.";
                let errors = FieldErrors::one("/site_id", "site_id.unknown", detail);
                return Err(Problem::validation(errors));
            }
            Ok(basket(conn, id, query.site_id, now)?)
        })
        .await?;
    Ok(Json(basket))
}

fn basket(
    conn: &mut PgConnection,
    client: ClientId,
    site: Option<SiteId>,
    now: DateTime<Utc>,
) -> DbResult<Basket> {
    let today = business_day(now);
    let since = today - Days::new(DAYS);
    let bought = queries::purchases(conn, client, site, start_of_business_day(since))?;
    let mut by_product: HashMap<ProductId, Vec<Purchase>> = HashMap::new();
    for purchase in bought {
        by_product
            .entry(purchase.product_id)
            .or_default()
            .push(purchase);
    }
    let mut items: Vec<BasketItem> = by_product
        .into_values()
        .filter_map(|purchases| item(purchases, today))
        .collect();
    items.sort_by(|a, b| {
        let rank = |item: &BasketItem| (item.standing, Reverse(item.orders));
        rank(a)
            .cmp(&rank(b))
            .then_with(|| a.product_name.cmp(&b.product_name))
    });
    Ok(Basket { items, since })
}

fn item(purchases: Vec<Purchase>, today: NaiveDate) -> Option<BasketItem> {
    let days: Vec<(NaiveDate, Decimal)> = purchases
        .iter()
        .map(|purchase| (business_day(purchase.ordered_at), purchase.quantity))
        .collect();
    let Habit {
        usual_quantity,
        interval_days,
        last_on,
        times,
        standing,
    } = habit(&days, today)?;
    let product = purchases.into_iter().next()?;
    Some(BasketItem {
        product_id: product.product_id,
        product_name: product.product_name,
        sku: product.sku,
        unit: product.unit,
        usual_quantity: usual_quantity.normalize(),
        interval_days,
        last_ordered_on: last_on,
        orders: times,
        standing,
    })
}
