//! What we sell, as names with a list price: enough to say what an opportunity is about.

use actix_web::web::{Data, Json, ServiceConfig, get, resource};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_auth::SignedIn;
use nexus_db::DbResult;
use nexus_kernel::{Page, RecordId};
use nexus_problem::{ApiResult, Query};
use nexus_service::{App, page_limit, read_cursor};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::italy::text::key;
use crate::schema::products;
use crate::visibility::keyset;

/// A product's id.
pub type ProductId = RecordId<Product>;

/// A product's row.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
    Identifiable,
)]
#[diesel(table_name = products, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Product {
    #[schema(value_type = Uuid)]
    pub id: ProductId,
    pub version: i64,
    pub name: String,
    #[serde(skip)]
    pub name_key: String,
    pub category: Option<String>,
    pub list_price_cents: Option<i64>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

pub fn find(conn: &mut PgConnection, id: ProductId) -> DbResult<Option<Product>> {
    let row = products::table
        .find(id)
        .select(Product::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

/// The one with this name, however it is spaced and accented: `GTXPro` is `GTX Pro`.
pub fn named(conn: &mut PgConnection, name: &str) -> DbResult<Option<Product>> {
    let row = products::table
        .filter(products::name_key.eq(key(name)))
        .select(Product::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

/// Those with these folded names, put away ones too.
pub fn with_name_keys(conn: &mut PgConnection, keys: &[String]) -> DbResult<Vec<Product>> {
    Ok(products::table
        .filter(products::name_key.eq_any(keys))
        .select(Product::as_select())
        .load(conn)?)
}

pub fn insert_all(conn: &mut PgConnection, new: &[Product]) -> DbResult<()> {
    diesel::insert_into(products::table)
        .values(new)
        .execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, product: &Product) -> DbResult<()> {
    diesel::update(product).set(product).execute(conn)?;
    Ok(())
}

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/products").route(get().to(list)));
}

/// Which products.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Part of the name.
    q: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// Products by name.
#[utoipa::path(get, path = "/api/v1/products", operation_id = "products_list", tag = "products",
    params(ListQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<Product>)))]
async fn list(
    app: Data<App>,
    _who: SignedIn,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Page<Product>>> {
    let limit = page_limit(query.limit)?;
    let after: Option<(String, Uuid)> = read_cursor(query.cursor.as_deref())?;
    let part = query.q.as_deref().map(key).filter(|part| !part.is_empty());
    let found = app
        .db
        .read(move |conn| -> DbResult<Vec<Product>> {
            let mut table = products::table
                .filter(products::archived_at.is_null())
                .into_boxed();
            if let Some(part) = part {
                table = table.filter(products::name_key.like(format!("%{part}%")));
            }
            let one_more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
            let page = keyset!(table, products::name_key, products::id, false, after);
            Ok(page
                .limit(one_more)
                .select(Product::as_select())
                .load(conn)?)
        })
        .await?;
    Ok(Json(Page::cut(found, limit, |last| {
        (last.name_key.clone(), last.id)
    })))
}
