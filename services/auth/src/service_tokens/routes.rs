use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderValue, WWW_AUTHENTICATE};
use actix_web::web::{Json, ServiceConfig, get, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nexus_auth::{RevocationList, ServiceCaller};
use nexus_config::Secret;
use nexus_kernel::UserId;
use nexus_problem::{ApiResult, Body, Problem};
use serde::{Deserialize, Serialize};

use super::queries;
use crate::app::Call;
use crate::keys::ACCESS_SECONDS;
use crate::users::import::{Imported, ImportedPerson, import};

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/internal/token").route(post().to(token)))
        .service(resource("/internal/revocations").route(get().to(revocations)))
        .service(resource("/internal/users/import").route(post().to(import_users)));
}

/// A service's token.
#[derive(Serialize)]
struct ServiceToken {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
}

/// The service that the request proves to come from, by HTTP Basic.
fn proven(request: &HttpRequest, services: &[(String, Secret)]) -> Option<String> {
    let text = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = text.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, secret) = pair.split_once(':')?;
    let hash = |text: &str| digest(&SHA256, text.as_bytes());
    let (_, known) = services.iter().find(|(known, _)| known == name)?;
    // Hashes are of one length, and comparing them takes the same time wherever they differ.
    verify_slices_are_equal(hash(known.expose()).as_ref(), hash(secret).as_ref()).ok()?;
    Some(name.to_owned())
}

/// Gives a service the token by which others know it (client credentials).
async fn token(call: Call, request: HttpRequest) -> ApiResult<HttpResponse> {
    let Some(name) = proven(&request, &call.auth.config.services) else {
        return Err(
            Problem::unauthenticated("This is no service's name and secret.")
                .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Basic"))
                .into(),
        );
    };
    let access_token = call.auth.signer.service(&name, call.now())?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(ServiceToken {
            access_token,
            token_type: "Bearer",
            expires_in: ACCESS_SECONDS,
        }))
}

/// What ended before its time, and from where in the feed to go on.
async fn revocations(call: Call, _caller: ServiceCaller) -> ApiResult<Json<RevocationList>> {
    let now = call.now();
    Ok(Json(
        call.read(move |conn| Ok(queries::revocations(conn, now)?))
            .await?,
    ))
}

/// People to import, in somebody's name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Import {
    actor_id: UserId,
    users: Vec<ImportedPerson>,
}

/// What became of them.
#[derive(Serialize)]
struct ImportResults {
    results: Vec<Imported>,
}

async fn import_users(
    call: Call,
    _caller: ServiceCaller,
    Body {
        value: Import { actor_id, users },
        ..
    }: Body<Import>,
) -> ApiResult<Json<ImportResults>> {
    let results = call
        .transaction(Some(actor_id), move |tx| Ok(import(tx, &users)?))
        .await?;
    Ok(Json(ImportResults { results }))
}
