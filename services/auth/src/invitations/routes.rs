use actix_web::HttpResponse;
use actix_web::web::{Json, ServiceConfig, post, resource};
use chrono::{DateTime, Utc};
use nexus_problem::{ApiResult, Body, FieldErrors};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::commands;
use crate::app::Call;
use crate::passwords::policy;
use crate::secrets::Token;
use crate::sessions;
use crate::sessions::routes::SessionAnswer;
use crate::tries::{self, Attempt};

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/auth/invitations/check").route(post().to(check)))
        .service(resource("/api/v1/auth/invitations/accept").route(post().to(accept)));
}

/// An invitation's token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InvitationToken {
    token: String,
}

/// Whom an invitation is for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvitationView {
    name: String,
    #[schema(required)]
    email: Option<String>,
    expires_at: DateTime<Utc>,
}

/// Accepting an invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Acceptance {
    token: String,
    /// How you want to be called, when it is not what the invitation says.
    name: Option<String>,
    /// 10 to 128 characters; not one that everybody tries first.
    #[schema(min_length = 10, max_length = 128)]
    password: String,
}

/// Whom is this invitation for?
#[utoipa::path(post, path = "/api/v1/auth/invitations/check", operation_id = "auth_check_invitation", tag = "auth",
    request_body = InvitationToken,
    responses((status = 200, description = "It is open", body = InvitationView),
        (status = 404, description = "It is not open"), (status = 429, description = "Tried too often")))]
pub(crate) async fn check(
    call: Call,
    Body {
        value: InvitationToken { token },
        ..
    }: Body<InvitationToken>,
) -> ApiResult<Json<InvitationView>> {
    let attempts = Attempt::invitation(&call.auth.tries_key, &call.ip);
    let counted = attempts.clone();
    call.transaction(None, move |tx| tries::admit(tx, &counted))
        .await?;
    let view = call
        .transaction(None, move |tx| {
            let (invitation, user) = commands::check(tx, Token::parse(&token).as_ref())?;
            tries::forgive(tx, &attempts)?;
            Ok(InvitationView {
                name: user.name,
                email: user.email,
                expires_at: invitation.expires_at,
            })
        })
        .await?;
    Ok(Json(view))
}

/// Come in by invitation
///
/// Sets the password and signs in.
#[utoipa::path(post, path = "/api/v1/auth/invitations/accept", operation_id = "auth_accept_invitation", tag = "auth",
    request_body = Acceptance,
    responses((status = 201, description = "Signed in; the refresh token is in a cookie", body = SessionAnswer),
        (status = 404, description = "It is not open"), (status = 429, description = "Tried too often")))]
pub(crate) async fn accept(
    call: Call,
    Body { value: body, .. }: Body<Acceptance>,
) -> ApiResult<HttpResponse> {
    let attempts = Attempt::invitation(&call.auth.tries_key, &call.ip);
    let (counted, token) = (attempts.clone(), Token::parse(&body.token));
    call.transaction(None, move |tx| tries::admit(tx, &counted))
        .await?;
    let (shown, asked_name) = (token.clone(), body.name.clone());
    let password = body.password;
    let password = call
        .transaction(None, move |tx| {
            let (_, user) = commands::check(tx, shown.as_ref())?;
            tries::forgive(tx, &attempts)?;
            let name = asked_name.unwrap_or(user.name);
            let mut errors = FieldErrors::default();
            policy::check(
                &mut errors,
                "/password",
                &password,
                &user.email.unwrap_or_default(),
                &name,
            );
            // The try was right even if the password is not good enough.
            Ok(errors.or(password))
        })
        .await??;
    let hash = call.auth.hasher.hash(password).await?;
    let device = sessions::model::Device::of(&call);
    let issued = call
        .transaction(None, move |tx| {
            let user = commands::accept(tx, token.as_ref(), body.name.as_deref(), &hash)?;
            Ok(sessions::commands::begin(tx, user.id, device)?)
        })
        .await?;
    sessions::routes::answer(&call, actix_web::http::StatusCode::CREATED, issued)
}
