use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, delete, get, patch, post, resource};
use diesel::PgConnection;
use nexus_auth::can::{ManageProducts, ReadCosts};
use nexus_auth::{Can, Permission, Principal, SignedIn};
use nexus_db::DbResult;
use nexus_kernel::{Change, Page};
use nexus_problem::{ApiResult, Body, FieldErrors, Id, IfMatch, Problem, Query, new_record};
use nexus_service::{Answer, App, OnceKey, page_limit, read_cursor, tagged};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::commands::{self, Cost};
use super::error::ProductError;
use super::model::{Product, ProductFields, ProductId, ProductKind};
use super::queries::{self, Filter};
use super::search::{self, Wanted};
use crate::categories;
use crate::lines::model::LINES_MAX;
use nexus_records::Act;
use nexus_records::Viewer;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/products")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(resource("/api/v1/products/match").route(post().to(match_texts)))
    .service(
        resource("/api/v1/products/{id}")
            .route(get().to(show))
            .route(patch().to(change))
            .route(delete().to(archive)),
    )
    .service(resource("/api/v1/products/{id}/restore").route(post().to(restore)));
}

/// Whether this user may see what things cost us.
#[must_use]
pub fn sees_costs(who: &Principal) -> bool {
    who.scope_of(ReadCosts::NAME).is_some()
}

/// A product as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProductView {
    #[serde(flatten)]
    product: Product,
    /// The category's name.
    category: Option<String>,
    /// Of a variant, the product that it is one of.
    parent_name: Option<String>,
    /// How many variants it has.
    variants: i64,
    /// What one costs us. Absent for whoever may not see costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, required = false)]
    unit_cost: Option<Decimal>,
}

impl ProductView {
    /// The view of a product, with its cost only for whoever may see costs.
    ///
    /// # Errors
    /// The database's.
    pub fn of(conn: &mut PgConnection, product: Product, sees_costs: bool) -> DbResult<Self> {
        let mut views = Self::all(conn, vec![product], sees_costs)?;
        // One in, one out.
        views
            .pop()
            .ok_or_else(|| diesel::result::Error::NotFound.into())
    }

    /// The views of these products.
    ///
    /// # Errors
    /// The database's.
    pub fn all(
        conn: &mut PgConnection,
        found: Vec<Product>,
        sees_costs: bool,
    ) -> DbResult<Vec<Self>> {
        let ids: Vec<ProductId> = found.iter().map(|product| product.id).collect();
        let parents: Vec<ProductId> = found
            .iter()
            .filter_map(|one| one.fields.parent_id)
            .collect();
        let of_these = found.iter().filter_map(|one| one.fields.category_id);
        let categories = categories::names(conn, &of_these.collect::<Vec<_>>())?;
        let names = match parents.is_empty() {
            true => HashMap::new(),
            false => queries::names(conn, &parents)?,
        };
        let variants = queries::count_variants(conn, &ids)?;
        let view = |product: Product| {
            let category = product.fields.category_id;
            let parent = product.fields.parent_id;
            Self {
                category: category.and_then(|id| categories.get(&id).cloned()),
                parent_name: parent.and_then(|id| names.get(&id).cloned()),
                variants: variants.get(&product.id).copied().unwrap_or_default(),
                unit_cost: product.unit_cost.filter(|_| sees_costs),
                product,
            }
        };
        Ok(found.into_iter().map(view).collect())
    }
}

/// Which products.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// The beginning of an article code, an ADM code or words of the name, with typing errors: the best fits, on one page.
    q: Option<String>,
    /// A category, with those below it.
    category_id: Option<Uuid>,
    kind: Option<ProductKind>,
    /// The variants of this product.
    parent_id: Option<Uuid>,
    /// `true`: no product that stands for its variants.
    #[serde(default)]
    sellable: bool,
    /// `true`: those put away, instead of the others.
    #[serde(default)]
    archived: bool,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// Products by name, or those that fit a search best.
#[utoipa::path(get, path = "/api/v1/products", operation_id = "products_list", tag = "products",
    params(ListQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<ProductView>)))]
async fn list(
    app: Data<App>,
    who: SignedIn,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Page<ProductView>>> {
    let limit = page_limit(query.limit)?;
    let after: Option<(String, Uuid)> = read_cursor(query.cursor.as_deref())?;
    let wanted = query.q.as_deref().map(Wanted::of);
    let sees_costs = sees_costs(&who);
    let page = app
        .db
        .transaction(move |conn| -> DbResult<Page<ProductView>> {
            let filter = Filter {
                categories: match query.category_id {
                    Some(id) => Some(categories::with_below(conn, id)?),
                    None => None,
                },
                kind: query.kind,
                parent_id: query.parent_id,
                sellable: query.sellable,
                archived: query.archived,
            };
            let page = match wanted {
                Some(Some(wanted)) => Page::whole(search::best(conn, &wanted, &filter, limit)?),
                // Marks without a letter or a digit find nothing.
                Some(None) if query.q.as_deref().is_some_and(|q| !q.trim().is_empty()) => {
                    Page::whole(Vec::new())
                }
                _ => Page::cut(queries::page(conn, &filter, after, limit)?, limit, |last| {
                    (last.name_key.clone(), last.id)
                }),
            };
            let Page {
                items,
                next_cursor,
                total,
            } = page;
            let items = ProductView::all(conn, items, sees_costs)?;
            Ok(Page {
                items,
                next_cursor,
                total,
            })
        })
        .await?;
    Ok(Json(page))
}

/// A column of a spreadsheet: article codes or names.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TextsToMatch {
    /// At most 500.
    texts: Vec<String>,
}

/// What each text names, in their order.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MatchedProducts {
    /// `null` where no product has this code or name, or more than one could be meant.
    items: Vec<Option<ProductView>>,
}

/// Which products a pasted column names: by article code, ADM code or name, else the only one that has all its words.
#[utoipa::path(post, path = "/api/v1/products/match", operation_id = "products_match", tag = "products",
    request_body = TextsToMatch, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = MatchedProducts)))]
async fn match_texts(
    app: Data<App>,
    who: SignedIn,
    body: Body<TextsToMatch>,
) -> ApiResult<Json<MatchedProducts>> {
    let texts = body.value.texts;
    if texts.len() > LINES_MAX {
        let detail = format!("At most {LINES_MAX} texts.");
        return Err(Problem::from(FieldErrors::one("/texts", "texts.too_many", detail)).into());
    }
    let sees_costs = sees_costs(&who);
    let matched = app
        .db
        .read(move |conn| -> DbResult<MatchedProducts> {
            let found = search::named(conn, &texts)?;
            let products = found.iter().flatten().cloned().collect();
            let mut views = ProductView::all(conn, products, sees_costs)?.into_iter();
            let of = |product: Option<Product>| product.and_then(|_| views.next());
            let items = found.into_iter().map(of).collect();
            Ok(MatchedProducts { items })
        })
        .await?;
    Ok(Json(matched))
}

/// A product's fields, its id if the caller chooses it, and what it costs us if they may say.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct ProductBody {
    id: Option<Uuid>,
    #[serde(flatten)]
    fields: ProductFields,
    /// Only from whoever may see costs.
    #[schema(value_type = Option<String>)]
    unit_cost: Option<Decimal>,
}

/// Takes the cost out of a body.
fn cost_in(body: &mut Value, sees_costs: bool) -> Result<Cost, Problem> {
    let named = body
        .as_object_mut()
        .and_then(|fields| fields.remove("unit_cost"));
    let refused =
        |code: &str, detail: &str| Err(FieldErrors::one("/unit_cost", code, detail).into());
    match named {
        None => Ok(Cost(Change::Keep)),
        Some(_) if !sees_costs => refused("unit_cost.not_yours", "You may not say what it costs."),
        Some(Value::Null) => Ok(Cost(Change::Clear)),
        Some(value) => match serde_json::from_value(value) {
            Ok(cost) => Ok(Cost(Change::Set(cost))),
            Err(_) => refused("field.malformed", "Write a number as text: \"3.20\"."),
        },
    }
}

/// A new product.
#[utoipa::path(post, path = "/api/v1/products", operation_id = "products_create", tag = "products",
    request_body = ProductBody, security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    responses((status = 201, description = "Done", body = ProductView),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create(
    app: Data<App>,
    who: Can<ManageProducts>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (mut value, sees_costs) = (body.value, sees_costs(&who));
    let cost = cost_in(&mut value, sees_costs)?;
    let (id, fields) = new_record::<Product, ProductFields>(value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let product = commands::create(conn, &act, id, fields, cost)?;
        let view = ProductView::of(conn, product, sees_costs)?;
        Ok(Answer::created(format!("/api/v1/products/{id}"), 1, &view)?)
    })
    .await
}

/// One product.
#[utoipa::path(get, path = "/api/v1/products/{id}", operation_id = "products_get", tag = "products",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ProductView)))]
async fn show(app: Data<App>, who: SignedIn, Id(id): Id<Product>) -> ApiResult<HttpResponse> {
    let sees_costs = sees_costs(&who);
    let view = app
        .db
        .read(move |conn| {
            let product = queries::find(conn, id)?.ok_or(ProductError::NotFound(id))?;
            Ok::<_, ProductError>(ProductView::of(conn, product, sees_costs)?)
        })
        .await?;
    Ok(tagged(view.product.version, &view)?)
}

/// Changes some fields of a product (JSON merge patch).
#[utoipa::path(patch, path = "/api/v1/products/{id}", operation_id = "products_change", tag = "products",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = ProductBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ProductView),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn change(
    app: Data<App>,
    who: Can<ManageProducts>,
    Id(id): Id<Product>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    let (mut patch, sees_costs) = (body.value, sees_costs(&who));
    let cost = cost_in(&mut patch, sees_costs)?;
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let product = commands::change(conn, &act, id, &if_match, &patch, cost, sees_costs)?;
        let version = product.version;
        let view = ProductView::of(conn, product, sees_costs)?;
        Ok(Answer::record(version, &view)?)
    })
    .await
}

/// Puts a product away: no new line may name it. `restore` takes it out again.
#[utoipa::path(delete, path = "/api/v1/products/{id}", operation_id = "products_archive", tag = "products",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it")))]
async fn archive(
    app: Data<App>,
    who: Can<ManageProducts>,
    Id(id): Id<Product>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (if_match, now, sees_costs) = (if_match.required()?, app.now(), sees_costs(&who));
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        commands::archive(conn, &act, id, &if_match, sees_costs)?;
        Ok(Answer::nothing())
    })
    .await
}

/// Takes a product out of the archive.
#[utoipa::path(post, path = "/api/v1/products/{id}/restore", operation_id = "products_restore", tag = "products",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ProductView), (status = 403, description = "None of your roles allows it")))]
async fn restore(
    app: Data<App>,
    who: Can<ManageProducts>,
    once: OnceKey,
    Id(id): Id<Product>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (actor, now, sees_costs) = (who.user_id.uuid(), app.now(), sees_costs(&who));
    app.write_once(once, actor, [0; 32], move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let product = commands::restore(conn, &act, id, &if_match, sees_costs)?;
        let version = product.version;
        let view = ProductView::of(conn, product, sees_costs)?;
        Ok(Answer::record(version, &view)?)
    })
    .await
}
