use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, delete, get, patch, post, resource};
use diesel::PgConnection;
use nexus_auth::Can;
use nexus_auth::can::{AssignLeads, ReadLeads, WriteLeads};
use nexus_db::DbResult;
use nexus_kernel::{Cursor, Page};
use nexus_problem::{ApiResult, Body, Id, IfMatch, Problem, Query, new_record};
use nexus_service::{Answer, App, OnceKey, page_limit, read_cursor, tagged};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::board::{self, BoardQuery, LeadBoard};
use super::error::LeadError;
use super::model::{Lead, LeadFields};
use super::queries::{self, Filter, Order};
use super::status::LeadStatus;
use super::views::{LeadRow, LeadView, rows};
use super::{actions, commands};
use crate::clients::queries::{plan_for_these_words, words};
use nexus_records::Act;
use nexus_records::Viewer;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/leads")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(resource("/api/v1/leads/board").route(get().to(show_board)));
    actions::configure(cfg);
    cfg.service(
        resource("/api/v1/leads/{id}")
            .route(get().to(show))
            .route(patch().to(change))
            .route(delete().to(archive)),
    )
    .service(resource("/api/v1/leads/{id}/restore").route(post().to(restore)));
}

/// Which leads.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Words found in name, person, city, e-mail, phone, P.IVA or codice fiscale.
    q: Option<String>,
    status: Option<LeadStatus>,
    /// `true`: only those that are still worked.
    #[serde(default)]
    open: bool,
    owner_id: Option<Uuid>,
    source_id: Option<Uuid>,
    campaign_id: Option<Uuid>,
    /// Sigla.
    province: Option<String>,
    /// `true`: only those that nobody contacted within 48 hours of working days.
    #[serde(default)]
    late: bool,
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
#[schema(as = LeadSort)]
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
    #[serde(rename = "due_at")]
    Due,
    #[serde(rename = "-due_at")]
    DueDown,
    #[serde(rename = "name")]
    Name,
    #[serde(rename = "-name")]
    NameDown,
}

impl ListQuery {
    fn filter(&self, now: chrono::DateTime<chrono::Utc>) -> Filter {
        Filter {
            words: self.q.as_deref().map(words).unwrap_or_default(),
            status: self.status,
            open: self.open,
            owner_id: self.owner_id,
            source_id: self.source_id,
            campaign_id: self.campaign_id,
            province: self.province.as_deref().map(str::to_uppercase),
            late_at: self.late.then_some(now),
            archived: self.archived,
        }
    }

    fn order(&self) -> Result<Order, Problem> {
        let cursor = self.cursor.as_deref();
        let descending = matches!(
            self.sort,
            Sort::UpdatedDown | Sort::CreatedDown | Sort::DueDown | Sort::NameDown
        );
        Ok(match self.sort {
            Sort::UpdatedDown | Sort::Updated => Order::Updated {
                descending,
                after: read_cursor(cursor)?,
            },
            Sort::CreatedDown | Sort::Created => Order::Created {
                descending,
                after: read_cursor(cursor)?,
            },
            Sort::DueDown | Sort::Due => Order::Due {
                descending,
                after: read_cursor(cursor)?,
            },
            Sort::NameDown | Sort::Name => Order::Name {
                descending,
                after: read_cursor(cursor)?,
            },
        })
    }

    /// The cursor that goes on after a row.
    fn cursor_after(&self, last: &Lead) -> String {
        let id = last.id.uuid();
        match self.sort {
            Sort::UpdatedDown | Sort::Updated => Cursor((last.updated_at, id)).encode(),
            Sort::CreatedDown | Sort::Created => Cursor((last.created_at, id)).encode(),
            Sort::DueDown | Sort::Due => Cursor((last.due_at, id)).encode(),
            Sort::NameDown | Sort::Name => Cursor((&last.name_key, id)).encode(),
        }
    }
}

/// Leads, filtered, searched, sorted.
#[utoipa::path(get, path = "/api/v1/leads", operation_id = "leads_list", tag = "leads",
    params(ListQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<LeadRow>), (status = 403, description = "None of your roles allows it")))]
async fn list(
    app: Data<App>,
    who: Can<ReadLeads>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Page<LeadRow>>> {
    let (limit, order, now) = (page_limit(query.limit)?, query.order()?, app.now());
    let page = app
        .db
        .transaction(move |conn| -> DbResult<Page<LeadRow>> {
            let viewer = Viewer::of(conn, &who)?;
            if query.q.is_some() {
                plan_for_these_words(conn)?;
            }
            let found = queries::page(conn, &viewer, query.filter(now), order, limit)?;
            let total = match query.count {
                true => Some(queries::count(conn, &viewer, query.filter(now))?),
                false => None,
            };
            let mut page = Page::cut_with(found, limit, |last| query.cursor_after(last));
            page.total = total;
            let found = std::mem::take(&mut page.items);
            Ok(page.with_items(rows(conn, found, now)?))
        })
        .await?;
    Ok(Json(page))
}

/// The leads by where they stand: counts, and the first cards of each column.
#[utoipa::path(get, path = "/api/v1/leads/board", operation_id = "leads_board", tag = "leads",
    params(BoardQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = LeadBoard), (status = 403, description = "None of your roles allows it")))]
async fn show_board(
    app: Data<App>,
    who: Can<ReadLeads>,
    Query(query): Query<BoardQuery>,
) -> ApiResult<Json<LeadBoard>> {
    let now = app.now();
    let board = app
        .db
        .transaction(move |conn| -> DbResult<LeadBoard> {
            let viewer = Viewer::of(conn, &who)?;
            board::read(conn, &viewer, &query, now)
        })
        .await?;
    Ok(Json(board))
}

/// A new lead's fields, and its id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewLead {
    id: Option<Uuid>,
    #[serde(flatten)]
    fields: LeadFields,
}

/// A new lead. Who works it: the owner it names, else whom the assignment rules name if the caller may assign leads,
/// else the caller.
#[utoipa::path(post, path = "/api/v1/leads", operation_id = "leads_create", tag = "leads",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewLead, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = LeadView),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create(
    app: Data<App>,
    who: Can<WriteLeads>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, fields) = new_record::<Lead, LeadFields>(body.value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let assigner = Viewer::with::<AssignLeads>(conn, &who)?;
        let lead = commands::create(conn, &act, assigner.as_ref(), id, fields)?;
        let view = LeadView::of(conn, lead, now)?;
        Ok(Answer::created(format!("/api/v1/leads/{id}"), 1, &view)?)
    })
    .await
}

/// One lead.
#[utoipa::path(get, path = "/api/v1/leads/{id}", operation_id = "leads_get", tag = "leads",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = LeadView), (status = 403, description = "None of your roles allows it")))]
async fn show(app: Data<App>, who: Can<ReadLeads>, Id(id): Id<Lead>) -> ApiResult<HttpResponse> {
    let now = app.now();
    let view = app
        .db
        .read(move |conn| {
            let viewer = Viewer::of(conn, &who)?;
            let lead = queries::find(conn, &viewer, id)?.ok_or(LeadError::NotFound(id))?;
            Ok::<_, LeadError>(LeadView::of(conn, lead, now)?)
        })
        .await?;
    Ok(tagged(view.lead.version, &view)?)
}

/// Changes some fields of a lead (JSON merge patch); not where it stands.
#[utoipa::path(patch, path = "/api/v1/leads/{id}", operation_id = "leads_change", tag = "leads",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = LeadFields, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = LeadView),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn change(
    app: Data<App>,
    who: Can<WriteLeads>,
    Id(id): Id<Lead>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let assigner = Viewer::with::<AssignLeads>(conn, &who)?;
        let lead = commands::change(conn, &act, assigner.as_ref(), id, &if_match, &body.value)?;
        shown(conn, lead, &act)
    })
    .await
}

pub(super) fn shown(conn: &mut PgConnection, lead: Lead, act: &Act) -> ApiResult<Answer> {
    let version = lead.version;
    Ok(Answer::record(
        version,
        &LeadView::of(conn, lead, act.now)?,
    )?)
}

/// Puts a lead away; `restore` takes it out again.
#[utoipa::path(delete, path = "/api/v1/leads/{id}", operation_id = "leads_archive", tag = "leads",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it")))]
async fn archive(
    app: Data<App>,
    who: Can<WriteLeads>,
    Id(id): Id<Lead>,
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

/// Takes a lead out of the archive.
#[utoipa::path(post, path = "/api/v1/leads/{id}/restore", operation_id = "leads_restore", tag = "leads",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = LeadView), (status = 403, description = "None of your roles allows it")))]
async fn restore(
    app: Data<App>,
    who: Can<WriteLeads>,
    once: OnceKey,
    Id(id): Id<Lead>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, [0; 32], move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let lead = commands::restore(conn, &act, id, &if_match)?;
        shown(conn, lead, &act)
    })
    .await
}
