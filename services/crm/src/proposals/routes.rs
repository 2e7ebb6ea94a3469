use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, ServiceConfig, delete, get, patch, post, resource};
use diesel::PgConnection;
use nexus_auth::can::{ReadProposals, WriteProposals};
use nexus_auth::{Can, Permission, Principal};
use nexus_db::DbResult;
use nexus_kernel::{Cursor, Page, business_day};
use nexus_problem::{ApiError, ApiResult, Body, Id, IfMatch, Query, new_record};
use nexus_service::{Answer, App, OnceKey, page_limit, read_cursor, tagged};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::commands;
use super::diff::{ProposalDiff, diff};
use super::error::ProposalError;
use super::links::Links;
use super::model::{Proposal, ProposalFields, Version};
use super::queries::{self, Filter, Sorting};
use super::state::ProposalStatus;
use super::views::{ProposalLink, ProposalRow, ProposalView, VersionView, rows};
use super::{paper_routes, public_routes, step_routes};
use crate::clients::queries::{plan_for_these_words, words};
use crate::lines;
use crate::lines::model::LineFields;
use crate::lines::queries::Document;
use crate::orders::routes::{Waiting, part, sees_costs};
use nexus_records::Act;
use nexus_records::Viewer;

pub fn configure(cfg: &mut ServiceConfig) {
    // Before the paths with an id.
    public_routes::configure(cfg);
    paper_routes::configure(cfg);
    cfg.service(
        resource("/api/v1/proposals")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(
        resource("/api/v1/proposals/{id}")
            .route(get().to(show))
            .route(patch().to(change))
            .route(delete().to(archive)),
    )
    .service(resource("/api/v1/proposals/{id}/versions").route(get().to(versions)))
    .service(resource("/api/v1/proposals/{id}/versions/{number}").route(get().to(version)))
    .service(resource("/api/v1/proposals/{id}/diff").route(get().to(show_diff)));
    step_routes::configure(cfg);
}

/// Which proposals.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Words found in the proposal's number or the client's name.
    q: Option<String>,
    client_id: Option<Uuid>,
    opportunity_id: Option<Uuid>,
    owner_id: Option<Uuid>,
    status: Option<ProposalStatus>,
    /// `approval`: only those that wait for a manager's yes.
    #[param(inline)]
    waiting: Option<Waiting>,
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
#[schema(as = ProposalSort)]
enum Sort {
    #[default]
    #[serde(rename = "-updated_at")]
    UpdatedDown,
    #[serde(rename = "updated_at")]
    Updated,
}

/// Proposals, filtered, searched, sorted.
#[utoipa::path(get, path = "/api/v1/proposals", operation_id = "proposals_list", tag = "proposals",
    params(ListQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<ProposalRow>), (status = 403, description = "None of your roles allows it")))]
async fn list(
    app: Data<App>,
    who: Can<ReadProposals>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Page<ProposalRow>>> {
    let limit = page_limit(query.limit)?;
    let sorting = Sorting {
        descending: matches!(query.sort, Sort::UpdatedDown),
        after: read_cursor(query.cursor.as_deref())?,
    };
    let now = app.now();
    let filter = Filter {
        words: query.q.as_deref().map(words).unwrap_or_default(),
        client_id: query.client_id,
        opportunity_id: query.opportunity_id,
        owner_id: query.owner_id,
        status: query.status.map(|status| (status, business_day(now))),
        waiting: query.waiting.is_some(),
        archived: query.archived,
    };
    let page = app
        .db
        .transaction(move |conn| -> DbResult<Page<ProposalRow>> {
            let viewer = Viewer::of(conn, &who)?;
            if query.q.is_some() {
                plan_for_these_words(conn)?;
            }
            let found = queries::page(conn, &viewer, filter.clone(), sorting, limit)?;
            let total = match query.count {
                true => Some(queries::count(conn, &viewer, filter)?),
                false => None,
            };
            let cursor = |last: &Proposal| Cursor((last.updated_at, last.id)).encode();
            let mut page = Page::cut_with(found, limit, cursor);
            page.total = total;
            let found = std::mem::take(&mut page.items);
            Ok(page.with_items(rows(conn, found, now)?))
        })
        .await?;
    Ok(Json(page))
}

/// A new proposal's fields and lines, and its id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewProposal {
    id: Option<Uuid>,
    /// None yet is fine for a draft.
    lines: Option<Vec<LineFields>>,
    #[serde(flatten)]
    fields: ProposalFields,
}

/// What changes of a proposal. Lines, when given, replace all lines.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct ProposalChange {
    lines: Option<Vec<LineFields>>,
    #[serde(flatten)]
    fields: ProposalFields,
}

/// A new proposal, as a draft.
#[utoipa::path(post, path = "/api/v1/proposals", operation_id = "proposals_create", tag = "proposals",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewProposal, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = ProposalView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create(
    app: Data<App>,
    who: Can<WriteProposals>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let mut value = body.value;
    let lines: Vec<LineFields> = part(&mut value, "lines")?.unwrap_or_default();
    let (id, fields) = new_record::<Proposal, ProposalFields>(value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let proposal = commands::create(conn, &act, &who, id, fields, lines)?;
        created(conn, &who, proposal, &act)
    })
    .await
}

/// 201 with a new proposal.
pub fn created(
    conn: &mut PgConnection,
    who: &Principal,
    proposal: Proposal,
    act: &Act,
) -> ApiResult<Answer> {
    let path = format!("/api/v1/proposals/{}", proposal.id);
    let view = ProposalView::of(conn, proposal, act.now, sees_costs(who))?;
    Ok(Answer::created(path, view.version, &view)?)
}

/// The proposal as it is now.
pub fn shown(
    conn: &mut PgConnection,
    who: &Principal,
    proposal: Proposal,
    act: &Act,
) -> ApiResult<Answer> {
    let view = ProposalView::of(conn, proposal, act.now, sees_costs(who))?;
    Ok(Answer::record(view.version, &view)?)
}

/// The customer's link to the version sent.
pub fn link_of(
    conn: &mut PgConnection,
    links: &Links,
    proposal: nexus_kernel::RecordId<Proposal>,
) -> DbResult<Option<ProposalLink>> {
    let sent = queries::sent(conn, proposal)?;
    let found = sent.and_then(|sent| Some((sent.number, sent.link_expires_at?)));
    Ok(found.map(|(number, expires_at)| ProposalLink {
        url: links.url(&links.token(proposal, number, expires_at)),
        expires_at,
    }))
}

/// One proposal, with the version that counts.
#[utoipa::path(get, path = "/api/v1/proposals/{id}", operation_id = "proposals_get", tag = "proposals",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ProposalView), (status = 403, description = "None of your roles allows it")))]
async fn show(
    app: Data<App>,
    links: Option<Data<Links>>,
    who: Can<ReadProposals>,
    Id(id): Id<Proposal>,
) -> ApiResult<HttpResponse> {
    let now = app.now();
    let view = app
        .db
        .read(move |conn| {
            let viewer = Viewer::of(conn, &who)?;
            let found = queries::find(conn, &viewer, id)?.ok_or(ProposalError::NotFound(id))?;
            let mut view = ProposalView::of(conn, found, now, sees_costs(&who))?;
            if let (Some(_), Some(links)) = (view.sent_version, links)
                && who.scope_of(WriteProposals::NAME).is_some()
            {
                view.link = link_of(conn, &links, id)?;
            }
            Ok::<_, ProposalError>(view)
        })
        .await?;
    Ok(tagged(view.version, &view)?)
}

/// Changes the draft (JSON merge patch). What the customer has stays as it is: changing it opens the next version.
#[utoipa::path(patch, path = "/api/v1/proposals/{id}", operation_id = "proposals_change", tag = "proposals",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = ProposalChange, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ProposalView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn change(
    app: Data<App>,
    who: Can<WriteProposals>,
    Id(id): Id<Proposal>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    let mut value = body.value;
    let lines = part(&mut value, "lines")?;
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let changed = commands::change(conn, &act, &who, id, &if_match, &value, lines)?;
        shown(conn, &who, changed, &act)
    })
    .await
}

/// Puts a proposal away, unless the customer has it; `restore` takes it out again.
#[utoipa::path(delete, path = "/api/v1/proposals/{id}", operation_id = "proposals_archive", tag = "proposals",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")), security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The customer has it")))]
async fn archive(
    app: Data<App>,
    who: Can<WriteProposals>,
    Id(id): Id<Proposal>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        commands::archive(conn, &act, id, &if_match, true)?;
        Ok(Answer::nothing())
    })
    .await
}

/// All its versions, the first one first.
#[utoipa::path(get, path = "/api/v1/proposals/{id}/versions", operation_id = "proposals_versions", tag = "proposals",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<VersionView>), (status = 403, description = "None of your roles allows it")))]
async fn versions(
    app: Data<App>,
    who: Can<ReadProposals>,
    Id(id): Id<Proposal>,
) -> ApiResult<Json<Page<VersionView>>> {
    let now = app.now();
    let views = app
        .db
        .read(move |conn| {
            let proposal = visible(conn, &who, id)?;
            let mut views = Vec::new();
            for version in queries::versions(conn, id)? {
                let client = proposal.client_id;
                views.push(VersionView::of(
                    conn,
                    client,
                    version,
                    now,
                    sees_costs(&who),
                )?);
            }
            Ok::<_, ProposalError>(views)
        })
        .await?;
    Ok(Json(Page::whole(views)))
}

fn visible(
    conn: &mut PgConnection,
    who: &Can<ReadProposals>,
    id: nexus_kernel::RecordId<Proposal>,
) -> Result<Proposal, ProposalError> {
    let viewer = Viewer::of(conn, who)?;
    queries::find(conn, &viewer, id)?.ok_or(ProposalError::NotFound(id))
}

/// One version.
#[utoipa::path(get, path = "/api/v1/proposals/{id}/versions/{number}", operation_id = "proposals_version", tag = "proposals",
    params(("id" = Uuid, Path), ("number" = i32, Path, description = "From 1")), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = VersionView), (status = 403, description = "None of your roles allows it")))]
async fn version(
    app: Data<App>,
    who: Can<ReadProposals>,
    Id(id): Id<Proposal>,
    path: Path<(String, String)>,
) -> ApiResult<Json<VersionView>> {
    let now = app.now();
    let number = path.1.parse().map_err(|_| ProposalError::NoVersion)?;
    let view = app
        .db
        .read(move |conn| {
            let proposal = visible(conn, &who, id)?;
            let version = version_of(conn, id, number)?;
            let client = proposal.client_id;
            Ok::<_, ApiError>(VersionView::of(
                conn,
                client,
                version,
                now,
                sees_costs(&who),
            )?)
        })
        .await?;
    Ok(Json(view))
}

fn version_of(
    conn: &mut PgConnection,
    id: nexus_kernel::RecordId<Proposal>,
    number: i32,
) -> Result<Version, ProposalError> {
    queries::version(conn, id, number)?.ok_or(ProposalError::NoVersion)
}

/// Which versions.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DiffQuery {
    /// The one before `to` when not given.
    from: Option<i32>,
    /// The one that counts when not given.
    to: Option<i32>,
}

/// What is different between two versions: lines, terms, totals.
#[utoipa::path(get, path = "/api/v1/proposals/{id}/diff", operation_id = "proposals_diff", tag = "proposals",
    params(("id" = Uuid, Path), DiffQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ProposalDiff), (status = 403, description = "None of your roles allows it")))]
async fn show_diff(
    app: Data<App>,
    who: Can<ReadProposals>,
    Id(id): Id<Proposal>,
    Query(query): Query<DiffQuery>,
) -> ApiResult<Json<ProposalDiff>> {
    let told = app
        .db
        .read(move |conn| {
            let proposal = visible(conn, &who, id)?;
            let to = query.to.unwrap_or(proposal.current_version);
            let from = query.from.unwrap_or((to - 1).max(1));
            let (from, to) = (version_of(conn, id, from)?, version_of(conn, id, to)?);
            let old = lines::queries::of(conn, Document::ProposalVersion(from.id.uuid()))?;
            let new = lines::queries::of(conn, Document::ProposalVersion(to.id.uuid()))?;
            Ok::<_, ProposalError>(diff((&from, &old), (&to, &new), sees_costs(&who)))
        })
        .await?;
    Ok(Json(told))
}
