//! How well the company covers its shops: figures by agent, class, province or territory, and every shop on the map.

use std::collections::HashMap;

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

use super::cover::{self, Covered, Part, Spot};
use super::model::Standing;
use super::routes::PlaceQuery;
use crate::rules::model::urgency;
use crate::territories;

/// More points than a map can show; the list has them all.
const SPOTS_MOST: i64 = 20_000;
/// A client's value is what it ordered within so many days.
const YEAR: chrono::Days = chrono::Days::new(365);

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
    Territory,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CoverageQuery {
    #[serde(default)]
    #[param(inline)]
    by: By,
    /// Only shops of this agent …
    #[param(value_type = Option<Uuid>)]
    owner_id: Option<UserId>,
    class: Option<String>,
    province: Option<String>,
    territory_id: Option<Uuid>,
    /// … and of clients that are `active`, say; of all that are not lost when not given.
    lifecycle: Option<String>,
}

impl CoverageQuery {
    fn part(&self) -> Part {
        Part {
            owner_id: self.owner_id.map(UserId::uuid),
            class: self.class.clone(),
            province: self.province.as_deref().map(str::to_uppercase),
            territory_id: self.territory_id,
            lifecycle: self.lifecycle.clone(),
        }
    }
}

/// Shops of clients that are not lost: how many were seen in time.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct CoverageLine {
    /// The agent's or the territory's id, the class, or the province; absent for shops without.
    key: Option<String>,
    /// An agent's or a territory's name.
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
    /// Seen within their interval, in hundredths of all: the coverage.
    #[schema(example = 72.5)]
    within_percent: f64,
}

impl CoverageLine {
    fn with_share(mut self) -> Self {
        let share = f64::from(self.within) / f64::from(self.places.max(1));
        self.within_percent = (share * 1_000.0).round() / 10.0;
        self
    }
}

/// The lines and their sum.
#[derive(Debug, Serialize, ToSchema)]
pub struct Coverage {
    total: CoverageLine,
    items: Vec<CoverageLine>,
}

/// What the lines are called.
fn names(conn: &mut PgConnection, by: By, lines: &[Covered]) -> DbResult<HashMap<String, String>> {
    Ok(match by {
        By::Agent => {
            let keys = lines.iter().filter_map(|line| line.key.as_deref());
            let agents: Vec<UserId> = keys.filter_map(|key| key.parse().ok()).collect();
            let names = users::queries::names(conn, &agents)?.into_iter();
            names.map(|(id, name)| (id.to_string(), name)).collect()
        }
        By::Territory => territories::queries::all(conn)?
            .into_iter()
            .map(|territory| (territory.id.to_string(), territory.name))
            .collect(),
        By::Class | By::Province => HashMap::new(),
    })
}

fn report(
    conn: &mut PgConnection,
    viewer: &Viewer,
    query: &CoverageQuery,
    today: chrono::NaiveDate,
) -> DbResult<Coverage> {
    let column = match query.by {
        By::Agent => "owner_id::text",
        By::Class => "class",
        By::Province => "province",
        By::Territory => "territory_id::text",
    };
    let lines = cover::coverage(conn, viewer, &query.part(), column, today)?;
    let names = names(conn, query.by, &lines)?;
    let mut total = CoverageLine::default();
    let mut items = Vec::with_capacity(lines.len());
    for line in lines {
        let line = CoverageLine {
            name: line.key.as_ref().and_then(|key| names.get(key).cloned()),
            key: line.key,
            places: line.places,
            within: line.within,
            due: line.due,
            overdue: line.overdue,
            never: line.never,
            within_percent: 0.0,
        };
        total.places += line.places;
        total.within += line.within;
        total.due += line.due;
        total.overdue += line.overdue;
        total.never += line.never;
        items.push(line.with_share());
    }
    Ok(Coverage {
        total: total.with_share(),
        items,
    })
}

/// How many shops were seen within their interval, by agent, class, province or territory.
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
            report(conn, &viewer, &query, today)
        })
        .await?;
    Ok(Json(coverage))
}

/// A shop on the map, as an array to be small: id, name, latitude, longitude, urgency in hundredths, standing, class, and what its
/// client ordered within a year, in cents.
#[derive(Debug, Serialize, ToSchema)]
pub struct MapSpot(Uuid, String, f64, f64, i32, Standing, Option<String>, i64);

/// Shops on the map.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageMap {
    items: Vec<MapSpot>,
    /// There are more, which only the list shows.
    cut: bool,
    /// So many more have no place on the map.
    nowhere: i64,
}

fn spot(spot: Spot, today: chrono::NaiveDate, cents: i64) -> Option<MapSpot> {
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
        spot.id,
        spot.name,
        round(spot.lat?),
        round(spot.lng?),
        hundredths,
        standing,
        spot.class,
        cents,
    ))
}

/// To a metre: more digits only make the answer longer.
fn round(degrees: f64) -> f64 {
    (degrees * 1e5).round() / 1e5
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
            let filter = query.filter(today);
            let nowhere = cover::nowhere(conn, &viewer, &filter)?;
            let spots = cover::spots(conn, &viewer, &filter, SPOTS_MOST + 1)?;
            let most = usize::try_from(SPOTS_MOST).unwrap_or(usize::MAX);
            let cut = spots.len() > most;
            let since = today.checked_sub_days(YEAR).unwrap_or(today);
            let mut clients: Vec<Uuid> = spots.iter().map(|one| one.client_id).collect();
            clients.sort_unstable();
            clients.dedup();
            let ordered = cover::ordered_since(conn, &clients, since)?;
            let cents = |one: &Spot| ordered.get(&one.client_id).copied().unwrap_or(0);
            let items = spots
                .into_iter()
                .take(most)
                .filter_map(|one| {
                    let cents = cents(&one);
                    spot(one, today, cents)
                })
                .collect();
            Ok(CoverageMap {
                items,
                cut,
                nowhere,
            })
        })
        .await?;
    Ok(Json(map))
}
