//! The published document: handlers say what is special about them, this says what all have in common.

use nexus_problem::ProblemBody;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use crate::{invitations, keys, passwords, registration, roles, sessions, users};

#[derive(OpenApi)]
#[openapi(
    info(title = "NEXUS-CRM auth", description = "Who may sign in, and what they may do."),
    paths(
        registration::routes::setup,
        registration::routes::register,
        sessions::routes::login,
        sessions::routes::refresh,
        sessions::routes::logout,
        users::routes::me,
        users::routes::change_me,
        passwords::routes::change,
        sessions::routes::list,
        sessions::routes::end_others,
        sessions::routes::end,
        keys::routes::jwks,
        keys::routes::rotate,
        invitations::routes::check,
        invitations::routes::accept,
        users::routes::list,
        users::routes::invite,
        users::routes::options,
        users::routes::show,
        users::routes::change,
        users::routes::invite_again,
        users::routes::disable,
        users::routes::enable,
        users::routes::approve,
        roles::routes::list,
        roles::routes::create,
        roles::routes::change,
        roles::routes::remove,
    ),
    components(schemas(ProblemBody)),
    tags(
        (name = "auth", description = "Signing in, sessions, one's own account"),
        (name = "users", description = "The people"),
        (name = "roles", description = "What they may do")
    ),
    modifiers(&Common)
)]
struct Document;

/// The document of the public API.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        let cookie = ApiKey::Cookie(ApiKeyValue::new("__Host-nexus_refresh"));
        components.add_security_scheme("refresh_cookie", SecurityScheme::ApiKey(cookie));
        for item in document.paths.paths.values_mut() {
            let operations = [
                &mut item.get,
                &mut item.post,
                &mut item.patch,
                &mut item.delete,
            ];
            operations.into_iter().flatten().for_each(complete);
        }
    }
}

/// Adds the problems that every operation of its kind can answer, and their shape.
fn complete(operation: &mut Operation) {
    add_to(operation, "400", "The request cannot be read");
    add_to(
        operation,
        "503",
        "Not available right now: Retry-After says when to try again",
    );
    if operation.request_body.is_some() {
        for (status, description) in [
            ("413", "The body is too large"),
            ("415", "The body is no JSON"),
            ("422", "Some fields are not right: `errors` says which"),
        ] {
            add_to(operation, status, description);
        }
    }
    if operation
        .parameters
        .as_ref()
        .is_some_and(|parameters| !parameters.is_empty())
    {
        add_to(
            operation,
            "422",
            "Some parameters are not right: `errors` says which",
        );
    }
    if operation
        .security
        .as_ref()
        .is_some_and(|security| !security.is_empty())
    {
        add_to(operation, "401", "Not signed in, or not any more");
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.as_str() >= "400"
        {
            describe_problem(response);
        }
    }
}

fn add_to(operation: &mut Operation, status: &str, description: &str) {
    let response = || RefOr::T(ResponseBuilder::new().description(description).build());
    operation
        .responses
        .responses
        .entry(status.to_owned())
        .or_insert_with(response);
}

fn describe_problem(response: &mut Response) {
    let schema = Ref::from_schema_name("Problem");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    response
        .content
        .insert("application/problem+json".to_owned(), RefOr::T(content));
}
