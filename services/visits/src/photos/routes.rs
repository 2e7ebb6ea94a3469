use actix_web::HttpResponse;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::{Data, Path, ServiceConfig, delete, get, put, resource};
use aws_lc_rs::digest::{SHA256, digest};
use nexus_auth::Can;
use nexus_auth::can::{ReadVisits, WriteVisits};
use nexus_problem::{ApiResult, Problem, Query};
use nexus_records::{Act, Viewer};
use nexus_service::App;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::commands::{self, Arrived, Kept};
use super::image;
use super::queries::{self, PhotoId, PhotoView};
use super::upload::Sent;
use crate::visits::model::VisitId;
use crate::visits::queries as visits;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/visits/{id}/photos/{photo}")
            .route(get().to(show))
            .route(put().to(keep))
            .route(delete().to(remove)),
    );
}

/// A visit's and a picture's id.
type Ids = Path<(String, String)>;

fn ids(path: &Ids) -> Result<(VisitId, PhotoId), Problem> {
    let missing = || Problem::not_found("photo");
    Ok((
        path.0.parse().map_err(|_| missing())?,
        path.1.parse().map_err(|_| missing())?,
    ))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PhotoQuery {
    /// The question of the report's template that it answers.
    question_id: Option<String>,
}

/// The bytes of a picture.
#[derive(ToSchema)]
#[schema(as = VisitPhotoBytes, value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes the body")]
pub struct PhotoBytes(Vec<u8>);

/// Keeps a picture with its visit, under an id that the caller chooses: JPEG, PNG or WebP, up to 900 kB, 10 for a visit. What the
/// camera wrote into it is taken out. Sent again it changes nothing.
#[utoipa::path(put, path = "/api/v1/visits/{id}/photos/{photo}", operation_id = "visit_photos_put", tag = "visits",
    params(("id" = Uuid, Path), ("photo" = Uuid, Path, description = "A new UUID"), PhotoQuery),
    request_body(content = PhotoBytes, content_type = "application/octet-stream"), security(("bearer" = [])),
    responses((status = 200, description = "It was there already", body = PhotoView), (status = 201, description = "Done", body = PhotoView),
        (status = 403, description = "None of your roles allows it"), (status = 408, description = "It took too long to arrive"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn keep(
    app: Data<App>,
    who: Can<WriteVisits>,
    path: Ids,
    Query(query): Query<PhotoQuery>,
    sent: Sent,
) -> ApiResult<HttpResponse> {
    let (visit, id) = ids(&path)?;
    let now = app.now();
    let (photo, kept) = app
        .db
        .transaction(move |conn| -> Result<(PhotoView, Kept), Problem> {
            let act = Act {
                viewer: Viewer::of(conn, &who)?,
                now,
            };
            let arrived = Arrived {
                id,
                question_id: query.question_id,
                picture: image::read(&sent.0)?,
                sent_sha256: digest(&SHA256, &sent.0).as_ref().to_vec(),
            };
            commands::keep(conn, &act, visit, arrived)
        })
        .await?;
    Ok(match kept {
        Kept::New => HttpResponse::Created().json(photo),
        Kept::Before => HttpResponse::Ok().json(photo),
    })
}

/// A picture. Browsers take it as a file to keep, never as a page.
#[utoipa::path(get, path = "/api/v1/visits/{id}/photos/{photo}", operation_id = "visit_photos_get", tag = "visits",
    params(("id" = Uuid, Path), ("photo" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = PhotoBytes, content_type = "application/octet-stream"),
        (status = 403, description = "None of your roles allows it")))]
async fn show(app: Data<App>, who: Can<ReadVisits>, path: Ids) -> ApiResult<HttpResponse> {
    let (visit, id) = ids(&path)?;
    let (content_type, bytes) = app
        .db
        .read(move |conn| -> Result<(String, Vec<u8>), Problem> {
            let viewer = Viewer::of(conn, &who)?;
            let missing = || Problem::not_found("photo");
            visits::find(conn, &viewer, visit)?.ok_or_else(missing)?;
            queries::bytes(conn, visit, id)?.ok_or_else(missing)
        })
        .await?;
    let ending = content_type.rsplit('/').next().unwrap_or_default();
    let name = format!("attachment; filename=\"{id}.{ending}\"");
    Ok(HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((CACHE_CONTROL, "private, max-age=86400, immutable"))
        .body(bytes))
}

/// Takes a picture away for good.
#[utoipa::path(delete, path = "/api/v1/visits/{id}/photos/{photo}", operation_id = "visit_photos_remove", tag = "visits",
    params(("id" = Uuid, Path), ("photo" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it")))]
async fn remove(app: Data<App>, who: Can<WriteVisits>, path: Ids) -> ApiResult<HttpResponse> {
    let (visit, id) = ids(&path)?;
    let now = app.now();
    app.db
        .transaction(move |conn| -> Result<(), Problem> {
            let act = Act {
                viewer: Viewer::of(conn, &who)?,
                now,
            };
            commands::remove(conn, &act, visit, id)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
