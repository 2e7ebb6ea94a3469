//! Every operation, tried by everybody: who may, and who may not.

use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{Auth, Caller, database};

/// Who may do it.
#[derive(Clone, Copy, PartialEq)]
enum May {
    Anybody,
    SignedIn,
    Readers,
    Admin,
}

/// Each with the lightest body that shows whether one is let in. `{user}` is somebody else.
const OPERATIONS: [(&str, &str, May); 33] = [
    ("GET", "/api/v1/auth/setup", May::Anybody),
    ("POST", "/api/v1/auth/register", May::Anybody),
    ("POST", "/api/v1/auth/login", May::Anybody),
    ("POST", "/api/v1/auth/refresh", May::Anybody),
    ("GET", "/api/v1/auth/jwks.json", May::Anybody),
    ("POST", "/api/v1/auth/password/help", May::Anybody),
    ("POST", "/api/v1/auth/invitations/check", May::Anybody),
    ("POST", "/api/v1/auth/invitations/accept", May::Anybody),
    ("POST", "/api/v1/auth/token", May::Anybody),
    ("GET", "/api/v1/api-keys", May::Admin),
    ("POST", "/api/v1/api-keys", May::Admin),
    ("DELETE", "/api/v1/api-keys/{id}", May::Admin),
    ("GET", "/api/v1/auth/me", May::SignedIn),
    ("PATCH", "/api/v1/auth/me", May::SignedIn),
    ("POST", "/api/v1/auth/password", May::SignedIn),
    ("GET", "/api/v1/auth/sessions", May::SignedIn),
    ("DELETE", "/api/v1/auth/sessions", May::SignedIn),
    ("DELETE", "/api/v1/auth/sessions/{id}", May::SignedIn),
    ("GET", "/api/v1/users/options", May::SignedIn),
    ("GET", "/api/v1/users", May::Readers),
    ("GET", "/api/v1/users/{id}", May::Readers),
    ("GET", "/api/v1/roles", May::Readers),
    ("POST", "/api/v1/users", May::Admin),
    ("PATCH", "/api/v1/users/{id}", May::Admin),
    ("POST", "/api/v1/users/{id}/invite", May::Admin),
    ("POST", "/api/v1/users/{id}/disable", May::Admin),
    ("POST", "/api/v1/users/{id}/enable", May::Admin),
    ("POST", "/api/v1/users/{id}/approve", May::Admin),
    ("POST", "/api/v1/roles", May::Admin),
    ("PATCH", "/api/v1/roles/{id}", May::Admin),
    ("DELETE", "/api/v1/roles/{id}", May::Admin),
    ("POST", "/api/v1/auth/signing-keys/rotate", May::Admin),
    ("POST", "/api/v1/auth/logout", May::SignedIn),
];

/// What lets a body pass as far as the question who asks.
fn body(path: &str) -> Value {
    match path {
        "/api/v1/auth/password" => json!({"current_password": "x", "new_password": "x"}),
        "/api/v1/users" => json!({"name": "", "email": "", "roles": []}),
        "/api/v1/api-keys" => json!({"name": "", "roles": []}),
        "/api/v1/roles" => json!({"name": "", "permissions": []}),
        _ => json!({}),
    }
}

async fn status(caller: &Caller, method: &str, path: &str) -> u16 {
    let method: Method = method.parse().unwrap();
    let body = (method == Method::POST || method == Method::PATCH).then(|| body(path));
    // Nobody has this id: whoever may ask hears 404.
    let path = path.replace("{id}", "01890000-0000-7000-8000-000000000000");
    caller
        .send(method, &path, &[("if-match", "*")], body.as_ref())
        .await
        .status
        .as_u16()
}

#[actix_web::test]
async fn every_operation_is_open_to_those_it_is_for_and_to_nobody_else() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let none = json!({"name": "nothing", "permissions": []});
    admin.post("/api/v1/roles", none).await.expect(201);
    let mut people = vec![("admin", admin.clone())];
    for role in ["manager", "agent", "back_office", "viewer", "nothing"] {
        let email = format!("{role}@example.it");
        people.push((role, auth.colleague(&admin, &email, &[role], None).await));
    }
    for (method, path, may) in OPERATIONS {
        let stranger = status(&auth.nobody(), method, path).await;
        if may == May::Anybody {
            continue;
        }
        assert_eq!(stranger, 401, "nobody: {method} {path}");
        for (role, person) in &people {
            let allowed = match may {
                May::Anybody | May::SignedIn => true,
                May::Readers => *role != "nothing",
                May::Admin => *role == "admin",
            };
            let status = status(person, method, path).await;
            assert_eq!(
                status != 403,
                allowed,
                "{role}: {method} {path} answered {status}"
            );
            assert!(
                status != 401 && status < 500,
                "{role}: {method} {path} answered {status}"
            );
        }
    }
}

#[test]
fn the_table_knows_every_operation_of_the_document() {
    let document = serde_json::to_value((auth::SERVICE.openapi)()).unwrap();
    let mut published: Vec<(String, String)> = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            published.push((method.to_uppercase(), path.clone()));
        }
    }
    let mut known: Vec<(String, String)> = OPERATIONS
        .iter()
        .map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    published.sort();
    known.sort();
    assert_eq!(known, published);
}
