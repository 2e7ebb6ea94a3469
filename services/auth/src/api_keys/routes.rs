use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Json, ServiceConfig, delete, get, post, resource};
use chrono::{DateTime, Utc};
use nexus_auth::{Can, Scope, can::ManageUsers};
use nexus_kernel::Page;
use nexus_problem::{ApiResult, Body, Id, Problem};
use nexus_service::{Answer, OnceKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::commands::{self, Wish};
use super::model::{ApiKeyView, NewKeyView, add_secret, parse};
use super::{ApiKeyError, queries};
use crate::app::Call;
use crate::keys::ACCESS_SECONDS;
use crate::tries::{self, Attempt};
use crate::users::authority::Authority;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/api-keys")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(resource("/api/v1/api-keys/{id}").route(delete().to(revoke)))
    .service(resource("/api/v1/auth/token").route(post().to(token)));
}

/// A key opens the company's data, so only whoever manages everybody deals with keys.
fn everybodys(who: &Can<ManageUsers>) -> Result<(), Problem> {
    match who.scope {
        Scope::All => Ok(()),
        Scope::Own | Scope::Team => Err(Problem::forbidden(
            "This needs the permission users:manage:all.",
        )),
    }
}

/// The API keys
///
/// All of them, the newest first, revoked and ended ones too.
#[utoipa::path(get, path = "/api/v1/api-keys", operation_id = "api_keys_list", tag = "api-keys", security(("bearer" = [])),
    responses((status = 200, description = "All of them", body = Page<ApiKeyView>), (status = 403, description = "Not allowed")))]
pub(crate) async fn list(call: Call, who: Can<ManageUsers>) -> ApiResult<Json<Page<ApiKeyView>>> {
    everybodys(&who)?;
    let keys = call.read(|conn| Ok(queries::all(conn)?)).await?;
    Ok(Json(Page::whole(keys)))
}

/// A key to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewApiKey {
    /// Chosen by the caller, or by us.
    id: Option<Uuid>,
    /// Whose key it is: the name stands in the history of what the key does.
    #[schema(min_length = 1, max_length = 120, example = "E-commerce")]
    name: String,
    /// Names of roles.
    #[schema(min_items = 1)]
    roles: Vec<String>,
    /// Within two years; in one when not said.
    expires_at: Option<DateTime<Utc>>,
}

/// Make an API key
///
/// The answer holds the secret, shown once. Exchange it for access tokens at `POST /auth/token`.
#[utoipa::path(post, path = "/api/v1/api-keys", operation_id = "api_keys_create", tag = "api-keys", security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely")), request_body = NewApiKey,
    responses((status = 201, description = "Made", body = NewKeyView), (status = 403, description = "Not allowed")))]
pub(crate) async fn create(
    call: Call,
    who: Can<ManageUsers>,
    once: OnceKey,
    Body { value: new, hash }: Body<NewApiKey>,
) -> ApiResult<HttpResponse> {
    everybodys(&who)?;
    let (auth, authority) = (call.auth.clone(), Authority::from(&who));
    let wish = Wish {
        id: new.id,
        name: new.name,
        roles: new.roles,
        expires_at: new.expires_at,
    };
    let answer = call
        .once(once, who.user_id, hash, move |tx| {
            let view = commands::create(tx, &authority, &auth.api_key_key, wish)?;
            let path = format!("/api/v1/api-keys/{}", view.id);
            Ok(Answer::created(path, 1, &view)?)
        })
        .await?;
    Ok(answer
        .amended(|body| add_secret(body, &call.auth.api_key_key))
        .response())
}

/// Revoke an API key
///
/// It and the tokens it was exchanged for stop working within two seconds.
#[utoipa::path(delete, path = "/api/v1/api-keys/{id}", operation_id = "api_keys_revoke", tag = "api-keys",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The key")),
    responses((status = 204, description = "Revoked"), (status = 403, description = "Not allowed"),
        (status = 404, description = "No such key")))]
pub(crate) async fn revoke(
    call: Call,
    who: Can<ManageUsers>,
    id: Id<()>,
) -> ApiResult<HttpResponse> {
    everybodys(&who)?;
    call.transaction(Some(who.user_id), move |tx| {
        Ok(commands::revoke(tx, id.0.uuid())?)
    })
    .await?;
    Ok(Answer::nothing().response())
}

/// A key, to be exchanged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenRequest {
    /// The secret.
    api_key: String,
}

/// A token for a program.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenAnswer {
    /// A JWT, good for ten minutes.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// In seconds.
    expires_in: i64,
}

/// Exchange an API key for an access token
#[utoipa::path(post, path = "/api/v1/auth/token", operation_id = "auth_token", tag = "auth",
    request_body = TokenRequest,
    responses((status = 200, description = "A token", body = TokenAnswer),
        (status = 401, description = "No good key"), (status = 429, description = "Tried too often")))]
pub(crate) async fn token(
    call: Call,
    Body { value, .. }: Body<TokenRequest>,
) -> ApiResult<HttpResponse> {
    let attempts = Attempt::api_key(&call.auth.tries_key, &call.ip);
    let secret = parse(&value.api_key);
    let exchanged = call
        .transaction(None, move |tx| {
            tries::admit(tx, &attempts)?;
            let found = match &secret {
                Some(secret) => commands::exchange(tx, secret),
                None => Err(ApiKeyError::NoGood),
            };
            match found {
                Ok(access) => {
                    tries::forgive(tx, &attempts)?;
                    Ok(Ok(access))
                }
                // The try counts, so the transaction must not be undone.
                Err(ApiKeyError::NoGood) => Ok(Err(ApiKeyError::NoGood)),
                Err(error) => Err(error.into()),
            }
        })
        .await??;
    let access_token = call.auth.signer.access(&exchanged, call.now())?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(TokenAnswer {
            access_token,
            token_type: "Bearer",
            expires_in: ACCESS_SECONDS,
        }))
}
