use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, delete, get, patch, post, resource};
use diesel::PgConnection;
use nexus_auth::Can;
use nexus_auth::can::{ManageVisits, ReadVisits};
use nexus_db::DbResult;
use nexus_kernel::{Page, UserId};
use nexus_problem::{ApiResult, Body, Id, IfMatch, Problem, new_record};
use nexus_records::{Act, Viewer, users};
use nexus_service::{Answer, App, OnceKey, tagged};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::commands;
use super::model::{Territory, TerritoryFields};
use super::queries;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/territories")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(
        resource("/api/v1/territories/{id}")
            .route(get().to(show))
            .route(patch().to(change))
            .route(delete().to(archive)),
    );
}

/// Somebody who looks after a territory.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TerritoryAgent {
    #[schema(value_type = Uuid)]
    id: UserId,
    name: Option<String>,
}

/// A territory as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TerritoryView {
    #[serde(flatten)]
    territory: Territory,
    agents: Vec<TerritoryAgent>,
    /// Shops in it, of those that the caller reaches.
    places: i64,
}

fn views(
    conn: &mut PgConnection,
    viewer: &Viewer,
    territories: Vec<Territory>,
) -> DbResult<Vec<TerritoryView>> {
    let agents: Vec<UserId> = territories
        .iter()
        .flat_map(|territory| territory.agent_ids.iter().copied())
        .collect();
    let names = users::queries::names(conn, &agents)?;
    let places = queries::places_of(conn, viewer)?;
    let view = |territory: Territory| TerritoryView {
        agents: territory
            .agent_ids
            .iter()
            .map(|id| TerritoryAgent {
                id: *id,
                name: names.get(id).cloned(),
            })
            .collect(),
        places: places.get(&territory.id.uuid()).copied().unwrap_or(0),
        territory,
    };
    Ok(territories.into_iter().map(view).collect())
}

fn view(
    conn: &mut PgConnection,
    viewer: &Viewer,
    territory: Territory,
) -> Result<TerritoryView, Problem> {
    let shown = views(conn, viewer, vec![territory])?.pop();
    shown.ok_or_else(|| Problem::not_found("territory"))
}

/// Who looks after which part of the country, by name.
#[utoipa::path(get, path = "/api/v1/territories", operation_id = "territories_list", tag = "territories",
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<TerritoryView>), (status = 403, description = "None of your roles allows it")))]
async fn list(app: Data<App>, who: Can<ReadVisits>) -> ApiResult<Json<Page<TerritoryView>>> {
    let items = app
        .db
        .read(move |conn| -> DbResult<Vec<TerritoryView>> {
            let viewer = Viewer::of(conn, &who)?;
            let found = queries::all(conn)?;
            views(conn, &viewer, found)
        })
        .await?;
    Ok(Json(Page::whole(items)))
}

/// A new territory, and its id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewTerritory {
    id: Option<Uuid>,
    #[serde(flatten)]
    fields: TerritoryFields,
}

/// A new territory; every shop goes to the closest.
#[utoipa::path(post, path = "/api/v1/territories", operation_id = "territories_create", tag = "territories",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewTerritory, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = TerritoryView), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create(
    app: Data<App>,
    who: Can<ManageVisits>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, fields) = new_record::<Territory, TerritoryFields>(body.value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let made = commands::create(conn, &act, id, fields)?;
        let at = format!("/api/v1/territories/{id}");
        Ok(Answer::created(at, 1, &view(conn, &act.viewer, made)?)?)
    })
    .await
}

/// One territory.
#[utoipa::path(get, path = "/api/v1/territories/{id}", operation_id = "territories_get", tag = "territories",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = TerritoryView), (status = 403, description = "None of your roles allows it")))]
async fn show(
    app: Data<App>,
    who: Can<ReadVisits>,
    Id(id): Id<Territory>,
) -> ApiResult<HttpResponse> {
    let found = app
        .db
        .read(move |conn| -> Result<TerritoryView, Problem> {
            let viewer = Viewer::of(conn, &who)?;
            let missing = || Problem::not_found("territory");
            let found = queries::find(conn, id)?.ok_or_else(missing)?;
            view(conn, &viewer, found)
        })
        .await?;
    Ok(tagged(found.territory.version, &found)?)
}

/// Changes some fields of a territory (JSON merge patch); every shop goes to the closest.
#[utoipa::path(patch, path = "/api/v1/territories/{id}", operation_id = "territories_change", tag = "territories",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = TerritoryFields, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = TerritoryView), (status = 403, description = "None of your roles allows it")))]
async fn change(
    app: Data<App>,
    who: Can<ManageVisits>,
    Id(id): Id<Territory>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let changed = commands::change(conn, &act, id, &if_match, &body.value)?;
        let version = changed.version;
        Ok(Answer::record(version, &view(conn, &act.viewer, changed)?)?)
    })
    .await
}

/// Puts a territory away; its shops go to the next closest.
#[utoipa::path(delete, path = "/api/v1/territories/{id}", operation_id = "territories_archive", tag = "territories",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it")))]
async fn archive(
    app: Data<App>,
    who: Can<ManageVisits>,
    Id(id): Id<Territory>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        commands::archive(conn, &act, id, &if_match)?;
        Ok(Answer::nothing())
    })
    .await
}
