use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, get, put, resource};
use nexus_auth::Can;
use nexus_auth::can::{ManageVisits, ReadVisits};
use nexus_problem::{ApiResult, Body, IfMatch, Problem};
use nexus_records::{Act, Viewer};
use nexus_service::{Answer, App, tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::commands::{self, RulesView};
use super::model::VisitRules;
use super::queries::{self, LocalHoliday};

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/visit-rules")
            .route(get().to(show))
            .route(put().to(replace)),
    )
    .service(
        resource("/api/v1/visit-rules/local-holidays")
            .route(get().to(list_holidays))
            .route(put().to(replace_holidays)),
    );
}

/// How the company visits its shops.
#[utoipa::path(get, path = "/api/v1/visit-rules", operation_id = "visit_rules_get", tag = "visit-rules", security(("bearer" = [])),
    responses((status = 200, description = "Done", body = RulesView), (status = 403, description = "None of your roles allows it")))]
async fn show(app: Data<App>, _who: Can<ReadVisits>) -> ApiResult<HttpResponse> {
    let (version, rules) = app.db.read(queries::read).await?;
    Ok(tagged(version, &RulesView { version, rules })?)
}

/// Writes the rules as a whole; every shop comes due by the new ones at once.
#[utoipa::path(put, path = "/api/v1/visit-rules", operation_id = "visit_rules_put", tag = "visit-rules",
    params(("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = VisitRules, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = RulesView), (status = 403, description = "None of your roles allows it")))]
async fn replace(
    app: Data<App>,
    who: Can<ManageVisits>,
    if_match: IfMatch,
    body: Body<VisitRules>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let view = commands::replace(conn, &act, &if_match, body.value)?;
        Ok(Answer::record(view.version, &view)?)
    })
    .await
}

/// The days on which a town's shops are closed, over the national holidays.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalHolidays {
    items: Vec<LocalHoliday>,
}

/// Patron saints' days, town by town.
#[utoipa::path(get, path = "/api/v1/visit-rules/local-holidays", operation_id = "local_holidays_get", tag = "visit-rules", security(("bearer" = [])),
    responses((status = 200, description = "Done", body = LocalHolidays), (status = 403, description = "None of your roles allows it")))]
async fn list_holidays(app: Data<App>, _who: Can<ReadVisits>) -> ApiResult<Json<LocalHolidays>> {
    let items = app.db.read(queries::local_holidays).await?;
    Ok(Json(LocalHolidays { items }))
}

/// Writes all local holidays as a whole.
#[utoipa::path(put, path = "/api/v1/visit-rules/local-holidays", operation_id = "local_holidays_put", tag = "visit-rules",
    request_body = LocalHolidays, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = LocalHolidays), (status = 403, description = "None of your roles allows it")))]
async fn replace_holidays(
    app: Data<App>,
    who: Can<ManageVisits>,
    body: Body<LocalHolidays>,
) -> ApiResult<Json<LocalHolidays>> {
    let now = app.now();
    let items = app
        .db
        .transaction(move |conn| -> Result<Vec<LocalHoliday>, Problem> {
            let act = Act {
                viewer: Viewer::of(conn, &who)?,
                now,
            };
            commands::replace_holidays(conn, &act, body.value.items)
        })
        .await?;
    Ok(Json(LocalHolidays { items }))
}
