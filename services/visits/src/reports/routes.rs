use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, delete, get, patch, post, resource};
use nexus_auth::Can;
use nexus_auth::can::{ManageVisits, ReadVisits};
use nexus_kernel::Page;
use nexus_problem::{ApiResult, Body, Id, IfMatch, Problem, new_record};
use nexus_records::{Act, Viewer};
use nexus_service::{Answer, App, OnceKey, tagged};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::commands;
use super::model::{Template, TemplateFields};
use super::queries;
use crate::places::queries as places;
use crate::visits::model::Visit;
use crate::visits::queries as visits;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/report-templates")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(
        resource("/api/v1/report-templates/{id}")
            .route(get().to(show))
            .route(patch().to(change))
            .route(delete().to(archive)),
    )
    .service(resource("/api/v1/visits/{id}/report-template").route(get().to(show_for_visit)));
}

/// What reports ask, in the order in which the templates are tried.
#[utoipa::path(get, path = "/api/v1/report-templates", operation_id = "report_templates_list", tag = "report-templates",
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<Template>), (status = 403, description = "None of your roles allows it")))]
async fn list(app: Data<App>, _who: Can<ReadVisits>) -> ApiResult<Json<Page<Template>>> {
    let found = app.db.read(queries::all).await?;
    Ok(Json(Page::whole(found)))
}

/// A new template, and its id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewReportTemplate {
    id: Option<Uuid>,
    #[serde(flatten)]
    fields: TemplateFields,
}

/// A new template.
#[utoipa::path(post, path = "/api/v1/report-templates", operation_id = "report_templates_create", tag = "report-templates",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewReportTemplate, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = Template), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create(
    app: Data<App>,
    who: Can<ManageVisits>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, fields) = new_record::<Template, TemplateFields>(body.value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let made = commands::create(conn, &act, id, fields)?;
        let at = format!("/api/v1/report-templates/{id}");
        Ok(Answer::created(at, 1, &made)?)
    })
    .await
}

/// One template.
#[utoipa::path(get, path = "/api/v1/report-templates/{id}", operation_id = "report_templates_get", tag = "report-templates",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Template), (status = 403, description = "None of your roles allows it")))]
async fn show(
    app: Data<App>,
    _who: Can<ReadVisits>,
    Id(id): Id<Template>,
) -> ApiResult<HttpResponse> {
    let found = app.db.read(move |conn| queries::find(conn, id)).await?;
    let found = found.ok_or_else(|| Problem::not_found("report template"))?;
    Ok(tagged(found.version, &found)?)
}

/// Changes some fields of a template (JSON merge patch). Reports that were made keep what they were asked.
#[utoipa::path(patch, path = "/api/v1/report-templates/{id}", operation_id = "report_templates_change", tag = "report-templates",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = TemplateFields, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Template), (status = 403, description = "None of your roles allows it")))]
async fn change(
    app: Data<App>,
    who: Can<ManageVisits>,
    Id(id): Id<Template>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let changed = commands::change(conn, &act, id, &if_match, &body.value)?;
        Ok(Answer::record(changed.version, &changed)?)
    })
    .await
}

/// Nobody is asked this any more.
#[utoipa::path(delete, path = "/api/v1/report-templates/{id}", operation_id = "report_templates_archive", tag = "report-templates",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it")))]
async fn archive(
    app: Data<App>,
    who: Can<ManageVisits>,
    Id(id): Id<Template>,
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

/// What the report of a visit asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitTemplate {
    /// `null`: nothing is asked.
    template: Option<Template>,
}

/// What the report of this visit asks: the first template that is for the client's class.
#[utoipa::path(get, path = "/api/v1/visits/{id}/report-template", operation_id = "visits_report_template", tag = "report-templates",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = VisitTemplate), (status = 403, description = "None of your roles allows it")))]
async fn show_for_visit(
    app: Data<App>,
    who: Can<ReadVisits>,
    Id(id): Id<Visit>,
) -> ApiResult<Json<VisitTemplate>> {
    let template = app
        .db
        .read(move |conn| -> Result<Option<Template>, Problem> {
            let missing = || Problem::not_found("visit");
            let viewer = Viewer::of(conn, &who)?;
            let visit = visits::find(conn, &viewer, id)?.ok_or_else(missing)?;
            let place = places::find_any(conn, visit.place_id)?.ok_or_else(missing)?;
            commands::template_for(conn, place.class.as_deref())
        })
        .await?;
    Ok(Json(VisitTemplate { template }))
}
