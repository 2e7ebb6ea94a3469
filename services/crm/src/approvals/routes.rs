use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, get, put, resource};
use nexus_auth::Can;
use nexus_auth::can::{ManageUsers, ReadOrders};
use nexus_outbox::announce;
use nexus_problem::{ApiResult, Body, IfMatch, Problem};
use nexus_service::{Answer, App, tagged};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::Rules;
use super::queries;
use nexus_records::Author;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/approval-rules")
            .route(get().to(show))
            .route(put().to(replace)),
    );
}

/// The rules and their version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApprovalRules {
    version: i64,
    #[serde(flatten)]
    rules: Rules,
}

/// What needs approval.
#[utoipa::path(get, path = "/api/v1/approval-rules", operation_id = "approval_rules_get", tag = "orders",
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ApprovalRules), (status = 403, description = "None of your roles allows it")))]
async fn show(app: Data<App>, _who: Can<ReadOrders>) -> ApiResult<HttpResponse> {
    let (version, rules) = app.db.read(queries::rules).await?;
    Ok(tagged(version, &ApprovalRules { version, rules })?)
}

/// Replaces the rules. What was approved stays so; what waits is judged by the rules it was written under.
#[utoipa::path(put, path = "/api/v1/approval-rules", operation_id = "approval_rules_replace", tag = "orders",
    params(("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = Rules, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ApprovalRules), (status = 403, description = "None of your roles allows it")))]
async fn replace(
    app: Data<App>,
    who: Can<ManageUsers>,
    if_match: IfMatch,
    body: Body<Rules>,
) -> ApiResult<HttpResponse> {
    let if_match = if_match.required()?;
    let author = Author {
        user_id: Some(who.user_id),
        now: app.now(),
    };
    app.write(move |conn| {
        let rules = body.value.review()?;
        let (version, before) = queries::lock(conn)?;
        if !if_match.allows(version) {
            let current = ApprovalRules {
                version,
                rules: before,
            };
            return Err(Problem::stale(&current).into());
        }
        if rules == before {
            return Ok(Answer::record(version, &ApprovalRules { version, rules })?);
        }
        let version = version + 1;
        queries::save(conn, &author, version, &rules)?;
        let kind = "crm.approval_rules.changed.v1";
        announce(
            conn,
            &author.fact(kind, Uuid::nil(), version, Some(&before), &rules),
        )?;
        Ok(Answer::record(version, &ApprovalRules { version, rules })?)
    })
    .await
}
