use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, post, resource};
use nexus_auth::SignedIn;
use nexus_problem::{ApiResult, Body, FieldErrors};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{PasswordError, commands, policy, queries, verify};
use crate::app::Call;
use crate::security_log::{self, Kind};
use crate::tries::{self, Attempt};
use crate::users;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/auth/password").route(post().to(change)));
}

/// Body of `POST /auth/password`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    current_password: String,
    /// 10 to 128 characters; not one that everybody tries first.
    #[schema(min_length = 10, max_length = 128)]
    new_password: String,
}

/// Change my password
///
/// Ends my other sessions. Access tokens issued before end too: refresh.
#[utoipa::path(post, path = "/api/v1/auth/password", operation_id = "auth_change_password", tag = "auth",
    request_body = PasswordChange, security(("bearer" = [])),
    responses((status = 204, description = "Changed"), (status = 429, description = "Tried too often")))]
pub(crate) async fn change(
    call: Call,
    who: SignedIn,
    Body { value: body, .. }: Body<PasswordChange>,
) -> ApiResult<HttpResponse> {
    let (me, session) = (who.user_id, who.session_id);
    let attempts = Attempt::password(&call.auth.tries_key, &me.to_string());
    let counted = attempts.clone();
    let PasswordChange {
        current_password,
        new_password,
    } = body;
    let (new_password, kept) = call
        .transaction(Some(me), move |tx| {
            let user = users::queries::find(tx.conn, me)?.ok_or(PasswordError::NoUser)?;
            let mut errors = FieldErrors::default();
            let email = user.email.as_deref().unwrap_or_default();
            policy::check(
                &mut errors,
                "/new_password",
                &new_password,
                email,
                &user.name,
            );
            errors.or(())?;
            tries::admit(tx, &counted)?;
            Ok((new_password, queries::hash_of(tx.conn, me)?))
        })
        .await?;
    if !verify(&call, &attempts, current_password, kept).await? {
        call.transaction(Some(me), move |tx| {
            Ok(security_log::write(tx, Kind::PasswordWrong, Some(me))?)
        })
        .await?;
        return Err(PasswordError::WrongCurrent.into());
    }
    let hash = call.auth.hasher.hash(new_password).await?;
    call.transaction(Some(me), move |tx| {
        tries::forgive(tx, &attempts)?;
        Ok(commands::set(tx, me, &hash, Some(session))?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
