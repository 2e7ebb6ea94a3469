use actix_multipart::Multipart;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH};
use actix_web::web::{Data, Json, ServiceConfig, delete, get, patch, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use diesel::PgConnection;
use nexus_auth::can::RunImports;
use nexus_auth::{Can, Scope};
use nexus_db::{DbError, DbResult};
use nexus_kernel::Page;
use nexus_problem::{ApiResult, Body, Id, IfMatch, Problem, Query};
use nexus_service::{Answer, App, OnceKey, page_limit, read_cursor, tagged};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::commands::{self, Asker, Wish};
use super::error::ImportError;
use super::guess::ImportKind;
use super::model::{Import, ImportId, Options};
use super::queries::{self, RowFilter, RowOutcome};
use super::upload::{self, Received};
use super::views::{ImportRow, ImportView};
use super::{report, scan, worker};
use nexus_records::{Sees, Viewer};

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/imports")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(
        resource("/api/v1/imports/{id}")
            .route(get().to(show))
            .route(patch().to(change))
            .route(delete().to(remove)),
    )
    .service(resource("/api/v1/imports/{id}/check").route(post().to(check)))
    .service(resource("/api/v1/imports/{id}/run").route(post().to(run)))
    .service(resource("/api/v1/imports/{id}/rows").route(get().to(rows)))
    .service(resource("/api/v1/imports/{id}/report.csv").route(get().to(report)));
}

/// One's own imports; everybody's in scope `all`.
fn viewer(who: &Can<RunImports>) -> Viewer {
    let sees = match who.scope {
        Scope::All => Sees::Everything,
        Scope::Team | Scope::Own => Sees::OwnedBy(vec![who.user_id]),
    };
    Viewer {
        user_id: who.user_id,
        sees,
    }
}

fn asker(who: &Can<RunImports>) -> Asker<'_> {
    Asker {
        viewer: viewer(who),
        scope: who.scope,
        who,
    }
}

/// The form that brings a file.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is read as it arrives")]
pub struct ImportUpload {
    /// What the rows are.
    kind: ImportKind,
    /// The CSV file, up to 64 MiB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Brings a file. Its encoding, separator and columns are found out; what the columns are is guessed, to be corrected.
#[utoipa::path(post, path = "/api/v1/imports", operation_id = "imports_create", tag = "imports",
    request_body(content = ImportUpload, content_type = "multipart/form-data"), security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    responses((status = 201, description = "Done", body = ImportView),
        (status = 403, description = "None of your roles allows it"),
        (status = 408, description = "The file took too long to arrive")))]
async fn create(
    request: HttpRequest,
    app: Data<App>,
    who: Can<RunImports>,
    once: OnceKey,
    body: Multipart,
) -> ApiResult<HttpResponse> {
    let said = request.headers().get(CONTENT_LENGTH);
    let said = said.and_then(|length| length.to_str().ok()?.parse().ok());
    upload::check_length(said)?;
    let id = ImportId::new();
    let arriving = Import::arriving(id, who.user_id, app.now());
    app.db
        .transaction(move |conn| queries::insert(conn, &arriving))
        .await?;
    // The body is gone before the answer is: what still comes of it is passed over, and the connection does not stall.
    let kept = keep(&app, who, once, id, body).await;
    // Nothing stays of an upload that became no import.
    app.db
        .transaction(move |conn| queries::drop_upload(conn, id))
        .await?;
    kept
}

async fn keep(
    app: &App,
    who: Can<RunImports>,
    once: OnceKey,
    id: ImportId,
    body: Multipart,
) -> ApiResult<HttpResponse> {
    let Received {
        kind,
        filename,
        hash,
    } = upload::receive(app, id, body).await?;
    commands::check_rights(&who, kind)?;
    let arrived = Import {
        filename,
        ..Import::arriving(id, who.user_id, app.now())
    };
    let import = scan::scan(app, arrived, kind).await?;
    app.write_once(once, who.user_id.uuid(), hash, move |conn| {
        let mut import = import;
        commands::suggest(conn, &who, &mut import)?;
        queries::save(conn, &import)?;
        let location = format!("/api/v1/imports/{id}");
        Ok(Answer::created(location, 1, &ImportView::from(import))?)
    })
    .await
}

/// Where a list goes on.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    limit: Option<u32>,
    cursor: Option<String>,
}

/// One's own imports, the newest first; everybody's in scope `all`.
#[utoipa::path(get, path = "/api/v1/imports", operation_id = "imports_list", tag = "imports",
    params(ListQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<ImportView>),
        (status = 403, description = "None of your roles allows it")))]
async fn list(
    app: Data<App>,
    who: Can<RunImports>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Page<ImportView>>> {
    let limit = page_limit(query.limit)?;
    let after = read_cursor(query.cursor.as_deref())?;
    let found = app
        .db
        .read(move |conn| queries::page(conn, &viewer(&who), after, limit))
        .await?;
    let page = Page::cut(found, limit, |last| (last.created_at, last.id));
    Ok(Json(page.map(ImportView::from)))
}

async fn find(app: &App, who: Can<RunImports>, id: ImportId) -> Result<Import, ImportError> {
    app.db
        .read(move |conn| queries::find(conn, &viewer(&who), id)?.ok_or(ImportError::NotFound(id)))
        .await
}

/// One import, with how far it is.
#[utoipa::path(get, path = "/api/v1/imports/{id}", operation_id = "imports_get", tag = "imports",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ImportView),
        (status = 403, description = "None of your roles allows it")))]
async fn show(app: Data<App>, who: Can<RunImports>, Id(id): Id<Import>) -> ApiResult<HttpResponse> {
    let import = find(&app, who, id).await?;
    Ok(tagged(import.version, &ImportView::from(import))?)
}

/// What the columns are and how the rows become records (JSON merge patch).
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are merged one by one"
)]
pub struct ImportChanges {
    /// A field for a column; `null` leaves the column out.
    mapping: Option<std::collections::BTreeMap<String, Option<String>>>,
    options: Option<Options>,
}

/// Corrects the mapping and chooses options. Earlier findings are forgotten.
#[utoipa::path(patch, path = "/api/v1/imports/{id}", operation_id = "imports_change", tag = "imports",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = ImportChanges, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ImportView),
        (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn change(
    app: Data<App>,
    who: Can<RunImports>,
    Id(id): Id<Import>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let if_match = if_match.required()?;
    let (mapping, options) = commands::parts(body.value)?;
    app.write(move |conn| {
        let (mapping, options) = (mapping.as_ref(), options.as_ref());
        let import = commands::change(conn, &asker(&who), id, &if_match, mapping, options)?;
        Ok(Answer::record(import.version, &ImportView::from(import))?)
    })
    .await
}

/// Forgets an import and its file. What it imported stays.
#[utoipa::path(delete, path = "/api/v1/imports/{id}", operation_id = "imports_delete", tag = "imports",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    security(("bearer" = [])),
    responses((status = 204, description = "Done"),
        (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn remove(
    app: Data<App>,
    who: Can<RunImports>,
    Id(id): Id<Import>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let if_match = if_match.required()?;
    app.write(move |conn| {
        commands::delete(conn, &asker(&who), id, &if_match)?;
        Ok(Answer::nothing())
    })
    .await
}

/// Says of every row what a run would do. Writes nothing but that.
#[utoipa::path(post, path = "/api/v1/imports/{id}/check", operation_id = "imports_check", tag = "imports",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read")),
    security(("bearer" = [])),
    responses((status = 202, description = "Done", body = ImportView),
        (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn check(
    app: Data<App>,
    who: Can<RunImports>,
    once: OnceKey,
    Id(id): Id<Import>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    start(&app, who, once, id, if_match, Wish::Check).await
}

/// Imports the rows, in the background.
#[utoipa::path(post, path = "/api/v1/imports/{id}/run", operation_id = "imports_run", tag = "imports",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read")),
    security(("bearer" = [])),
    responses((status = 202, description = "Done", body = ImportView),
        (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn run(
    app: Data<App>,
    who: Can<RunImports>,
    once: OnceKey,
    Id(id): Id<Import>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    start(&app, who, once, id, if_match, Wish::Run).await
}

async fn start(
    app: &App,
    who: Can<RunImports>,
    once: OnceKey,
    id: ImportId,
    if_match: IfMatch,
    wish: Wish,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    let answer = app
        .write_once(once, actor, [0; 32], move |conn| {
            let import = commands::start(conn, &asker(&who), id, &if_match, wish, now)?;
            Ok(Answer::accepted(import.version, &ImportView::from(import))?)
        })
        .await?;
    worker::ring();
    Ok(answer)
}

/// Which rows.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RowsQuery {
    /// `warned` are rows of any outcome with a remark.
    #[param(inline)]
    outcome: Option<RowsOutcome>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// What became of rows.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RowsOutcome {
    Created,
    Updated,
    Skipped,
    Failed,
    Warned,
}

impl RowsQuery {
    fn filter(&self) -> RowFilter {
        match self.outcome {
            None => RowFilter::All,
            Some(RowsOutcome::Warned) => RowFilter::Warned,
            Some(RowsOutcome::Created) => RowFilter::Outcome(RowOutcome::Created),
            Some(RowsOutcome::Updated) => RowFilter::Outcome(RowOutcome::Updated),
            Some(RowsOutcome::Skipped) => RowFilter::Outcome(RowOutcome::Skipped),
            Some(RowsOutcome::Failed) => RowFilter::Outcome(RowOutcome::Failed),
        }
    }
}

/// What became of the rows, in the order of the file. Rows that plainly made a record are counted, not listed.
#[utoipa::path(get, path = "/api/v1/imports/{id}/rows", operation_id = "imports_rows", tag = "imports",
    params(("id" = Uuid, Path), RowsQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<ImportRow>),
        (status = 403, description = "None of your roles allows it")))]
async fn rows(
    app: Data<App>,
    who: Can<RunImports>,
    Id(id): Id<Import>,
    Query(query): Query<RowsQuery>,
) -> ApiResult<Json<Page<ImportRow>>> {
    let limit = page_limit(query.limit)?;
    let after: Option<i64> = read_cursor(query.cursor.as_deref())?;
    let columns = find(&app, who, id).await?.header();
    let found = app
        .db
        .read(move |conn: &mut PgConnection| -> DbResult<_> {
            queries::rows(conn, id, query.filter(), after, limit)
        })
        .await?;
    let page = Page::cut(found, limit, |last| last.line);
    Ok(Json(page.map(|row| ImportRow::of(&columns, row))))
}

/// Every row of the file with what became of it, as CSV.
#[utoipa::path(get, path = "/api/v1/imports/{id}/report.csv", operation_id = "imports_report", tag = "imports",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = String, content_type = "text/csv"),
        (status = 403, description = "None of your roles allows it")))]
async fn report(
    app: Data<App>,
    who: Can<RunImports>,
    Id(id): Id<Import>,
) -> ApiResult<HttpResponse> {
    let import = find(&app, who, id).await?;
    let disposition = format!("attachment; filename=\"import-{id}.csv\"");
    let pieces = report::stream(app.get_ref().clone(), import);
    let pieces = futures_util::TryStreamExt::map_err(pieces, broken);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, disposition))
        .streaming(Box::pin(pieces)))
}

/// The head of the answer is sent already: the connection ends, so that a cut report is not taken for a whole one.
fn broken(error: DbError) -> actix_web::Error {
    nexus_problem::ApiError(Problem::from(error)).into()
}
