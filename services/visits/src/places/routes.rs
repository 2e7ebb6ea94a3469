use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, ServiceConfig, delete, get, patch, post, resource};
use chrono::NaiveDate;
use diesel::PgConnection;
use nexus_auth::Can;
use nexus_auth::can::{ReadVisits, WriteVisits};
use nexus_db::DbResult;
use nexus_kernel::text::fold;
use nexus_kernel::{Page, UserId, business_day};
use nexus_problem::{ApiResult, Body, Id, IfMatch, Problem, Query, new_record};
use nexus_records::{Act, Viewer, users};
use nexus_service::{Answer, App, OnceKey, page_limit, read_cursor, tagged};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::commands::{self, NewHoursChange, PlaceWishes};
use super::model::{GeoSource, Place, Standing};
use super::queries::{self, ChangeRow, Filter};

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/places").route(get().to(list)))
        .service(
            resource("/api/v1/places/{id}")
                .route(get().to(show))
                .route(patch().to(change)),
        )
        .service(resource("/api/v1/places/{id}/hours").route(post().to(add_hours)))
        .service(resource("/api/v1/places/{id}/hours/{change}").route(delete().to(remove_hours)));
}

/// Which shops.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PlaceQuery {
    /// Words of the client's or the shop's name, the town or the CAP.
    q: Option<String>,
    /// Whose.
    #[param(value_type = Option<Uuid>)]
    owner_id: Option<UserId>,
    client_id: Option<Uuid>,
    class: Option<String>,
    province: Option<String>,
    /// A CAP or its beginning.
    cap: Option<String>,
    territory_id: Option<Uuid>,
    /// Of clients that are `active`, `prospect`, `dormant` or `lost`.
    lifecycle: Option<String>,
    /// How they stand today: `due` counts what is overdue or was never seen too; the others are the columns of the coverage
    /// report.
    #[param(inline)]
    standing: Option<Wanted>,
    limit: Option<u32>,
    cursor: Option<String>,
    /// `true`: also say how many there are in all.
    #[serde(default)]
    count: bool,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Wanted {
    Due,
    OnlyDue,
    Overdue,
    Never,
}

/// What can stand in a CAP.
fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

impl PlaceQuery {
    pub fn filter(&self, today: NaiveDate) -> Filter {
        let words = self.q.as_deref().map(fold).unwrap_or_default();
        let mut filter = Filter {
            words: words
                .split(' ')
                .filter(|word| !word.is_empty())
                .take(8)
                .map(str::to_owned)
                .collect(),
            owner_id: self.owner_id,
            client_id: self.client_id,
            class: self.class.clone(),
            province: self.province.as_deref().map(str::to_uppercase),
            cap: self.cap.as_deref().map(digits),
            territory_id: self.territory_id,
            lifecycle: self.lifecycle.clone(),
            ..Filter::default()
        };
        match self.standing {
            Some(Wanted::Due) => filter.due_by = Some(today),
            Some(Wanted::OnlyDue) => filter.only_due_at = Some(today),
            Some(Wanted::Overdue) => filter.overdue_at = Some(today),
            Some(Wanted::Never) => filter.never = true,
            None => {}
        }
        filter
    }
}

/// A shop as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlaceView {
    #[serde(flatten)]
    place: Place,
    owner_name: Option<String>,
    /// Days since the last visit ÷ days between visits.
    #[schema(example = 0.85)]
    urgency: f64,
    standing: Standing,
    /// How far off its coordinates may be, in metres.
    geo_within_m: Option<i32>,
}

fn views(
    conn: &mut PgConnection,
    places: Vec<Place>,
    today: NaiveDate,
) -> DbResult<Vec<PlaceView>> {
    let owners: Vec<UserId> = places.iter().filter_map(|place| place.owner_id).collect();
    let names = users::queries::names(conn, &owners)?;
    let view = |place: Place| PlaceView {
        owner_name: place.owner_id.and_then(|owner| names.get(&owner).cloned()),
        urgency: (place.urgency(today) * 100.0).round() / 100.0,
        standing: Standing::of(&place, today),
        geo_within_m: place.geo_source.map(GeoSource::within_m),
        place,
    };
    Ok(places.into_iter().map(view).collect())
}

/// Shops, those due first.
#[utoipa::path(get, path = "/api/v1/places", operation_id = "places_list", tag = "places",
    params(PlaceQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<PlaceView>), (status = 403, description = "None of your roles allows it")))]
async fn list(
    app: Data<App>,
    who: Can<ReadVisits>,
    Query(query): Query<PlaceQuery>,
) -> ApiResult<Json<Page<PlaceView>>> {
    let (limit, after) = (
        page_limit(query.limit)?,
        read_cursor(query.cursor.as_deref())?,
    );
    let today = business_day(app.now());
    let page = app
        .db
        .read(move |conn| -> DbResult<Page<PlaceView>> {
            let viewer = Viewer::of(conn, &who)?;
            let filter = query.filter(today);
            let found = queries::page(conn, &viewer, &filter, after, limit)?;
            let total = match query.count {
                true => Some(queries::count(conn, &viewer, &filter)?),
                false => None,
            };
            let mut page = Page::cut(found, limit, |last| (last.due_on, last.id));
            page.total = total;
            let found = std::mem::take(&mut page.items);
            Ok(page.with_items(views(conn, found, today)?))
        })
        .await?;
    Ok(Json(page))
}

/// Days and hours that are not as usual.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoursChange {
    id: Uuid,
    from_day: NaiveDate,
    until_day: NaiveDate,
    /// None: closed.
    #[schema(value_type = Vec<Vec<String>>)]
    windows: Value,
    note: Option<String>,
}

impl From<ChangeRow> for HoursChange {
    fn from(row: ChangeRow) -> Self {
        let ChangeRow {
            id,
            from_day,
            until_day,
            windows,
            note,
            ..
        } = row;
        Self {
            id,
            from_day,
            until_day,
            windows,
            note,
        }
    }
}

/// A shop with what is different there from today on.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceDetail {
    #[serde(flatten)]
    view: PlaceView,
    hours_changes: Vec<HoursChange>,
}

fn detail(conn: &mut PgConnection, place: Place, today: NaiveDate) -> DbResult<PlaceDetail> {
    let changes = queries::changes(conn, &[place.id], today)?;
    let view = views(conn, vec![place], today)?.remove(0);
    let hours_changes = changes.into_iter().map(HoursChange::from).collect();
    Ok(PlaceDetail {
        view,
        hours_changes,
    })
}

/// One shop.
#[utoipa::path(get, path = "/api/v1/places/{id}", operation_id = "places_get", tag = "places",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = PlaceDetail), (status = 403, description = "None of your roles allows it")))]
async fn show(app: Data<App>, who: Can<ReadVisits>, Id(id): Id<Place>) -> ApiResult<HttpResponse> {
    let today = business_day(app.now());
    let detail = app
        .db
        .read(move |conn| -> Result<PlaceDetail, Problem> {
            let viewer = Viewer::of(conn, &who)?;
            let place = queries::find(conn, &viewer, id.uuid())?
                .ok_or_else(|| Problem::not_found("place"))?;
            Ok(detail(conn, place, today)?)
        })
        .await?;
    Ok(tagged(detail.view.place.version, &detail)?)
}

/// Says how often and how long one shop is visited (JSON merge patch).
#[utoipa::path(patch, path = "/api/v1/places/{id}", operation_id = "places_change", tag = "places",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = PlaceWishes, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = PlaceDetail), (status = 403, description = "None of your roles allows it")))]
async fn change(
    app: Data<App>,
    who: Can<WriteVisits>,
    Id(id): Id<Place>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let place = commands::change(conn, &act, id.uuid(), &if_match, &body.value)?;
        let version = place.version;
        Ok(Answer::record(
            version,
            &detail(conn, place, business_day(now))?,
        )?)
    })
    .await
}

/// The days that are not as usual, and the id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewPlaceHours {
    id: Option<Uuid>,
    #[serde(flatten)]
    change: NewHoursChange,
}

/// Notes that a shop is closed, or open otherwise, for some days.
#[utoipa::path(post, path = "/api/v1/places/{id}/hours", operation_id = "places_add_hours", tag = "places",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewPlaceHours, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = HoursChange), (status = 403, description = "None of your roles allows it")))]
async fn add_hours(
    app: Data<App>,
    who: Can<WriteVisits>,
    once: OnceKey,
    Id(place): Id<Place>,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, new) = new_record::<ChangeRow, NewHoursChange>(body.value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let row = commands::add_change(conn, &act, place.uuid(), id.uuid(), new)?;
        let at = format!("/api/v1/places/{place}/hours/{id}");
        Ok(Answer::created(at, 1, &HoursChange::from(row))?)
    })
    .await
}

/// The shop is open as usual after all.
#[utoipa::path(delete, path = "/api/v1/places/{id}/hours/{change}", operation_id = "places_remove_hours", tag = "places",
    params(("id" = Uuid, Path), ("change" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it")))]
async fn remove_hours(
    app: Data<App>,
    who: Can<WriteVisits>,
    path: Path<(String, String)>,
) -> ApiResult<HttpResponse> {
    let (place, change) = path.into_inner();
    let missing = || Problem::not_found("change");
    let place: Uuid = place.parse().map_err(|_| missing())?;
    let change: Uuid = change.parse().map_err(|_| missing())?;
    let now = app.now();
    app.db
        .transaction(move |conn| -> Result<(), Problem> {
            let act = Act {
                viewer: Viewer::of(conn, &who)?,
                now,
            };
            commands::remove_change(conn, &act, place, change)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
