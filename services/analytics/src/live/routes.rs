use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, ServiceConfig, get, resource};
use nexus_auth::Can;
use nexus_auth::can::ReadAnalytics;
use nexus_problem::{ApiResult, FieldErrors, Query};
use nexus_service::App;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Live;
use crate::dashboard::change;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/analytics/changes").route(get().to(wait)));
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ChangesQuery {
    /// The `change` of the dashboard that is shown.
    #[serde(default)]
    after: i64,
    /// Wait so many seconds for the next, up to 25.
    #[serde(default)]
    wait: u64,
}

/// The last change of the figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct Changes {
    pub change: i64,
}

const LONGEST: u64 = 25;

/// Whether figures have changed: answers at once if so, else when they do or when the wait is over. The status comes at
/// once, the body later.
#[utoipa::path(get, path = "/api/v1/analytics/changes", operation_id = "analytics_changes", tag = "analytics",
    params(ChangesQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Changes), (status = 403, description = "None of your roles allows it"),
        (status = 422, description = "Some fields are wrong: `errors` says which")))]
async fn wait(
    app: Data<App>,
    live: Data<Live>,
    _who: Can<ReadAnalytics>,
    Query(query): Query<ChangesQuery>,
) -> ApiResult<HttpResponse> {
    if query.wait > LONGEST {
        let detail = format!("Wait at most {LONGEST} seconds.");
        return Err(FieldErrors::one("wait", "wait.range", detail).into());
    }
    let now = app.db.read(change).await?;
    if now > query.after || query.wait == 0 {
        return Ok(HttpResponse::Ok().json(Changes { change: now }));
    }
    let (app, live) = (app.get_ref().clone(), live.get_ref().clone());
    let body = futures_util::stream::once(async move {
        live.after(query.after, Duration::from_secs(query.wait))
            .await;
        // What cannot be read now is as it was: whoever waits asks again.
        let change = app.db.read(change).await.unwrap_or(now);
        let body = serde_json::to_vec(&Changes { change }).unwrap_or_default();
        Ok::<_, std::convert::Infallible>(Bytes::from(body))
    });
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .streaming(Box::pin(body)))
}
