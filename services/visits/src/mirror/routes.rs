use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, get, post, resource};
use nexus_auth::Can;
use nexus_auth::can::ManageVisits;
use nexus_problem::{ApiResult, Problem};
use nexus_service::App;

use super::progress::{self, Progress};
use super::rebuild::{self, Crm};

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/visits/rebuild")
            .route(get().to(show))
            .route(post().to(start)),
    );
}

/// How far the last rebuild is.
#[utoipa::path(get, path = "/api/v1/visits/rebuild", operation_id = "visits_rebuild_show", tag = "visits", security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Progress), (status = 403, description = "None of your roles allows it"),
        (status = 404, description = "There was none yet")))]
async fn show(app: Data<App>, _who: Can<ManageVisits>) -> ApiResult<Json<Progress>> {
    let last = app.db.read(progress::last).await?;
    Ok(Json(last.ok_or_else(|| Problem::not_found("rebuild"))?))
}

/// Makes what visits know of crm anew, from the beginning of its feed. What is here answers meanwhile.
#[utoipa::path(post, path = "/api/v1/visits/rebuild", operation_id = "visits_rebuild_start", tag = "visits", security(("bearer" = [])),
    responses((status = 202, description = "Begun", body = Progress), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "One is running")))]
async fn start(
    app: Data<App>,
    crm: Option<Data<Crm>>,
    _who: Can<ManageVisits>,
) -> ApiResult<HttpResponse> {
    let crm =
        crm.ok_or_else(|| Problem::unavailable("This service has not been told where crm is."))?;
    let begun = rebuild::start(&app, &crm).await?;
    let begun = begun.ok_or_else(|| {
        let detail = "A rebuild is running. Wait for its end.";
        Problem::conflict("rebuild-running", "A rebuild is running", detail)
    })?;
    Ok(HttpResponse::Accepted().json(begun))
}
