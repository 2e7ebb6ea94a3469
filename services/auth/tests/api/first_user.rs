use nexus_testkit::Reply;
use serde_json::{Value, json};

use crate::kit::{Auth, PASSWORD, database, texts};

fn newcomer(email: &str) -> Value {
    json!({"name": "Nuovo Arrivato", "email": email, "password": PASSWORD})
}

async fn register(auth: &Auth, email: &str) -> Reply {
    auth.nobody()
        .post("/api/v1/auth/register", newcomer(email))
        .await
}

#[actix_web::test]
async fn whoever_registers_first_becomes_admin_and_is_signed_in() {
    let database = database();
    let auth = Auth::on(&database).await;
    let setup = auth.nobody().get("/api/v1/auth/setup").await.expect(200);
    assert_eq!(
        setup,
        json!({"needs_first_user": true, "registration": "invitation", "mail": false})
    );

    let admin = auth.admin().await;

    let me = admin.get("/api/v1/auth/me").await.expect(200);
    assert_eq!(
        (&me["roles"], &me["email"]),
        (&json!(["admin"]), &json!("anna@example.it"))
    );
    assert_eq!(
        me["permissions"].as_array().unwrap().len(),
        nexus_auth::CATALOG.len()
    );
    let setup = auth.nobody().get("/api/v1/auth/setup").await.expect(200);
    assert_eq!(setup["needs_first_user"], false);
    register(&auth, "second@example.it")
        .await
        .problem(403, "registration-closed");
}

#[actix_web::test]
async fn the_session_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let database = database();
    let auth = Auth::on(&database).await;
    let reply = register(&auth, "anna@example.it").await;
    let cookie = reply.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-nexus_refresh="), "{cookie}");
    for part in [
        "; HttpOnly",
        "; Secure",
        "; SameSite=Strict",
        "; Path=/",
        "; Max-Age=",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

#[actix_web::test]
async fn of_many_who_register_first_at_the_same_time_one_becomes_admin() {
    let database = database();
    let (one, other) = (Auth::on(&database).await, Auth::on(&database).await);
    let emails: Vec<String> = (0..6)
        .map(|number| format!("first{number}@example.it"))
        .collect();
    let tries = emails
        .iter()
        .enumerate()
        .map(|(number, email)| register(if number % 2 == 0 { &one } else { &other }, email));

    let replies = futures_util::future::join_all(tries).await;

    let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 403, 403, 403, 403, 403]);
    assert_eq!(texts(&database, "SELECT email AS text FROM users").len(), 1);
}

#[actix_web::test]
async fn what_is_wrong_with_a_registration_is_told_at_once_and_nobody_is_registered() {
    let database = database();
    let auth = Auth::on(&database).await;
    let body = json!({"name": " ", "email": "anna", "password": "qwertyuiop1"});
    let reply = auth.nobody().post("/api/v1/auth/register", body).await;
    reply.invalid(&["/name", "/email", "/password"]);
    let mut body = newcomer("anna@example.it");
    body["role"] = json!("admin");
    let told = auth
        .nobody()
        .post("/api/v1/auth/register", body)
        .await
        .problem(422, "validation");
    assert_eq!(told["errors"][0]["code"], "field.unknown");
    assert_eq!(texts(&database, "SELECT name AS text FROM users").len(), 0);
}

#[actix_web::test]
async fn with_approval_the_answer_does_not_tell_whether_the_address_is_known() {
    let database = database();
    let auth = Auth::with_approval(&database).await;
    auth.admin().await;
    let known = register(&auth, "Anna@Example.it").await;
    let unknown = register(&auth, "mario@example.it").await;
    let names = |reply: &Reply| {
        reply
            .headers
            .keys()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&known), names(&unknown));
    assert_eq!(known.expect(202), json!({"status": "waiting_for_approval"}));
    assert_eq!(
        unknown.expect(202),
        json!({"status": "waiting_for_approval"})
    );
}

#[actix_web::test]
async fn whoever_waits_comes_in_once_approved_with_the_roles_given() {
    let database = database();
    let auth = Auth::with_approval(&database).await;
    let admin = auth.admin().await;
    register(&auth, "mario@example.it").await.expect(202);
    auth.login("mario@example.it", PASSWORD)
        .await
        .problem(401, "invalid-credentials");
    let waiting = admin.get("/api/v1/users?status=waiting").await.expect(200);
    let path = format!(
        "/api/v1/users/{}/approve",
        waiting["items"][0]["id"].as_str().unwrap()
    );

    let approved = admin
        .post(&path, json!({"roles": ["agent"]}))
        .await
        .expect(200);

    assert_eq!(
        (&approved["status"], &approved["roles"]),
        (&json!("active"), &json!(["agent"]))
    );
    auth.login("mario@example.it", PASSWORD).await.expect(200);
    admin
        .post(&path, json!({}))
        .await
        .problem(409, "user-not-waiting");
}

#[actix_web::test]
async fn registrations_from_one_address_run_out() {
    let database = database();
    let auth = Auth::on(&database).await;
    auth.admin().await;
    let mut last = register(&auth, "x@example.it").await;
    for _ in 0..20 {
        last = register(&auth, "x@example.it").await;
    }
    assert!(last.header("retry-after").is_some());
    last.problem(429, "too-many-requests");
    let elsewhere = auth
        .at_ip("198.51.100.7")
        .post("/api/v1/auth/register", newcomer("x@example.it"))
        .await;
    elsewhere.problem(403, "registration-closed");
}
