use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, get, resource};
use nexus_auth::Can;
use nexus_auth::can::ReadAnalytics;
use nexus_db::DbResult;
use nexus_kernel::Page;
use nexus_problem::{ApiResult, Body, Id, Problem};
use nexus_records::Viewer;
use nexus_service::{Answer, App};

use super::model::{Digest, DigestFields};
use super::{commands, queries};

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/analytics/digests")
            .route(get().to(list))
            .route(actix_web::web::put().to(set)),
    )
    .service(resource("/api/v1/analytics/digests/{id}").route(actix_web::web::delete().to(delete)));
}

/// The letters with figures that one gets.
#[utoipa::path(get, path = "/api/v1/analytics/digests", operation_id = "analytics_digests_list", tag = "analytics",
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<Digest>), (status = 403, description = "None of your roles allows it")))]
async fn list(app: Data<App>, who: Can<ReadAnalytics>) -> ApiResult<Json<Page<Digest>>> {
    let user = who.user_id;
    let digests = app
        .db
        .read(move |conn| -> DbResult<_> { queries::list(conn, user) })
        .await?;
    Ok(Json(Page::whole(digests)))
}

/// Sets one's own digest of a dashboard: a letter at seven in the morning with its figures, as one may see them then.
#[utoipa::path(put, path = "/api/v1/analytics/digests", operation_id = "analytics_digests_set", tag = "analytics",
    request_body = DigestFields, security(("bearer" = [])),
    responses((status = 200, description = "Set", body = Digest), (status = 403, description = "None of your roles allows it"),
        (status = 422, description = "Some fields are wrong: `errors` says which")))]
async fn set(
    app: Data<App>,
    who: Can<ReadAnalytics>,
    body: Body<DigestFields>,
) -> ApiResult<Json<Digest>> {
    let now = app.now();
    let digest = app
        .db
        .transaction(move |conn| -> Result<Digest, Problem> {
            let viewer = Viewer::of(conn, &who)?;
            commands::set(conn, &viewer, body.value, now)
        })
        .await?;
    Ok(Json(digest))
}

/// Takes one's own digest away: no more letters.
#[utoipa::path(delete, path = "/api/v1/analytics/digests/{id}", operation_id = "analytics_digests_delete", tag = "analytics",
    params(("id" = uuid::Uuid, Path)), security(("bearer" = [])),
    responses((status = 204, description = "Gone"), (status = 404, description = "You have no such digest")))]
async fn delete(
    app: Data<App>,
    who: Can<ReadAnalytics>,
    Id(id): Id<Digest>,
) -> ApiResult<HttpResponse> {
    let (owner, now) = (who.user_id, app.now());
    app.write(move |conn| {
        commands::delete(conn, owner, id, now)?;
        Ok(Answer::nothing())
    })
    .await
}
