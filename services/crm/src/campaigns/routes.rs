use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, get, patch, post, resource};
use nexus_auth::Can;
use nexus_auth::can::{AssignLeads, ReadLeads};
use nexus_kernel::Page;
use nexus_problem::{ApiResult, Body, Id, IfMatch, Query, new_record};
use nexus_service::{Answer, App, OnceKey};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::error::CampaignError;
use super::model::{Campaign, CampaignFields, LeadSource, SourceFields};
use super::{commands, queries};
use nexus_records::Act;
use nexus_records::Viewer;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/lead-sources")
            .route(get().to(list_sources))
            .route(post().to(create_source)),
    )
    .service(
        resource("/api/v1/lead-sources/{id}")
            .route(patch().to(change_source))
            .route(actix_web::web::delete().to(archive_source)),
    )
    .service(
        resource("/api/v1/campaigns")
            .route(get().to(list_campaigns))
            .route(post().to(create_campaign)),
    )
    .service(
        resource("/api/v1/campaigns/{id}")
            .route(get().to(show_campaign))
            .route(patch().to(change_campaign))
            .route(actix_web::web::delete().to(archive_campaign)),
    );
}

/// Which ones.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `true`: those put away too.
    #[serde(default)]
    archived: bool,
}

/// A new source's fields, and its id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewLeadSource {
    id: Option<Uuid>,
    #[serde(flatten)]
    fields: SourceFields,
}

/// The sources, in their order.
#[utoipa::path(get, path = "/api/v1/lead-sources", operation_id = "lead_sources_list", tag = "leads",
    params(ListQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<LeadSource>), (status = 403, description = "None of your roles allows it")))]
async fn list_sources(
    app: Data<App>,
    _who: Can<ReadLeads>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Page<LeadSource>>> {
    let found = app
        .db
        .read(move |conn| Ok::<_, CampaignError>(queries::sources(conn, query.archived)?))
        .await?;
    Ok(Json(Page::whole(found)))
}

/// A new source.
#[utoipa::path(post, path = "/api/v1/lead-sources", operation_id = "lead_sources_create", tag = "leads",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewLeadSource, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = LeadSource),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create_source(
    app: Data<App>,
    who: Can<AssignLeads>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, fields) = new_record::<LeadSource, SourceFields>(body.value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let made = commands::create_source(conn, &act, id, fields)?;
        Ok(Answer::created(
            format!("/api/v1/lead-sources/{id}"),
            1,
            &made,
        )?)
    })
    .await
}

/// Changes some fields of a source (JSON merge patch).
#[utoipa::path(patch, path = "/api/v1/lead-sources/{id}", operation_id = "lead_sources_change", tag = "leads",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = SourceFields, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = LeadSource),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn change_source(
    app: Data<App>,
    who: Can<AssignLeads>,
    Id(id): Id<LeadSource>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let changed = commands::change_source(conn, &act, id, &if_match, &body.value)?;
        Ok(Answer::record(changed.version, &changed)?)
    })
    .await
}

/// Puts a source away; what names it goes on naming it.
#[utoipa::path(delete, path = "/api/v1/lead-sources/{id}", operation_id = "lead_sources_archive", tag = "leads",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it")))]
async fn archive_source(
    app: Data<App>,
    who: Can<AssignLeads>,
    Id(id): Id<LeadSource>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        commands::archive_source(conn, &act, id, &if_match)?;
        Ok(Answer::nothing())
    })
    .await
}

/// A new campaign's fields, and its id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewCampaign {
    id: Option<Uuid>,
    #[serde(flatten)]
    fields: CampaignFields,
}

/// The campaigns, the latest first.
#[utoipa::path(get, path = "/api/v1/campaigns", operation_id = "campaigns_list", tag = "leads",
    params(ListQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<Campaign>), (status = 403, description = "None of your roles allows it")))]
async fn list_campaigns(
    app: Data<App>,
    _who: Can<ReadLeads>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Page<Campaign>>> {
    let found = app
        .db
        .read(move |conn| Ok::<_, CampaignError>(queries::campaigns(conn, query.archived)?))
        .await?;
    Ok(Json(Page::whole(found)))
}

/// A new campaign.
#[utoipa::path(post, path = "/api/v1/campaigns", operation_id = "campaigns_create", tag = "leads",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewCampaign, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = Campaign),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create_campaign(
    app: Data<App>,
    who: Can<AssignLeads>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, fields) = new_record::<Campaign, CampaignFields>(body.value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let made = commands::create_campaign(conn, &act, id, fields)?;
        Ok(Answer::created(
            format!("/api/v1/campaigns/{id}"),
            1,
            &made,
        )?)
    })
    .await
}

/// Changes some fields of a campaign (JSON merge patch).
#[utoipa::path(patch, path = "/api/v1/campaigns/{id}", operation_id = "campaigns_change", tag = "leads",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = CampaignFields, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Campaign),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn change_campaign(
    app: Data<App>,
    who: Can<AssignLeads>,
    Id(id): Id<Campaign>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let changed = commands::change_campaign(conn, &act, id, &if_match, &body.value)?;
        Ok(Answer::record(changed.version, &changed)?)
    })
    .await
}

/// Puts a campaign away; what names it goes on naming it.
#[utoipa::path(delete, path = "/api/v1/campaigns/{id}", operation_id = "campaigns_archive", tag = "leads",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it")))]
async fn archive_campaign(
    app: Data<App>,
    who: Can<AssignLeads>,
    Id(id): Id<Campaign>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        commands::archive_campaign(conn, &act, id, &if_match)?;
        Ok(Answer::nothing())
    })
    .await
}

/// One campaign.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}", operation_id = "campaigns_get", tag = "leads",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Campaign), (status = 403, description = "None of your roles allows it")))]
async fn show_campaign(
    app: Data<App>,
    _who: Can<ReadLeads>,
    Id(id): Id<Campaign>,
) -> ApiResult<HttpResponse> {
    let found = app
        .db
        .read(move |conn| queries::campaign(conn, id)?.ok_or(CampaignError::NotFound("campaign")))
        .await?;
    Ok(nexus_service::tagged(found.version, &found)?)
}
