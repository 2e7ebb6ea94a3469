//! The published document: handlers say what is special about them, this says what all have in common.

use nexus_problem::ProblemBody;
use nexus_service::Conventions;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::{api_keys, invitations, keys, mail, passwords, registration, roles, sessions, users};

#[derive(OpenApi)]
#[openapi(
    info(title = "NEXUS-CRM auth", description = "Who may sign in, and what they may do."),
    paths(
        registration::routes::setup,
        registration::routes::register,
        sessions::routes::login,
        sessions::routes::refresh,
        sessions::routes::logout,
        users::me::show,
        users::me::change,
        passwords::routes::change,
        sessions::routes::list,
        sessions::routes::end_others,
        sessions::routes::end,
        keys::routes::jwks,
        keys::routes::rotate,
        mail::routes::help,
        invitations::routes::check,
        invitations::routes::accept,
        users::routes::list,
        users::routes::invite,
        users::routes::options,
        users::routes::show,
        users::routes::change,
        users::actions::invite_again,
        users::actions::disable,
        users::actions::enable,
        users::actions::approve,
        roles::routes::list,
        roles::routes::create,
        roles::routes::change,
        roles::routes::remove,
        api_keys::routes::list,
        api_keys::routes::create,
        api_keys::routes::revoke,
        api_keys::routes::token,
    ),
    components(schemas(ProblemBody)),
    tags(
        (name = "auth", description = "Signing in, sessions, one's own account"),
        (name = "users", description = "The people"),
        (name = "roles", description = "What they may do"),
        (name = "api-keys", description = "Keys by which other programs come in")
    ),
    modifiers(&Conventions, &RefreshCookie)
)]
struct Document;

/// The document of the public API.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

struct RefreshCookie;

impl Modify for RefreshCookie {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let cookie = ApiKey::Cookie(ApiKeyValue::new("__Host-nexus_refresh"));
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("refresh_cookie", SecurityScheme::ApiKey(cookie));
    }
}
