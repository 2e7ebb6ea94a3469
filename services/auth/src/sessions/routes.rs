use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Json, ServiceConfig, delete, get, patch, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use nexus_auth::SignedIn;
use nexus_kernel::{Page, id::named};
use nexus_problem::{ApiResult, Body, Id};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Device, Issued, SessionView};
use super::refresh::{Refreshed, refresh as use_token};
use super::{SessionError, commands, cookie, queries};
use crate::app::Call;
use crate::keys::ACCESS_SECONDS;
use crate::passwords;
use crate::security_log::{self, Kind};
use crate::tries::{self, Attempt};
use crate::users::model::fold_email;
use crate::users::{self, UserView};

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/auth/login").route(post().to(login)))
        .service(resource("/api/v1/auth/refresh").route(post().to(refresh)))
        .service(resource("/api/v1/auth/logout").route(post().to(logout)))
        .service(
            resource("/api/v1/auth/me")
                .route(get().to(users::me::show))
                .route(patch().to(users::me::change)),
        )
        .service(
            resource("/api/v1/auth/sessions")
                .route(get().to(list))
                .route(delete().to(end_others)),
        )
        .service(resource("/api/v1/auth/sessions/{id}").route(delete().to(end)));
}

/// What whoever signs in gets. The refresh token comes in a cookie.
#[derive(Serialize, ToSchema)]
pub struct SessionAnswer {
    /// A JWT, good for ten minutes.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// In seconds.
    expires_in: i64,
    user: UserView,
}

/// The answer to whoever is signed in now.
///
/// # Errors
/// When no key is there to sign with.
pub fn answer(call: &Call, status: StatusCode, issued: Issued) -> ApiResult<HttpResponse> {
    let now = call.now();
    let access = crate::keys::Access {
        user: issued.user.id,
        session: issued.session.id,
        version: issued.access_version,
        permissions: issued.permissions,
    };
    let access_token = call.auth.signer.access(&access, now)?;
    let until = issued.session.lasts_until();
    let cookie = cookie::holding(&call.auth.config.public_url, &issued.refresh, until, now);
    let body = SessionAnswer {
        access_token,
        token_type: "Bearer",
        expires_in: ACCESS_SECONDS,
        user: issued.user,
    };
    Ok(HttpResponse::build(status)
        .insert_header((CACHE_CONTROL, "no-store"))
        .cookie(cookie)
        .json(body))
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    email: String,
    password: String,
}

/// Sign in
#[utoipa::path(post, path = "/api/v1/auth/login", operation_id = "auth_login", tag = "auth",
    request_body = Credentials,
    responses((status = 200, description = "Signed in; the refresh token is in a cookie", body = SessionAnswer),
        (status = 401, description = "Wrong e-mail address or password"), (status = 429, description = "Tried too often")))]
pub(crate) async fn login(
    call: Call,
    Body {
        value: Credentials { email, password },
        ..
    }: Body<Credentials>,
) -> ApiResult<HttpResponse> {
    let email = fold_email(&email);
    let attempts = Attempt::login(&call.auth.tries_key, &email, &call.ip);
    let counted = attempts.clone();
    let found = call
        .transaction(None, move |tx| {
            tries::admit(tx, &counted)?;
            Ok(passwords::queries::by_email(tx.conn, &email)?)
        })
        .await?;
    let (user, kept) = found.map_or((None, None), |(user, kept)| (Some(user), kept));
    let right = passwords::verify(&call, &attempts, password, kept).await?;
    let device = Device::of(&call);
    let issued = call
        .transaction(None, move |tx| {
            let begun = match user.filter(|_| right) {
                Some(user) => commands::begin(tx, user, device),
                None => Err(SessionError::InvalidCredentials),
            };
            match begun {
                Ok(issued) => {
                    tries::forgive(tx, &attempts)?;
                    Ok(Ok(issued))
                }
                Err(SessionError::InvalidCredentials) => {
                    security_log::write(tx, Kind::LoginFailed, user)?;
                    Ok(Err(SessionError::InvalidCredentials))
                }
                Err(error) => Err(error.into()),
            }
        })
        .await??;
    answer(&call, StatusCode::OK, issued)
}

/// Get a new access token
///
/// The refresh token comes and goes in a cookie. Each counts once; one that comes back later than ten seconds after its
/// use ends the session.
#[utoipa::path(post, path = "/api/v1/auth/refresh", operation_id = "auth_refresh", tag = "auth",
    params(("X-Nexus-Refresh" = String, Header, description = "Always 1: forms of other sites cannot send it")),
    security(("refresh_cookie" = [])),
    responses((status = 200, description = "Signed in", body = SessionAnswer),
        (status = 401, description = "The session has ended"), (status = 403, description = "The header is missing")))]
pub(crate) async fn refresh(call: Call, request: HttpRequest) -> ApiResult<HttpResponse> {
    if request
        .headers()
        .get("x-nexus-refresh")
        .is_none_or(|value| value != "1")
    {
        return Err(SessionError::ForeignRefresh.into());
    }
    let public_url = &call.auth.config.public_url;
    let token = cookie::read(&request, public_url).ok_or(SessionError::NoToken)?;
    let ended = || SessionError::Ended(Box::new(cookie::removal(public_url)));
    let token = token.ok_or_else(ended)?;
    let (auth, device) = (call.auth.clone(), Device::of(&call));
    let refreshed = call
        .transaction(None, move |tx| {
            Ok(use_token(tx, &auth.refresh_key, &token, device)?)
        })
        .await?;
    match refreshed {
        Refreshed::Issued(issued) => answer(&call, StatusCode::OK, *issued),
        Refreshed::Ended => Err(ended().into()),
    }
}

/// Sign out
#[utoipa::path(post, path = "/api/v1/auth/logout", operation_id = "auth_logout", tag = "auth",
    security(("bearer" = [])), responses((status = 204, description = "Signed out")))]
pub(crate) async fn logout(call: Call, who: SignedIn) -> ApiResult<HttpResponse> {
    let (me, session) = (who.user_id, who.session_id);
    call.transaction(Some(me), move |tx| Ok(commands::log_out(tx, me, session)?))
        .await?;
    let cookie = cookie::removal(&call.auth.config.public_url);
    Ok(HttpResponse::NoContent().cookie(cookie).finish())
}

/// Where I am signed in
#[utoipa::path(get, path = "/api/v1/auth/sessions", operation_id = "auth_sessions_list", tag = "auth",
    security(("bearer" = [])), responses((status = 200, description = "My sessions", body = Page<SessionView>)))]
pub(crate) async fn list(call: Call, who: SignedIn) -> ApiResult<Json<Page<SessionView>>> {
    let (me, current, now) = (who.user_id, who.session_id, call.now());
    let sessions = call
        .read(move |conn| Ok(queries::alive(conn, me, now)?))
        .await?;
    Ok(Json(
        Page::whole(sessions).map(|session| SessionView::seen_from(session, current)),
    ))
}

/// Sign out elsewhere
///
/// Ends all my sessions but this one.
#[utoipa::path(delete, path = "/api/v1/auth/sessions", operation_id = "auth_sessions_end_others", tag = "auth",
    security(("bearer" = [])), responses((status = 204, description = "Ended")))]
pub(crate) async fn end_others(call: Call, who: SignedIn) -> ApiResult<HttpResponse> {
    let (me, current) = (who.user_id, who.session_id);
    call.transaction(Some(me), move |tx| {
        Ok(commands::end_others(tx, me, current)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// End one of my sessions
#[utoipa::path(delete, path = "/api/v1/auth/sessions/{id}", operation_id = "auth_sessions_end", tag = "auth",
    params(("id" = uuid::Uuid, Path, description = "The session")), security(("bearer" = [])),
    responses((status = 204, description = "Ended"), (status = 404, description = "No such session of mine")))]
pub(crate) async fn end(
    call: Call,
    who: SignedIn,
    id: Id<named::Session>,
) -> ApiResult<HttpResponse> {
    let me = who.user_id;
    call.transaction(Some(me), move |tx| Ok(commands::end_own(tx, me, id.0)?))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
