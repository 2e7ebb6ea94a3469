//! How well the company covers its shops: figures by agent, class or province, and every shop on the map.

use actix_web::web::{Data, Json, ServiceConfig, get, resource};
use diesel::PgConnection;
use nexus_auth::Can;
use nexus_auth::can::ReadVisits;
use nexus_db::DbResult;
use nexus_kernel::{UserId, business_day};
use nexus_problem::{ApiResult, Query};
use nexus_records::{Viewer, users};
use nexus_service::App;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::model::Standing;
use super::queries::{self, Covered, Spot};
use super::routes::PlaceQuery;
use crate::rules::model::urgency;

/// More points than a map can show; the list has them all.
const SPOTS_MOST: i64 = 20_000;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/coverage").route(get().to(show)))
        .service(resource("/api/v1/coverage/map").route(get().to(show_map)));
}

/// What the lines of the report are.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CoverageBy)]
enum By {
    #[default]
    Agent,
    Class,
    Province,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CoverageQuery {
    #[serde(default)]
    #[param(inline)]
    by: By,
}

/// Shops of clients that are not lost: how many were seen in time.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct CoverageLine {
    /// The agent's id, the class, or the province; absent for shops without.
    key: Option<String>,
    /// An agent's name.
    name: Option<String>,
    /// Shops.
    places: i32,
    /// Seen within their interval.
    within: i32,
    /// Of those: a visit is due.
    due: i32,
    /// Seen, but not within their interval.
    overdue: i32,
    /// Never seen.
    never: i32,
}

/// The lines and their sum.
#[derive(Debug, Serialize, ToSchema)]
pub struct Coverage {
    total: CoverageLine,
    items: Vec<CoverageLine>,
}

fn report(
    conn: &mut PgConnection,
    viewer: &Viewer,
    by: By,
    today: chrono::NaiveDate,
) -> DbResult<Coverage> {
    let column = match by {
        By::Agent => "owner_id::text",
        By::Class => "class",
        By::Province => "province",
    };
    let lines = queries::coverage(conn, viewer, column, today)?;
    let agents: Vec<UserId> = match by {
        By::Agent => lines
            .iter()
            .filter_map(|line| line.key.as_deref()?.parse().ok())
            .collect(),
        By::Class | By::Province => Vec::new(),
    };
    let names = users::queries::names(conn, &agents)?;
    let mut total = CoverageLine::default();
    let mut items = Vec::with_capacity(lines.len());
    for Covered {
        key,
        places,
        within,
        due,
        overdue,
        never,
    } in lines
    {
        total.places += places;
        total.within += within;
        total.due += due;
        total.overdue += overdue;
        total.never += never;
        let agent: Option<UserId> = key.as_deref().and_then(|key| key.parse().ok());
        let name = agent.and_then(|agent| names.get(&agent).cloned());
        items.push(CoverageLine {
            key,
            name,
            places,
            within,
            due,
            overdue,
            never,
        });
    }
    Ok(Coverage { total, items })
}

/// How many shops were seen within their interval, by agent, class or province.
#[utoipa::path(get, path = "/api/v1/coverage", operation_id = "coverage_get", tag = "coverage",
    params(CoverageQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Coverage), (status = 403, description = "None of your roles allows it")))]
async fn show(
    app: Data<App>,
    who: Can<ReadVisits>,
    Query(query): Query<CoverageQuery>,
) -> ApiResult<Json<Coverage>> {
    let today = business_day(app.now());
    let coverage = app
        .db
        .read(move |conn| -> DbResult<Coverage> {
            let viewer = Viewer::of(conn, &who)?;
            report(conn, &viewer, query.by, today)
        })
        .await?;
    Ok(Json(coverage))
}

/// A shop on the map, as an array to be small: id, name, latitude, longitude, urgency in hundredths, standing, class.
#[derive(Debug, Serialize, ToSchema)]
pub struct MapSpot(Uuid, String, f64, f64, i32, Standing, Option<String>);

/// Shops on the map.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageMap {
    items: Vec<MapSpot>,
    /// There are more, which only the list shows.
    cut: bool,
}

fn spot(spot: Spot, today: chrono::NaiveDate) -> Option<MapSpot> {
    let urgency = urgency(
        today,
        spot.cadence_days,
        spot.last_visit_on,
        spot.known_since,
    );
    let standing = match spot.last_visit_on {
        None => Standing::Never,
        Some(_) if urgency >= 1.0 => Standing::Overdue,
        Some(_) if spot.due_on <= today => Standing::Due,
        Some(_) => Standing::Fine,
    };
    #[expect(clippy::cast_possible_truncation, reason = "bounded to 99,900")]
    let hundredths = (urgency.min(999.0) * 100.0).round() as i32;
    Some(MapSpot(
        spot.id, spot.name, spot.lat?, spot.lng?, hundredths, standing, spot.class,
    ))
}

/// Shops on the map, by the same filters as the list.
#[utoipa::path(get, path = "/api/v1/coverage/map", operation_id = "coverage_map", tag = "coverage",
    params(PlaceQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = CoverageMap), (status = 403, description = "None of your roles allows it")))]
async fn show_map(
    app: Data<App>,
    who: Can<ReadVisits>,
    Query(query): Query<PlaceQuery>,
) -> ApiResult<Json<CoverageMap>> {
    let today = business_day(app.now());
    let map = app
        .db
        .read(move |conn| -> DbResult<CoverageMap> {
            let viewer = Viewer::of(conn, &who)?;
            let spots = queries::spots(conn, &viewer, &query.filter(today), SPOTS_MOST + 1)?;
            let most = usize::try_from(SPOTS_MOST).unwrap_or(usize::MAX);
            let cut = spots.len() > most;
            let items = spots
                .into_iter()
                .take(most)
                .filter_map(|one| spot(one, today))
                .collect();
            Ok(CoverageMap { items, cut })
        })
        .await?;
    Ok(Json(map))
}
