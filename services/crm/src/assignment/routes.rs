use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, delete, get, patch, post, resource};
use nexus_auth::Can;
use nexus_auth::can::AssignLeads;
use nexus_kernel::Page;
use nexus_problem::{ApiResult, Body, Id, IfMatch, new_record};
use nexus_service::{Answer, App, OnceKey};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::error::RuleError;
use super::model::{AssignmentRule, RuleFields};
use super::{commands, queries};
use nexus_records::Act;
use nexus_records::Viewer;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/assignment-rules")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(
        resource("/api/v1/assignment-rules/{id}")
            .route(patch().to(change))
            .route(delete().to(archive)),
    );
}

/// A new rule's fields, and its id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewAssignmentRule {
    id: Option<Uuid>,
    #[serde(flatten)]
    fields: RuleFields,
}

/// The rules, in the order in which they are tried.
#[utoipa::path(get, path = "/api/v1/assignment-rules", operation_id = "assignment_rules_list", tag = "leads",
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<AssignmentRule>), (status = 403, description = "None of your roles allows it")))]
async fn list(app: Data<App>, _who: Can<AssignLeads>) -> ApiResult<Json<Page<AssignmentRule>>> {
    let found = app
        .db
        .read(|conn| Ok::<_, RuleError>(queries::all(conn)?))
        .await?;
    Ok(Json(Page::whole(found)))
}

/// A new rule.
#[utoipa::path(post, path = "/api/v1/assignment-rules", operation_id = "assignment_rules_create", tag = "leads",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewAssignmentRule, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = AssignmentRule),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create(
    app: Data<App>,
    who: Can<AssignLeads>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, fields) = new_record::<AssignmentRule, RuleFields>(body.value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let made = commands::create(conn, &act, id, fields)?;
        Ok(Answer::created(
            format!("/api/v1/assignment-rules/{id}"),
            1,
            &made,
        )?)
    })
    .await
}

/// Changes some fields of a rule (JSON merge patch).
#[utoipa::path(patch, path = "/api/v1/assignment-rules/{id}", operation_id = "assignment_rules_change", tag = "leads",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = RuleFields, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = AssignmentRule),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn change(
    app: Data<App>,
    who: Can<AssignLeads>,
    Id(id): Id<AssignmentRule>,
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

/// Puts a rule away.
#[utoipa::path(delete, path = "/api/v1/assignment-rules/{id}", operation_id = "assignment_rules_archive", tag = "leads",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it")))]
async fn archive(
    app: Data<App>,
    who: Can<AssignLeads>,
    Id(id): Id<AssignmentRule>,
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
