use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{ServiceConfig, post, resource};
use nexus_problem::{ApiResult, Body, FieldErrors, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use super::commands;
use crate::app::Call;
use crate::tries::{self, Attempt};
use crate::users::model::check_email;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/auth/password/help").route(post().to(help)))
        .configure(super::letters::routes::configure);
}

/// Somebody who forgot their password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Forgotten {
    #[schema(format = "email", max_length = 254)]
    email: String,
}

/// Ask for a new password
///
/// A letter with a link goes to the address, if somebody signs in with it. The answer is the same if nobody does.
#[utoipa::path(post, path = "/api/v1/auth/password/help", operation_id = "auth_password_help", tag = "auth",
    request_body = Forgotten,
    responses((status = 202, description = "Look into your mailbox"),
        (status = 409, description = "There is no mail server: ask an admin for a link"),
        (status = 429, description = "Asked too often")))]
pub(crate) async fn help(
    call: Call,
    Body { value: body, .. }: Body<Forgotten>,
) -> ApiResult<HttpResponse> {
    let mut errors = FieldErrors::default();
    let email = check_email(&mut errors, &body.email);
    errors.or(())?;
    if call.auth.post.is_none() {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "no-mail",
            "No mail can be sent",
            "This installation has no mail server. Ask an admin for a new link.",
        )
        .into());
    }
    let attempts = Attempt::password_help(&call.auth.tries_key, &call.ip);
    call.transaction(None, move |tx| tries::admit(tx, &attempts))
        .await?;
    let auth = call.auth.clone();
    call.transaction(None, move |tx| Ok(commands::help(tx, &auth, &email)?))
        .await?;
    call.auth.letters.notify_one();
    Ok(HttpResponse::Accepted().finish())
}
