use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, delete, get, patch, post, resource};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use nexus_auth::can::{ApproveOrders, ReadClients, ReadLeads, ReadOpportunities, WriteClients};
use nexus_auth::{Can, Permission, Principal};
use nexus_db::DbResult;
use nexus_kernel::id::named;
use nexus_kernel::{ClientId, Cursor, Page, UserId};
use nexus_problem::{
    ApiResult, Body, FieldError, FieldErrors, Id, IfMatch, Problem, Query, new_record,
};
use nexus_service::{Answer, App, OnceKey, page_limit, read_cursor, tagged};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::error::ClientError;
use super::model::{Class, Client, ClientFields, Invoicing, Lifecycle};
use super::queries::{Filter, Order};
use super::{commands, queries, terms};
use crate::duplicates::model::Duplicate;
use crate::duplicates::queries::Asker;
use crate::price_lists;
use crate::sites;
use nexus_records::Act;
use nexus_records::Viewer;
use nexus_records::users;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/clients")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(resource("/api/v1/clients/check").route(post().to(check)))
    .service(
        resource("/api/v1/clients/{id}")
            .route(get().to(show))
            .route(patch().to(change))
            .route(delete().to(archive)),
    )
    .service(resource("/api/v1/clients/{id}/restore").route(post().to(restore)));
}

/// A client as its page shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClientView {
    #[serde(flatten)]
    client: Client,
    /// The owner's name.
    owner_name: Option<String>,
    /// The parent's name.
    parent_name: Option<String>,
    /// The price list's name.
    price_list_name: Option<String>,
    invoicing: Invoicing,
    /// What looks odd; only in answers to writes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    warnings: Vec<FieldError>,
}

impl ClientView {
    /// The view of a client.
    ///
    /// # Errors
    /// The database's.
    pub fn of(conn: &mut PgConnection, client: Client) -> DbResult<Self> {
        let owner_name = owner_name(conn, client.fields.owner_id)?;
        let parent_name = match client.fields.parent_id {
            Some(parent) => queries::names(conn, &[parent])?.remove(&parent),
            None => None,
        };
        let price_list_name = match client.fields.price_list_id {
            Some(id) => price_lists::queries::find(conn, id)?.map(|list| list.fields.name),
            None => None,
        };
        Ok(Self {
            price_list_name,
            invoicing: client.fields.invoicing(),
            client,
            owner_name,
            parent_name,
            warnings: Vec::new(),
        })
    }

    fn warned(mut self, warnings: FieldErrors) -> Self {
        self.warnings = warnings.0;
        self
    }
}

/// The name of an owner, if there is one.
fn owner_name(conn: &mut PgConnection, owner: Option<UserId>) -> DbResult<Option<String>> {
    match owner {
        Some(owner) => Ok(users::queries::names(conn, &[owner])?.remove(&owner)),
        None => Ok(None),
    }
}

/// A client as a list shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClientRow {
    #[schema(value_type = Uuid)]
    id: ClientId,
    version: i64,
    name: String,
    city: Option<String>,
    province: Option<String>,
    vat_number: Option<String>,
    lifecycle: Lifecycle,
    class: Option<Class>,
    #[schema(value_type = Option<Uuid>)]
    owner_id: Option<UserId>,
    owner_name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    /// Open opportunities that the reader may see.
    open_opportunities: i64,
    /// Their worth in cents.
    open_amount_cents: i64,
    updated_at: DateTime<Utc>,
}

/// Rows for these clients, with owners' names and open opportunities as the viewer of those sees them.
fn rows(
    conn: &mut PgConnection,
    deals: Option<&Viewer>,
    clients: &[Client],
) -> DbResult<Vec<ClientRow>> {
    let owners: Vec<UserId> = clients
        .iter()
        .filter_map(|client| client.fields.owner_id)
        .collect();
    let ids: Vec<ClientId> = clients.iter().map(|client| client.id).collect();
    let names = users::queries::names(conn, &owners)?;
    let open = match deals {
        Some(viewer) => queries::open_deals(conn, viewer, &ids)?,
        None => std::collections::HashMap::new(),
    };
    let row = |client: &Client| {
        let fields = client.fields.clone();
        let (open_opportunities, open_amount_cents) =
            open.get(&client.id).copied().unwrap_or_default();
        ClientRow {
            id: client.id,
            version: client.version,
            name: fields.name,
            city: fields.city,
            province: fields.province,
            vat_number: fields.vat_number,
            lifecycle: fields.lifecycle,
            class: fields.class,
            owner_id: fields.owner_id,
            owner_name: fields.owner_id.and_then(|owner| names.get(&owner).cloned()),
            phone: fields.phone,
            email: fields.email,
            open_opportunities,
            open_amount_cents,
            updated_at: client.updated_at,
        }
    };
    Ok(clients.iter().map(row).collect())
}

/// Which clients.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Words found in name, P.IVA, codice fiscale, city, e-mail or phone.
    q: Option<String>,
    lifecycle: Option<Lifecycle>,
    class: Option<Class>,
    /// Sigla.
    province: Option<String>,
    city: Option<String>,
    owner_id: Option<Uuid>,
    /// `true`: those put away, instead of the others.
    #[serde(default)]
    archived: bool,
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
enum Sort {
    #[default]
    #[serde(rename = "-updated_at")]
    UpdatedDown,
    #[serde(rename = "updated_at")]
    Updated,
    #[serde(rename = "-created_at")]
    CreatedDown,
    #[serde(rename = "created_at")]
    Created,
    #[serde(rename = "name")]
    Name,
    #[serde(rename = "-name")]
    NameDown,
}

impl ListQuery {
    fn filter(&self) -> Filter {
        Filter {
            words: self.q.as_deref().map(queries::words).unwrap_or_default(),
            lifecycle: self.lifecycle,
            class: self.class,
            province: self.province.as_deref().map(str::to_uppercase),
            city: self.city.clone(),
            owner_id: self.owner_id,
            archived: self.archived,
        }
    }

    fn order(&self) -> Result<Order, Problem> {
        let cursor = self.cursor.as_deref();
        Ok(match self.sort {
            Sort::UpdatedDown => Order::Updated {
                descending: true,
                after: read_cursor(cursor)?,
            },
            Sort::Updated => Order::Updated {
                descending: false,
                after: read_cursor(cursor)?,
            },
            Sort::CreatedDown => Order::Created {
                descending: true,
                after: read_cursor(cursor)?,
            },
            Sort::Created => Order::Created {
                descending: false,
                after: read_cursor(cursor)?,
            },
            Sort::Name => Order::Name {
                descending: false,
                after: read_cursor(cursor)?,
            },
            Sort::NameDown => Order::Name {
                descending: true,
                after: read_cursor(cursor)?,
            },
        })
    }

    /// The cursor that goes on after a row.
    fn cursor_after(&self, last: &Client) -> String {
        let id = last.id.uuid();
        match self.sort {
            Sort::UpdatedDown | Sort::Updated => Cursor((last.updated_at, id)).encode(),
            Sort::CreatedDown | Sort::Created => Cursor((last.created_at, id)).encode(),
            Sort::Name | Sort::NameDown => Cursor((&last.name_key, id)).encode(),
        }
    }
}

/// Clients, filtered, searched, sorted.
#[utoipa::path(get, path = "/api/v1/clients", operation_id = "clients_list", tag = "clients",
    params(ListQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<ClientRow>), (status = 403, description = "None of your roles allows it")))]
async fn list(
    app: Data<App>,
    who: Can<ReadClients>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Page<ClientRow>>> {
    let limit = page_limit(query.limit)?;
    let order = query.order()?;
    let page = app
        .db
        .transaction(move |conn| -> DbResult<Page<ClientRow>> {
            let viewer = Viewer::of(conn, &who)?;
            let deals = Viewer::with::<ReadOpportunities>(conn, &who)?;
            if query.q.is_some() {
                queries::plan_for_these_words(conn)?;
            }
            let found = queries::page(conn, &viewer, query.filter(), order, limit)?;
            let total = match query.count {
                true => Some(queries::count(conn, &viewer, query.filter())?),
                false => None,
            };
            let mut page = Page::cut_with(found, limit, |last| query.cursor_after(last));
            page.total = total;
            let items = rows(conn, deals.as_ref(), &page.items)?;
            Ok(page.with_items(items))
        })
        .await?;
    Ok(Json(page))
}

/// A new client's fields, its id if the caller chooses it, and its first shop if there is one.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewClient {
    id: Option<Uuid>,
    #[serde(flatten)]
    fields: ClientFields,
    site: Option<sites::model::SiteFields>,
}

/// A new client, with its first shop if one is given.
#[utoipa::path(post, path = "/api/v1/clients", operation_id = "clients_create", tag = "clients",
    request_body = NewClient, security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    responses((status = 201, description = "Done", body = ClientView),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create(
    app: Data<App>,
    who: Can<WriteClients>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let mut value = body.value;
    let site = value
        .as_object_mut()
        .and_then(|fields| fields.remove("site"));
    let site = site.filter(|site| !site.is_null());
    let site = site
        .map(new_record::<sites::model::Site, _>)
        .transpose()
        .map_err(sites::error::inside)?;
    let (id, fields) = new_record::<named::Client, ClientFields>(value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        terms::check(conn, &who, None, fields.price_list_id)?;
        may_set_limit(&who, None, fields.credit_limit_cents)?;
        let (client, warnings) = commands::create(conn, &act, id, fields)?;
        if let Some((site_id, fields)) = site {
            sites::commands::create(conn, &act, client.id, site_id, fields)
                .map_err(sites::error::SiteError::inside)?;
        }
        let view = ClientView::of(conn, client)?.warned(warnings);
        Ok(Answer::created(format!("/api/v1/clients/{id}"), 1, &view)?)
    })
    .await
}

/// How much credit a client has decides which orders need approval: whoever approves them says.
fn may_set_limit(who: &Principal, before: Option<i64>, after: Option<i64>) -> Result<(), Problem> {
    if before == after || who.scope_of(ApproveOrders::NAME).is_some() {
        return Ok(());
    }
    let detail = "The credit limit is set by whoever approves orders.";
    Err(Problem::forbidden(detail))
}

/// One client.
#[utoipa::path(get, path = "/api/v1/clients/{id}", operation_id = "clients_get", tag = "clients",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ClientView), (status = 403, description = "None of your roles allows it")))]
async fn show(
    app: Data<App>,
    who: Can<ReadClients>,
    Id(id): Id<named::Client>,
) -> ApiResult<HttpResponse> {
    let view = app
        .db
        .read(move |conn| {
            let viewer = Viewer::of(conn, &who)?;
            let client = queries::find(conn, &viewer, id)?.ok_or(ClientError::NotFound(id))?;
            Ok::<_, ClientError>(ClientView::of(conn, client)?)
        })
        .await?;
    Ok(tagged(view.client.version, &view)?)
}

/// Changes some fields of a client (JSON merge patch).
#[utoipa::path(patch, path = "/api/v1/clients/{id}", operation_id = "clients_change", tag = "clients",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = ClientFields, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ClientView),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn change(
    app: Data<App>,
    who: Can<WriteClients>,
    Id(id): Id<named::Client>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        terms::check_patch(conn, &who, &act.viewer, id, &body.value)?;
        if let Some(wish) = body.value.get("credit_limit_cents")
            && let Some(client) = queries::find(conn, &act.viewer, id)?
        {
            may_set_limit(&who, client.fields.credit_limit_cents, wish.as_i64())?;
        }
        let (client, warnings) = commands::change(conn, &act, id, &if_match, &body.value)?;
        let version = client.version;
        Ok(Answer::record(
            version,
            &ClientView::of(conn, client)?.warned(warnings),
        )?)
    })
    .await
}

/// Puts a client away; `restore` takes it out again.
#[utoipa::path(delete, path = "/api/v1/clients/{id}", operation_id = "clients_archive", tag = "clients",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it")))]
async fn archive(
    app: Data<App>,
    who: Can<WriteClients>,
    Id(id): Id<named::Client>,
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

/// Takes a client out of the archive.
#[utoipa::path(post, path = "/api/v1/clients/{id}/restore", operation_id = "clients_restore", tag = "clients",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ClientView), (status = 403, description = "None of your roles allows it")))]
async fn restore(
    app: Data<App>,
    who: Can<WriteClients>,
    once: OnceKey,
    Id(id): Id<named::Client>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, [0; 32], move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let client = commands::restore(conn, &act, id, &if_match)?;
        Ok(Answer::record(
            client.version,
            &ClientView::of(conn, client)?,
        )?)
    })
    .await
}

/// A client being typed; `id` names the one being edited.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct ClientDraft {
    id: Option<Uuid>,
    #[serde(flatten)]
    fields: ClientFields,
}

/// What a form would be told if it were sent now.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientCheck {
    /// What would be refused.
    errors: Vec<FieldError>,
    /// What looks odd.
    warnings: Vec<FieldError>,
    /// Clients, leads and contacts that could be the same, and what is equal.
    duplicates: Vec<Duplicate>,
}

/// Checks a form while it is being filled. Saves nothing.
#[utoipa::path(post, path = "/api/v1/clients/check", operation_id = "clients_check", tag = "clients",
    request_body = ClientDraft, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ClientCheck),
        (status = 403, description = "None of your roles allows it")))]
async fn check(
    app: Data<App>,
    who: Can<WriteClients>,
    body: Body<Value>,
) -> ApiResult<Json<ClientCheck>> {
    let edited = body
        .value
        .get("id")
        .and_then(Value::as_str)
        .and_then(|id| id.parse().ok());
    let (_, fields) = new_record::<named::Client, ClientFields>(body.value)?;
    let check = app
        .db
        .read(move |conn| {
            let asker = Asker {
                clients: Viewer::with::<ReadClients>(conn, &who)?,
                leads: Viewer::with::<ReadLeads>(conn, &who)?,
            };
            let (errors, warnings, duplicates) = commands::check(conn, &asker, fields, edited)?;
            Ok::<_, ClientError>(ClientCheck {
                errors: errors.0,
                warnings: warnings.0,
                duplicates,
            })
        })
        .await?;
    Ok(Json(check))
}
