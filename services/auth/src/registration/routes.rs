use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Json, ServiceConfig, get, post, resource};
use nexus_problem::{ApiResult, Body, FieldErrors};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::RegistrationError;
use super::commands::{self, Newcomer, Registered};
use crate::app::Call;
use crate::config::Registration;
use crate::passwords::policy;
use crate::sessions;
use crate::sessions::model::Device;
use crate::sessions::routes::SessionAnswer;
use crate::tries::{self, Attempt};
use crate::users;
use crate::users::model::{check_email, check_name};

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/auth/setup").route(get().to(setup)))
        .service(resource("/api/v1/auth/register").route(post().to(register)));
}

/// How one comes in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Setup {
    /// Nobody is there yet: whoever registers becomes admin.
    needs_first_user: bool,
    /// What happens to whoever registers later.
    registration: Registration,
    /// Letters can be sent: whoever forgot their password helps themselves.
    mail: bool,
}

/// How does one come in?
#[utoipa::path(get, path = "/api/v1/auth/setup", operation_id = "auth_setup", tag = "auth",
    responses((status = 200, description = "How", body = Setup)))]
pub(crate) async fn setup(call: Call) -> ApiResult<Json<Setup>> {
    let registration = call.auth.config.registration;
    let needs_first_user = call
        .read(|conn| Ok(users::queries::nobody_is_there(conn)?))
        .await?;
    Ok(Json(Setup {
        needs_first_user,
        registration,
        mail: call.auth.post.is_some(),
    }))
}

/// Somebody who wants to come in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRegistration {
    #[schema(min_length = 1, max_length = 120)]
    name: String,
    #[schema(format = "email", max_length = 254)]
    email: String,
    /// 10 to 128 characters; not one that everybody tries first.
    #[schema(min_length = 10, max_length = 128)]
    password: String,
}

/// Whoever registered has to wait.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Waiting {
    /// Always `waiting_for_approval`.
    status: &'static str,
}

/// Register
///
/// The first one becomes admin and is signed in. Later it depends on the configuration.
#[utoipa::path(post, path = "/api/v1/auth/register", operation_id = "auth_register", tag = "auth",
    request_body = NewRegistration,
    responses((status = 201, description = "The first user; the refresh token is in a cookie", body = SessionAnswer),
        (status = 202, description = "Somebody has to approve", body = Waiting),
        (status = 403, description = "One comes in by invitation"), (status = 429, description = "Tried too often")))]
pub(crate) async fn register(
    call: Call,
    Body { value: new, .. }: Body<NewRegistration>,
) -> ApiResult<HttpResponse> {
    let mut errors = FieldErrors::default();
    let name = check_name(&mut errors, &new.name);
    let email = check_email(&mut errors, &new.email);
    policy::check(&mut errors, "/password", &new.password, &email, &name);
    let checked = errors.or(());
    let open = call.auth.config.registration;
    let attempts = Attempt::registration(&call.auth.tries_key, &call.ip);
    let counted = attempts.clone();
    let closed = call
        .transaction(None, move |tx| {
            tries::admit(tx, &counted)?;
            Ok(open == Registration::Invitation && !users::queries::nobody_is_there(tx.conn)?)
        })
        .await?;
    if closed {
        return Err(RegistrationError::Closed.into());
    }
    checked?;
    let password_hash = call.auth.hasher.hash(new.password).await?;
    let newcomer = Newcomer {
        name,
        email,
        password_hash,
        device: Device::of(&call),
    };
    let registered = call
        .transaction(None, move |tx| {
            let registered = commands::register(tx, open, newcomer)?;
            if matches!(registered, Registered::First(_)) {
                tries::forgive(tx, &attempts)?;
            }
            Ok(registered)
        })
        .await?;
    match registered {
        Registered::First(issued) => sessions::routes::answer(&call, StatusCode::CREATED, *issued),
        Registered::Waiting => Ok(HttpResponse::Accepted().json(Waiting {
            status: "waiting_for_approval",
        })),
    }
}
