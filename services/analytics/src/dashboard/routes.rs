use actix_web::http::header::{ETAG, IF_NONE_MATCH};
use actix_web::web::{Data, ServiceConfig, get, resource};
use actix_web::{HttpRequest, HttpResponse};
use nexus_auth::Can;
use nexus_auth::can::ReadAnalytics;
use nexus_kernel::business_day;
use nexus_problem::{ApiResult, FieldErrors, Problem, Query};
use nexus_records::Viewer;
use nexus_service::App;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::cache::{Cache, Known, Question};
use super::compose::{change, compose};
use super::model::{Dashboard, Tile};
use crate::filter::scoped;
use crate::filtered_query;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/analytics/dashboard").route(get().to(show)));
}

filtered_query! {
    /// Which figures.
    DashboardQuery {
        /// Tiles with commas between them; all when not given.
        tiles: Option<String>,
    }
}

/// The tiles of a list with commas.
///
/// # Errors
/// When one of them is none.
pub fn tiles_of(list: Option<&str>) -> Result<Vec<Tile>, FieldErrors> {
    let Some(list) = list else {
        return Ok(Tile::ALL.to_vec());
    };
    let mut tiles = Vec::new();
    for word in list
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
    {
        let Some(tile) = Tile::from_word(word) else {
            let known: Vec<&str> = Tile::ALL.iter().map(|tile| tile.word()).collect();
            let detail = format!("There is no tile {word:?}; there are {}.", known.join(", "));
            return Err(FieldErrors::one("tiles", "tiles.unknown", detail));
        };
        if !tiles.contains(&tile) {
            tiles.push(tile);
        }
    }
    Ok(tiles)
}

/// All figures of a filter, at once. `If-None-Match` is honoured: 304 as long as nothing has changed.
#[utoipa::path(get, path = "/api/v1/analytics/dashboard", operation_id = "analytics_dashboard", tag = "analytics",
    params(DashboardQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Dashboard), (status = 304, description = "Nothing has changed"),
        (status = 403, description = "None of your roles allows it")))]
async fn show(
    app: Data<App>,
    cache: Data<Cache>,
    who: Can<ReadAnalytics>,
    request: HttpRequest,
    Query(query): Query<DashboardQuery>,
) -> ApiResult<HttpResponse> {
    let tiles = tiles_of(query.tiles.as_deref())?;
    let now = app.now();
    let (known, tag) = app
        .db
        .read(move |conn| -> Result<(Known, String), Problem> {
            let viewer = Viewer::of(conn, &who)?;
            let scoped = scoped(conn, &viewer, &query.filter(), business_day(now))?;
            let question = Question { scoped, tiles };
            let mut hasher = DefaultHasher::new();
            question.hash(&mut hasher);
            let change = change(conn)?;
            let known = match cache.get(&question, change) {
                Some(known) => known,
                None => {
                    let dashboard = compose(conn, question.scoped.clone(), &question.tiles, now)?;
                    cache.put(question, dashboard.change, &json(&dashboard)?)
                }
            };
            // Figures about hours change without an event: within a minute.
            let tag = format!(
                "\"{}-{:x}-{}\"",
                known.change,
                hasher.finish(),
                now.timestamp() / 60
            );
            Ok((known, tag))
        })
        .await?;
    let held = request
        .headers()
        .get(IF_NONE_MATCH)
        .and_then(|held| held.to_str().ok());
    if held == Some(tag.as_str()) {
        return Ok(HttpResponse::NotModified()
            .insert_header((ETAG, tag))
            .finish());
    }
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, tag))
        .content_type("application/json")
        .body(known.body.to_string()))
}

fn json(dashboard: &Dashboard) -> Result<String, Problem> {
    serde_json::to_string(dashboard).map_err(|error| {
        tracing::error!(cause = %error, "a dashboard cannot be written as JSON");
        Problem::internal()
    })
}
