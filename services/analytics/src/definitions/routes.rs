use actix_web::web::{Json, ServiceConfig, get, resource};
use nexus_auth::Can;
use nexus_auth::can::ReadAnalytics;
use nexus_kernel::Page;
use nexus_problem::ApiResult;

use super::KpiDefinition;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/analytics/definitions").route(get().to(list)));
}

/// What each figure means: a sentence and a formula.
#[utoipa::path(get, path = "/api/v1/analytics/definitions", operation_id = "analytics_definitions", tag = "analytics",
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<KpiDefinition>), (status = 403, description = "None of your roles allows it")))]
async fn list(_who: Can<ReadAnalytics>) -> ApiResult<Json<Page<KpiDefinition>>> {
    Ok(Json(Page::whole(super::all())))
}
