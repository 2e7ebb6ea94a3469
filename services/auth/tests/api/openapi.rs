use std::collections::HashSet;
use std::path::Path;

use serde_json::Value;

use crate::kit::{Auth, database};

fn document() -> Value {
    serde_json::to_value((auth::SERVICE.openapi)()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (format!("{method} {path}"), operation.clone()))
    });
    each.collect()
}

#[test]
fn the_committed_document_is_fresh() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let committed: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert!(
        committed == document(),
        "write it again: cargo run -p auth openapi > services/auth/openapi.json"
    );
}

#[test]
fn every_operation_has_a_name_of_its_own_and_says_what_it_answers() {
    let document = document();
    let mut names = HashSet::new();
    for (what, operation) in operations(&document) {
        let name = operation["operationId"].as_str().unwrap().to_owned();
        assert!(
            ["auth_", "users_", "roles_", "api_keys_"]
                .iter()
                .any(|prefix| name.starts_with(prefix)),
            "{name}"
        );
        assert!(names.insert(name), "{what}");
        assert!(operation["summary"].is_string(), "{what}");
        for (status, response) in operation["responses"].as_object().unwrap() {
            let problem = response["content"]["application/problem+json"].is_object();
            assert_eq!(problem, status.as_str() >= "400", "{what} {status}");
        }
        let secured = operation["security"].is_array();
        assert_eq!(
            secured,
            operation["responses"]["401"].is_object()
                && !what.ends_with("/login")
                && !what.ends_with("/token"),
            "{what}"
        );
    }
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for name in [
        "UserView",
        "NewUser",
        "UserChanges",
        "RoleView",
        "SessionAnswer",
        "SessionView",
        "Problem",
    ] {
        assert!(schemas.contains_key(name), "{name}");
    }
}

#[actix_web::test]
async fn a_method_that_a_path_does_not_know_is_refused_with_those_it_does() {
    let database = database();
    let auth = Auth::on(&database).await;
    let reply = auth.nobody().delete("/api/v1/users").await;
    assert_eq!(reply.header("allow"), Some("GET, POST"));
    reply.problem(405, "method-not-allowed");
    auth.nobody()
        .get("/api/v1/nothing")
        .await
        .problem(404, "not-found");
}
