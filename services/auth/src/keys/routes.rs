use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Json, ServiceConfig, get, post, resource};
use nexus_auth::{Can, Scope, can::ManageKeys};
use nexus_problem::{ApiResult, Body, Problem};
use nexus_service::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::commands;
use super::model::{Begin, active};
use crate::app::Call;
use crate::security_log::{self, Kind};

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/auth/jwks.json").route(get().to(jwks)))
        .service(resource("/internal/jwks").route(get().to(jwks)))
        .service(resource("/api/v1/auth/signing-keys/rotate").route(post().to(rotate)));
}

/// The keys that tokens are verified with
///
/// A JSON Web Key Set (RFC 7517).
#[utoipa::path(get, path = "/api/v1/auth/jwks.json", operation_id = "auth_jwks", tag = "auth",
    responses((status = 200, description = "The keys", body = Object)))]
pub(crate) async fn jwks(call: Call) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "public, max-age=30"))
        .json(call.auth.signer.jwks(call.now()))
}

/// How to rotate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotation {
    /// Sign with the new key at once, for when the old one may be known to others. Otherwise after two minutes, when
    /// every process has fetched it.
    #[serde(default)]
    at_once: bool,
}

/// The keys after a rotation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SigningKeys {
    /// The key that signs now.
    active_kid: Option<String>,
    /// All that are published, oldest first; the newest will sign next.
    kids: Vec<String>,
}

/// Make a new signing key
///
/// Tokens signed with the old one stay good until they end.
#[utoipa::path(post, path = "/api/v1/auth/signing-keys/rotate", operation_id = "auth_rotate_signing_keys", tag = "auth",
    request_body = Option<Rotation>, security(("bearer" = [])),
    responses((status = 200, description = "Rotated", body = SigningKeys), (status = 403, description = "Not allowed")))]
pub(crate) async fn rotate(
    call: Call,
    app: actix_web::web::Data<App>,
    who: Can<ManageKeys>,
    Body {
        value: Rotation { at_once },
        ..
    }: Body<Rotation>,
) -> ApiResult<Json<SigningKeys>> {
    if who.scope != Scope::All {
        return Err(Problem::forbidden("This needs the permission keys:manage:all.").into());
    }
    let begin = if at_once {
        Begin::Now
    } else {
        Begin::Published
    };
    let (auth, now, me) = (call.auth.clone(), call.now(), who.user_id);
    let keys = call
        .transaction(Some(me), move |tx| {
            security_log::write(tx, Kind::KeysRotated, Some(me))?;
            Ok(commands::rotate(tx.conn, &auth.sealer, now, begin, me)?)
        })
        .await?;
    let answer = SigningKeys {
        active_kid: active(&keys, now).map(|key| key.kid.clone()),
        kids: keys.iter().map(|key| key.kid.clone()).collect(),
    };
    match call.auth.signer.replace(keys, &call.auth.sealer, now) {
        Ok(set) => app.verifier.keys.replace(&set),
        Err(error) => {
            tracing::error!(cause = %error, "the new key cannot be used");
            return Err(Problem::internal().into());
        }
    };
    Ok(Json(answer))
}
