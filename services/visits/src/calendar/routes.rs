use actix_web::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use actix_web::web::{Data, Json, Path, ServiceConfig, delete, get, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, Utc};
use nexus_auth::Can;
use nexus_auth::can::ReadVisits;
use nexus_problem::{ApiResult, Problem};
use nexus_records::{Act, Viewer};
use nexus_service::App;
use serde::Serialize;
use utoipa::ToSchema;

use super::{commands, queries};

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/calendar/feed")
            .route(get().to(show))
            .route(post().to(make))
            .route(delete().to(revoke)),
    )
    .service(resource("/api/v1/calendar/{token}.ics").route(get().to(read)));
}

/// One's own feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarFeed {
    /// Whether there is one.
    exists: bool,
    created_at: Option<DateTime<Utc>>,
    /// When a calendar read it last, within ten minutes.
    read_at: Option<DateTime<Utc>>,
    /// Its path, only in the answer that made it: afterwards nobody knows it but whoever kept it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/api/v1/calendar/0f3c….ics")]
    path: Option<String>,
}

/// Whether one has a calendar feed, and when it was read.
#[utoipa::path(get, path = "/api/v1/calendar/feed", operation_id = "calendar_feed_get", tag = "calendar", security(("bearer" = [])),
    responses((status = 200, description = "Done", body = CalendarFeed), (status = 403, description = "None of your roles allows it")))]
async fn show(app: Data<App>, who: Can<ReadVisits>) -> ApiResult<Json<CalendarFeed>> {
    let me = who.user_id;
    let feed = app.db.read(move |conn| queries::of_agent(conn, me)).await?;
    Ok(Json(CalendarFeed {
        exists: feed.is_some(),
        created_at: feed.as_ref().map(|feed| feed.created_at),
        read_at: feed.and_then(|feed| feed.read_at),
        path: None,
    }))
}

/// Makes one's own calendar feed, or gives it another address: the one before leads nowhere from then on. The address is shown
/// this once.
#[utoipa::path(post, path = "/api/v1/calendar/feed", operation_id = "calendar_feed_make", tag = "calendar", security(("bearer" = [])),
    responses((status = 201, description = "Done", body = CalendarFeed), (status = 403, description = "None of your roles allows it")))]
async fn make(app: Data<App>, who: Can<ReadVisits>) -> ApiResult<HttpResponse> {
    let now = app.now();
    let token = app
        .db
        .transaction(move |conn| -> Result<String, Problem> {
            let act = Act {
                viewer: Viewer::of(conn, &who)?,
                now,
            };
            commands::make(conn, &act)
        })
        .await?;
    Ok(HttpResponse::Created()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(CalendarFeed {
            exists: true,
            created_at: Some(now),
            read_at: None,
            path: Some(format!("/api/v1/calendar/{token}.ics")),
        }))
}

/// Takes one's own feed back: its address leads nowhere.
#[utoipa::path(delete, path = "/api/v1/calendar/feed", operation_id = "calendar_feed_revoke", tag = "calendar", security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it")))]
async fn revoke(app: Data<App>, who: Can<ReadVisits>) -> ApiResult<HttpResponse> {
    let now = app.now();
    app.db
        .transaction(move |conn| -> Result<(), Problem> {
            let act = Act {
                viewer: Viewer::of(conn, &who)?,
                now,
            };
            commands::revoke(conn, &act)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The calendar (RFC 5545) to which an address leads: visits and absences from 90 days ago on. Whoever has the address needs no
/// account.
#[utoipa::path(get, path = "/api/v1/calendar/{token}.ics", operation_id = "calendar_read", tag = "calendar",
    params(("token" = String, Path, description = "The end of the address")), security(()),
    responses((status = 200, description = "Done", body = String, content_type = "text/calendar"),
        (status = 304, description = "As you have it"), (status = 404, description = "No address of ours, or not any more")))]
async fn read(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
) -> ApiResult<HttpResponse> {
    let (token, now) = (token.into_inner(), app.now());
    let text = app
        .db
        .transaction(move |conn| commands::read(conn, &token, now))
        .await?
        .ok_or_else(|| Problem::not_found("calendar"))?;
    let hash = digest(&SHA256, text.as_bytes());
    let tag: String = hash.as_ref()[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let tag = format!("\"{tag}\"");
    let headers = [
        (ETAG, tag.clone()),
        (CACHE_CONTROL, "private, max-age=300".to_owned()),
    ];
    let known = request.headers().get(IF_NONE_MATCH);
    if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        let mut unchanged = HttpResponse::NotModified();
        headers.into_iter().for_each(|header| {
            unchanged.insert_header(header);
        });
        return Ok(unchanged.finish());
    }
    let mut whole = HttpResponse::Ok();
    headers.into_iter().for_each(|header| {
        whole.insert_header(header);
    });
    Ok(whole
        .content_type("text/calendar; charset=utf-8")
        .body(text))
}
