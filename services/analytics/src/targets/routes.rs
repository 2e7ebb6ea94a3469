use actix_web::web::{Data, Json, ServiceConfig, get, put, resource};
use chrono::NaiveDate;
use diesel::PgConnection;
use nexus_auth::Can;
use nexus_auth::can::{ReadAnalytics, WriteTargets};
use nexus_db::DbResult;
use nexus_kernel::{UserId, business_day};
use nexus_outbox::announce;
use nexus_problem::{ApiResult, Body, FieldErrors, Problem, Query};
use nexus_records::{Author, Viewer, users};
use nexus_service::App;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model::TargetsOfMonth;
use super::queries;
use crate::facts::feed::note_change;
use crate::measures::read::first_of_month;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/analytics/targets")
            .route(get().to(show))
            .route(put().to(replace)),
    );
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TargetsQuery {
    /// A day of the month; this month when not given.
    month: Option<NaiveDate>,
}

/// The targets of a month, of those whose figures the caller sees.
#[utoipa::path(get, path = "/api/v1/analytics/targets", operation_id = "analytics_targets_show", tag = "analytics",
    params(TargetsQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = TargetsOfMonth), (status = 403, description = "None of your roles allows it")))]
async fn show(
    app: Data<App>,
    who: Can<ReadAnalytics>,
    Query(query): Query<TargetsQuery>,
) -> ApiResult<Json<TargetsOfMonth>> {
    let month = first_of_month(query.month.unwrap_or_else(|| business_day(app.now())));
    let targets = app
        .db
        .read(move |conn| -> DbResult<_> {
            let viewer = Viewer::of(conn, &who)?;
            queries::of_month(conn, &viewer, month)
        })
        .await?;
    Ok(Json(TargetsOfMonth { month, targets }))
}

/// Sets targets of a month. Those that are not named stay; a value of 0 takes one away.
#[utoipa::path(put, path = "/api/v1/analytics/targets", operation_id = "analytics_targets_set", tag = "analytics",
    request_body = TargetsOfMonth, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = TargetsOfMonth), (status = 403, description = "None of your roles allows it"),
        (status = 422, description = "Some fields are wrong: `errors` says which")))]
async fn replace(
    app: Data<App>,
    who: Can<WriteTargets>,
    body: Body<TargetsOfMonth>,
) -> ApiResult<Json<TargetsOfMonth>> {
    let wanted = body.value.review()?;
    let now = app.now();
    let set = app
        .db
        .transaction(move |conn| -> Result<TargetsOfMonth, Problem> {
            let viewer = Viewer::of(conn, &who)?;
            check_owners(conn, &viewer, &wanted)?;
            let before = TargetsOfMonth {
                month: wanted.month,
                targets: queries::of_month(conn, &viewer, wanted.month)?,
            };
            queries::save(conn, wanted.month, &wanted.targets, who.user_id, now)?;
            let after = TargetsOfMonth {
                month: wanted.month,
                targets: queries::of_month(conn, &viewer, wanted.month)?,
            };
            let author = Author {
                user_id: Some(who.user_id),
                now,
            };
            let fact = author.fact(
                "analytics.targets.changed.v1",
                subject(wanted.month),
                now.timestamp_micros(),
                Some(&before),
                &after,
            );
            announce(conn, &fact)?;
            note_change(conn, None)?;
            Ok(after)
        })
        .await?;
    Ok(Json(set))
}

/// A month's targets are told as one record, whose id says which month.
fn subject(month: NaiveDate) -> Uuid {
    let days = u128::try_from((month - NaiveDate::default()).num_days()).unwrap_or(0);
    Uuid::from_u128(days)
}

fn check_owners(
    conn: &mut PgConnection,
    viewer: &Viewer,
    wanted: &TargetsOfMonth,
) -> Result<(), Problem> {
    let mut errors = FieldErrors::default();
    for (place, target) in wanted.targets.iter().enumerate() {
        let owner = UserId::from_uuid(target.owner_id);
        if !viewer.reaches(Some(owner)) || !users::queries::exists(conn, owner)? {
            let detail = "There is no such user, or their targets are not yours to set.";
            errors.add(
                format!("/targets/{place}/owner_id"),
                "owner_id.unknown",
                detail,
            );
        }
    }
    Ok(errors.or(())?)
}
