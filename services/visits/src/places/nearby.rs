//! Shops that fill a gap: near where somebody is, or on the way of a tour; open when one is there.

use actix_web::web::{Data, Json, ServiceConfig, get, resource};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use nexus_auth::Can;
use nexus_auth::can::ReadVisits;
use nexus_db::DbResult;
use nexus_kernel::business_day;
use nexus_problem::{ApiResult, FieldErrors, Id, Problem, Query};
use nexus_records::Viewer;
use nexus_service::App;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::model::Standing;
use super::spots::{Spot, area, promising, seconds, sorted, spots};
use crate::planner::order::cheapest;
use crate::planner::schedule::Call;
use crate::plans::engines::Engines;
use crate::tours::edits;
use crate::tours::model::Tour;
use crate::tours::outline::Outline;
use crate::tours::timing::Resume;
use crate::travel::{Matrix, Point, TimesFrom};

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/places/nearby").route(get().to(around)))
        .service(resource("/api/v1/tours/{id}/nearby").route(get().to(on_the_way)));
}

/// Where somebody is, and how much time they have.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AroundQuery {
    lat: f64,
    lng: f64,
    /// Minutes to spare: for the way there and the visit. 5 to 480; 60 when not given.
    minutes: Option<u32>,
    /// 1 to 40; 10 when not given.
    limit: Option<usize>,
}

/// How much longer a tour may become.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct WayQuery {
    /// The most minutes of additional driving: 1 to 240; 20 when not given.
    minutes: Option<u32>,
    /// 1 to 40; 10 when not given.
    limit: Option<usize>,
}

fn bounded(pointer: &str, given: Option<u32>, usual: u32, most: u32) -> Result<u32, FieldErrors> {
    let value = given.unwrap_or(usual);
    if (1..=most).contains(&value) {
        return Ok(value);
    }
    let detail = format!("Give 1 to {most}.");
    Err(FieldErrors::one(pointer, "number.range", detail))
}

fn limited(given: Option<usize>) -> Result<usize, FieldErrors> {
    let limit = given.map(|limit| u32::try_from(limit).unwrap_or(u32::MAX));
    Ok(bounded("limit", limit, 10, 40)? as usize)
}

/// A shop that fits in, and when.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NearbyPlace {
    pub(super) place_id: Uuid,
    pub(super) client_id: Uuid,
    pub(super) client_name: String,
    pub(super) place_name: String,
    pub(super) street: Option<String>,
    pub(super) city: Option<String>,
    pub(super) class: Option<String>,
    pub(super) lat: f64,
    pub(super) lng: f64,
    /// Days since the last visit ÷ days between visits.
    pub(super) urgency: f64,
    pub(super) standing: Standing,
    pub(super) last_visit_on: Option<NaiveDate>,
    /// How long a visit takes.
    pub(super) minutes: i32,
    /// Additional driving: the way there, or how much longer the tour's way becomes.
    pub(super) detour_minutes: i32,
    pub(super) begins_at: DateTime<Utc>,
    pub(super) ends_at: DateTime<Utc>,
    /// On a tour: its place among the stops, from 0.
    pub(super) position: Option<usize>,
}

/// Shops that fit in; what is most urgent for its detour first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Nearby {
    items: Vec<NearbyPlace>,
    times_from: TimesFrom,
}

/// One's own shops around a place that are open now, near enough for the time to spare, and on nobody's plan; what is most urgent
/// for the way there first. The position is used for this answer and not kept.
#[utoipa::path(get, path = "/api/v1/places/nearby", operation_id = "places_nearby", tag = "places",
    params(AroundQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Nearby), (status = 403, description = "None of your roles allows it")))]
async fn around(
    app: Data<App>,
    engines: Data<Engines>,
    who: Can<ReadVisits>,
    Query(query): Query<AroundQuery>,
) -> ApiResult<Json<Nearby>> {
    if query.lat.abs() > 90.0 || query.lng.abs() > 180.0 {
        let detail = "Latitude is -90 to 90, longitude -180 to 180.";
        return Err(Problem::from(FieldErrors::one("lat", "place.unknown", detail)).into());
    }
    let spare = i64::from(bounded("minutes", query.minutes, 60, 480)?) * 60;
    let limit = limited(query.limit)?;
    let (here, now) = ((query.lat, query.lng), app.now());
    let today = business_day(now);
    let found = app
        .db
        .read(move |conn| -> DbResult<Vec<Spot>> {
            let viewer = Viewer::of(conn, &who)?;
            let minutes = f64::from(i32::try_from(spare / 60).unwrap_or(0));
            let within = area(&[here], minutes);
            let found = spots(conn, &viewer, who.user_id, within, today)?;
            let guess = |spot: &Spot| seconds(here, spot.point);
            Ok(promising(found, today, spare, guess))
        })
        .await?;
    let points: Vec<Point> = [here]
        .into_iter()
        .chain(found.iter().map(|spot| spot.point))
        .collect();
    let matrix = engines.matrix(&points).await;
    let items = found.iter().zip(1..).filter_map(|(spot, at)| {
        let way = i64::from(matrix.seconds[0][at]);
        let arrives = now + TimeDelta::seconds(way);
        let length = TimeDelta::minutes(i64::from(spot.minutes));
        let open = spot
            .open
            .iter()
            .any(|span| span.from <= arrives && arrives + length <= span.until);
        let fits = open && way + length.num_seconds() <= spare;
        fits.then(|| spot.fits(today, way, arrives))
    });
    let items = sorted(items.collect(), limit);
    Ok(Json(Nearby {
        items,
        times_from: matrix.from,
    }))
}

/// The agent's shops on the way of a tour that fit into what is left of it: open when one comes by, nothing else missed, and not
/// more driving than said. What is most urgent for its detour comes first.
#[utoipa::path(get, path = "/api/v1/tours/{id}/nearby", operation_id = "tours_nearby", tag = "tours",
    params(("id" = Uuid, Path), WayQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Nearby), (status = 403, description = "None of your roles allows it")))]
async fn on_the_way(
    app: Data<App>,
    engines: Data<Engines>,
    who: Can<ReadVisits>,
    Id(id): Id<Tour>,
    Query(query): Query<WayQuery>,
) -> ApiResult<Json<Nearby>> {
    let most = i64::from(bounded("minutes", query.minutes, 20, 240)?) * 60;
    let (limit, now) = (limited(query.limit)?, app.now());
    let (outline, found) = app
        .db
        .read(move |conn| -> Result<(Outline, Vec<Spot>), Problem> {
            let viewer = Viewer::of(conn, &who)?;
            let edit = edits::read(conn, &viewer, id, Resume::at(now), |_, known| Ok(known))?;
            let outline = edit.outline;
            let way = way(&outline);
            if way.is_empty() {
                return Ok((outline, Vec::new()));
            }
            let km = f64::from(i32::try_from(most / 60).unwrap_or(0)) * 0.6 + 1.0;
            let found = spots(conn, &viewer, outline.agent_id, area(&way, km), outline.day)?;
            let guess = |spot: &Spot| detour(&way, spot.point);
            let found = promising(found, outline.day, most, guess);
            Ok((outline, found))
        })
        .await?;
    let points: Vec<Point> = outline
        .points
        .iter()
        .copied()
        .chain(found.iter().map(|spot| spot.point))
        .collect();
    let matrix = engines.matrix(&points).await;
    let items = found
        .iter()
        .enumerate()
        .filter_map(|(number, spot)| fitted(&outline, spot, number, most, &matrix));
    let items = sorted(items.collect(), limit);
    Ok(Json(Nearby {
        items,
        times_from: matrix.from,
    }))
}

/// The points of what is left of a day, in their order.
fn way(outline: &Outline) -> Vec<Point> {
    let start = outline.shift.start;
    let stops = outline.ahead.iter().map(|ahead| ahead.call.location);
    let places = start.into_iter().chain(stops).chain(outline.shift.end);
    places.map(|at| outline.points[at]).collect()
}

/// The least that a point adds to a way, in seconds.
fn detour(way: &[Point], point: Point) -> i64 {
    let between = way
        .windows(2)
        .map(|pair| seconds(pair[0], point) + seconds(point, pair[1]) - seconds(pair[0], pair[1]));
    let alone = way.iter().map(|other| 2 * seconds(*other, point));
    between.chain(alone).min().unwrap_or(0)
}

fn fitted(
    outline: &Outline,
    spot: &Spot,
    number: usize,
    most: i64,
    matrix: &Matrix,
) -> Option<NearbyPlace> {
    let calls: Vec<Call> = outline
        .ahead
        .iter()
        .map(|ahead| ahead.call.clone())
        .collect();
    let call = Call {
        location: outline.points.len() + number,
        spans: spot.open.clone(),
        seconds: i64::from(spot.minutes) * 60,
    };
    let before = crate::planner::schedule::schedule(&outline.shift, &calls, matrix);
    let (at, with) = cheapest(&outline.shift, &calls, &call, 0, matrix);
    let (was, is) = (outline.shift.misses(&before), outline.shift.misses(&with));
    let more = with.travel_seconds - before.travel_seconds;
    // What the day misses already, it may go on missing.
    if (is.0, is.1) > (was.0, was.1) || more > most {
        return None;
    }
    let stop = &with.stops[at];
    let begins = stop.arrives_at + TimeDelta::seconds(stop.waiting_seconds);
    Some(NearbyPlace {
        position: Some(outline.head.len() + at),
        ..spot.fits(outline.day, more, begins)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_on_the_way_is_no_detour() {
        let way = [(45.0, 7.0), (45.0, 8.0)];
        let on_it = detour(&way, (45.0, 7.5));
        let off_it = detour(&way, (45.3, 7.5));
        // Stopping costs what parking does; speed between near places is lower, too.
        assert!(on_it < 1_000, "{on_it}");
        assert!(off_it > on_it + 600, "{off_it}");
    }
}
