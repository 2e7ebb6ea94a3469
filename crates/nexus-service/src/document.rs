//! What all operations of all services have in common, so that handlers document only what is special about them.

use utoipa::Modify;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, Response, ResponseBuilder};

/// A document's modifier: the bearer scheme, and the problems that each operation can answer by its kind.
pub struct Conventions;

impl Modify for Conventions {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(bearer));
        for (path, item) in &mut document.paths.paths {
            let operations = [
                &mut item.get,
                &mut item.post,
                &mut item.patch,
                &mut item.delete,
            ];
            for operation in operations.into_iter().flatten() {
                complete(operation, path.contains("{id}"));
            }
        }
    }
}

fn complete(operation: &mut Operation, of_a_record: bool) {
    let parameters = operation.parameters.clone().unwrap_or_default();
    let if_match = parameters.iter().find_map(|parameter| match parameter {
        RefOr::T(parameter) if parameter.name == "If-Match" => Some(parameter),
        _ => None,
    });
    let guarded = operation
        .security
        .as_ref()
        .is_some_and(|security| !security.is_empty());
    let must_match = if_match.is_some_and(|parameter| parameter.required == Required::True);
    for (applies, status, description) in [
        (true, "400", "The request cannot be read"),
        (guarded, "401", "Not signed in, or not any more"),
        (
            of_a_record,
            "404",
            "There is no such record, or it is not yours to see",
        ),
        (
            if_match.is_some(),
            "412",
            "Somebody else changed it: `current` is how it is now",
        ),
        (
            operation.request_body.is_some(),
            "413",
            "The body is too large",
        ),
        (
            operation.request_body.is_some(),
            "415",
            "The body is of another kind",
        ),
        (
            operation.request_body.is_some() || !parameters.is_empty(),
            "422",
            "Some fields or parameters are not right: `errors` says which",
        ),
        (must_match, "428", "If-Match is missing"),
        (
            true,
            "503",
            "Not available right now: Retry-After says when to try again",
        ),
    ] {
        if applies {
            let response = ResponseBuilder::new().description(description).build();
            let known = &mut operation.responses.responses;
            known.entry(status.to_owned()).or_insert(RefOr::T(response));
        }
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.as_str() >= "400"
        {
            describe_problem(response);
        }
    }
}

fn describe_problem(response: &mut Response) {
    let schema = Ref::from_schema_name("Problem");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    response.content.clear();
    response
        .content
        .insert("application/problem+json".to_owned(), RefOr::T(content));
}
